"""The figures of response, each with how many it counts, how many not yet, how many not, and its interval. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from draht.core.clock import DAY, MINUTE, SECOND
from draht.features.promises.clock import BusinessClock, Spent
from draht.features.promises.episodes import Answered, Standing
from draht.features.promises.percentiles import MEDIAN, P90, P95, Quantile, percentile, quantile
from draht.features.promises.rows import Row
from draht.features.promises.shares import Share
from draht.features.promises.survival import Step, answered_by

VERSION = 1  # of these definitions; whoever changes what comes out raises it
LIMITS = (15 * 60, 3600, 4 * 3600, 86_400)  # seconds
RATE_WITHIN = DAY // SECOND


@dataclass(frozen=True, slots=True)
class Rate:
    """Of the questions that are answered or a day old, how many were answered in time, and at all."""

    within: Share
    ever: Share
    pending: int
    excluded: Share


def response_rate(rows: Sequence[Row], within: int = RATE_WITHIN) -> Rate:
    """``within``: seconds on the calendar clock."""
    counted = [row for row in rows if not row.excluded]
    mature = [row for row in counted if row.replied or row.age >= within]
    in_time = sum(row.replied and row.seconds <= within for row in mature)
    return Rate(
        within=Share(in_time, len(mature)),
        ever=Share(sum(row.replied for row in mature), len(mature)),
        pending=len(counted) - len(mature),
        excluded=Share(len(rows) - len(counted), len(rows)),
    )


@dataclass(frozen=True, slots=True)
class Attainment:
    """How many promises were kept, of those that are decided."""

    met: Share
    pending: int
    excused: int


def attainment(standings: Iterable[str]) -> Attainment:
    """For first responses ``row.standing`` of rows that count; next ones and resolutions are counted apart."""
    told = [Standing(one) for one in standings]
    met, breached = told.count(Standing.MET), told.count(Standing.BREACHED)
    return Attainment(Share(met, met + breached), told.count(Standing.PENDING), told.count(Standing.EXCUSED))


@dataclass(frozen=True, slots=True)
class Distribution:
    """How long answers took (seconds). The curve also counts those that still wait.

    ``mean`` is for tooltips only: it says little of skewed times. ``within``: limit → share of those that are answered
    or wait for at least that long.
    """

    n: int
    median: Quantile
    p90: Quantile
    p95: Quantile
    mean: float | None
    within: dict[int, Share]
    curve: list[Step]
    waiting: int
    excluded: int


def distribution(rows: Sequence[Row], *, business: bool) -> Distribution:
    counted = [row for row in rows if not row.excluded]
    answered = sorted(row.spent(business=business) for row in counted if row.replied)
    waiting = [row.spent(business=business) for row in counted if not row.replied]
    return Distribution(
        n=len(answered),
        median=quantile(answered, MEDIAN),
        p90=quantile(answered, P90),
        p95=quantile(answered, P95),
        mean=sum(answered) / len(answered) if answered else None,
        within={limit: _within(answered, waiting, limit) for limit in LIMITS},
        curve=answered_by(answered, waiting),
        waiting=len(waiting),
        excluded=len(rows) - len(counted),
    )


def _within(answered: Sequence[int], waiting: Sequence[int], limit: int) -> Share:
    decided = len(answered) + sum(age >= limit for age in waiting)
    return Share(sum(seconds <= limit for seconds in answered), decided)


@dataclass(frozen=True, slots=True)
class Visibility:
    """Of public questions: how many were answered so that everybody sees it, and how many at all."""

    visible: Share
    answered: Share
    publicly: int
    pointed: int
    privately: int


def visibility(rows: Iterable[Row]) -> Visibility:
    told = [row.answered for row in rows if not (row.private or row.excluded)]
    publicly, pointed, privately = (
        told.count(how.value) for how in (Answered.PUBLICLY, Answered.POINTED, Answered.PRIVATELY)
    )
    return Visibility(
        visible=Share(publicly + pointed, len(told)),
        answered=Share(publicly + pointed + privately, len(told)),
        publicly=publicly,
        pointed=pointed,
        privately=privately,
    )


@dataclass(frozen=True, slots=True)
class Backlog:
    """Who waits for us now, and for how long, by both clocks."""

    count: int
    oldest: Spent | None
    p90: Spent | None
    due_soon: int
    overdue: int


def backlog(
    waiting: Sequence[tuple[int, int | None]], clock: BusinessClock, now: int, soon: int = 30 * MINUTE
) -> Backlog:
    """``waiting``: since when, and when the answer is due (milliseconds)."""
    ages = [clock.spent(since, now) for since, _due in waiting]
    due = [due for _since, due in waiting if due is not None]
    return Backlog(
        count=len(waiting),
        oldest=_each(ages, max),
        p90=_each(ages, lambda of: round(percentile(sorted(of), P90))),
        due_soon=sum(now <= at <= now + soon for at in due),
        overdue=sum(at < now for at in due),
    )


def _each(ages: Sequence[Spent], of: Callable[[list[int]], int]) -> Spent | None:
    return Spent(of([age.calendar for age in ages]), of([age.business for age in ages])) if ages else None
