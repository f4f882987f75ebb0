"""Shares with their intervals: Wilson (1927) for one, Newcombe (1998) for the difference of two. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``n``, and between which shares the true one lies. All ``None`` when there is nothing to count."""

    count: int
    n: int
    confidence: float = 0.95

    @property
    def exact(self) -> Fraction | None:
        return Fraction(self.count, self.n) if self.n else None

    @property
    def value(self) -> float | None:
        return self.count / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.count, self.n, self.confidence) if self.n else None


def wilson(count: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval."""
    z, p = _z(confidence), count / n
    middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    whole = 1 + z * z / n
    low = 0.0 if count == 0 else (middle - half) / whole
    high = 1.0 if count == n else (middle + half) / whole
    return low, high


@dataclass(frozen=True, slots=True)
class Difference:
    """One share minus another, with the interval of that difference."""

    value: float
    low: float
    high: float

    @property
    def is_change(self) -> bool:
        """Only a difference whose interval excludes zero is called a change."""
        return self.low > 0 or self.high < 0


def difference(one: Share, other: Share) -> Difference | None:
    """Newcombe's hybrid score interval (his method 10); ``None`` when one of them counts nothing."""
    if one.value is None or other.value is None or one.interval is None or other.interval is None:
        return None
    apart = one.value - other.value
    (low, high), (other_low, other_high) = one.interval, other.interval
    return Difference(
        apart,
        apart - sqrt((one.value - low) ** 2 + (other_high - other.value) ** 2),
        apart + sqrt((high - one.value) ** 2 + (other.value - other_low) ** 2),
    )


@cache
def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)
