"""Reading the journal in its order, without ever passing a row over."""

from __future__ import annotations

from typing import NamedTuple

from draht.core.numbers import whole
from draht.core.sql import is_postgres, select


class Position(NamedTuple):
    """A place in the journal's order; also the ``Last-Event-ID`` of the live stream."""

    tx: int = 0
    id: int = 0

    def __str__(self) -> str:
        return f"{self.tx}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> Position | None:
        tx, _, id = text.partition("-")
        at = whole(tx), whole(id)
        return None if at[0] is None or at[1] is None else cls(at[0], at[1])


class Row(NamedTuple):
    tx: int
    id: int
    at: int
    fact: str
    actor_id: int | None
    department_id: int | None
    conversation_id: int | None
    data: str

    @property
    def position(self) -> Position:
        return Position(self.tx, self.id)


FIELDS = "tx, id, at, fact, actor_id, department_id, conversation_id, data"
# PostgreSQL gives out ids before commit: a row may appear behind one that was read. Below the oldest running
# transaction nothing can appear any more: it is read up to there, in the order (tx, id). SQLite has one writer.
COMPLETE = "tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


def read_after(position: Position, limit: int = 1000, *, complete: bool = True) -> list[Row]:
    """The next rows after ``position``, complete and in order. Not ``complete``: when nobody can be writing."""
    if is_postgres():
        until = f" AND {COMPLETE}" if complete else ""
        where, parameters = f"(tx, id) > (%s, %s){until}", [position.tx, position.id, limit]
    else:
        where, parameters = "id > %s", [position.id, limit]
    order = "tx, id" if is_postgres() else "id"
    rows = select(f"SELECT {FIELDS} FROM journal_entry WHERE {where} ORDER BY {order} LIMIT %s", parameters)
    return [Row(*row) for row in rows]


def holds_back() -> bool:
    """Whether rows are there that do not count as complete yet, because an older transaction still runs."""
    if not is_postgres():
        return False
    [(there,)] = select(f"SELECT EXISTS (SELECT 1 FROM journal_entry WHERE NOT {COMPLETE})")
    return bool(there)


def end() -> Position:
    """The place after the last complete row."""
    complete = f"WHERE {COMPLETE}" if is_postgres() else ""
    order = "tx DESC, id DESC" if is_postgres() else "id DESC"
    rows = select(f"SELECT tx, id FROM journal_entry {complete} ORDER BY {order} LIMIT 1")
    return Position(*rows[0]) if rows else Position()


def newest(limit: int = 100, before: Position | None = None) -> list[Row]:
    """The newest rows first, for the audit page; keyset by ``before``."""
    order = "tx DESC, id DESC" if is_postgres() else "id DESC"
    where = "" if before is None else "WHERE (tx, id) < (%s, %s)" if is_postgres() else "WHERE id < %s"
    parameters = [] if before is None else [before.tx, before.id] if is_postgres() else [before.id]
    rows = select(f"SELECT {FIELDS} FROM journal_entry {where} ORDER BY {order} LIMIT %s", [*parameters, limit])
    return [Row(*row) for row in rows]
