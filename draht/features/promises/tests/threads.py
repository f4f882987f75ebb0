"""Threads for tests, written as people would tell them: ``customer("09:00")``, ``human("09:25")``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from draht.core.clock import to_ms
from draht.features.promises.calendars import Calendar, read_hours
from draht.features.promises.clock import BusinessClock
from draht.features.promises.episodes import Episode
from draht.features.promises.events import By, Deed, Said, What
from draht.features.promises.following import episodes_of
from draht.features.promises.policies import Promise

BERLIN = "Europe/Berlin"
TUESDAY = date(2026, 11, 17)


def clock_of(hours: str, weekend: str = "") -> BusinessClock:
    return BusinessClock(Calendar(BERLIN, (read_hours(hours),) * 5 + (read_hours(weekend),) * 2))


ALWAYS = clock_of("0-24", "0-24")
OFFICE = clock_of("9-17")


def at(text: str) -> int:
    """ "09:25" on that Tuesday, or a whole date and time, in Berlin; milliseconds."""
    whole = text if "-" in text else f"{TUESDAY} {text}"
    return to_ms(datetime.fromisoformat(whole).replace(tzinfo=ZoneInfo(BERLIN)))


def customer(text: str, id: int | None = None, **also: object) -> Said:
    when = at(text)
    return Said(id or when, By.CUSTOMER, when, platform_at=when, **also)  # type: ignore[arg-type]


def human(text: str, by: By = By.HUMAN, **also: object) -> Said:
    when = at(text)
    return Said(when, by, when, **{"delivered_at": when, **also})  # type: ignore[arg-type]


def deed(text: str, what: What, **also: object) -> Deed:
    return Deed(at(text), at(text), what, **also)  # type: ignore[arg-type]


def resolved(text: str, **also: object) -> Deed:
    return deed(text, What.RESOLVED, **{"by": 1, **also})


def promised(promise: Promise) -> Callable[[Said], Promise]:
    return lambda start: promise


HOUR_PROMISE = Promise(ALWAYS, first=3600, next=3600)


def followed(*events: Said | Deed, promise: Promise = HOUR_PROMISE) -> list[Episode]:
    said: Iterable[Said] = [one for one in events if isinstance(one, Said)]
    return episodes_of(said, [one for one in events if isinstance(one, Deed)], promised(promise))


T1 = (
    customer("09:00"),
    human("09:02", by=By.BOT),
    human("09:10", by=By.NOTE),
    deed("09:20", What.ASSIGNED, by=1),
    human("09:25"),
    customer("09:40"),
    customer("09:50"),
    human("10:05"),
    human("10:10"),
    resolved("10:20"),
    customer("14:00"),
    human("14:30"),
    resolved("15:00"),
)
