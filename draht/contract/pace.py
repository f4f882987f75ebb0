"""How fast to read where a network counts a quota a day: it is planned, not hit, and some is kept for what we write."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec

from draht.contract.purse import Purse

MOST = 2  # a pause grows no faster than so many times: an answer in between must not stop the reading


class Plan(msgspec.Struct, array_like=True):
    """What was left of the quota and of the day (seconds) after a round, and the pause that was made of it. A channel
    keeps it in its cursor."""

    left: float
    ends_in: float
    pause: float


@dataclass(frozen=True, slots=True)
class Pace:
    """How a channel reads.

    Attributes:
        every: the shortest pause, in seconds.
        round: units that a usual round costs.
        reserve: units that reading leaves for answers and other acts.
    """

    every: float
    round: int
    reserve: int

    def spent(self, purse: Purse) -> bool:
        """Whether only the reserve is left today."""
        return purse.left() < self.reserve + self.round

    def plan(self, purse: Purse, before: Plan | None) -> Plan:
        """The pause until the next round, so that what is left lasts until the day ends.

        How fast the quota shrank since the round ``before`` tells how many others live on it.
        """
        left, ends_in = purse.left(), purse.day_ends_in()
        if math.isinf(left):
            return Plan(0, ends_in, self.every)
        if self.spent(purse):
            return Plan(left, ends_in, max(self.every, ends_in))
        free = left - self.reserve
        pause = ends_in * self.round / free
        since = before.ends_in - ends_in if before else 0  # below 0: another day has begun
        if before and since >= before.pause / 2 and before.left > left:
            used = (before.left - left) / since  # units a second, by all who share it
            pause = max(pause, min(before.pause * used * ends_in / free, MOST * before.pause))
        elif before and since > 0:  # too short to tell
            pause = max(pause, before.pause)
        return Plan(left, ends_in, max(self.every, pause))
