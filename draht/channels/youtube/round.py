"""One fetch: new and edited comments, new answers, and what is held for review.

Threads come by the date of their first comment, so an answer is found by the number of answers; the newest ``WINDOW``
threads are watched. Each list is read until what is known begins, a page a fetch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zlib import crc32

import msgspec

from draht.channels.youtube.client import BATCH, PAGE, Client, Page
from draht.channels.youtube.mapper import answers_of, thread_of, titled, to_event, to_first, videos_of
from draht.channels.youtube.mark import Ahead, Held, Mark, Seen, ms, published, revision
from draht.contract.errors import Refused, TryLater
from draht.contract.google import GoogleRefused
from draht.contract.messages import Deletion, Event, IncomingMessage, Reading, Unread
from draht.contract.pace import Pace
from draht.contract.reading import as_text, read_each

# A usual round asks for three lists and the answers of one thread; the reserve is for 40 answers or other acts.
PACE = Pace(every=60, round=4, reserve=2_000)
LISTS = ("published", "heldForReview", "likelySpam")
WINDOW = 3  # pages of threads that are watched for new answers
FAR = 1_000  # pages that one catching up reads at most
DEEP = 10  # every so many rounds the whole window is read, else its first page
KEPT = (WINDOW + 1) * PAGE  # threads that the cursor knows: more than are watched, for new ones push in between
REPLY_PAGES = 10  # of one thread at a time


class Round:
    """``now`` dates what the network does not date: that a comment was held or released."""

    def __init__(self, client: Client, channel: str, cursor: str, since: datetime | None, now: datetime) -> None:
        self.client = client
        self.channel = channel
        self.mark = msgspec.json.decode(cursor, type=Mark) if cursor else Mark()
        self.since = since
        self.now = now
        self.events: list[Event] = []
        self.unread: list[Unread] = []
        self.still_held: set[str] = set()

    def run(self) -> Reading:
        if self.mark.ahead:
            for status, ahead in list(self.mark.ahead.items()):
                self._go_on(status, ahead)
        else:
            self._begin()
        self._forget_old()
        events = tuple(self._with_titles())
        more = bool(self.mark.ahead)
        if not more:
            self.mark.plan = PACE.plan(self.client.http.purse, self.mark.plan)
        cursor = msgspec.json.encode(self.mark).decode()
        pause = self.mark.plan.pause if self.mark.plan and not more else None
        return Reading(events, tuple(self.unread), cursor, more, pause)

    # -- pages --------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """The first page of each list."""
        floor = 0
        for status in LISTS:
            first = status not in self.mark.newest
            until = self.mark.newest.get(status, ms(self.since) if self.since else 0)
            page = self.client.threads(self.channel, status)
            self._take(status, page)
            self._plan(status, page, Ahead(page.next, until, WINDOW - 1 if first and self.since is None else FAR))
            if status != "published" and page.next:
                floor = max(floor, _oldest(page))
            self.mark.newest[status] = max([until, *map(published, page.items)])
        self._released(floor)
        self.mark.rounds += 1

    def _plan(self, status: str, page: Page, ahead: Ahead) -> None:
        """Reads on later if what is known begins further back, or if it is time for the whole window."""
        oldest = _oldest(page)
        self.mark.ahead.pop(status, None)
        if page.next and ahead.pages > 0 and oldest > ahead.until:
            self.mark.ahead[status] = ahead
        elif page.next and status == "published" and ahead.until >= 0 and self.mark.rounds % DEEP == DEEP - 1:
            self.mark.ahead[status] = Ahead(page.next, -1, WINDOW - 1)

    def _go_on(self, status: str, ahead: Ahead) -> None:
        try:
            page = self.client.threads(self.channel, status, ahead.token)
        except GoogleRefused as error:
            if "PageToken" not in error.code:
                raise
            del self.mark.ahead[status]  # it has run out: once more from the newest on
            if ahead.until >= 0:
                self.mark.newest[status] = ahead.until
            return
        self._take(status, page)
        self._plan(status, page, Ahead(page.next, ahead.until, ahead.pages - 1))

    def _take(self, status: str, page: Page) -> None:
        for raw in reversed(page.items):
            if status == "published":
                self._thread(raw)
            else:
                self._held(raw)

    # -- threads --------------------------------------------------------------------------------------------

    def _thread(self, raw: Any) -> None:
        """A published thread: its first comment if it is new or changed, and answers that are."""
        first = self._understood([raw], raw, to_first)
        if not first:
            return
        message, seen = first[0], self.mark.known.get(first[0].id)
        self._public(message, seen.at if seen else -1)
        total = raw["snippet"].get("totalReplyCount", 0)
        answers = self._answers(raw, message.id, total, seen)
        for answer in answers:
            self._public(answer, seen.newest if seen else -1)
        newest = max([seen.newest if seen else 0, *(ms(revision(each)) for each in answers)])
        self.mark.known[message.id] = Seen(ms(revision(message)), total, newest)

    def _public(self, message: IncomingMessage, known: int) -> None:
        """Takes what is newer than what is known, and what was held until now."""
        if self.mark.held.pop(message.id, None) is not None:
            self.events.append(replace(message, revision=max(self.now, revision(message))))
        elif ms(revision(message)) > known:
            self.events.append(message)

    def _answers(self, raw: Any, thread: str, total: int, seen: Seen | None) -> list[IncomingMessage]:
        """The answers that came along, and the others if their number has changed; the oldest first."""
        there = answers_of(raw)
        changed = total != (seen.replies if seen else 0)
        if total > len(there) and changed:
            there = self._all_answers(thread, total, seen)
        found = self._understood(there, raw, lambda each: to_event(each, raw["snippet"]))
        return sorted((each for each in found if not each.held), key=lambda each: each.at)

    def _all_answers(self, thread: str, total: int, seen: Seen | None) -> list[Any]:
        """Page by page, until there are as many new ones as the number says."""
        found: list[Any] = []
        token = ""
        for _ in range(REPLY_PAGES):
            page = self.client.replies(thread, token)
            found += page.items
            new = sum(published(each) > (seen.newest if seen else 0) for each in found)
            token = page.next
            if not token or (seen and new >= total - seen.replies > 0):
                break
        return found

    # -- what is held ---------------------------------------------------------------------------------------

    def _held(self, raw: Any) -> None:
        """A thread in which something waits for review: its first comment, or an answer."""
        found = self._understood([raw], raw, to_first)
        if found:
            found += self._understood(answers_of(raw), raw, lambda each: to_event(each, raw["snippet"]))
        for message in found:
            if message.held:
                self.still_held.add(message.id)
                self._hold(message)

    def _hold(self, message: IncomingMessage) -> None:
        at = ms(revision(message))
        known = self.mark.held.get(message.id)
        if known is not None and known.at >= at:
            return
        if known is None and self._was_public(message):
            message = replace(message, revision=max(self.now, revision(message)))
        self.events.append(message)
        self.mark.held[message.id] = Held(at, ms(message.at))

    def _was_public(self, message: IncomingMessage) -> bool:
        seen = self.mark.known.get(thread_of(message.id))
        return seen is not None and (not message.parent or ms(message.at) <= seen.newest)

    def _released(self, floor: int) -> None:
        """What is held no longer was approved, unless it is gone. Of lists that go on nothing older than ``floor`` is
        known, and nothing of answers, which stand where their threads stand."""
        missing = [id for id in self.mark.held if id not in self.still_held]
        due = [id for id in missing if not floor or ("." not in id and self.mark.held[id].published >= floor)][:BATCH]
        if not due:
            return
        found = {each.id: each for each in self._understood(self.client.comments(due), None, to_event)}
        for id in due:
            del self.mark.held[id]
            if message := found.get(id):
                self.events.append(replace(message, held=False, revision=max(self.now, revision(message))))
            else:
                self.events.append(Deletion(id, at=self.now))

    # -- book-keeping ---------------------------------------------------------------------------------------

    def _understood(self, raw: Iterable[Any], thread: Any, to_message: Callable[[Any], Event]) -> list[IncomingMessage]:
        """A thread with something strange in it is left over once, until it changes."""
        events, unread = read_each(raw, to_message)
        if unread and self._is_new(thread):
            self.unread += unread
        return [event for event in events if isinstance(event, IncomingMessage)]

    def _is_new(self, thread: Any) -> bool:
        print_ = crc32(as_text(thread).encode())
        key = f"strange-{print_}"
        known = key in self.mark.known
        self.mark.known[key] = Seen(ms(self.now))
        return not known

    def _forget_old(self) -> None:
        for id in sorted(self.mark.known, key=lambda id: self.mark.known[id].at)[:-KEPT]:
            del self.mark.known[id]
        for id in sorted(self.mark.held, key=lambda id: self.mark.held[id].at)[:-KEPT]:
            del self.mark.held[id]

    def _with_titles(self) -> list[Event]:
        """The video's title stands above what was written below it. Without it the message is as good."""
        videos = videos_of(self.events)
        titles: dict[str, str] = {}
        try:
            for start in range(0, len(videos), BATCH):
                titles |= self.client.titles(videos[start : start + BATCH])
        except (TryLater, Refused):
            return self.events
        return [titled(event, titles) for event in self.events]


def _oldest(page: Page) -> int:
    return min(filter(None, map(published, page.items)), default=0)
