"""One fetch: mentions of us, our own posts written elsewhere, and direct messages, each from where the last one ended.

X gives the newest first and charges for each thing that it gives: pages are small, and nothing is asked for twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from draht.channels.x.client import Client
from draht.channels.x.mapper import ASKED_MESSAGE, ASKED_POST, is_alone, signed, to_events
from draht.channels.x.prices import MESSAGE_READ
from draht.channels.x.times import when
from draht.contract.errors import Refused, TryLater
from draht.contract.messages import Account, Event, IncomingMessage, Reading, Unread
from draht.contract.reading import read_each

USUAL = timedelta(days=7)  # how far the first round looks back unless told
MESSAGES_EVERY = 120  # seconds: X allows 15 looks in 15 minutes, and a look that finds something takes two
MESSAGE_PAGES = 5  # of one round


class Line(msgspec.Struct, omit_defaults=True):
    """How far a line of posts was read: everything up to ``since``; while pages are open, from ``top`` down to
    ``until``."""

    since: str = ""
    top: str = ""
    until: str = ""


class Mark(msgspec.Struct, omit_defaults=True):
    """The cursor."""

    mentions: Line = msgspec.field(default_factory=Line)
    own: Line = msgspec.field(default_factory=Line)
    message: str = ""  # the newest direct message that was read
    looked: int = 0  # when direct messages were last looked for, epoch seconds
    paid: str = ""  # the day on which the newest one was last charged


class Round:
    def __init__(
        self, client: Client, us: Account, cursor: str, since: datetime | None, *, messages: bool, now: datetime
    ) -> None:
        self.client = client
        self.us = us
        self.mark = msgspec.json.decode(cursor, type=Mark) if cursor else Mark()
        self.since = since or now - USUAL
        self.now = now
        self.with_messages = messages
        self.events: list[Event] = []
        self.unread: list[Unread] = []

    def run(self) -> Reading:
        self._read_on(self.client.mentions, self.mark.mentions)
        if not self.mark.mentions.until:
            self._read_own()
        more = bool(self.mark.mentions.until or self.mark.own.until)
        if not more and self.with_messages:
            self._read_messages()
        return Reading(tuple(self.events), tuple(self.unread), msgspec.json.encode(self.mark).decode(), more)

    # -- posts ------------------------------------------------------------------------------------------

    def _read_own(self) -> None:
        """Answers that were given elsewhere. If X does not give them now, the mentions, which are paid for, go on."""
        try:
            self._read_on(self.client.own, self.mark.own)
        except TryLater:
            if not self.events:
                raise

    def _read_on(self, ask: Callable[[str, Mapping[str, str]], Any], line: Line) -> None:
        """One page. While there are further ones, ``until`` says where they go on."""
        where = {"since_id": line.since} if line.since else {"start_time": moment(self.since)}
        where |= {"until_id": line.until} if line.until else {}
        page = ask(self.us.id, where)
        posts, meta = page.get("data") or [], page.get("meta") or {}
        self._take([told_of(ASKED_POST, post, page) for post in reversed(posts)])
        ids = [id for id in map(_id, posts) if id]
        line.top = max([line.top or line.since or "0", *ids], key=int)
        oldest = min(ids, key=int, default="")
        further = bool(meta.get("next_token")) and oldest not in {"", line.until}
        line.until = oldest if further else ""
        if not further:
            line.since, line.top = ("" if line.top == "0" else line.top), ""

    # -- direct messages --------------------------------------------------------------------------------

    def _read_messages(self) -> None:
        """What X does not give now must not keep back the mentions, which are paid for."""
        if self.now.timestamp() - self.mark.looked < MESSAGES_EVERY:
            return
        try:
            self._read_new_messages()
        except TryLater:
            return
        except Refused:
            if not self.events:
                raise
            return
        self.mark.looked = int(self.now.timestamp())

    def _read_new_messages(self) -> None:
        newest = _id(next(iter(self.client.newest_message().get("data") or ()), None))
        self._settle(newest)
        if not newest or int(newest) <= int(self.mark.message or 0):
            return
        found: list[Any] = []
        token = ""
        for _ in range(MESSAGE_PAGES):
            page = self.client.messages(token)
            new = [event for event in page.get("data") or () if self._is_new(_id(event))]
            found += [told_of(ASKED_MESSAGE, event, page) for event in new]
            token = (page.get("meta") or {}).get("next_token") or ""
            if not token or len(new) < len(page.get("data") or ()):
                break
        self._take(found[::-1])
        self.mark.message = newest

    def _is_new(self, id: str) -> bool:
        if self.mark.message:
            return int(id or 0) > int(self.mark.message)
        return bool(id) and when(id) >= self.since

    def _settle(self, newest: str) -> None:
        """X charges for the same thing once a day: a look that finds nothing new costs nothing after the first."""
        today = self.now.date().isoformat()
        if newest and newest == self.mark.message and self.mark.paid == today and not self.client.free:
            self.client.http.purse.give_back(cents=MESSAGE_READ)
        self.mark.paid = today

    def _take(self, told: list[Any]) -> None:
        events, unread = read_each(told, to_events)
        found = [event for event in events if not is_alone(event, self.us.id)]
        self.events += [signed(event, self.us) if isinstance(event, IncomingMessage) else event for event in found]
        self.unread += unread


def told_of(kind: str, payload: Any, page: Any) -> dict[str, Any]:
    """One thing of a page in the shape of the Activity API, with what concerns it of what came along."""
    along = page.get("includes") or {}
    keys = set(_get(_get(payload, "attachments"), "media_keys") or ())
    people = {_get(payload, "author_id"), _get(payload, "sender_id")}
    return {
        "event_type": kind,
        "payload": payload,
        "includes": {
            "users": [each for each in along.get("users") or () if _get(each, "id") in people],
            "media": [each for each in along.get("media") or () if _get(each, "media_key") in keys],
        },
    }


def _get(holder: Any, key: str) -> Any:
    return holder.get(key) if isinstance(holder, dict) else None


def _id(event: Any) -> str:
    id = _get(event, "id")
    return id if isinstance(id, str) and id.isdigit() else ""


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
