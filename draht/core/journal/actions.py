"""Writing to the journal. Inside the transaction of what is told: both happen, or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from draht.core.clock import now
from draht.core.journal.facts import Fact
from draht.core.sql import execute, insert_rows, is_postgres

COLUMNS = {
    "at": "bigint",
    "fact": "text",
    "actor_id": "bigint",
    "department_id": "bigint",
    "conversation_id": "bigint",
    "data": "text",
}


class Told(NamedTuple):
    """One row to be written. ``actor_id`` is a colleague, ``None`` the house itself."""

    fact: Fact
    actor_id: int | None = None
    department_id: int | None = None
    conversation_id: int | None = None
    data: Mapping[str, Any] | None = None


def record(
    fact: Fact,
    *,
    actor_id: int | None = None,
    department_id: int | None = None,
    conversation_id: int | None = None,
    **data: Any,
) -> None:
    """Writes one fact. Must be called inside a transaction."""
    record_all([Told(fact, actor_id, department_id, conversation_id, data)])


def record_all(told: Sequence[Told]) -> None:
    """Writes many facts in one statement, and wakes the screens when the transaction commits."""
    if not connection.in_atomic_block:
        raise RuntimeError("A fact is recorded in the transaction that makes it true.")
    at = now()
    rows = [(at, t.fact.value, t.actor_id, t.department_id, t.conversation_id, _json(t.data)) for t in told]
    insert_rows("journal_entry", COLUMNS, rows)
    if is_postgres():
        execute("NOTIFY journal")  # delivered on commit, once per transaction


def _json(data: Mapping[str, Any] | None) -> str:
    return msgspec.json.encode(data).decode() if data else "{}"
