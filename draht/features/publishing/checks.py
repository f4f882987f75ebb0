"""Are posts on their way, and does one wait for somebody to decide?"""

from __future__ import annotations

from dataclasses import dataclass

from draht.core.clock import DAY, MINUTE, now
from draht.core.sql import select

LATE = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class Published:
    """How many publications wait for a person (unsure, failed), and how many should have left some minutes ago."""

    unsure: int
    failed: int
    late: int


def published() -> Published:
    at = now()
    [(unsure, failed, late)] = select(
        "SELECT count(CASE WHEN state = 'unsure' AND due_at > %s THEN 1 END),"
        " count(CASE WHEN state = 'failed' THEN 1 END),"
        " count(CASE WHEN state IN ('scheduled', 'queued', 'postponed', 'sending') AND due_at < %s THEN 1 END)"
        " FROM publishing_publication"
        " WHERE state IN ('unsure', 'failed', 'scheduled', 'queued', 'postponed', 'sending')",
        [at + 2 * DAY, at - LATE],
    )
    return Published(unsure, failed, late)
