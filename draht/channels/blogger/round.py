"""One fetch: what is new, and now and then what changed its state or is gone among the comments of the last week.

In which order Blogger lists comments is not documented, so every look is bounded by a date and read to its end.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from draht.channels.blogger.client import Client
from draht.channels.blogger.mapper import digest, to_event
from draht.contract.errors import Refused, TryLater
from draht.contract.google import GoogleRefused
from draht.contract.messages import Deletion, Event, Reading, Unread
from draht.contract.pace import Pace, Plan
from draht.contract.reading import read_each

# A usual round is one call, and two for what it brings; the reserve is for what we do there.
PACE = Pace(every=120, round=3, reserve=1_000)
FIRST = timedelta(days=90)  # how far back the first fetch reads unless somebody asks
OVERLAP = timedelta(hours=1)  # a comment may appear later than it is dated
WEEK = timedelta(days=7)  # how far back changes of state are looked for
DEEP = 10  # every so many rounds
KEPT = 1_000  # comments that the cursor knows
CHECKS = 20  # of those that are missing, a round
POSTS = 50  # titles that the cursor knows


class Known(msgspec.Struct, array_like=True):
    """A comment as it was: its digest, when it was published (ms since 1970), and its post."""

    digest: int
    at: int
    post: str


class Look(msgspec.Struct):
    """A look that is under way: since when (ms), where it goes on, and the ids it has met if it looks for changes."""

    since: int
    token: str = ""
    deep: bool = False
    met: list[str] = []
    newest: int = 0


class Mark(msgspec.Struct):
    """The cursor."""

    newest: int = 0
    known: dict[str, Known] = {}
    posts: dict[str, tuple[str, str]] = {}
    look: Look | None = None
    rounds: int = 0
    plan: Plan | None = None


class Round:
    """``us``: our id as an author, and the blog's."""

    def __init__(self, client: Client, us: tuple[str, str], cursor: str, since: datetime | None) -> None:
        self.client = client
        self.us = us
        self.mark = msgspec.json.decode(cursor, type=Mark) if cursor else Mark()
        self.since = since
        self.events: list[Event] = []
        self.unread: list[Unread] = []

    def run(self) -> Reading:
        look = self.mark.look or self._begin()
        try:
            page = self.client.comments(_moment(look.since), look.token)
        except GoogleRefused:
            if not look.token:
                raise
            self.mark.look = None  # the page has run out: the same look once more
            return self._told(more=True)
        for raw in page.items:
            self._take(raw, look)
        look.token = page.next
        self.mark.look = look if page.next else None
        if not page.next:
            self._end(look)
        return self._told(more=bool(page.next))

    def _begin(self) -> Look:
        if not self.mark.newest:
            return Look(_ms(self.since or datetime.now(UTC) - FIRST))
        deep = self.mark.rounds % DEEP == DEEP - 1
        return Look(self.mark.newest - _long(WEEK if deep else OVERLAP), deep=deep)

    def _end(self, look: Look) -> None:
        """Only a look that came to its end moves the beginning of the next one."""
        self.mark.newest = max(self.mark.newest, look.newest, look.since)
        self.mark.rounds += 1
        if look.deep:
            self._find_gone(look)
        for id in sorted(self.mark.known, key=lambda id: self.mark.known[id].at)[:-KEPT]:
            del self.mark.known[id]
        self.mark.posts = dict(list(self.mark.posts.items())[-POSTS:])

    def _take(self, raw: Any, look: Look) -> None:
        id, at, post = _parts(raw)
        look.newest = max(look.newest, at)
        look.met += [id] if look.deep else []
        print_ = digest(raw)
        if (known := self.mark.known.get(id)) and known.digest == print_:
            return
        events, unread = read_each([raw], lambda each: to_event(each, self.us, self._post(post)))
        if known is None and events and isinstance(events[0], Deletion):
            events = ()  # it was gone before we came
        self.events += events
        self.unread += unread
        self.mark.known[id] = Known(print_, at, post)

    def _find_gone(self, look: Look) -> None:
        """A comment counts as gone only when Blogger says so of this very one."""
        met = set(look.met)
        missing = [id for id, known in self.mark.known.items() if known.at >= look.since and id not in met]
        for id in missing[:CHECKS]:
            known = self.mark.known[id]
            if known.post and self.client.comment(known.post, id) is None:
                self.events.append(Deletion(id))
                del self.mark.known[id]

    def _post(self, id: str) -> tuple[str, str]:
        """Title and address of a post. Without them a comment is as good."""
        if id and id not in self.mark.posts:
            try:
                raw = self.client.post(id) or {}
            except (TryLater, Refused):
                return "", ""
            self.mark.posts[id] = (_text(raw.get("title")), _text(raw.get("url")))
        return self.mark.posts.get(id, ("", ""))

    def _told(self, *, more: bool) -> Reading:
        if not more:
            self.mark.plan = PACE.plan(self.client.http.purse, self.mark.plan)
        cursor = msgspec.json.encode(self.mark).decode()
        pause = self.mark.plan.pause if self.mark.plan and not more else None
        return Reading(tuple(self.events), tuple(self.unread), cursor, more, pause)


def _parts(raw: Any) -> tuple[str, int, str]:
    """Id, time and post of a comment, as far as they can be read."""
    told = raw if isinstance(raw, dict) else {}
    post = told.get("post")
    try:
        at = _ms(datetime.fromisoformat(told["published"]))
    except (KeyError, TypeError, ValueError):
        at = 0
    id = _text(told.get("id")) or f"strange-{digest(raw)}"
    return id, at, _text(post.get("id")) if isinstance(post, dict) else ""


def _text(told: Any) -> str:
    return told if isinstance(told, str) else ""


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(max(ms, 0) / 1000, UTC)


def _ms(at: datetime) -> int:
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _long(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
