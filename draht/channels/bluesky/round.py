"""One fetch: mentions, replies and quotes, what they answer, our answers made elsewhere, and direct messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from draht.channels.bluesky import letters
from draht.channels.bluesky.chat import Chat
from draht.channels.bluesky.client import Client
from draht.channels.bluesky.mapper import parts, to_post
from draht.channels.bluesky.window import Window, moment
from draht.contract.errors import Refused, TryLater
from draht.contract.messages import Event, IncomingMessage, Reading, Unread
from draht.contract.reading import read_each

PAGES = 3  # of notifications a call
SEARCHES = 10  # each costs a call
FIRST = timedelta(days=30)  # how far the first fetch reads, unless somebody says otherwise


class Mark(msgspec.Struct, omit_defaults=True):
    """The cursor. ``page`` is the network's own while a walk back to what is known is under way."""

    told: Window = msgspec.field(default_factory=Window)
    page: str = ""
    own: Window = msgspec.field(default_factory=Window)
    found: dict[str, Window] = {}
    chat: letters.Mark = msgspec.field(default_factory=letters.Mark)


class Round:
    def __init__(
        self, client: Client, chat: Chat, cursor: str, since: datetime | None, searches: Sequence[str] = ()
    ) -> None:
        self.client = client
        self.chat = chat
        self.searches = searches[:SEARCHES]
        self.mark = msgspec.json.decode(cursor, type=Mark) if cursor else Mark()
        self.since = _ms(since or datetime.now(UTC) - FIRST)
        self.events: list[Event] = []
        self.unread: list[Unread] = []

    def run(self) -> Reading:
        more = self._read_notifications()
        if not more:
            self._read_own()
            self._search()
            more = self._read_letters()
        cursor = msgspec.json.encode(self.mark).decode()
        return Reading(tuple(self.events), tuple(self.unread), cursor, more)

    def _read_notifications(self) -> bool:
        """Walks back from the newest to what is known, some pages a call. Says whether there is more.

        The window moves on only when the walk is done: what is new meanwhile lies above its beginning.
        """
        window = self.mark.told
        stop = window.stop(self.since)
        for _ in range(PAGES):
            page, self.mark.page = self.client.notifications(self.mark.page)
            self._take(reversed(window.take(page, self.since)))
            if not self.mark.page or not page or min(map(moment, page)) < stop:
                self.mark.page = ""
                window.close()
                return False
        return True

    def _take(self, notifications: Iterable[Any]) -> None:
        """New ones as the network shows their posts, and before them what they answer."""
        told = list(notifications)
        views = self._views([uri for raw in told if (uri := _uri(raw))])
        messages = self._understood([_merged(raw, views) for raw in told])
        context = _context(messages, self.client.us, set(views))
        self.events += self._understood(self._views(context).values())
        self.events += messages

    def _views(self, uris: list[str]) -> dict[str, Any]:
        found = self.client.posts(list(dict.fromkeys(uris))) if uris else []
        return {_uri(view): view for view in found if _uri(view)}

    def _read_own(self) -> None:
        """Answers that we gave elsewhere: in the app, on the page."""
        window = self.mark.own
        own = [post for post in _posts(self.client.own()) if _by(post) == self.client.us]
        fresh = window.take(own, self.since)
        window.close()
        self.events += [message for message in self._understood(reversed(fresh)) if _answers_others(message)]

    def _search(self) -> None:
        """What others say about us without telling us."""
        self.mark.found = {query: self.mark.found.get(query) or Window() for query in self.searches}
        for query, window in self.mark.found.items():
            page = [view for view in self.client.search(query) if _by(view) != self.client.us]
            fresh = window.take(page, self.since)
            window.close()
            known = {event.id for event in self.events}
            self.events += [message for message in self._understood(reversed(fresh)) if message.id not in known]

    def _read_letters(self) -> bool:
        if not self.client.login.reads_messages:
            return False
        reading = letters.Letters(self.chat, self.mark.chat, self.since)
        try:
            more = reading.run()
        except (TryLater, Refused):
            if not self.events:
                raise
            return False  # the posts have come; the chat's own fault is told when it is the only news
        self.mark.chat = reading.mark
        self.events += reading.events
        self.unread += reading.unread
        return more

    def _understood(self, raw: Iterable[Any]) -> list[IncomingMessage]:
        events, unread = read_each(raw, to_post)
        self.unread += unread
        return [event for event in events if isinstance(event, IncomingMessage)]


def _merged(notification: Any, views: dict[str, Any]) -> Any:
    """The post as it is shown, with what only the notification says: why it came, and more about its author."""
    view = views.get(_uri(notification))
    if view is None:
        return notification
    return view | {key: notification[key] for key in ("reason", "reasonSubject", "author") if key in notification}


def _context(messages: list[IncomingMessage], us: str, known: set[str]) -> list[str]:
    """What the messages answer, where we or the same author wrote it: other people's posts are none of our business."""
    found = [
        uri
        for message in messages
        for uri in (message.thread, message.parent)
        if uri not in known and parts(uri)[0] in (us, message.author.id)
    ]
    return list(dict.fromkeys(found))


def _answers_others(message: IncomingMessage) -> bool:
    answered = {parts(uri)[0] for uri in (message.thread, message.parent) if uri and uri != message.id}
    return bool(answered - {message.author.id})


def _posts(feed: list[Any]) -> list[Any]:
    """The posts of a feed without what was only passed on."""
    return [each["post"] for each in feed if isinstance(each, dict) and "post" in each and "reason" not in each]


def _by(post: Any) -> str:
    return parts(_uri(post))[0]


def _uri(raw: Any) -> str:
    uri = raw.get("uri") if isinstance(raw, dict) else None
    return uri if isinstance(uri, str) and parts(uri)[0] else ""


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
