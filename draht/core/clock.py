"""Time as the house keeps it: integer milliseconds since 1970, UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def to_ms(moment: datetime) -> int:
    """Milliseconds of an aware ``datetime``."""
    return int(moment.timestamp() * 1000)


def to_datetime(ms: int) -> datetime:
    """An aware ``datetime`` in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)
