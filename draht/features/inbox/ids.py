"""A message's id is its time: seconds since 1970, then 20 bits of a running number.

So one number orders threads, pages and search results by time, and it stays below 2**53, where JavaScript and JSON are
exact, until the year 2106. Messages of the same second stand in the order in which they came.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from draht.core.sql import allocate

BITS = 20
SAME_SECOND = 1 << BITS  # so many messages may share a second


class MessageId(models.BigIntegerField):  # type: ignore[type-arg]  # Django itself has no generic fields
    """On SQLite the number of the row itself: no index beside the table, and search finds its rows in one step."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


def new_ids(times: Sequence[int]) -> list[int]:
    """An id for each time (milliseconds). One statement."""
    if not times:
        return []
    running = allocate("message", len(times))
    return [first_id(at) | (n & (SAME_SECOND - 1)) for at, n in zip(times, running, strict=True)]


def first_id(at: int) -> int:
    """The lowest id of the second of ``at`` (milliseconds)."""
    return max(0, at // 1000) << BITS
