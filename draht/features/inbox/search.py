"""Full-text search that shows the newest first, on either store's own index."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from draht.core.people.access import Viewer
from draht.core.sql import is_postgres, select
from draht.features.inbox.queries import COLUMNS, JOINS, Row, in_departments, rows_of
from draht.features.inbox.stems import HOUSE_LANGUAGES, plain, question, stem

WALKED = 6000  # newest messages that PostgreSQL reads one by one before it asks the index
SHORTEST_PREFIX = 3  # letters of an unfinished word
WORD = re.compile(r"\w+")
EXAMINED = 2000  # newest hits whose departments are looked at


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found, in its conversation. ``parts``: text pieces, and whether each is a found word."""

    conversation: Row
    message_id: int
    at: int
    author_name: str
    parts: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Hits:
    hits: list[Hit]
    next: str = ""


def search(viewer: Viewer, text: str, before: str = "", limit: int = 20) -> Hits:
    """The newest messages that hold all words of ``text``; the last word may be unfinished."""
    groups = question(text)
    if not groups or not viewer.department_ids:
        return Hits([])
    below = int(before) if before.isdigit() and len(before) < 20 else 2**62
    find = _in_postgres if is_postgres() else _in_sqlite
    found = find(groups, below, viewer, limit + 1)
    stems_ = {stem for group in groups for stem in group}
    conversations = {row.id: row for row in rows_of([row[4:] for row in found[:limit]])}
    hits = [
        Hit(conversations[row[4]], row[0], row[1], row[2] or _("Somebody"), marked(row[3], stems_))
        for row in found[:limit]
    ]
    return Hits(hits, str(hits[-1].message_id) if len(found) > limit else "")


SHOWN = "m.id, m.at, coalesce(w.name, CASE WHEN m.ours THEN n.account_name ELSE p2.name END), m.text"


def _select(source: str, viewer: Viewer) -> str:
    return (
        f"SELECT {SHOWN}, {COLUMNS} FROM {source} AS hit JOIN inbox_message m ON m.id = hit.id"
        f" JOIN inbox_conversation c ON c.id = m.conversation_id {JOINS}"
        " LEFT JOIN inbox_person p2 ON p2.id = m.person_id LEFT JOIN people_user w ON w.id = m.author_id"
        f" WHERE m.deleted_at IS NULL AND {in_departments(viewer)}"
        " ORDER BY m.id DESC LIMIT %s"
    )


def _in_sqlite(groups: list[list[str]], below: int, viewer: Viewer, limit: int) -> list[tuple[Any, ...]]:
    asked = " AND ".join(f"({' OR '.join(_quoted(stem, group is groups[-1]) for stem in group)})" for group in groups)
    source = (
        "(SELECT rowid AS id FROM inbox_search WHERE inbox_search MATCH %s AND rowid < %s"
        f" ORDER BY rowid DESC LIMIT {EXAMINED})"
    )
    return select(_select(source, viewer), [asked, below, limit])


def _quoted(stem: str, unfinished: bool) -> str:
    return f'"{stem}"*' if unfinished and len(stem) >= SHORTEST_PREFIX else f'"{stem}"'


def _in_postgres(groups: list[list[str]], below: int, viewer: Viewer, limit: int) -> list[tuple[Any, ...]]:
    """A frequent word is found by walking back from the newest message, a rare one by the index.

    One query for both would let the planner walk the whole table for a rare word.
    """
    asked = " & ".join(f"({' | '.join(_lexeme(stem, group is groups[-1]) for stem in group)})" for group in groups)
    matches = "search @@ to_tsquery('simple', %s)"
    newest = f"SELECT id, search FROM inbox_message WHERE id < %s ORDER BY id DESC LIMIT {WALKED}"
    walk = f"(SELECT id FROM ({newest}) AS newest WHERE {matches} ORDER BY id DESC LIMIT {EXAMINED})"
    found = select(_select(walk, viewer), [below, asked, limit])
    if len(found) >= limit:
        return found
    by_index = f"WITH hits AS MATERIALIZED (SELECT id FROM inbox_message WHERE {matches} AND id < %s)"
    newest_hits = f"(SELECT id FROM hits ORDER BY id DESC LIMIT {EXAMINED})"
    return select(f"{by_index} {_select(newest_hits, viewer)}", [asked, below, limit])


def _lexeme(stem: str, unfinished: bool) -> str:
    return f"'{stem}':*" if unfinished and len(stem) >= SHORTEST_PREFIX else f"'{stem}'"


def marked(text: str, found: set[str], around: int = 90) -> list[tuple[str, bool]]:
    """The piece of a text around the first found word, split into what was found and what was not."""
    words = [m for m in WORD.finditer(text) if _is_found(m.group().lower(), found)]
    start = max(0, words[0].start() - around) if words else 0
    end = min(len(text), start + 3 * around)
    parts: list[tuple[str, bool]] = [("…", False)] if start else []
    at = start
    for word in words:
        if word.end() > end:
            break
        parts += [(text[at : word.start()], False), (word.group(), True)]
        at = word.end()
    return [*parts, (text[at:end] + ("…" if end < len(text) else ""), False)]


def _is_found(word: str, found: set[str]) -> bool:
    forms = {stem(word, code) for code in HOUSE_LANGUAGES} | {plain(word)}
    return not forms.isdisjoint(found) or any(
        len(f) >= SHORTEST_PREFIX and form.startswith(f) for form in forms for f in found
    )
