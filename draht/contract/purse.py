"""What calls cost: a network's quota, its money, and the limits that it tells in its headers.

A channel says what a call costs (``http.get(…, units=5)``); the purse says no before a limit is passed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from draht.contract.errors import TryLater
from draht.contract.words import words

WHOLE_APP = "app: every call"  # a bucket that every call counts for, whatever else; those named "app…" are the app's


@dataclass(frozen=True, slots=True)
class Budget:
    """What a channel may use.

    Attributes:
        units: calls or quota units a day; 0 = only the network's headers count.
        unit: their name ("quota units").
        resets_in: the time zone in which the network's day begins.
        shared_by: the setting whose value several connections share a quota by (the app); empty = each has its own.
        costs_money: the network charges; the connect page asks for a cap a month.
    """

    units: int = 0
    unit: str = words("calls")
    resets_in: str = "UTC"
    shared_by: str = ""
    costs_money: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """What a network said about its limit: how much is left of how much, until when (epoch seconds)."""

    remaining: float
    resets_at: float
    limit: float = 0


class Purse:
    """Counts what is spent and refuses what would pass a limit. This one remembers only while it lives; the house
    keeps its own in the store."""

    def __init__(self) -> None:
        self.spent = 0
        self.cents = 0.0
        self._limits: dict[str, Limit] = {}

    def spend(self, units: int = 1, cents: float = 0.0, bucket: str = "") -> None:
        """Before a call. Raises ``TryLater`` if a limit, the day's quota or the month's money would be passed.

        Args:
            units: of the quota.
            cents: US cents that the call will cost at most; ``give_back`` what it did not.
            bucket: which of the network's limits it counts for, beside the app's; the empty one is the account's.
        """
        told = (limit for one in {bucket, WHOLE_APP} if (limit := self._limits.get(one)) is not None)
        ends = max((limit.resets_at for limit in told if limit.remaining < 1), default=0.0)
        if ends > time.time():
            raise TryLater(words("The network's limit is used up until it begins anew."), after=ends - time.time())
        self.spent += units
        self.cents += cents

    def give_back(self, units: int = 0, cents: float = 0.0) -> None:
        """What a call did not use after all."""
        self.spent -= units
        self.cents -= cents

    def told(self, limit: Limit, bucket: str = "") -> None:
        """The network said how much is left."""
        self._limits[bucket] = limit

    def left(self) -> float:
        """Units that are left today; infinite without a budget."""
        return math.inf

    def day_ends_in(self) -> float:
        """Seconds until the quota begins anew."""
        return 86_400 - time.time() % 86_400


# Pairs of headers as networks name them. A reset is epoch seconds, seconds from now, or an ISO time.
_NAMES = (
    ("x-rate-limit-remaining", "x-rate-limit-reset", "x-rate-limit-limit"),  # X
    ("x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-limit"),  # Mastodon, Reddit
    ("ratelimit-remaining", "ratelimit-reset", "ratelimit-limit"),  # Bluesky and the IETF draft
)


def limit_of(headers: Mapping[str, str]) -> Limit | None:
    """The limit in an answer's headers (names in lower case), if it tells one."""
    for remaining, reset, limit in _NAMES:
        left, ends = _number(headers.get(remaining)), _moment(headers.get(reset))
        if left is not None and ends is not None:
            return Limit(left, ends, _number(headers.get(limit)) or 0)
    return None


def _number(told: str | None) -> float | None:
    try:
        value = float(told.partition(",")[0]) if told else None
    except ValueError:
        return None
    return value if value is not None and math.isfinite(value) else None


def _moment(told: str | None) -> float | None:
    """Epoch seconds."""
    value = _number(told)
    if value is not None:
        return value if value > 1_000_000_000 else time.time() + value
    try:
        found = datetime.fromisoformat(told or "")
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
