"""WF-08: what share of questions opening hours allow to be answered in time."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from draht.core.possible import NotPossible
from draht.features.promises.calendars import Day, read_hours
from draht.features.promises.ceilings import EVENLY, ceiling, must_be_possible
from draht.features.promises.tests.test_business_time import WEEKS

OFFICE = (read_hours("9-17"),) * 5 + ((), ())
SHOP = (read_hours("8-22"),) * 7
DAY_LONG = [1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 8, 8, 7, 7, 7, 7, 8, 9, 9, 8, 6, 4, 2]


@pytest.mark.parametrize(
    ("week", "minutes", "profile", "percent"),
    [
        (OFFICE, 60, EVENLY, 26.8),
        (OFFICE, 15, EVENLY, 24.6),
        (SHOP, 60, EVENLY, 62.5),
        (OFFICE, 60, DAY_LONG, 37.4),
        (SHOP, 60, DAY_LONG, 87.5),
    ],
)
def test_ceilings(week: tuple[Day, ...], minutes: int, profile: list[int], percent: float) -> None:
    assert round(float(ceiling(week, minutes * 60, profile)) * 100, 1) == percent


def test_exactly() -> None:
    assert ceiling(OFFICE, 3600) == Fraction(45, 168)
    assert ceiling((read_hours("0-24"),) * 7, 0) == 1
    assert ceiling(((),) * 7, 3600) == 0
    assert ceiling(OFFICE, 7 * 86_400) == 1
    assert ceiling(OFFICE, 3600, [0] * 24) == 0
    assert ceiling((read_hours("22-6"),) * 7, 3600) == Fraction(9, 24)  # the night of Sunday ends on Monday


@settings(max_examples=60, deadline=None)
@given(WEEKS, st.integers(0, 48), st.randoms(use_true_random=False))
def test_the_long_way(week: tuple[Day, ...], halves: int, random: Random) -> None:
    """Whoever comes in a half hour is asked: is anybody there before so many half hours are over?"""
    profile = [random.randrange(5) for _ in range(168)] or [1]
    length = 7 * 48
    there = {
        (day * 48 + half) % length
        for day, hours in enumerate(week)
        for begin, end in hours
        for half in range(begin // 30, end // 30)
    }
    in_time = [half for half in range(length) if any((half + wait) % length in there for wait in range(halves + 1))]
    whole = sum(profile) * 2
    expected = Fraction(sum(profile[half // 2] for half in in_time), whole) if whole else Fraction(0)
    assert ceiling(week, halves * 1800, profile) == expected


def test_nobody_promises_more_than_the_hours_allow() -> None:
    must_be_possible(Fraction(1, 4), OFFICE, 3600)
    with pytest.raises(NotPossible, match=r"At most 24\.6\s% of questions"):
        must_be_possible(Fraction(9, 10), OFFICE, 900)
