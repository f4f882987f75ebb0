"""Taking rows: many at once, with a lease. A worker that dies loses its lease and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from draht.core.clock import DAY, HOUR
from draht.core.sql import is_postgres, one_of, select

NEVER = 2**53  # milliseconds: due when a person decides
# No lease and no pause reaches further than these: one that seems to was written while the clock was wrong.
LONGEST_LEASE = HOUR
LONGEST_PAUSE = DAY + HOUR
FREE = "lease_until NOT BETWEEN %s AND %s"


def free(at: int) -> list[int]:
    """The parameters of ``FREE``: nobody has a lease at that time (milliseconds)."""
    return [at, at + LONGEST_LEASE]


def due(column: str) -> str:
    """A condition: the time in ``column`` has come. Its parameters come from ``come``."""
    return f"({column} <= %s OR {column} BETWEEN %s AND %s)"


def come(at: int) -> list[int]:
    """The parameters of ``due`` at that time (milliseconds)."""
    return [at, at + LONGEST_PAUSE, NEVER - 1]


def but_not(column: str, values: Sequence[int]) -> tuple[str, list[Any]]:
    """The end of a condition, with its parameters: ``column`` is none of these."""
    if not values:
        return "", []
    where, parameter = one_of(column, values)
    return f" AND NOT ({where})", [parameter]


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
