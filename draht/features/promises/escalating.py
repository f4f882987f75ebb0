"""Who is told before a promise is broken: the owner at half of the time, then the backup, at its end the lead. Pure."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from draht.core.clock import SECOND
from draht.features.promises.clock import BusinessClock
from draht.features.promises.policies import Promise


class Whom(StrEnum):
    OWNER = "owner"
    BACKUP = "backup"
    LEAD = "lead"


LADDER = {Whom.OWNER: Fraction(1, 2), Whom.BACKUP: Fraction(3, 4), Whom.LEAD: Fraction(1)}


class Rung(NamedTuple):
    whom: Whom
    at: int  # milliseconds


def ladder(promise: Promise, asked_at: int, due: int) -> list[Rung]:
    """When each of them is told, on the promise's own clock. Where no open time is left until ``due``, as before a
    network's window closes on a weekend, everybody is told at once."""
    seconds = promise.clock.elapsed(asked_at, due) if promise.business else (due - asked_at) // SECOND
    return [Rung(whom, _after(promise, asked_at, seconds * share)) for whom, share in LADDER.items()]


def _after(promise: Promise, asked_at: int, seconds: Fraction) -> int:
    at = promise.due(asked_at, int(seconds))
    return asked_at if at is None else at


def to_tell(
    rungs: Collection[Rung],
    now: int,
    *,
    told: Collection[Whom] = (),
    taken: bool = False,
    awake: BusinessClock | None = None,
) -> list[Whom]:
    """Who is to be told now. Nobody, when somebody has taken it.

    Args:
        told: who was told before.
        awake: when people may be disturbed; ``None`` = always, as in an incident.
    """
    if taken or (awake is not None and not awake.is_open(now)):
        return []
    return [rung.whom for rung in rungs if rung.at <= now and rung.whom not in told]
