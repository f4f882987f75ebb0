"""The promise ceiling: which share of questions opening hours allow to be answered in time, whoever answers. Pure.

Somebody is there within T of a question exactly when it comes between T before opening and closing. The hours of a
usual week are counted, without holidays and changes of the clock. A promise in open hours has no ceiling: its clock
stands still while nobody is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from django.utils.translation import gettext as _

from draht.core.possible import NotPossible
from draht.core.ui.amounts import percent
from draht.features.promises.calendars import Day

HOUR, DAY, WEEK = 3600, 86_400, 604_800  # seconds
EVENLY = (1,) * 24


def ceiling(week: Sequence[Day], seconds: int, profile: Sequence[int] = EVENLY) -> Fraction:
    """The share that can be answered within ``seconds`` at best.

    Args:
        profile: how many questions come in each hour of a day (24), or of a week from Monday on (168).
    """
    whole = sum(_within(profile, 0, WEEK))
    if not whole:
        return Fraction(0)
    return Fraction(sum(part for begin, end in _reach(week, seconds) for part in _within(profile, begin, end)), whole)


def must_be_possible(share: Fraction, week: Sequence[Day], seconds: int, profile: Sequence[int] = EVENLY) -> None:
    """Raises ``NotPossible`` with the ceiling, if more is promised than the hours allow."""
    most = ceiling(week, seconds, profile)
    if share > most:
        raise NotPossible(
            _("At most %(most)s of questions can be answered in that time with these opening hours.")
            % {"most": percent(float(most))}
        )


def _reach(week: Sequence[Day], seconds: int) -> Iterator[tuple[int, int]]:
    """When a question can come to be answered in time, within one week, apart from each other (seconds)."""
    marks = {0: 0, WEEK: 0}
    for day, hours in enumerate(week):
        for begin, end in hours:
            first, last = day * DAY + begin * 60 - seconds, day * DAY + end * 60
            for turn in range(first // WEEK, (last - 1) // WEEK + 1):  # it may reach into the weeks beside
                inside = max(first - turn * WEEK, 0), min(last - turn * WEEK, WEEK)
                marks[inside[0]] = marks.get(inside[0], 0) + 1
                marks[inside[1]] = marks.get(inside[1], 0) - 1
    depth = 0
    for begin, end in pairwise(sorted(marks)):
        depth += marks[begin]
        if depth > 0:
            yield begin, end


def _within(profile: Sequence[int], begin: int, end: int) -> Iterator[int]:
    """How much comes in each hour between two seconds of the week."""
    for hour in range(begin // HOUR, -(-end // HOUR)):
        yield profile[hour % len(profile)] * (min(end, (hour + 1) * HOUR) - max(begin, hour * HOUR))
