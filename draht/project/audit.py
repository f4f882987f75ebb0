"""Looking through the journal, newest first: each page is a bounded walk, however rare what is looked for."""

from __future__ import annotations

from dataclasses import dataclass

from draht.core.journal.queries import COMPLETE, FIELDS, Position, Row
from draht.core.people.access import Viewer
from draht.core.people.models import Role, User
from draht.core.sql import is_postgres, one_of, select

PAGE = 100  # rows
WALKED = 20_000  # rows that one page looks at


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with the names of those who acted; ``older`` is where the next page begins, ``walked`` if it found less."""

    rows: list[Row]
    names: dict[int, str]
    older: str = ""
    walked: bool = False


def page(viewer: Viewer, fact: str = "", actor_id: int | None = None, before: str = "") -> Page:
    """The newest facts before a position, of one kind and by one colleague if asked."""
    viewer.must_be(Role.LEAD)
    conditions: list[tuple[str, str | int]] = [("fact = %s", fact)] if fact else []
    conditions += [("actor_id = %s", actor_id)] if actor_id is not None else []
    walk, parameters = _walk(Position.parse(before))
    wanted = " AND ".join(condition for condition, _ in conditions) or "1 = 1"
    found = select(
        f"SELECT {FIELDS} FROM ({walk} LIMIT {WALKED}) AS walked WHERE {wanted} ORDER BY {_order()} LIMIT %s",
        [*parameters, *(value for _, value in conditions), PAGE + 1],
    )
    rows = [Row(*row) for row in found]
    if len(rows) > PAGE:
        return Page(rows[:PAGE], _names(rows), str(rows[PAGE - 1].position))
    ends = select(f"{walk} LIMIT 1 OFFSET {WALKED - 1}", parameters)
    older = str(Row(*ends[0]).position) if ends else ""
    return Page(rows, _names(rows), older, walked=bool(older))


def actors(viewer: Viewer) -> list[tuple[int, str]]:
    """Colleagues who can have acted."""
    viewer.must_be(Role.LEAD)
    return list(User.objects.order_by("name", "id").values_list("id", "name"))


def _walk(before: Position | None) -> tuple[str, list[int]]:
    if is_postgres():
        conditions, parameters = [COMPLETE], []
        if before:
            conditions, parameters = [*conditions, "(tx, id) < (%s, %s)"], [before.tx, before.id]
    else:
        conditions, parameters = (["id < %s"], [before.id]) if before else (["1 = 1"], [])
    return f"SELECT {FIELDS} FROM journal_entry WHERE {' AND '.join(conditions)} ORDER BY {_order()}", parameters


def _order() -> str:
    return "tx DESC, id DESC" if is_postgres() else "id DESC"


def _names(rows: list[Row]) -> dict[int, str]:
    where, parameter = one_of("id", sorted({row.actor_id for row in rows if row.actor_id is not None}))
    return dict(select(f"SELECT id, name FROM people_user WHERE {where}", [parameter]))
