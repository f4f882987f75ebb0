"""Percentiles, and the intervals in which they lie by the order of the values alone. Pure.

Percentile: linear interpolation, type 7 of Hyndman and Fan (1996), as numpy and spreadsheets' ``.INC`` have it.
Interval: ranks by the binomial distribution (Conover, Practical Nonparametric Statistics, 3.2), whatever the values'
own distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import exp, lgamma, log, sqrt

MEDIAN, P90, P95 = Fraction(1, 2), Fraction(9, 10), Fraction(19, 20)


@dataclass(frozen=True, slots=True)
class Quantile:
    """A percentile with its interval; an end that so few values cannot tell is ``None``."""

    n: int
    value: float | None
    low: float | None
    high: float | None

    @property
    def is_enough(self) -> bool:
        """Whether both ends are known; else: insufficient data."""
        return self.low is not None and self.high is not None


def quantile(values: Sequence[float], share: Fraction, confidence: float = 0.95) -> Quantile:
    """A percentile of ``values``, which are in order, from the smallest to the largest."""
    n = len(values)
    if not n:
        return Quantile(0, None, None, None)
    low, high = ranks(n, share, confidence)
    return Quantile(
        n,
        percentile(values, share),
        None if low is None else values[low - 1],
        None if high is None else values[high - 1],
    )


def percentile(values: Sequence[float], share: Fraction) -> float:
    """``values`` in order; the place is exact, so that no rounding moves it."""
    place = (len(values) - 1) * share
    below, rest = place.numerator // place.denominator, place % 1
    if not rest:
        return values[below]
    return float(values[below] + rest * (Fraction(values[below + 1]) - Fraction(values[below])))


@lru_cache(maxsize=4096)
def ranks(n: int, share: Fraction, confidence: float = 0.95) -> tuple[int | None, int | None]:
    """Between which ranks (from 1) a percentile lies: the largest l with P(X ≤ l-1) ≤ α/2, the smallest u with
    P(X ≤ u-1) ≥ 1 - α/2, where X is binomial."""
    tail, q = (1 - confidence) / 2, float(share)
    spread = 12 * sqrt(n * q * (1 - q)) + 12  # beyond it, nothing that a float can tell from 0
    first, last = max(0, int(n * q - spread)), min(n - 1, int(n * q + spread))
    low, below = None, 0.0
    for k in range(first, last + 1):  # below: P(X ≤ k)
        below += _binomial(n, k, q)
        if below <= tail:
            low = k + 1
        if below >= 1 - tail:
            return low, k + 1
    return low, None


def least(share: Fraction, confidence: float = 0.95) -> int:
    """How many values an interval with two ends takes: 6 for the median, 36 for p90, 72 for p95."""
    tail, further = (1 - confidence) / 2, max(share, 1 - share)
    n = 1
    while float(further) ** n > tail:
        n += 1
    return n


def _binomial(n: int, k: int, q: float) -> float:
    choose = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return exp(choose + k * log(q) + (n - k) * log(1 - q))
