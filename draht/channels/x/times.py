"""When an id of X was given: its upper bits are milliseconds since November 2010."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

BEGINNING = 1_288_834_974_657  # ms since 1970; docs.x.com/fundamentals/x-ids
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def when(id: str) -> datetime:
    return _EPOCH + timedelta(milliseconds=(int(id) >> 22) + BEGINNING)


def id_at(at: datetime) -> str:
    """The smallest id that can have been given at that time."""
    return str(max(0, int(at.timestamp() * 1000) - BEGINNING) << 22)
