"""Times read like people say them, in each language, and carry the exact moment."""

from __future__ import annotations

import pytest
from django.utils import timezone, translation

from draht.core.clock import DAY, HOUR, MINUTE, SECOND
from draht.core.ui import times

NOON = 1_795_435_200_000  # 2026-11-23 12:00 UTC, a Monday


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOON)


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (10 * SECOND, "now"),
        (5 * MINUTE, "5 min"),
        (3 * HOUR, "3 hr"),
        (2 * DAY, "2 days"),
        (10 * DAY, "Nov 13"),
        (400 * DAY, "Oct 19, 2025"),
    ],
)
def test_ago(away: int, said: str) -> None:
    assert times.ago(NOON - away) == said


def test_in_german() -> None:
    with translation.override("de"):
        assert times.ago(NOON - 5 * MINUTE) == "5 Min."
        assert times.ago(NOON - 10 * DAY) == "13. Nov."


def test_in_spanish() -> None:
    with translation.override("es"):
        assert [times.span(HOUR), times.span(2 * HOUR), times.span(DAY)] == ["1 h", "2 h", "1 d"]


def test_a_tag_carries_the_exact_moment_in_the_readers_zone() -> None:
    with timezone.override("Europe/Stockholm"):
        tag = times.when(NOON - MINUTE)
    assert 'datetime="2026-11-23T11:59:00.000Z"' in tag
    assert "12:59" in tag
    assert "data-ago>1 min</time>" in tag


def test_days_begin_at_midnight_of_the_reader() -> None:
    with timezone.override("Asia/Tokyo"):
        assert times.day_name(NOON - 13 * HOUR) == "Today"
    assert times.day_name(NOON - 13 * HOUR) == "Yesterday"
    assert times.day_name(NOON - 5 * DAY) == "Wed, Nov 18"


def test_less_than_a_minute_left_is_still_a_minute() -> None:
    assert ">1 min<" in times.left(NOON + 5 * SECOND)
