"""RM-10 and §13.5: percentiles, Kaplan-Meier, and the intervals of shares, differences and ranks."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from math import comb
from random import Random
from statistics import fmean, quantiles

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from draht.features.promises.percentiles import MEDIAN, P90, P95, least, percentile, quantile, ranks
from draht.features.promises.shares import Share, difference, wilson
from draht.features.promises.survival import answered_by, median, share_by

TEN = [2, 4, 5, 8, 13, 15, 21, 34, 55, 240]


# -- percentiles ------------------------------------------------------------------------------------------------------


def test_percentiles_of_ten() -> None:
    assert [percentile(TEN, share) for share in (MEDIAN, P90, P95)] == [14, 73.5, 156.75]
    assert fmean(TEN) == 39.7


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=200).map(sorted))
def test_percentiles_as_the_standard_library_has_them(values: list[int]) -> None:
    assert percentile(values, P90) == pytest.approx(quantiles(values, n=10, method="inclusive")[8])


@pytest.mark.parametrize(
    ("n", "share", "expected"),
    [
        (20, MEDIAN, (6, 15)),
        (50, MEDIAN, (18, 33)),
        (100, MEDIAN, (40, 61)),
        (50, P90, (41, 50)),
        (100, P90, (84, 96)),
        (20, P90, (15, None)),
        (5, MEDIAN, (None, None)),
        (6, MEDIAN, (1, 6)),
    ],
)
def test_ranks(n: int, share: Fraction, expected: tuple[int | None, int | None]) -> None:
    assert ranks(n, share) == expected


def test_least_n() -> None:
    assert [least(share) for share in (MEDIAN, P90, P95)] == [6, 36, 72]
    for share in (MEDIAN, P90, P95):
        assert None in ranks(least(share) - 1, share)
        assert None not in ranks(least(share), share)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 150), st.sampled_from([MEDIAN, P90, P95]))
def test_ranks_by_exact_arithmetic(n: int, share: Fraction) -> None:
    """The definition, word for word, in whole numbers: of ``scale`` equally likely cases."""
    hit, miss, scale = share.numerator, share.denominator - share.numerator, share.denominator**n
    at_most = list(accumulate(comb(n, k) * hit**k * miss ** (n - k) for k in range(n)))
    low = max((rank for rank in range(1, n + 1) if 40 * at_most[rank - 1] <= scale), default=None)
    high = min((rank for rank in range(1, n + 1) if 40 * at_most[rank - 1] >= 39 * scale), default=None)
    assert ranks(n, share) == (low, high)


def test_a_million_values() -> None:
    low, high = ranks(1_000_000, P90)
    assert (low, high) == pytest.approx((900_000 - 588, 900_000 + 588), abs=3)


def test_a_quantile_says_when_there_is_too_little() -> None:
    few = quantile(list(range(1, 21)), P90)
    assert (few.n, few.low, few.high, few.is_enough) == (20, 15, None, False)
    assert quantile([], P90).value is None
    assert quantile(list(range(50)), MEDIAN).is_enough


def test_the_interval_holds_the_true_median_as_often_as_it_says() -> None:
    random, hits = Random(1), 0
    for _ in range(2000):
        found = quantile(sorted(random.random() for _ in range(20)), MEDIAN)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 0.5 <= found.high
    assert hits / 2000 == pytest.approx(0.9586, abs=0.012)


# -- shares -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (23, 60, 0.2709, 0.5098),
        (8, 10, 0.4902, 0.9433),
        (80, 100, 0.7112, 0.8666),
        (800, 1000, 0.7741, 0.8236),
        (171, 200, 0.800, 0.897),
        (87, 104, 0.754, 0.895),
        (66, 120, 0.461, 0.636),
    ],
)
def test_wilson(count: int, n: int, low: float, high: float) -> None:
    assert wilson(count, n) == pytest.approx((low, high), abs=6e-4 if n in (104, 120, 200) and count > 65 else 6e-5)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_what_was_seen_and_stays_a_share(seen: tuple[int, int]) -> None:
    low, high = wilson(*seen)
    assert 0 <= low <= seen[0] / seen[1] <= high <= 1


def test_newcombe() -> None:
    found = difference(Share(56, 70), Share(48, 80))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert found.is_change
    same = difference(Share(50, 100), Share(48, 100))
    assert same is not None
    assert not same.is_change
    assert difference(Share(0, 0), Share(1, 2)) is None


def test_of_nothing_there_is_no_share() -> None:
    assert (Share(0, 0).value, Share(0, 0).exact, Share(0, 0).interval) == (None, None, None)


def test_five_points_at_85_percent_need_196() -> None:
    """By the usual estimate; Wilson's interval of that n is as wide."""
    low, high = wilson(round(0.85 * 196), 196)
    assert high - low == pytest.approx(0.10, abs=0.002)


# -- Kaplan-Meier -----------------------------------------------------------------------------------------------------


def test_who_still_waits_counts() -> None:
    curve = answered_by([5, 10, 15, 30, 60], [8, 20, 45, 120, 400])
    assert [share_by(curve, at) for at in (15, 30, 60)] == pytest.approx([0.325, 0.46, 0.64])
    assert median(curve) == 60
    assert percentile([5, 10, 15, 30, 60], MEDIAN) == 15  # who forgets them
    assert share_by(curve, 4) == 0


def test_freireich() -> None:
    """The 6-MP group of Freireich et al. (1963): survival and standard errors as textbooks print them."""
    curve = answered_by([6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
    left = {step.at: 1 - step.answered for step in curve}
    assert [left[at] for at in (6, 7, 10, 13, 16, 22, 23)] == pytest.approx(
        [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], abs=5e-5
    )
    assert median(curve) == 23
    first = curve[0]
    assert (1 - first.high, 1 - first.low) == pytest.approx((0.620, 0.952), abs=1e-3)  # log-log band, as R prints it


def test_when_all_are_answered_the_curve_is_the_plain_one() -> None:
    curve = answered_by([1, 2, 3, 4], [])
    assert [step.answered for step in curve] == pytest.approx([0.25, 0.5, 0.75, 1])
    assert median(curve) == 2
    assert answered_by([], [5]) == []
    assert median([]) is None


@given(st.lists(st.integers(0, 50), max_size=60), st.lists(st.integers(0, 50), max_size=60))
def test_a_curve_rises_within_its_band(answered: list[int], waiting: list[int]) -> None:
    curve = answered_by(answered, waiting)
    assert [step.answered for step in curve] == sorted(step.answered for step in curve)
    assert all(
        0 <= step.low <= step.answered + 1e-9 and step.answered <= step.high + 1e-9 <= 1 + 2e-9 for step in curve
    )
    assert all(share_by(curve, at) <= sum(a <= at for a in answered) / len(answered) + 1e-9 for at in answered)
