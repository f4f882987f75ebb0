"""What a network's badge would say of us, by the network's own rules: Facebook's "very responsive". Pure.

Its sources disagree whether the time is a mean, a median, or the mean of the fastest nine in ten; so all are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from statistics import fmean, median

from draht.features.promises.rows import Row
from draht.features.promises.shares import Share

DAY_SECONDS = 86_400


class Time(StrEnum):
    MEAN = "mean"
    MEDIAN = "median"
    FASTEST = "mean of the fastest 90 %"


@dataclass(frozen=True, slots=True)
class Rules:
    days: int = 7
    rate: Fraction = Fraction(9, 10)
    seconds: int = 15 * 60


FACEBOOK = Rules()
FACEBOOK_MONTH = Rules(days=30)


@dataclass(frozen=True, slots=True)
class Badge:
    """``times``: seconds by each reading of the rules; empty when nothing was answered."""

    rate: Share
    times: dict[Time, float]
    rules: Rules

    def is_on(self, time: Time) -> bool:
        fast = time in self.times and self.times[time] <= self.rules.seconds
        return fast and self.rate.exact is not None and self.rate.exact >= self.rules.rate


def badge(rows: Sequence[Row], rules: Rules = FACEBOOK) -> Badge:
    """First answers of colleagues to what came in the last days. Who still waits counts as not answered."""
    counted = [row for row in rows if not row.excluded and row.age <= rules.days * DAY_SECONDS]
    answered = sorted(row.seconds for row in counted if row.replied)
    times: dict[Time, float] = {}
    if answered:
        fastest = answered[: max(1, len(answered) * 9 // 10)]
        times = {Time.MEAN: fmean(answered), Time.MEDIAN: median(answered), Time.FASTEST: fmean(fastest)}
    return Badge(Share(len(answered), len(counted)), times, rules)
