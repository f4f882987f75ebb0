"""Full-text search that shows the newest first, on either store's own index."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from draht.core.numbers import whole
from draht.core.people.access import Viewer
from draht.core.people.models import Role
from draht.core.sql import is_postgres, one_of, select
from draht.features.inbox.full_text import department_word
from draht.features.inbox.queries import COLUMNS, JOINS, Row, in_departments, rows_of
from draht.features.inbox.stems import HOUSE_LANGUAGES, plain, question, stem

SHORTEST_PREFIX = 4  # letters of an unfinished word; fewer would gather a tenth of everything
WORD = re.compile(r"\w+")
LOOKED_AT = 300  # newest hits in SQLite; see there
# PostgreSQL's index knows nothing of order. So each message also carries the stretch of time in which it was written,
# at four widths, as words that nobody can type (see migration 0002): 18 hours, 6 days, 7 weeks, a year.
STRETCHES = (("d", 45), ("c", 42), ("b", 39), ("a", 36))  # letter and how many bits of the id are left out
FIRST_SPAN = 1 << 36  # how far back the first step goes
FIRST_SPAN_UNFINISHED = 1 << 42  # farther: to gather all endings takes long each time
FEW = 500  # if that many hits can be expected in all, they are gathered in one step
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
    within = [] if viewer.is_at_least(Role.LEAD) else [department_word(id) for id in viewer.department_ids]
    find = _in_postgres if is_postgres() else _in_sqlite
    below = whole(before.removesuffix(UNFINISHED)) or 2**62
    unfinished = before.endswith(UNFINISHED)
    found = find(groups, unfinished, within, below, limit + 1)
    if not before and len(found) <= limit:
        unfinished = True
        found = find(groups, unfinished, within, below, limit + 1)
    more = f"{found[limit - 1]}{UNFINISHED if unfinished else ''}" if len(found) > limit else ""
    return Hits(_hits(viewer, found[:limit], {stem for group in groups for stem in group}), more)


def _hits(viewer: Viewer, ids: list[int], stems: set[str]) -> list[Hit]:
    where, parameter = one_of("m.id", ids)
    found = select(
        "SELECT m.id, m.at, coalesce(w.name, CASE WHEN m.ours THEN n.account_name ELSE p2.name END), m.text,"
        f" {COLUMNS} FROM inbox_message m JOIN inbox_conversation c ON c.id = m.conversation_id {JOINS}"
        " LEFT JOIN inbox_person p2 ON p2.id = m.person_id LEFT JOIN people_user w ON w.id = m.author_id"
        f" WHERE {where} AND {in_departments(viewer)} ORDER BY m.id DESC",
        [parameter],
    )
    conversations = {row.id: row for row in rows_of([row[4:] for row in found])}
    return [Hit(conversations[row[4]], row[0], row[1], row[2] or _("Somebody"), marked(row[3], stems)) for row in found]


def _in_sqlite(groups: list[list[str]], unfinished: bool, within: list[str], below: int, limit: int) -> list[int]:
    """The index itself walks back from the newest message. To walk through departments, too, takes it some ms for each:
    so the newest hits are looked at one by one, and only if they do not fill the page it is asked for departments."""
    asked = [[_quoted(stem, unfinished and group is groups[-1]) for stem in group] for group in groups]
    words = " AND ".join(f"({' OR '.join(group)})" for group in asked)
    if within:
        newest = _walk(words, below, LOOKED_AT)
        found = [id for id, department in newest if department in within]
        if len(found) >= limit or len(newest) < LOOKED_AT:
            return found[:limit]
        words = f"({' OR '.join(map(_quoted, within))}) AND {words}"
    return [id for id, _ in _walk(words, below, limit)]


def _walk(words: str, below: int, limit: int) -> list[tuple[int, str]]:
    """The newest messages with the words of their departments."""
    rows = select(
        "SELECT m.id, substr(m.stems, 1, instr(m.stems, ' ') - 1) FROM inbox_search"
        " CROSS JOIN inbox_message m ON m.id = inbox_search.rowid"
        " WHERE inbox_search MATCH %s AND inbox_search.rowid < %s AND m.deleted_at IS NULL"
        " ORDER BY inbox_search.rowid DESC LIMIT %s",
        [words, below, limit],
    )
    return [(id, department) for id, department in rows]


def _quoted(stem: str, unfinished: bool = False) -> str:
    return f'"{stem}"*' if unfinished and len(stem) >= SHORTEST_PREFIX else f'"{stem}"'


def _in_postgres(groups: list[list[str]], unfinished: bool, within: list[str], below: int, limit: int) -> list[int]:
    """Back from the newest message in steps. How many hits a step gave says how far the next one goes, or that it
    may go all the way: a frequent word never gathers all that hold it, and a rare one does not take many steps."""
    asked = [[_lexeme(stem, unfinished and group is groups[-1]) for stem in group] for group in groups]
    conditions = [" & ".join(f"({' | '.join(group)})" for group in asked)]
    if within:
        conditions.append(" | ".join(map(_lexeme, within)))
    [(oldest, newest)] = select(
        "SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM inbox_message WHERE id < %s", [below]
    )
    found: list[int] = []
    upper, span = newest + 1, FIRST_SPAN_UNFINISHED if unfinished else FIRST_SPAN
    while newest - span > oldest:
        stretches, lower = _stretches(upper, span)
        found += _ids([stretches, *conditions], upper, limit - len(found))
        if len(found) == limit:
            return found
        upper = lower
        if (1 + len(found)) * (newest - oldest) < FEW * (newest - upper):
            break
        span = (newest - upper) * (4 + 2 * limit // (1 + len(found)))
    return found + _ids(conditions, upper, limit - len(found))


def _stretches(upper: int, span: int) -> tuple[str, int]:
    """The words of the stretches of time that hold the ids in a span below ``upper``, and where they begin."""
    letter, bits = next((one for one in STRETCHES if span >> one[1] > 1), STRETCHES[-1])
    first, last = max(0, upper - span) >> bits, (upper - 1) >> bits
    return " | ".join(f"'~{letter}{number}'" for number in range(first, last + 1)), first << bits


def _ids(conditions: list[str], upper: int, limit: int) -> list[int]:
    """The newest below ``upper``. Each condition stands for itself, because then the index leaps from one to the next.
    And it comes first, whatever the planner thinks of walking through the table in the order of ids instead."""
    where = "search @@ %s::tsquery AND " * len(conditions)
    rows = select(
        f"WITH hits AS MATERIALIZED (SELECT id FROM inbox_message WHERE {where} id < %s AND deleted_at IS NULL)"
        " SELECT id FROM hits ORDER BY id DESC LIMIT %s",
        [*conditions, upper, limit],
    )
    return [id for (id,) in rows]


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
