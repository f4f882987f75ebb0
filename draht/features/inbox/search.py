"""Full-text search that shows the newest first, on either store's own index."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from draht.core.numbers import whole
from draht.core.people.access import Viewer
from draht.core.sql import is_postgres, one_of, select
from draht.features.inbox.queries import COLUMNS, JOINS, Row, in_departments, rows_of
from draht.features.inbox.stems import HOUSE_LANGUAGES, plain, question, stem

SHORTEST_PREFIX = 4  # letters of an unfinished word; fewer would gather a tenth of everything
WORD = re.compile(r"\w+")
EXAMINED = 1000  # newest hits whose departments are looked at
# PostgreSQL's index knows nothing of order. So each message also carries the stretch of time in which it was written,
# at four widths, as words that nobody can type (see migration 0002): 18 hours, 6 days, 7 weeks, a year.
STRETCHES = (("a", 36), ("b", 39), ("c", 42), ("d", 45))  # letter and how many bits of the id are left out
UNFINISHED = "*"  # in a cursor: this list holds words that only begin with the last one


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
    """The newest messages that hold all words of ``text``.

    If they do not fill a page, the last word is taken for unfinished and those that begin with it are found, too.
    """
    groups = question(text)
    if not groups or not viewer.department_ids:
        return Hits([])
    find = _in_postgres if is_postgres() else _in_sqlite
    below = whole(before.removesuffix(UNFINISHED)) or 2**62
    unfinished = before.endswith(UNFINISHED)
    found = find(groups, unfinished, below, viewer, limit + 1)
    if not before and len(found) <= limit:
        unfinished = True
        found = find(groups, unfinished, below, viewer, limit + 1)
    more = f"{found[limit - 1]}{UNFINISHED if unfinished else ''}" if len(found) > limit else ""
    return Hits(_hits(found[:limit], {stem for group in groups for stem in group}), more)


def _hits(ids: list[int], stems: set[str]) -> list[Hit]:
    where, parameter = one_of("m.id", ids)
    found = select(
        "SELECT m.id, m.at, coalesce(w.name, CASE WHEN m.ours THEN n.account_name ELSE p2.name END), m.text,"
        f" {COLUMNS} FROM inbox_message m JOIN inbox_conversation c ON c.id = m.conversation_id {JOINS}"
        " LEFT JOIN inbox_person p2 ON p2.id = m.person_id LEFT JOIN people_user w ON w.id = m.author_id"
        f" WHERE {where} ORDER BY m.id DESC",
        [parameter],
    )
    conversations = {row.id: row for row in rows_of([row[4:] for row in found])}
    return [Hit(conversations[row[4]], row[0], row[1], row[2] or _("Somebody"), marked(row[3], stems)) for row in found]


def _in_sqlite(groups: list[list[str]], unfinished: bool, below: int, viewer: Viewer, limit: int) -> list[int]:
    """The index itself walks back from the newest message; the joins follow it and stop when the page is full."""
    asked = " AND ".join(f"({' OR '.join(_quoted(stem) for stem in group)})" for group in groups[:-1])
    last = " OR ".join(_quoted(stem, unfinished) for stem in groups[-1])
    rows = select(
        "SELECT m.id FROM (SELECT rowid AS id FROM inbox_search WHERE inbox_search MATCH %s AND rowid < %s"
        f" ORDER BY rowid DESC LIMIT {EXAMINED}) AS hit CROSS JOIN inbox_message m ON m.id = hit.id"
        " CROSS JOIN inbox_conversation c ON c.id = m.conversation_id"
        f" WHERE m.deleted_at IS NULL AND {in_departments(viewer)} LIMIT %s",
        [f"{asked} AND ({last})" if asked else last, below, limit],
    )
    return sorted((id for (id,) in rows), reverse=True)


def _quoted(stem: str, unfinished: bool = False) -> str:
    return f'"{stem}"*' if unfinished and len(stem) >= SHORTEST_PREFIX else f'"{stem}"'


def _in_postgres(groups: list[list[str]], unfinished: bool, below: int, viewer: Viewer, limit: int) -> list[int]:
    """Widening stretches of time, back from the newest message: a frequent word never gathers all that hold it."""
    asked = " & ".join(f"({' | '.join(_lexeme(stem) for stem in group)})" for group in groups[:-1])
    last = f"({' | '.join(_lexeme(stem, unfinished) for stem in groups[-1])})"
    asked = f"{asked} & {last}" if asked else last
    [(newest,)] = select("SELECT coalesce(max(id), 0) FROM inbox_message WHERE id < %s", [below])
    found: list[int] = []
    examined, done = 0, ""
    for letter, bits in STRETCHES[1::2] if unfinished else STRETCHES:  # to gather all endings takes long each time
        stretch = f"('~{letter}{newest >> bits}' | '~{letter}{(newest >> bits) - 1}')"
        more, older = _ids(f"{asked} & {stretch}{done}", below, viewer)
        found, examined, done = found + older, examined + more, f" & !{stretch}"
        if len(found) >= limit or examined >= EXAMINED:
            return found[:limit]
    return [*found, *_ids(asked + done, below, viewer)[1]][:limit]


def _ids(asked: str, below: int, viewer: Viewer) -> tuple[int, list[int]]:
    """How many hits were looked at, and which the viewer may see. The index comes first, whatever the planner thinks of
    walking through the table in the order of ids instead."""
    [(examined, found)] = select(
        "WITH hits AS MATERIALIZED (SELECT id, conversation_id FROM inbox_message"
        " WHERE search @@ %s::tsquery AND id < %s AND deleted_at IS NULL)"
        f" SELECT count(*), array_agg(hit.id ORDER BY hit.id DESC) FILTER (WHERE {in_departments(viewer)})"
        f" FROM (SELECT * FROM hits ORDER BY id DESC LIMIT {EXAMINED}) AS hit"
        " JOIN inbox_conversation c ON c.id = hit.conversation_id",
        [asked, below],
    )
    return examined, found or []


def _lexeme(stem: str, unfinished: bool = False) -> str:
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
