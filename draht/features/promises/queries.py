"""What holds, and what held: opening hours and promises as they stood at any moment. Two statements for all of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeVar

import msgspec

from draht.features.promises.calendars import Calendar, read_hours
from draht.features.promises.clock import BusinessClock
from draht.features.promises.models import CalendarVersion, PolicyVersion
from draht.features.promises.policies import Promise, Window
from draht.features.promises.terms import Scope

V = TypeVar("V", CalendarVersion, PolicyVersion)


@dataclass(slots=True)
class Rulebook:
    """All versions, oldest first, by what they are versions of."""

    calendars: dict[int, list[CalendarVersion]]
    policies: dict[int, list[PolicyVersion]]

    def promise(self, at: int, question: Scope, window: Window | None = None) -> Promise | None:
        """What held for a question of that moment (milliseconds); ``None`` = nothing was promised, or nobody was open.

        Of several policies the one that says most about the question; of equal ones the older.
        """
        in_force = (_in_force(versions, at) for versions in self.policies.values())
        holding = [one for one in in_force if one and not one.ended and scope_of(one).holds(question)]
        if not holding:
            return None
        chosen = max(holding, key=lambda one: (scope_of(one).weight, -one.policy_id))
        version = _in_force(self.calendars.get(chosen.calendar_id, []), at)
        if version is None:
            return None
        return Promise(
            clock=clock_of(version),
            first=chosen.first,
            next=chosen.next,
            resolution=chosen.resolution,
            business=chosen.business,
            window=window,
            version=chosen.pk,
            calendar_version=version.pk,
        )

    def calendar(self, calendar_id: int, at: int) -> Calendar | None:
        version = _in_force(self.calendars.get(calendar_id, []), at)
        return calendar_of(version) if version else None

    def clock(self, calendar_version: int) -> BusinessClock:
        """The clock of a version that is frozen into an episode. Raises ``KeyError`` for one that never was."""
        for versions in self.calendars.values():
            for version in versions:
                if version.pk == calendar_version:
                    return clock_of(version)
        raise KeyError(calendar_version)


def rulebook() -> Rulebook:
    """Everything that holds and held. Versions are never changed, and there are few."""
    return Rulebook(
        _by_parent((one.calendar_id, one) for one in CalendarVersion.objects.order_by("since", "id")),
        _by_parent((one.policy_id, one) for one in PolicyVersion.objects.order_by("since", "id")),
    )


def scope_of(version: PolicyVersion) -> Scope:
    return Scope(version.channel, version.private, version.department_id, version.topic, version.language)


def calendar_of(version: CalendarVersion) -> Calendar:
    return Calendar(
        zone=version.zone,
        week=tuple(read_hours(text) for text in version.week),
        country=version.country,
        subdivision=version.subdivision,
        exceptions={date.fromisoformat(day): read_hours(text) for day, text in version.exceptions.items()},
    )


def clock_of(version: CalendarVersion) -> BusinessClock:
    """One clock for all that ask: its table is made once. By what the version says, not by its number."""
    told = (version.zone, version.week, version.country, version.subdivision, version.exceptions)
    return _clock(msgspec.json.encode(told))


@lru_cache(maxsize=256)
def _clock(told: bytes) -> BusinessClock:
    zone, week, country, subdivision, exceptions = msgspec.json.decode(told)
    return BusinessClock(
        calendar_of(
            CalendarVersion(zone=zone, week=week, country=country, subdivision=subdivision, exceptions=exceptions)
        )
    )


def _in_force(versions: Sequence[V], at: int) -> V | None:
    i = bisect_right(versions, at, key=lambda one: one.since)
    return versions[i - 1] if i else None


def _by_parent(told: Iterable[tuple[int, V]]) -> dict[int, list[V]]:
    found: dict[int, list[V]] = {}
    for parent, version in told:
        found.setdefault(parent, []).append(version)
    return found
