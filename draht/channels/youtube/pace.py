"""How fast to read: the day's quota is planned, not hit, and some of it is kept for what we write."""

from __future__ import annotations

from draht.contract.purse import Purse

QUOTA = 10_000  # units a day and app: developers.google.com/youtube/data/determine_quota_cost
RESERVE = 2_000  # units that reading leaves: 40 answers or other acts
ROUND = 4  # units of a usual round: three lists, and the answers of one thread


def spent(purse: Purse) -> bool:
    """Whether only the reserve is left today."""
    return purse.left() < RESERVE + ROUND


def pause(purse: Purse, every: float) -> float:
    """Seconds until the next round: what is left lasts until the day ends, also when several share it.

    Others who share the quota make it shrink faster; then each of them plans again with what is left.
    """
    ends = purse.day_ends_in()
    rounds = (purse.left() - RESERVE) / ROUND
    return max(every, ends / rounds) if rounds >= 1 else max(every, ends)
