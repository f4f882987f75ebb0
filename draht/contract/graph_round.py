"""Polling Graph for what no hook told: one call a step, stage by stage.

The cursor is where the round stands; a finished round begins anew a little before the last one began.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec

from draht.contract.errors import Refused
from draht.contract.graph import Page, moment
from draht.contract.messages import Event, IncomingMessage, Reading, Unread
from draht.contract.reading import read_each

USUAL = 30 * 86_400  # seconds that the first round looks back
OVERLAP = 900  # seconds that two rounds have in common: their clock is not ours, and a step may wait
DATES = ("created_time", "timestamp", "updated_time")
ToEvents = Callable[[Any], IncomingMessage | Iterable[IncomingMessage] | None]


class Cursor(msgspec.Struct, omit_defaults=True):
    """Epoch seconds. ``todo``: lists (their object, and where to go on) that did not fit into the page above them."""

    since: int = 0
    begun: int = 0
    stage: str = ""
    after: str = ""
    pages: int = 0
    todo: list[tuple[str, str]] = []


class GraphRound:
    """One step of a round. A stage is a method that says whether there is more of it.

    Attributes:
        stages: their names.
        watched: pages of our posts that a later round looks at; what is said below older ones is left to the hooks.
    """

    stages: ClassVar[tuple[str, ...]]
    watched: ClassVar[int] = 3

    def __init__(self, cursor: str, since: datetime | None) -> None:
        self.at = msgspec.json.decode(cursor, type=Cursor) if cursor else Cursor()
        self.first = not self.at.since
        if not self.at.stage:
            self.at = Cursor(self.at.since, int(time.time()), self.stages[0])
        self.floor = _first(since) if self.first else self.at.since - OVERLAP
        self.events: list[Event] = []
        self.unread: list[Unread] = []

    def step(self) -> Reading:
        stage: Callable[[], bool] = getattr(self, self.at.stage)
        if not stage():
            later = self.stages[self.stages.index(self.at.stage) + 1 :]
            self.at.after, self.at.pages, self.at.stage = "", 0, later[0] if later else ""
        if not self.at.stage:
            self.at = Cursor(self.at.begun)
        self.events.sort(key=lambda event: event.at.timestamp() if event.at else 0.0)
        cursor = msgspec.json.encode(self.at).decode()
        return Reading(tuple(self.events), tuple(self.unread), cursor, more=bool(self.at.stage))

    def take(self, payloads: Iterable[Any], to_events: ToEvents) -> None:
        """Those that came since the last round."""
        events, unread = read_each([raw for raw in payloads if seconds_of(raw) >= self.floor], to_events)
        self.events += events
        self.unread += unread

    def posts(self, page: Page) -> bool:
        """Whether there is more of our posts to look at."""
        self.at.after, self.at.pages = page.after, self.at.pages + 1
        return bool(page.after) and not (self.older(page) if self.first else self.at.pages >= self.watched)

    def later(self, id: str, page: Page) -> None:
        """The rest of a list that did not fit into the page above it."""
        if page.after and not self.older(page):
            self.at.todo.append((id, page.after))

    def rest(self, ask: Callable[[str, str], Page], to_events: ToEvents) -> bool:
        """One page of what is to be done; what is gone meanwhile is left."""
        if not self.at.todo:
            return False
        id, after = self.at.todo.pop(0)
        try:
            page = ask(id, after)
        except Refused:
            return bool(self.at.todo)
        self.take(page.items, to_events)
        self.later(id, page)
        return bool(self.at.todo)

    def optional(self, ask: Callable[[str], Page], take: Callable[[Any], None]) -> bool:
        """A stage that the login may lack the permission for; ``take`` takes one item of it."""
        try:
            page = ask(self.at.after)
        except Refused:
            return False
        for one in page.items:
            take(one)
        self.at.after = page.after
        return bool(page.after) and not self.older(page)

    def older(self, page: Page) -> bool:
        """Whether a page, the newest first, ends before what is looked for."""
        return not page.items or seconds_of(page.items[-1]) < self.floor


def seconds_of(raw: Any) -> float:
    """When it came to be. Of what cannot be read: now, so that it is looked at and reading goes on."""
    told = next((raw[key] for key in DATES if key in raw), None) if isinstance(raw, dict) else None
    try:
        return moment(told).timestamp()
    except (TypeError, ValueError, OverflowError, OSError):
        return time.time()


def _first(since: datetime | None) -> float:
    return since.timestamp() if since is not None else datetime.now(UTC).timestamp() - USUAL
