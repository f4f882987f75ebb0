"""Kaplan-Meier: how many are answered by when, with those counted that still wait. Pure.

Who counts answered questions only flatters themselves. Kaplan and Meier (1958); the band by Greenwood's variance on the
log-minus-log scale, which stays between 0 and 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Step:
    """From ``at`` on, the share ``answered``; between ``low`` and ``high`` where that can be said."""

    at: float
    answered: float
    low: float
    high: float
    at_risk: int


def answered_by(answered: Iterable[float], waiting: Iterable[float], confidence: float = 0.95) -> list[Step]:
    """The curve. ``answered``: after how long; ``waiting``: for how long those wait that are not answered."""
    answers, censored = Counter(answered), Counter(waiting)
    at_risk, left, variance = answers.total() + censored.total(), 1.0, 0.0
    steps = []
    for at in sorted(answers.keys() | censored.keys()):
        if count := answers[at]:
            left *= 1 - count / at_risk
            variance += count / (at_risk * (at_risk - count)) if count < at_risk else 0.0
            steps.append(Step(at, 1 - left, *_band(left, variance, confidence), at_risk))
        at_risk -= answers[at] + censored[at]  # who is answered at a moment, is so before others leave
    return steps


def share_by(curve: Sequence[Step], at: float) -> float:
    """The share that is answered by then."""
    return max((step.answered for step in curve if step.at <= at), default=0.0)


def median(curve: Sequence[Step]) -> float | None:
    """When half is answered; ``None`` if that has not been seen."""
    return next((step.at for step in curve if step.answered > 0.5 - 1e-9), None)


def _band(left: float, variance: float, confidence: float) -> tuple[float, float]:
    if not 0 < left < 1:
        return 1 - left, 1 - left
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(variance) / -log(left)
    return 1 - left ** exp(-reach), 1 - left ** exp(reach)
