"""When we are open: hours of the week, holidays and exceptions in one time zone, as moments on the time line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import holidays
from django.utils.translation import gettext as _

from draht.core.possible import NotPossible

DAY_MINUTES = 24 * 60
Stretch = tuple[int, int]  # minutes of the local day: from, until; beyond 24 hours it goes on in the next day
Day = tuple[Stretch, ...]
TIME = r"(\d{1,2})(?:[:.h](\d{2}))?"
STRETCH = re.compile(rf"{TIME}\s*[-–—]\s*{TIME}")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours as somebody writes them down.

    A stretch belongs to the day on which it begins: the night before a holiday is worked to its end.

    Attributes:
        zone: IANA name. The hours are what a clock on the wall says there, also when clocks are changed.
        week: the hours of Monday to Sunday.
        country: ISO 3166 code, whose public holidays are closed; empty = none.
        subdivision: the part of that country, for example ``BY``; empty = only what holds everywhere.
        exceptions: days with hours of their own, or with none. They come before holidays and the week.
    """

    zone: str
    week: tuple[Day, ...]
    country: str = ""
    subdivision: str = ""
    exceptions: Mapping[date, Day] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.zone not in available_timezones():
            raise NotPossible(_("There is no time zone %(name)s.") % {"name": self.zone})
        if len(self.week) != 7:
            raise NotPossible(_("A week has seven days."))
        known = holidays.list_supported_countries()
        if self.country and self.country not in known:
            raise NotPossible(_("The holidays of %(name)s are not known.") % {"name": self.country})
        if self.subdivision and self.subdivision not in known.get(self.country, []):
            raise NotPossible(_("The holidays of %(name)s are not known.") % {"name": self.subdivision})
        for hours in [*self.week, *self.exceptions.values()]:
            _check(hours)

    @property
    def is_ever_open(self) -> bool:
        return any(self.week) or any(self.exceptions.values())


def _check(hours: Day) -> None:
    for begin, end in hours:
        if not (0 <= begin < DAY_MINUTES and begin < end <= begin + DAY_MINUTES):
            raise NotPossible(_("Hours begin within their day and last at most 24 hours."))


# -- as text ----------------------------------------------------------------------------------------------------------


def read_hours(text: str) -> Day:
    """Hours of one day as people write them: "8-12, 13:30-18", "22:00-06:00", "0-24"; empty = closed."""
    parts = [part for part in re.split(r"[,;\n]+", text) if part.strip()]
    return tuple(sorted(_read_stretch(part.strip()) for part in parts))


def _read_stretch(text: str) -> Stretch:
    found = STRETCH.fullmatch(text)
    if found is None:
        raise NotPossible(
            _("Write hours like 9:00-12:30, 13:30-18:00. This was not understood: %(text)s") % {"text": text}
        )
    hour, minute, until_hour, until_minute = (int(number or 0) for number in found.groups())
    begin, end = hour * 60 + minute, until_hour * 60 + until_minute
    if max(minute, until_minute) > 59 or begin >= DAY_MINUTES or end > DAY_MINUTES:
        raise NotPossible(_("There is no such time of day: %(text)s") % {"text": text})
    return begin, end if end > begin else end + DAY_MINUTES


def hours_text(hours: Day) -> str:
    """The same hours as text, for ``read_hours``."""
    return ", ".join(f"{_time_text(begin)}–{_time_text(end, end=True)}" for begin, end in hours)


def _time_text(minute: int, *, end: bool = False) -> str:
    if minute != DAY_MINUTES or not end:
        minute %= DAY_MINUTES
    return f"{minute // 60:02}:{minute % 60:02}"


# -- as moments -------------------------------------------------------------------------------------------------------


def open_stretches(calendar: Calendar, year: int) -> Iterator[tuple[int, int]]:
    """Begin and end (milliseconds) of everything that begins on a day of ``year``. They may touch and overlap."""
    zone, closed = ZoneInfo(calendar.zone), holidays_of(calendar, year)
    day, last = date(year, 1, 1), date(year, 12, 31)
    while day <= last:
        usual = () if day in closed else calendar.week[day.weekday()]
        for begin, end in calendar.exceptions.get(day, usual):
            opens, closes = moment(zone, day, begin), moment(zone, day, end, last=True)
            if opens < closes:  # a stretch can lie wholly in the hour that a night in spring does not have
                yield opens, closes
        day += timedelta(days=1)


def holidays_of(calendar: Calendar, year: int, language: str = "en_US") -> Mapping[date, str]:
    """Public holidays of that year and what they are called; where they have no name in ``language``, in their own."""
    if not calendar.country:
        return {}
    return _holidays(calendar.country, calendar.subdivision, year, language)


@cache
def _holidays(country: str, subdivision: str, year: int, language: str) -> Mapping[date, str]:
    return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=language))


def moment(zone: tzinfo, day: date, minute: int, *, last: bool = False) -> int:
    """When a clock on the wall says that it is ``minute`` of ``day`` (milliseconds).

    What it says twice, in autumn, counts the first time, or the last; what it leaves out, in spring, is when it jumps.
    """
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    first, second = (int(wall.replace(tzinfo=zone, fold=fold).timestamp()) for fold in (0, 1))
    if first > second:
        return _jump(zone, second, first) * 1000
    return (second if last else first) * 1000


def _jump(zone: tzinfo, before: int, after: int) -> int:
    """The second between two at which the zone's offset changes."""
    offset = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: tzinfo, second: int) -> timedelta | None:
    return datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()
