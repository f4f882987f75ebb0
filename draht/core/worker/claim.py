"""Taking rows: many at once, with a lease. A worker that dies loses its lease and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from draht.core.sql import is_postgres, select


def claim(table: str, due: str, parameters: Sequence[Any], order: str, limit: int, lease_until: int) -> list[int]:
    """Leases ``limit`` rows or fewer that fulfil ``due``; their ids, in no particular order.

    Nobody else gets them before ``lease_until`` (milliseconds), because ``due`` asks for it. When nothing is
    due, nothing is locked.
    """
    first = f"SELECT id FROM {table} WHERE {due} ORDER BY {order} LIMIT %s"
    if not select(first, [*parameters, 1]):
        return []
    chosen = f"id = ANY(ARRAY({first} FOR UPDATE SKIP LOCKED))" if is_postgres() else f"id IN ({first})"
    rows = select(f"UPDATE {table} SET lease_until = %s WHERE {chosen} RETURNING id", [lease_until, *parameters, limit])
    return [id for (id,) in rows]
