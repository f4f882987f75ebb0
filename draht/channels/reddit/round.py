"""One step of a round: one page of one listing, the newest first, until what is older than the last round comes.

Reddit's own way to ask for what is newer (``before``) says nothing any more once the thing that it names was deleted; a
time cannot be deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from draht.channels.reddit.client import Client
from draht.channels.reddit.mapper import children_of, to_event
from draht.contract.errors import Refused, TryLater
from draht.contract.messages import IncomingMessage, Reading
from draht.contract.reading import read_each
from draht.contract.words import words

INBOX, MENTIONS = "message/inbox", "message/mentions"
PAGES = 10  # Reddit shows no more than about a thousand things
USUAL = 30 * 86_400  # seconds that the first round looks back
OVERLAP = 900  # seconds by which a thing may appear late


class Cursor(msgspec.Struct, omit_defaults=True):
    """``marks``: the time of the newest thing of each listing that was read (epoch seconds); ``head``: that of the one
    that is being read, which becomes its mark when the end is reached."""

    marks: dict[str, float] = {}
    listing: str = ""
    after: str = ""
    pages: int = 0
    head: float = 0


def listings(subreddits: Sequence[str], everything: bool) -> list[str]:
    """The inbox comes last: of a comment it tells less than the listing of its subreddit."""
    found = []
    for name in subreddits:
        found += [f"r/{name}/new", f"r/{name}/comments"] if everything else []
        found.append(f"r/{name}/about/modqueue")
    return [*found, INBOX, MENTIONS]


def step(client: Client, us: str, cursor: str, since: datetime | None, asked: Sequence[str]) -> Reading:
    at = msgspec.json.decode(cursor, type=Cursor) if cursor else Cursor()
    if at.listing not in asked:
        at = Cursor(at.marks, asked[0])
    things, after = _page(client, at)
    floor = 0 if at.listing.endswith("/modqueue") else _floor(at.marks.get(at.listing), since)  # what waits may be old
    at.head = max([at.head, at.marks.get(at.listing) or floor, *map(_created, things)])
    new = [one for one in things if _created(one) >= floor]
    events, unread = read_each(new, lambda raw: to_event(raw, us))
    at.after, at.pages = after, at.pages + 1
    if len(new) < len(things) or not after or at.pages >= PAGES:
        _next_listing(at, asked)
    told = tuple(one for one in events if not _is_own_post(one, us))
    return Reading(tuple(reversed(told)), unread, msgspec.json.encode(at).decode(), more=bool(at.listing))


def _page(client: Client, at: Cursor) -> tuple[list[Any], str]:
    try:
        told = client.listing(at.listing, at.after)
    except Refused:
        if at.listing in {INBOX, MENTIONS}:
            raise
        return [], ""  # a subreddit that we do not moderate any more, or that is private: lacks() tells it
    try:
        return children_of(told), str(told["data"].get("after") or "")
    except (LookupError, TypeError) as error:
        raise TryLater(words("The network answered with something unexpected.")) from error


def _floor(mark: float | None, since: datetime | None) -> float:
    if mark:
        return mark - OVERLAP
    return since.timestamp() if since else datetime.now(UTC).timestamp() - USUAL


def _next_listing(at: Cursor, asked: Sequence[str]) -> None:
    """A listing that is empty keeps its mark. A clock that runs ahead leaves no gap."""
    if at.head:
        at.marks[at.listing] = min(at.head, datetime.now(UTC).timestamp())
    later = asked[asked.index(at.listing) + 1 :]
    at.listing, at.after, at.pages, at.head = (later[0] if later else ""), "", 0, 0


def _is_own_post(event: Any, us: str) -> bool:
    """What we published ourselves is no message to us; the answers to it are."""
    return isinstance(event, IncomingMessage) and event.author.id == us and event.id.startswith("t3_")


def _created(raw: Any) -> float:
    """Of what cannot be read: now, so that it is looked at and reading goes on."""
    try:
        return float(raw["data"]["created_utc"])
    except (LookupError, TypeError, ValueError):
        return datetime.now(UTC).timestamp()
