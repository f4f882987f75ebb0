"""Polling: what hooks did not tell. One call of Graph a step, in four stages: the feed, comments that are many, posts
elsewhere that name us, and conversations.

The cursor is where the round stands; a finished round begins anew a little before the last one began.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from draht.channels.facebook import mapper
from draht.channels.facebook.client import Client
from draht.contract.errors import Refused
from draht.contract.graph import Page, moment, to_page
from draht.contract.graph_messaging import to_listed
from draht.contract.messages import Event, IncomingMessage, Reading, Unread
from draht.contract.reading import read_each

USUAL = 30 * 86_400  # seconds that the first round looks back
OVERLAP = 900  # seconds that two rounds have in common: their clock is not ours, and a step may wait
WATCHED = 3  # pages of the feed that a later round looks at; older posts are left to the hooks
STAGES = ("feed", "comments", "tagged", "conversations")


class Cursor(msgspec.Struct, omit_defaults=True):
    """Epoch seconds. ``todo``: posts (and where to go on) whose comments did not fit into the feed."""

    since: int = 0
    begun: int = 0
    stage: str = ""
    after: str = ""
    pages: int = 0
    todo: list[tuple[str, str]] = []


class Round:
    """One step of a round."""

    def __init__(self, client: Client, us: str, cursor: str, since: datetime | None) -> None:
        self.client = client
        self.us = us
        self.at = msgspec.json.decode(cursor, type=Cursor) if cursor else Cursor()
        self.first = not self.at.since
        if not self.at.stage:
            self.at = Cursor(self.at.since, int(time.time()), STAGES[0])
        self.floor = self.at.since - OVERLAP if not self.first else _first(since)
        self.events: list[Event] = []
        self.unread: list[Unread] = []

    def step(self) -> Reading:
        stage: Callable[[], bool] = getattr(self, f"_{self.at.stage}")
        if not stage():
            later = STAGES[STAGES.index(self.at.stage) + 1 :]
            self.at.after, self.at.pages, self.at.stage = "", 0, later[0] if later else ""
        if not self.at.stage:
            self.at = Cursor(self.at.begun)
        self.events.sort(key=lambda event: event.at.timestamp() if event.at else 0.0)
        cursor = msgspec.json.encode(self.at).decode()
        return Reading(tuple(self.events), tuple(self.unread), cursor, more=bool(self.at.stage))

    # -- stages: whether there is more of it --------------------------------------------------------------------

    def _feed(self) -> bool:
        page = self.client.feed(self.at.after)
        for post in page.items:
            self._take([post], lambda one: mapper.to_post(one, self.us))
            if isinstance(post, dict) and isinstance(post.get("comments"), dict):
                self._take_comments(str(post.get("id")), post["comments"], mapper.to_title(post))
        self.at.after, self.at.pages = page.after, self.at.pages + 1
        deep_enough = self._older(page) if self.first else self.at.pages >= WATCHED
        return bool(page.after) and not deep_enough

    def _take_comments(self, post: str, below: dict[str, Any], title: str) -> None:
        comments = to_page(below)
        self._take(comments.items, lambda one: mapper.to_comment(one, title))
        if comments.after and not self._older(comments):
            self.at.todo.append((post, comments.after))

    def _comments(self) -> bool:
        if not self.at.todo:
            return False
        post, after = self.at.todo.pop(0)
        try:
            page = self.client.comments(post, after)
        except Refused:  # the post is gone meanwhile
            return bool(self.at.todo)
        self._take(page.items, mapper.to_comment)
        if page.after and not self._older(page):
            self.at.todo.append((post, page.after))
        return bool(self.at.todo)

    def _tagged(self) -> bool:
        return self._pages(self.client.tagged, lambda one: mapper.to_mention(one, self.us))

    def _conversations(self) -> bool:
        try:
            page = self.client.conversations(self.at.after)
        except Refused:  # without the permission for messages, comments are read all the same
            return False
        for one in page.items:
            if isinstance(one, dict) and isinstance(one.get("messages"), dict):
                self._take(to_page(one["messages"]).items, lambda raw: to_listed(raw, self.us))
        self.at.after = page.after
        return bool(page.after) and not self._older(page, "updated_time")

    def _pages(self, ask: Callable[[str], Page], to_event: Callable[[Any], IncomingMessage | None]) -> bool:
        try:
            page = ask(self.at.after)
        except Refused:
            return False
        self._take(page.items, to_event)
        self.at.after = page.after
        return bool(page.after) and not self._older(page)

    def _take(self, payloads: list[Any], to_event: Callable[[Any], IncomingMessage | None]) -> None:
        """Those that came since the last round."""
        new = [raw for raw in payloads if not isinstance(raw, dict) or _seconds(raw.get("created_time")) >= self.floor]
        events, unread = read_each(new, to_event)
        self.events += events
        self.unread += unread

    def _older(self, page: Page, key: str = "created_time") -> bool:
        """Whether a page, the newest first, ends before what is looked for."""
        last = page.items[-1] if page.items else None
        return last is None or _seconds(last.get(key) if isinstance(last, dict) else None) < self.floor


def _first(since: datetime | None) -> float:
    return since.timestamp() if since is not None else datetime.now(UTC).timestamp() - USUAL


def _seconds(told: Any) -> float:
    """Of what cannot be read: now, so that reading goes on."""
    try:
        return moment(told).timestamp()
    except (TypeError, ValueError, OverflowError, OSError):
        return time.time()
