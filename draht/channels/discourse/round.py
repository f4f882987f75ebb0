"""One fetch: new public posts, page by page from the newest down to what is known, then new private messages."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from draht.channels.discourse.client import Client
from draht.channels.discourse.mapper import placed, to_event
from draht.channels.discourse.refusals import Forbidden, NotThere
from draht.contract.messages import Event, IncomingMessage, Reading, Unread
from draht.contract.reading import read_each

USUAL = timedelta(days=30)  # that the first fetch looks back
WINDOW = 50  # older forums answer with what lies among so many ids below ``before``
MOST_PAGES = 100  # of one sweep: 5,000 posts
LETTERS = 10  # topics of private messages read in one round; each takes two calls of 60 a minute
NEWEST = 20  # posts of such a topic, which are read in any case


class Mark(msgspec.Struct):
    """The cursor. A sweep goes from the newest post down to ``known``; then ``top`` becomes ``known``."""

    known: int = 0
    top: int = 0
    before: int = 0  # where the sweep goes on; 0: it begins
    pages: int = 0
    letter_at: str = ""  # up to when private messages are read
    letter: int = 0  # the newest of them


class Round:
    def __init__(self, client: Client, cursor: str, since: datetime | None, now: datetime) -> None:
        self.client = client
        self.mark = msgspec.json.decode(cursor, type=Mark) if cursor else Mark()
        self.since = since or now - USUAL
        self.events: list[Event] = []
        self.unread: list[Unread] = []

    def run(self) -> Reading:
        more = self._sweep() or self._read_letters()
        cursor = msgspec.json.encode(self.mark).decode()
        return Reading(tuple(self.events), tuple(self.unread), cursor, more)

    # -- public posts ---------------------------------------------------------------------------------------------

    def _sweep(self) -> bool:
        """One page; says whether there is more below it."""
        mark, page = self.mark, self.client.posts(self.mark.before)
        ids = [id for raw in page if (id := _id(raw))]
        mark.top = max([mark.top, *ids])
        new = [raw for raw in page if not _id(raw) or mark.known < _id(raw) < (mark.before or math.inf)]
        self._take(reversed(new))
        lowest = min(ids, default=0)
        mark.pages += 1
        if self._goes_on(lowest, page):
            mark.before = lowest if lowest and lowest != mark.before else max(mark.before - WINDOW, 1)
            return True
        mark.known, mark.before, mark.pages = max(mark.known, mark.top), 0, 0
        return False

    def _goes_on(self, lowest: int, page: list[Any]) -> bool:
        mark = self.mark
        below = lowest or mark.before
        if below <= max(mark.known + 1, 1) or mark.pages >= MOST_PAGES:
            return False
        if not mark.known:  # the first time: as far back as was asked
            return bool(page) and lowest != mark.before and not self._is_old(page[-1])
        return True

    def _is_old(self, raw: Any) -> bool:
        told = raw.get("created_at") if isinstance(raw, dict) else None
        try:
            return isinstance(told, str) and datetime.fromisoformat(told) < self.since
        except (ValueError, TypeError):
            return False

    # -- private messages -----------------------------------------------------------------------------------------

    def _read_letters(self) -> bool:
        """The topics in which something was written since, those that waited longest first."""
        try:
            topics = [topic for topic in self.client.letters() if self._is_new(topic)]
        except Forbidden:  # the key is not for private messages
            return False
        topics.sort(key=lambda topic: str(topic["last_posted_at"]))
        read = self.mark.letter
        for topic in topics[:LETTERS]:
            self._read_letter(topic, read)
            self.mark.letter_at = max(self.mark.letter_at, _utc(topic["last_posted_at"]))
        return len(topics) > LETTERS

    def _is_new(self, topic: Any) -> bool:
        at = _utc(topic.get("last_posted_at")) if isinstance(topic, dict) and isinstance(topic.get("id"), int) else ""
        return at > (self.mark.letter_at or _utc(self.since.isoformat()))

    def _read_letter(self, topic: Any, read: int) -> None:
        try:
            told = self.client.topic(topic["id"])
            stream = [id for id in (told.get("post_stream") or {}).get("stream") or () if isinstance(id, int)]
            wanted = sorted({*[id for id in stream if id > read][-WINDOW:], *stream[-NEWEST:]})
            posts = self.client.posts_of(topic["id"], wanted) if wanted else []
        except (Forbidden, NotThere):  # we were taken out of it meanwhile
            return
        self._take(posts, title=str(told.get("title") or ""), private=True)
        self.mark.letter = max([self.mark.letter, *stream])

    def _take(self, posts: Any, title: str = "", private: bool = False) -> None:
        events, unread = read_each(
            [placed(raw, private, title) for raw in posts], lambda raw: to_event(raw, self.client.base)
        )
        # earlier ones are only read when they answer something newer: then the house has them
        self.events += [
            e for e in events if not isinstance(e, IncomingMessage) or self.mark.known or e.at >= self.since
        ]
        self.unread += unread


def _id(raw: Any) -> int:
    id = raw.get("id") if isinstance(raw, dict) else None
    return id if isinstance(id, int) else 0


def _utc(told: Any) -> str:
    """A time that can be compared as text."""
    try:
        at = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return ""
    return at.astimezone(UTC).isoformat(timespec="milliseconds") if at else ""
