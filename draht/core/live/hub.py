"""Who is looking at what happens: one reader of the journal, and a small mailbox for each open screen.

The stream says *that* something changed, never *what*: the page fetches its fragment, and one place checks rights.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any

import msgspec
from django.db import Error as StoreError
from django.db import connection

from draht.core.journal.facts import Fact
from draht.core.journal.queries import Position, Row, end, holds_back, newest, read_after
from draht.core.live.bus import Bus, make_bus

log = logging.getLogger("draht.live")
LOOK_EVERY = 1.0  # seconds until the journal is read even without a wake-up
SOON = 0.02  # seconds, while rows are there that wait for an older transaction: its end wakes nobody
MOST_MISSED = 2000  # rows that are told again after a broken stream
OF_CONNECTIONS = {
    Fact.CONNECTION_MADE,
    Fact.CONNECTION_CHANGED,
    Fact.CONNECTION_REMOVED,
    Fact.TROUBLE_BEGAN,
    Fact.TROUBLE_ENDED,
    Fact.SUBSCRIBED_AGAIN,
}
OF_POSTS = {fact for fact in Fact if fact.startswith("post_")}
OF_RIGHTS = {Fact.PERSON_CHANGED, Fact.PASSWORD_CHANGED, Fact.LOGGED_OUT, Fact.DEPARTMENT_ADDED}


class Screen:
    """One open stream. ``names`` gathers what changed until it is sent; ten changes of one thing are one event."""

    __slots__ = ("departments", "doubted", "names", "news", "position", "user_id")

    def __init__(self, user_id: int, departments: frozenset[int], position: Position) -> None:
        self.user_id = user_id
        self.departments = departments
        self.position = position
        self.names: set[str] = set()
        self.doubted = False  # somebody's rights have changed: look whether it may still be open
        self.news = asyncio.Event()

    def doubt(self) -> None:
        self.doubted = True
        self.news.set()

    def tell(self, names: Iterable[str], position: Position) -> None:
        self.names.update(names)
        self.position = position
        self.news.set()

    def collect(self) -> tuple[list[str], Position]:
        names = sorted(self.names)
        self.names.clear()
        self.news.clear()
        return names, self.position


class Follower:
    """Somebody who follows one conversation. ``rows`` gathers what happened in it until it is collected."""

    __slots__ = ("conversation_id", "news", "rows")

    def __init__(self, conversation_id: int) -> None:
        self.conversation_id = conversation_id
        self.rows: list[Row] = []
        self.news = asyncio.Event()

    def tell(self, row: Row) -> None:
        self.rows.append(row)
        self.news.set()

    def collect(self) -> list[Row]:
        rows, self.rows = self.rows, []
        self.news.clear()
        return rows


class Hub:
    """Reads the journal on a thread and hands what happened to screens and followers on the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, bus: Bus | None = None) -> None:
        self._loop = loop
        self._bus = bus
        self._screens: dict[int, set[Screen]] = {}  # department → screens
        self._followers: dict[int, set[Follower]] = {}  # conversation → followers
        self.position = Position()  # everything up to here has been handed out
        self._lines: set[asyncio.Future[None]] = set()
        self.ready = asyncio.Event()  # from now on nothing passes unseen
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, name="live", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def join(self) -> None:
        """Waits until the thread has seen that it shall stop: ``LOOK_EVERY`` seconds at most."""
        self._thread.join(2 * LOOK_EVERY)

    def open(self, screen: Screen) -> None:
        for department in screen.departments:
            self._screens.setdefault(department, set()).add(screen)

    def close(self, screen: Screen) -> None:
        for department in screen.departments:
            self._screens.get(department, set()).discard(screen)

    def attend(self, disconnected: Coroutine[Any, Any, None]) -> asyncio.Future[None]:
        """Of an open stream: done when the other side has gone, or the house closes."""
        line = asyncio.ensure_future(disconnected)
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)
        return line

    def hang_up(self) -> None:
        """Ends every stream; the browsers come back to whoever opens next."""
        for line in [*self._lines]:
            line.cancel()

    def follow(self, follower: Follower) -> None:
        self._followers.setdefault(follower.conversation_id, set()).add(follower)

    def unfollow(self, follower: Follower) -> None:
        others = self._followers.get(follower.conversation_id, set())
        others.discard(follower)
        if not others:
            self._followers.pop(follower.conversation_id, None)

    def _read(self) -> None:
        try:
            self._read_on()
        except RuntimeError:  # the loop has ended before us
            log.info("The live screens are closed.")
        finally:
            if self._bus:
                self._bus.close()
            connection.close()

    def _read_on(self) -> None:
        position: Position | None = None
        while not self._stop.is_set():
            try:
                self._bus = self._bus or make_bus()
                if position is None:
                    position = end()
                    self._loop.call_soon_threadsafe(self._begin, position)
                self._bus.wait(SOON if holds_back() else LOOK_EVERY)
                while rows := read_after(position):
                    position = rows[-1].position
                    self._loop.call_soon_threadsafe(self._spread, rows)
            except StoreError as error:
                log.warning("The journal cannot be read just now: %s", error)
                connection.close()
                time.sleep(1)

    def _begin(self, position: Position) -> None:
        self.position = position
        self.ready.set()

    def _spread(self, rows: Sequence[Row]) -> None:
        self.position = rows[-1].position
        by_department: dict[int | None, set[str]] = {}
        for row in rows:
            if row.fact in OF_RIGHTS:
                self._doubt(row)
            for follower in self._followers.get(row.conversation_id or 0, ()):
                follower.tell(row)
            if names := names_of(row):
                by_department.setdefault(row.department_id, set()).update(names)
        for department, told in by_department.items():
            for screen in self._of(department):
                screen.tell(told, rows[-1].position)

    def _doubt(self, row: Row) -> None:
        """Whoever's rights may have changed is asked again. A department that is new concerns every lead."""
        person = msgspec.json.decode(row.data).get("person", row.actor_id)
        for screen in self._of(None):
            if row.fact == Fact.DEPARTMENT_ADDED or screen.user_id == person:
                screen.doubt()

    def _of(self, department: int | None) -> Iterable[Screen]:
        """The screens of a department; of everybody for ``None``."""
        if department is None:
            return set().union(*self._screens.values())
        return self._screens.get(department, ())


def names_of(row: Row) -> list[str]:
    """The events that one fact causes."""
    if row.fact in OF_CONNECTIONS:
        return ["connections"]
    if row.fact in OF_POSTS:
        return ["posts"]
    if row.conversation_id is None:
        return []
    return [f"conversation-{row.conversation_id}", "list", "counters"]


def missed(departments: frozenset[int], since: Position | None, at: int) -> set[str]:
    """The names of what happened after a place in the journal, or since a time (milliseconds). Blocking."""
    rows = newest(MOST_MISSED) if since is None else read_after(since, MOST_MISSED)
    seen = [row for row in rows if row.at >= at and (row.department_id is None or row.department_id in departments)]
    return {name for row in seen for name in names_of(row)}
