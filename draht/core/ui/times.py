"""Times as people say them: "5 min", with the exact time behind it. static/ui/times.js keeps them fresh."""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from draht.core.clock import DAY, HOUR, MINUTE, SECOND, now, to_datetime

WEEK = 7 * DAY


def locale() -> Locale:
    """The reader's locale; English where nobody asks."""
    return _locale(get_language() or "en")


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(to_locale(language))


@lru_cache(maxsize=4096)
def _unit(count: int, unit: str, where: Locale) -> str:
    words = where._data["unit_patterns"][f"duration-{unit}"]["short"]  # format_unit() stumbles over Spanish: "1 horas"
    return str(words.get(where.plural_form(count), words["other"]).format(count))


def span(milliseconds: int) -> str:
    """A duration in its largest unit: "5 min", "2 hr", "3 days"."""
    milliseconds = max(milliseconds, 0)
    if milliseconds < HOUR:
        return _unit(milliseconds // MINUTE, "minute", locale())
    if milliseconds < DAY:
        return _unit(milliseconds // HOUR, "hour", locale())
    return _unit(milliseconds // DAY, "day", locale())


def ago(ms: int) -> str:
    """How long it is ago or ahead; the date when it is a week or more."""
    away = abs(now() - ms)
    if away < MINUTE:
        return str(_("now"))
    return span(away) if away < WEEK else day(ms)


def local(ms: int) -> datetime:
    return localtime(to_datetime(ms))


def day(ms: int) -> str:
    """The date, with its year when it is not this year."""
    moment = local(ms)
    skeleton = "MMMd" if moment.year == local(now()).year else "yMMMd"
    return str(format_skeleton(skeleton, moment, locale=locale()))


def day_name(ms: int) -> str:
    """Today, Yesterday, or the date with its weekday: the line between two days of a thread."""
    moment, today = local(ms), local(now())
    away = (today.date() - moment.date()).days
    if away in (0, 1):
        return str(_("Yesterday") if away else _("Today"))
    skeleton = "MMMEd" if moment.year == today.year else "yMMMd"
    return str(format_skeleton(skeleton, moment, locale=locale()))


def clock(ms: int) -> str:
    """The time of day."""
    return str(format_time(local(ms), "short", locale=locale()))


def exact(ms: int) -> str:
    return _exact(ms // SECOND, get_current_timezone(), locale())


@lru_cache(maxsize=20_000)  # a list asks for the same hundred moments again and again, and this is its dearest part
def _exact(second: int, zone: tzinfo, where: Locale) -> str:
    return str(format_datetime(localtime(to_datetime(second * SECOND), zone), "medium", locale=where))


def _tag(ms: int, shown: str, kind: str) -> Markup:
    stamp = to_datetime(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    title, words = escape(exact(ms)), escape(shown)
    return Markup(f'<time datetime="{stamp}" title="{title}" data-{kind}>{words}</time>')  # noqa: S704 all escaped


def when(ms: int) -> Markup:
    """A relative time that stays fresh, with the exact one as its title."""
    return _tag(ms, ago(ms), "ago")


def at(ms: int) -> Markup:
    """A time of day, with the exact time as its title."""
    return _tag(ms, clock(ms), "clock")


def moment(ms: int) -> Markup:
    """Date and time of day, in the zone of the reader's browser once a script has run."""
    there = local(ms)
    date, time = format_date(there, "medium", locale=locale()), format_time(there, "short", locale=locale())
    return _tag(ms, f"{date}, {time}", "moment")


def left(ms: int) -> Markup:
    """How much time is left until then, kept fresh."""
    return _tag(ms, span(max(ms - now(), MINUTE)), "span")


def lasting(ms: int) -> Markup:
    """How long something has lasted since then, kept fresh."""
    return _tag(ms, span(max(now() - ms, MINUTE)), "lasting")


def weekday(ms: int) -> str:
    """The day of the week and the time of day: what a snooze of some days means."""
    return f"{format_skeleton('EEE', local(ms), locale=locale())} {clock(ms)}"
