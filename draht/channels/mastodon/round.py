"""One fetch: what became of known statuses, new mentions with their threads, and our answers made elsewhere.

Every round asks for little (usually 4 requests, 40 at the very most): a server allows 300 in five minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from draht.channels.mastodon.client import BATCH, OWN_PAGE, PAGE, Client
from draht.channels.mastodon.mapper import in_thread, to_mention, to_message
from draht.contract.messages import Deletion, Event, IncomingMessage, Reading, Unread
from draht.contract.reading import read_each

FIRST_PAGES = 3  # how far the first round looks back
THREADS = 20  # threads looked up a round
WATCHED = 200  # the newest statuses, which are read again for edits and deletions
LOOKS = 2 * BATCH  # of these a round
SINGLE_LOOKS = 10  # of these one by one: to be sure that a status is gone, and where there is no batch


class Known(msgspec.Struct, array_like=True):
    """A watched status: the version that was seen, in ms since 1970, and the root of its thread."""

    revision: int
    root: str  # empty: the server could not say


class Mark(msgspec.Struct):
    """The cursor. ``known`` begins with what is to be looked at next."""

    mention: str = ""  # the newest notification that was read
    own: str = ""  # the newest status of ours that was read
    known: dict[str, Known] = {}


class Round:
    def __init__(self, client: Client, us: str, cursor: str) -> None:
        self.client = client
        self.us = us
        self.mark = msgspec.json.decode(cursor, type=Mark) if cursor else Mark()
        self.threads_left = THREADS
        self.events: list[Event] = []
        self.unread: list[Unread] = []

    def run(self) -> Reading:
        self._look_again()
        more = self._read_mentions()
        if not more:
            self._read_own()
        self._forget_old()
        cursor = msgspec.json.encode(self.mark).decode()
        return Reading(tuple(self.events), tuple(self.unread), cursor, more)

    # -- what is new ------------------------------------------------------------------------------------

    def _read_mentions(self) -> bool:
        """Reads on from the newest known mention, the older first. Says whether there is more."""
        page, more = _page(self.client.mentions, self.mark.mention, PAGE)
        before = self.mark.mention
        for raw in page:
            if not self.threads_left:
                return True
            for message in self._understood([raw], to_mention):
                self._take(self._placed(message))
            self.mark.mention = max(self.mark.mention, _id(raw), key=_age)
        return more and self.mark.mention != before

    def _read_own(self) -> None:
        """Answers that we gave elsewhere (in an app, on the web page) to statuses that we know."""

        def own(**where: str) -> list[Any]:
            return self.client.own(self.us, **where)

        page, _ = _page(own, self.mark.own, OWN_PAGE)
        for message in self._understood(page, to_message):
            if message.parent in self.mark.known:
                self._take(in_thread(message, self.mark.known[message.parent].root))
            self.mark.own = max(self.mark.own, message.id, key=_age)

    def _placed(self, message: IncomingMessage) -> IncomingMessage:
        """The message with the root of its thread; the server is asked for it if the parent is not known."""
        if not message.parent:
            return message
        if parent := self.mark.known.get(message.parent):
            return in_thread(message, parent.root)
        self.threads_left -= 1
        raw = self.client.ancestors(message.id)
        if raw is None:
            return message  # then it joins its parent, if the house knows that
        above = self._understood(raw, to_message)
        root = above[0].id if above else message.id
        for earlier in above:
            # third persons' statuses were not written to us and are none of our business
            if earlier.author.id in (self.us, message.author.id):
                self._take(in_thread(earlier, root))
        return in_thread(message, root)

    # -- what changed -----------------------------------------------------------------------------------

    def _look_again(self) -> None:
        """Reads known statuses again in turn: neither edits nor deletions are told to who polls."""
        due = list(self.mark.known)[:LOOKS]
        seen = self._seen(due)
        for id in [id for id in due if id not in seen][:SINGLE_LOOKS]:
            # a status counts as gone only when the server says so of this very one
            raw = self.client.status(id)
            if raw is None:
                self.events.append(Deletion(id))
            else:
                seen |= {message.id: message for message in self._understood([raw], to_message)}
            if id not in seen:
                del self.mark.known[id]
        for id, message in seen.items():
            if id in self.mark.known:
                self._compare(message)

    def _seen(self, ids: list[str]) -> dict[str, IncomingMessage]:
        seen: dict[str, IncomingMessage] = {}
        for start in range(0, len(ids), BATCH):
            found = self.client.statuses(ids[start : start + BATCH])
            seen |= {message.id: message for message in self._understood(found, to_message)}
            if not seen:
                break  # no such call here
        return seen

    def _compare(self, message: IncomingMessage) -> None:
        known = self.mark.known.pop(message.id)
        if _revision(message) > known.revision:
            self.events.append(in_thread(message, known.root))
        # at the end: the others come first
        self.mark.known[message.id] = Known(_revision(message), known.root)

    # -- book-keeping -----------------------------------------------------------------------------------

    def _understood(
        self, raw: Iterable[Any], to_event: Callable[[Any], IncomingMessage | None]
    ) -> list[IncomingMessage]:
        events, unread = read_each(raw, to_event)
        self.unread += unread
        return [event for event in events if isinstance(event, IncomingMessage)]

    def _take(self, message: IncomingMessage) -> None:
        known = self.mark.known.get(message.id)
        if known is not None and _revision(message) <= known.revision:
            return
        self.events.append(message)
        # before the others: most edits follow soon
        self.mark.known = {message.id: Known(_revision(message), message.thread)} | self.mark.known

    def _forget_old(self) -> None:
        for id in sorted(self.mark.known, key=_age)[:-WATCHED]:
            del self.mark.known[id]


def _page(ask: Callable[..., list[Any]], after: str, size: int) -> tuple[list[Any], bool]:
    """What follows ``after``, the oldest first, and whether there is more. At first: the newest pages."""
    page = pages = ask(min_id=after) if after else ask()
    for _ in range(0 if after else FIRST_PAGES - 1):
        oldest = min(map(_id, page), key=_age, default="")
        if len(page) < size or not oldest:
            break
        page = ask(max_id=oldest)
        pages = pages + page
    return sorted(pages, key=lambda raw: _age(_id(raw))), bool(after) and len(page) >= size


def _id(raw: Any) -> str:
    id = raw.get("id") if isinstance(raw, dict) else None
    return id if isinstance(id, str) else ""


def _age(id: str) -> tuple[int, str]:
    """Orders ids: Mastodon's are numbers that grow longer, GoToSocial's and Pleroma's sort as text."""
    return len(id), id


def _revision(message: IncomingMessage) -> int:
    return int((message.revision or message.at).timestamp() * 1000)
