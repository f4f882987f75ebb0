"""Known posts, read again: edits have new ids, and what is gone is named among the errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from draht.channels.x.client import Client
from draht.channels.x.direct import MESSAGE
from draht.channels.x.mapper import ASKED_POST, newest_id, to_events
from draht.channels.x.round import told_of
from draht.contract.messages import Deletion, Event, IncomingMessage, Item, Reading, Unread
from draht.contract.reading import read_each

GONE = "/resource-not-found"  # the end of a problem's type; "not authorized" may mean protected for a while


class Again:
    def __init__(self, client: Client, items: Sequence[Item]) -> None:
        self.client = client
        self.of = {newest_id(item): item for item in items if not item.id.startswith(MESSAGE)}
        self.unread: list[Unread] = []

    def look(self) -> Reading:
        if not self.of:
            return Reading()
        page = self.client.posts(list(self.of), whole=False)
        events: list[Event] = [Deletion(self.of[id].id) for id in self._gone(page)]
        newer = {id: post for id, post in map(_edit, page.get("data") or ()) if id in self.of and post}
        events += self._edited(newer) if newer else []
        return Reading(tuple(events), tuple(self.unread))

    def _gone(self, page: Any) -> list[str]:
        problems = [each for each in page.get("errors") or () if isinstance(each, dict)]
        gone = [
            each.get("resource_id") or each.get("value") for each in problems if str(each.get("type")).endswith(GONE)
        ]
        return [id for id in gone if id in self.of]

    def _edited(self, newer: dict[str, str]) -> list[Event]:
        """The newest versions. ``newer``: their ids by those that we know."""
        page = self.client.posts(list(newer.values()), whole=True)
        authors = {new: self.of[old].author for old, new in newer.items()}
        told = [told_of(ASKED_POST, post, page) for post in page.get("data") or ()]
        events, unread = read_each(told, to_events)
        self.unread += unread
        return [self._known(event, authors) for event in events]

    def _known(self, event: Event, authors: Any) -> Event:
        if not isinstance(event, IncomingMessage) or event.author.name:
            return event
        return replace(event, author=authors.get(event.raw["payload"]["id"], event.author))


def _edit(post: Any) -> tuple[str, str]:
    """A post's id, and the id of a newer version of it, if there is one."""
    id = str(post.get("id")) if isinstance(post, dict) else ""
    newest = (post.get("edit_history_tweet_ids") or [id])[-1] if id else ""
    return id, "" if newest == id else str(newest)
