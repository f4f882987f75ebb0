"""Why something is due when it is, in a sentence: "due Mon 09:30: 30 minutes on Friday, 30 on Monday"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.units import format_unit
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from draht.core.clock import to_datetime
from draht.core.ui.times import locale
from draht.features.promises.calendars import holidays_of
from draht.features.promises.clock import BusinessClock

MOST = 3  # days that are told one by one
NAMED = 6  # days ahead that their weekday alone names
Piece = tuple[date, int]


def explained(clock: BusinessClock, start: int, due: int) -> str:
    """How the open time between two moments (milliseconds) passes, and which holidays lie between."""
    pieces, where = clock.pieces(start, due), locale()
    begin, end = (to_datetime(at).astimezone(clock.zone) for at in (start, due))
    words = {"when": _moment(end, begin, where), "parts": _parts(pieces, begin.date(), where)}
    closed = _closed(clock, begin.date(), end.date(), where)
    if not closed:
        return _("due %(when)s: %(parts)s") % words
    return _("due %(when)s: %(parts)s; closed %(closed)s") % {**words, "closed": closed}


def explained_by_clock(clock: BusinessClock, start: int, due: int) -> str:
    """The same where the clock never stops; it is read in the calendar's zone."""
    begin, end = (to_datetime(at).astimezone(clock.zone) for at in (start, due))
    words = {"when": _moment(end, begin, locale()), "amount": _amount((due - start) // 1000, locale())}
    return _("due %(when)s: %(amount)s, day and night") % words


def closes_unseen(clock: BusinessClock, asked_at: int, closes: int) -> str:
    """The alert of ``Promise.closes_unseen``: a network's window closes before anybody is here again."""
    begin, end = (to_datetime(at).astimezone(clock.zone) for at in (asked_at, closes))
    return _("window closes %(when)s before next shift") % {"when": _moment(end, begin, locale())}


def _parts(pieces: Sequence[Piece], start: date, where: Locale) -> str:
    """What passes on which day. Of many days only the first and the last one, the others together."""
    unit = _unit_of_all(pieces)
    shown = pieces if len(pieces) <= MOST else [pieces[0], pieces[-1]]
    parts = [_part(piece, start, where, "" if i and unit else unit or "each") for i, piece in enumerate(shown)]
    if len(pieces) > MOST:
        between = pieces[1:-1]
        amount = _amount(sum(seconds for _day, seconds in between), where)
        told = ngettext("%(amount)s on %(count)d day between", "%(amount)s on %(count)d days between", len(between))
        parts.insert(1, told % {"amount": amount, "count": len(between)})
    return ", ".join(parts)


def _unit_of_all(pieces: Sequence[Piece]) -> str:
    """The unit that fits all pieces, so that it is said once; empty if none does or they are told in part."""
    if len(pieces) > MOST:
        return ""
    if all(seconds < 3600 and seconds % 60 == 0 for _day, seconds in pieces):
        return "minute"
    return "hour" if all(seconds % 3600 == 0 for _day, seconds in pieces) else ""


def _part(piece: Piece, start: date, where: Locale, unit: str) -> str:
    """``unit``: said with the number; empty: the number alone; "each": as hours and minutes."""
    day, seconds = piece
    if unit == "each":
        amount = _amount(seconds, where)
    elif unit:
        amount = str(format_unit(seconds // (60 if unit == "minute" else 3600), f"duration-{unit}", locale=where))
    else:
        amount = str(seconds // (60 if seconds < 3600 else 3600))
    return _("%(amount)s on %(day)s") % {"amount": amount, "day": _day_name(day, start, where)}


def _amount(seconds: int, where: Locale) -> str:
    """ "1 hour 30 minutes"; below a minute in seconds."""
    units = {"hour": seconds // 3600, "minute": seconds % 3600 // 60, "second": seconds % 60 if seconds < 60 else 0}
    told = [str(format_unit(n, f"duration-{unit}", locale=where)) for unit, n in units.items() if n]
    return " ".join(told) or str(format_unit(0, "duration-minute", locale=where))


def _day_name(day: date, start: date, where: Locale) -> str:
    if (day - start).days <= NAMED:
        return str(format_date(day, "EEEE", locale=where))
    return str(format_skeleton("MMMEd", datetime(day.year, day.month, day.day), locale=where))


def _moment(end: datetime, begin: datetime, where: Locale) -> str:
    """Weekday and time of day, as a clock with 24 hours says it; with the date when it is a week away."""
    soon = (end.date() - begin.date()).days <= NAMED
    day = format_date(end, "EEE", locale=where) if soon else format_skeleton("MMMEd", end, tzinfo=None, locale=where)
    return f"{day} {end:%H:%M}" if end.second == 0 else f"{day} {end:%H:%M:%S}"


def _closed(clock: BusinessClock, first: date, last: date, where: Locale) -> str:
    """Days between on which the week would be open and the calendar is not, with the names of the holidays."""
    days = [first + timedelta(days=n) for n in range(min((last - first).days, 366) + 1)]
    closed = [day for day in days if _is_off(clock, day)]
    return str(format_list([_day_off(clock, day, where) for day in closed[:MOST]], locale=where)) if closed else ""


def _is_off(clock: BusinessClock, day: date) -> bool:
    calendar = clock.calendar
    usual = calendar.week[day.weekday()]
    return bool(usual) and not calendar.exceptions.get(day, () if day in holidays_of(calendar, day.year) else usual)


def _day_off(clock: BusinessClock, day: date, where: Locale) -> str:
    name = holidays_of(clock.calendar, day.year, str(where)).get(day, "")
    shown = str(format_skeleton("MMMd", datetime(day.year, day.month, day.day), locale=where))
    return f"{shown} ({name})" if name else shown
