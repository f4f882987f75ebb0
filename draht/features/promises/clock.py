"""Both clocks: the one on the wall, and the one that only runs while we are open. Moments in ms, durations in s."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

from draht.core.clock import SECOND, to_datetime
from draht.features.promises.calendars import DAY_MINUTES, Calendar, moment, open_stretches

FARTHEST = 20  # years in which a due time is looked for
FIRST_YEAR, LAST_YEAR = 2, 9998  # what a date can hold, with a year of room


class Spent(NamedTuple):
    """How long something took, by both clocks (seconds)."""

    calendar: int
    business: int


class Table(NamedTuple):
    """The open stretches of some years, in order, apart from each other; ``done``: open time up to each end (ms)."""

    first_year: int
    last_year: int
    begins: list[int]
    ends: list[int]
    done: list[int]


class BusinessClock:
    """Runs while ``calendar`` is open. Grows its table by itself; threads may share it."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.zone = ZoneInfo(calendar.zone)
        self._years: dict[int, list[tuple[int, int]]] = {}
        self._table = Table(LAST_YEAR, FIRST_YEAR, [], [], [])

    def elapsed(self, begin: int, end: int) -> int:
        """Open seconds between two moments, rounded down; 0 if ``end`` comes first."""
        return self._open_ms(begin, end) // SECOND

    def spent(self, begin: int, end: int) -> Spent:
        return Spent(max(0, end - begin) // SECOND, self.elapsed(begin, end))

    def due(self, start: int, seconds: int) -> int | None:
        """When so many open seconds after ``start`` have passed; ``None`` if that never comes."""
        if seconds <= 0:
            return start
        table = self._cover(start, start)
        target = _done_until(table, start) + seconds * SECOND
        while not table.done or table.done[-1] < target:
            if not self.calendar.is_ever_open or table.last_year > _year(start) + FARTHEST:
                return None
            table = self._cover(start, start, ahead=table.last_year + 1 - _year(start))
            target = _done_until(table, start) + seconds * SECOND
        i = bisect_left(table.done, target)
        return table.ends[i] - (table.done[i] - target)

    def is_open(self, at: int) -> bool:
        return self.next_open(at) == at

    def next_open(self, at: int) -> int | None:
        """When we are open again; ``at`` itself if we are."""
        last = self.due(at, 1)  # no stretch is shorter than a minute
        if last is None:
            return None
        table = self._cover(at, last)
        return max(at, table.begins[bisect_right(table.ends, at)])

    def pieces(self, begin: int, end: int) -> list[tuple[date, int]]:
        """The open seconds between two moments, by the local day on which they pass."""
        table, found = self._cover(begin, end), dict[date, int]()
        for i in range(bisect_right(table.ends, begin), bisect_left(table.begins, end)):
            at, until = max(begin, table.begins[i]), min(end, table.ends[i])
            while at < until:
                day = to_datetime(at).astimezone(self.zone).date()
                here = min(until, moment(self.zone, day, DAY_MINUTES))
                found[day] = found.get(day, 0) + here - at
                at = here
        return [(day, passed // SECOND) for day, passed in found.items() if passed >= SECOND]

    def _open_ms(self, begin: int, end: int) -> int:
        if end <= begin:
            return 0
        table = self._cover(begin, end)
        return _done_until(table, end) - _done_until(table, begin)

    def _cover(self, begin: int, end: int, ahead: int = 1) -> Table:
        """The table, grown where ``begin`` to ``end`` needs it. A neighbour year is always there: nights pass over."""
        table = self._table
        first, last = max(FIRST_YEAR, _year(begin) - 1), min(LAST_YEAR, _year(end) + ahead)
        if first >= table.first_year and last <= table.last_year:
            return table
        first, last = min(first, table.first_year), max(last, table.last_year)
        for year in range(first, last + 1):
            if year not in self._years:
                self._years[year] = list(open_stretches(self.calendar, year))
        stretches = _merged([one for year in range(first, last + 1) for one in self._years[year]])
        done = list(accumulate(end - begin for begin, end in stretches))
        self._table = Table(first, last, [b for b, _ in stretches], [e for _, e in stretches], done)
        return self._table


def _year(at: int) -> int:
    """The year of a moment, near enough."""
    return datetime.fromtimestamp(at // SECOND, UTC).year


def _done_until(table: Table, at: int) -> int:
    """Open milliseconds of the table before ``at``."""
    i = bisect_right(table.begins, at) - 1
    return table.done[i] - max(0, table.ends[i] - at) if i >= 0 else 0


def _merged(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(stretches):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return merged
