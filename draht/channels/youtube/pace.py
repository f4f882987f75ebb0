"""How fast to read: the day's quota is planned, not hit, and some of it is kept for what we write."""

from __future__ import annotations

import math

import msgspec

from draht.contract.purse import Purse

QUOTA = 10_000  # units a day and app: developers.google.com/youtube/data/determine_quota_cost
RESERVE = 2_000  # units that reading leaves: 40 answers or other acts
ROUND = 4  # units of a usual round: three lists, and the answers of one thread
MOST = 2  # a pause grows no faster than so many times: an answer in between must not stop the reading


class Plan(msgspec.Struct, array_like=True):
    """What was left of the quota and of the day (seconds) after a round, and the pause that was made of it."""

    left: float
    ends_in: float
    pause: float


def spent(purse: Purse) -> bool:
    """Whether only the reserve is left today."""
    return purse.left() < RESERVE + ROUND


def plan(purse: Purse, every: float, before: Plan | None) -> Plan:
    """The pause until the next round, so that what is left lasts until the day ends.

    How fast the quota shrank since the round ``before`` tells how many others live on it.
    """
    left, ends_in = purse.left(), purse.day_ends_in()
    if math.isinf(left):
        return Plan(0, ends_in, every)
    if left < RESERVE + ROUND:
        return Plan(left, ends_in, max(every, ends_in))
    pause = ends_in * ROUND / (left - RESERVE)
    since = before.ends_in - ends_in if before else 0  # below 0: another day has begun
    if before and since >= before.pause / 2 and before.left > left:
        used = (before.left - left) / since  # units a second, by all who share it
        wanted = before.pause * used * ends_in / (left - RESERVE)
        pause = max(pause, min(wanted, MOST * before.pause))
    elif before and since > 0:  # too short to tell
        pause = max(pause, before.pause)
    return Plan(left, ends_in, max(every, pause))
