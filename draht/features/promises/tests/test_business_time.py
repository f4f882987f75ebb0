"""RM-06, B1 to B14, and what must hold for every calendar."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st

from draht.core.clock import DAY, MINUTE, SECOND, to_ms
from draht.core.possible import NotPossible
from draht.features.promises.calendars import DAY_MINUTES, Calendar, Day, hours_text, read_hours
from draht.features.promises.clock import BusinessClock, Spent
from draht.features.promises.explaining import explained, explained_by_clock

BERLIN = "Europe/Berlin"
CHRISTMAS = {date(2026, 12, day): () for day in (24, 25, 26)}


def at(text: str, zone: str = BERLIN) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def weekdays(hours: str, **also: object) -> BusinessClock:
    day = read_hours(hours)
    return BusinessClock(Calendar(BERLIN, (day,) * 5 + ((), ()), **also))  # type: ignore[arg-type]


def daily(hours: str, zone: str = BERLIN) -> BusinessClock:
    return BusinessClock(Calendar(zone, (read_hours(hours),) * 7))


DUE = [
    ("B1", "9-17", {}, "2026-11-20 16:00", 4 * 60, "2026-11-23 12:00"),
    ("B2", "9-17", {}, "2026-11-19 15:00", 4 * 60, "2026-11-20 11:00"),
    ("B3", "9-17", {}, "2026-11-18 18:00", 4 * 60, "2026-11-19 13:00"),
    ("B4", "8-17", {}, "2026-11-20 16:00", 4 * 60, "2026-11-23 11:00"),
    ("B5", "9-17", {}, "2026-11-20 16:30", 60, "2026-11-23 09:30"),
    ("B6", "9-17", {}, "2026-11-18 07:00", 2 * 60, "2026-11-18 11:00"),
    ("B7", "8-12, 13:30-18", {}, "2026-11-17 12:30", 60, "2026-11-17 14:30"),
    ("B8", "9-17", {"exceptions": CHRISTMAS}, "2026-12-23 16:30", 60, "2026-12-28 09:30"),
]
SPANS = [
    ("B9", weekdays("8-18"), "2026-11-21 14:00", "2026-11-23 08:10", Spent(2530 * 60, 10 * 60)),
    ("B10", daily("0-24"), "2026-03-28 12:00", "2026-03-29 12:00", Spent(82_800, 82_800)),
    ("B11", daily("0-24"), "2026-10-24 12:00", "2026-10-25 12:00", Spent(90_000, 90_000)),
    ("B12", daily("22-6"), "2026-03-28 23:30", "2026-03-29 05:30", Spent(300 * 60, 300 * 60)),
    ("B13", daily("22-6"), "2026-10-24 23:30", "2026-10-25 05:30", Spent(420 * 60, 420 * 60)),
    ("B14", weekdays("9-17", exceptions=CHRISTMAS), "2026-12-23 16:30", "2026-12-28 09:20", Spent(406_200, 50 * 60)),
]


@pytest.mark.parametrize(("name", "hours", "also", "start", "minutes", "due"), DUE, ids=[row[0] for row in DUE])
def test_due(name: str, hours: str, also: dict[str, object], start: str, minutes: int, due: str) -> None:
    assert weekdays(hours, **also).due(at(start), minutes * 60) == at(due)


@pytest.mark.parametrize(("name", "clock", "begin", "end", "spent"), SPANS, ids=[row[0] for row in SPANS])
def test_span(name: str, clock: BusinessClock, begin: str, end: str, spent: Spent) -> None:
    assert clock.spent(at(begin), at(end)) == spent


def test_holidays_by_subdivision() -> None:
    """6 January is a holiday in Bavaria and not in Berlin."""
    start = at("2026-01-05 16:30")
    assert weekdays("9-17", country="DE", subdivision="BY").due(start, 3600) == at("2026-01-07 09:30")
    assert weekdays("9-17", country="DE", subdivision="BE").due(start, 3600) == at("2026-01-06 09:30")
    assert weekdays("9-17", country="DE").due(start, 3600) == at("2026-01-06 09:30")


def test_an_exception_comes_before_a_holiday_and_may_open_a_sunday() -> None:
    open_days = {date(2026, 1, 6): read_hours("10-12"), date(2026, 1, 4): read_hours("13-15")}
    clock = weekdays("9-17", country="DE", subdivision="BY", exceptions=open_days)
    assert clock.due(at("2026-01-05 17:00"), 3600) == at("2026-01-06 11:00")
    assert clock.due(at("2026-01-03 10:00"), 3600) == at("2026-01-04 14:00")


def test_the_night_before_a_holiday_is_worked_to_its_end_and_over_new_year() -> None:
    night = BusinessClock(Calendar(BERLIN, (read_hours("22-6"),) * 7, country="DE", subdivision="BE"))
    assert night.elapsed(at("2026-12-24 23:00"), at("2026-12-27 12:00")) == 7 * 3600  # none begins on the 25th or 26th
    assert night.elapsed(at("2026-12-31 23:00"), at("2027-01-01 23:30")) == 7 * 3600


def test_hours_in_the_night_when_clocks_change() -> None:
    """02:30 does not come in March, and comes twice in October: open until it was 02:30 for the last time."""
    assert daily("1-2:30").elapsed(at("2026-03-29 00:00"), at("2026-03-29 12:00")) == 3600
    assert daily("2:10-2:40").elapsed(at("2026-03-29 00:00"), at("2026-03-29 12:00")) == 0
    assert daily("2:30-6").next_open(at("2026-03-29 00:00")) == at("2026-03-29 03:00")
    assert daily("1-2:30").elapsed(at("2026-10-25 00:00"), at("2026-10-25 12:00")) == 150 * 60
    assert daily("2:30-6").elapsed(at("2026-10-25 00:00"), at("2026-10-25 12:00")) == 270 * 60


@pytest.mark.parametrize("zone", ["America/Havana", "America/Santiago", "Asia/Beirut", "Australia/Lord_Howe", "UTC"])
def test_day_and_night_is_the_calendar_clock_also_where_midnight_jumps(zone: str) -> None:
    begin, end = at("2026-01-01", zone), at("2027-01-01", zone)
    assert daily("0-24", zone).spent(begin, end) == Spent(365 * 86_400, 365 * 86_400)


def test_due_at_the_end_of_a_day_and_never() -> None:
    clock = weekdays("9-17")
    assert clock.due(at("2026-11-20 16:00"), 3600) == at("2026-11-20 17:00")
    assert clock.due(at("2026-11-21 12:00"), 0) == at("2026-11-21 12:00")
    never = BusinessClock(Calendar(BERLIN, ((),) * 7))
    assert never.due(at("2026-11-20 16:00"), 1) is None
    assert never.next_open(at("2026-11-20 16:00")) is None
    once = BusinessClock(Calendar(BERLIN, ((),) * 7, exceptions={date(2026, 11, 21): read_hours("9-10")}))
    assert once.due(at("2026-11-20 16:00"), 3600) == at("2026-11-21 10:00")
    assert once.due(at("2026-11-20 16:00"), 3601) is None


def test_next_open() -> None:
    clock = weekdays("8-12, 13:30-18")
    assert clock.next_open(at("2026-11-20 12:00")) == at("2026-11-20 13:30")
    assert clock.next_open(at("2026-11-20 18:00")) == at("2026-11-23 08:00")
    assert clock.is_open(at("2026-11-20 08:00"))
    assert not clock.is_open(at("2026-11-20 12:00"))


# -- what must always hold --------------------------------------------------------------------------------------------

BEGIN = to_ms(datetime(2026, 3, 20, tzinfo=UTC))
HALF_HOUR = st.integers(0, 47).map(lambda n: n * 30)
STRETCH = st.tuples(HALF_HOUR, st.integers(1, 48)).map(lambda s: (s[0], s[0] + 30 * s[1]))
HOURS = st.lists(STRETCH, max_size=3).map(tuple)
WEEKS = st.lists(HOURS, min_size=7, max_size=7).map(tuple).filter(any)
ZONES = st.sampled_from([BERLIN, "America/New_York", "Asia/Kathmandu", "America/Santiago", "UTC"])
MOMENTS = st.integers(0, 400 * DAY).map(lambda ms: BEGIN + ms)


def wall_says_open(calendar: Calendar, at: int) -> bool:
    """The long way: does any stretch of today or yesterday hold what the clock on the wall says?"""
    wall = datetime.fromtimestamp(at / 1000, ZoneInfo(calendar.zone)).replace(tzinfo=None)
    for back in (0, 1):
        day = (wall - timedelta(days=back)).date()
        minute = (wall - datetime(day.year, day.month, day.day)).total_seconds() / 60
        if any(begin <= minute < end for begin, end in calendar.week[day.weekday()]):
            return True
    return False


@settings(max_examples=60, deadline=None)
@given(WEEKS, st.sampled_from(["UTC", "Asia/Kathmandu", BERLIN]), st.integers(0, 8 * 48))
def test_open_time_is_what_the_clock_on_the_wall_counts(week: tuple[Day, ...], zone: str, halves: int) -> None:
    calendar = Calendar(zone, week)
    start = to_ms(datetime(2026, 6, 1, tzinfo=UTC)) + halves * 15 * MINUTE  # no clock changes in these days
    steps = range(start, start + 3 * DAY, 15 * MINUTE)
    counted = sum(wall_says_open(calendar, at) for at in steps) * 15 * 60
    assert BusinessClock(calendar).elapsed(start, start + 3 * DAY) == counted


@settings(max_examples=80, deadline=None)
@example((((1320, 1800),),) * 7, BERLIN, to_ms(datetime(2026, 3, 28, 22, 30, tzinfo=UTC)), 7 * 3600)
@given(WEEKS, ZONES, MOMENTS, st.integers(1, 40 * 3600))
def test_due_is_the_first_moment_at_which_the_time_has_passed(
    week: tuple[Day, ...], zone: str, start: int, seconds: int
) -> None:
    clock = BusinessClock(Calendar(zone, week))
    due = clock.due(start, seconds)
    assert due is not None
    assert clock.elapsed(start, due) == seconds
    assert clock.elapsed(start, due - 1) == seconds - 1
    assert sum(passed for _, passed in clock.pieces(start, due)) in range(seconds - 60, seconds + 1)
    assert clock.is_open(due - 1)


@settings(max_examples=30, deadline=None)
@given(WEEKS, ZONES, st.lists(MOMENTS, min_size=3, max_size=3).map(sorted))
def test_spans_add_up_whatever_was_asked_before(week: tuple[Day, ...], zone: str, moments: list[int]) -> None:
    a, b, c = (moment // SECOND * SECOND for moment in moments)
    clock = BusinessClock(Calendar(zone, week))
    assert clock.elapsed(b, c) == BusinessClock(Calendar(zone, week)).elapsed(b, c)
    clock.elapsed(a - 3 * 365 * DAY, c + 3 * 365 * DAY)  # its table grows in both directions
    assert clock.elapsed(a, b) + clock.elapsed(b, c) == clock.elapsed(a, c)


def test_a_hundred_thousand_due_times_in_well_under_a_second() -> None:
    clock = weekdays("8-12, 13:30-18", country="DE", subdivision="BY")
    start = at("2026-01-01 00:00")
    began = time.process_time()
    due = [clock.due(start + n * 311_000, 7200) for n in range(100_000)]  # a year
    assert time.process_time() - began < 0.6
    assert due == sorted(due, key=lambda ms: ms or 0)


# -- as text ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hours", "shown"),
    [
        ("8-12, 13:30-18", ((480, 720), (810, 1080)), "08:00–12:00, 13:30–18:00"),
        ("22:00 – 06:00", ((1320, 1800),), "22:00–06:00"),
        ("0-24", ((0, DAY_MINUTES),), "00:00–24:00"),
        ("9.30-17h15", ((570, 1035),), "09:30–17:15"),
        ("13-15; 9-11", ((540, 660), (780, 900)), "09:00–11:00, 13:00–15:00"),
        ("", (), ""),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, hours: Day, shown: str) -> None:
    assert read_hours(text) == hours
    assert hours_text(hours) == shown
    assert read_hours(shown) == hours


@pytest.mark.parametrize("text", ["9", "9-25", "24-6", "9-17:60", "nine to five", "9-12 13-17"])
def test_hours_that_nobody_can_keep_are_refused_in_words(text: str) -> None:
    with pytest.raises(NotPossible, match=r"hours like|no such time"):
        read_hours(text)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"zone": "Berlin"}, "no time zone Berlin"),
        ({"country": "XX"}, "holidays of XX"),
        ({"country": "DE", "subdivision": "CA"}, "holidays of CA"),
        ({"week": ((),) * 6}, "seven days"),
        ({"week": (((0, 1500),),) * 7}, "at most 24 hours"),
    ],
)
def test_calendars_that_make_no_sense_are_refused_in_words(wrong: dict[str, object], why: str) -> None:
    right: dict[str, object] = {"zone": BERLIN, "week": ((),) * 7}
    with pytest.raises(NotPossible, match=why):
        Calendar(**{**right, **wrong})  # type: ignore[arg-type]


# -- explained --------------------------------------------------------------------------------------------------------


def told(clock: BusinessClock, start: str, minutes: int) -> str:
    due = clock.due(at(start), minutes * 60)
    assert due is not None
    return explained(clock, at(start), due)


def test_why_it_is_due_then() -> None:
    clock = weekdays("9-17")
    assert told(clock, "2026-11-20 16:30", 60) == "due Mon 09:30: 30 minutes on Friday, 30 on Monday"
    assert told(clock, "2026-11-20 16:00", 240) == "due Mon 12:00: 1 hour on Friday, 3 on Monday"
    assert told(clock, "2026-11-20 15:30", 240) == (
        "due Mon 11:30: 1 hour 30 minutes on Friday, 2 hours 30 minutes on Monday"
    )
    assert told(clock, "2026-11-17 10:00", 60) == "due Tue 11:00: 1 hour on Tuesday"
    assert told(clock, "2026-11-17 12:00", 24 * 60 + 30) == (
        "due Fri 12:30: 5 hours on Tuesday, 16 hours on 2 days between, 3 hours 30 minutes on Friday"
    )

    assert told(clock, "2026-11-17 12:00", 64 * 60) == (
        "due Fri, Nov 27 12:00: 5 hours on Tuesday, 56 hours on 7 days between, 3 hours on Fri, Nov 27"
    )


def test_closed_days_between_are_told_by_name() -> None:
    clock = weekdays("9-17", country="DE", subdivision="BE", exceptions={date(2026, 12, 24): ()})
    assert told(clock, "2026-12-23 16:30", 60) == (
        "due Mon 09:30: 30 minutes on Wednesday, 30 on Monday; closed Dec 24 and Dec 25 (Christmas Day)"
    )


def test_by_the_clock_on_the_wall() -> None:
    start = at("2026-11-20 16:30")
    assert explained_by_clock(weekdays("9-17"), start, start + 90 * MINUTE) == (
        "due Fri 18:00: 1 hour 30 minutes, day and night"
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ["Mo. 09:30", "30 Minuten", "Mittwoch", "Montag"]),
        ("es", ["lun 09:30", "30 minutos", "miércoles", "lunes"]),
    ],
)
def test_in_the_readers_language(language: str, words: list[str]) -> None:
    clock = weekdays("9-17", country="DE", subdivision="BE", exceptions={date(2026, 12, 24): ()})
    with translation.override(language):
        sentence = told(clock, "2026-12-23 16:30", 60)
    assert [word for word in words if word not in sentence] == []
    assert language != "de" or "Weihnachtstag" in sentence
