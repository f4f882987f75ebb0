"""First responses as rows: what a tile counts, what "show rows" shows, and what the export holds. Pure.

A row is all that figures need, as things stood at one moment. So an export gives the same figures as its tile, exactly.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from io import StringIO

from draht.core.clock import SECOND
from draht.features.promises.clock import BusinessClock
from draht.features.promises.episodes import Answered, Episode, Standing


@dataclass(frozen=True, slots=True)
class Row:
    """One episode's first response.

    Attributes:
        started_at: milliseconds.
        private: nobody else could read the question.
        excluded: why it does not count; empty = it counts.
        standing: what became of the promise.
        answered: how, for public ones.
        replied: whether a colleague has answered.
        seconds, open_seconds: until the answer; without one, for how long nobody has answered, by both clocks.
        age: seconds since the question.
    """

    id: int
    started_at: int
    private: bool
    excluded: str
    standing: str
    answered: str
    replied: bool
    seconds: int
    open_seconds: int
    age: int

    def spent(self, *, business: bool) -> int:
        return self.open_seconds if business else self.seconds


def rows_of(episodes: Iterable[Episode], clock_of: Callable[[Episode], BusinessClock], now: int) -> list[Row]:
    """``clock_of``: the clock of the calendar that is frozen into an episode."""
    return [_row_of(episode, clock_of(episode), now) for episode in episodes]


def _row_of(episode: Episode, clock: BusinessClock, now: int) -> Row:
    first = episode.first
    until = next((at for at in (episode.first_reply_at, first.ended_at) if at is not None), now)
    spent = clock.spent(first.asked_at, until)
    return Row(
        id=episode.id,
        started_at=episode.started_at,
        private=episode.private,
        excluded=episode.excluded or "",
        standing=first.standing(now).value,
        answered=episode.answered.value,
        replied=episode.first_reply_at is not None,
        seconds=spent.calendar,
        open_seconds=spent.business,
        age=max(0, now - first.asked_at) // SECOND,
    )


def as_csv(rows: Iterable[Row]) -> str:
    written = StringIO()
    table = csv.writer(written)
    table.writerow([field.name for field in fields(Row)])
    table.writerows([int(cell) if isinstance(cell, bool) else cell for cell in astuple(row)] for row in rows)
    return written.getvalue()


def from_csv(text: str) -> Iterator[Row]:
    """Reads an export back. Raises ``ValueError`` for what is none."""
    for told in csv.DictReader(StringIO(text)):
        yield Row(
            id=int(told["id"]),
            started_at=int(told["started_at"]),
            private=told["private"] == "1",
            excluded=told["excluded"],
            standing=Standing(told["standing"]).value,
            answered=Answered(told["answered"]).value,
            replied=told["replied"] == "1",
            seconds=int(told["seconds"]),
            open_seconds=int(told["open_seconds"]),
            age=int(told["age"]),
        )
