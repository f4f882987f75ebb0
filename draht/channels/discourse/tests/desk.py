"""A double with the channel opened on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from draht.channels.discourse.channel import Discourse
from draht.channels.discourse.tests.double import KEY, SECRET, Double
from draht.channels.discourse.tests.network import Post
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import IncomingMessage, Item, OutgoingReply
from draht.contract.testing import drain, item_of

ID = "0190c3f2-0000-7000-8000-000000000001"
YES = "Yes, within two days."


def settings(url: str, **more: str) -> Mapping[str, str]:
    return {"server": url, "username": "nordlicht", "key": KEY, "hook_secret": SECRET, "category": "/c/news/5"} | more


class Desk:
    """``cursor`` goes on with each fetch."""

    def __init__(self, since: datetime | None = None, **more: str) -> None:
        self.net = Double()
        self.world = self.net.world
        self.loopback = Loopback(self.net)
        self.http = Http(timeout=5)
        self.channel = Discourse(settings(self.loopback.url, **more), self.http, since=since)
        self.cursor = ""

    def fetch(self) -> list[Any]:
        events, self.cursor = drain(self.channel, self.cursor, most=120)
        return events

    def hear(self, raw: str, **how: Any) -> tuple[Post, Item]:
        """Somebody writes, and the item that the house keeps of it."""
        post = self.world.write(raw, **how)
        return post, item_of(next(event for event in self.fetch() if event.id == str(post.id)))

    def close(self) -> None:
        self.loopback.close()
        self.http.close()
        assert self.net.violations == []


def answer(item: Item, text: str = YES, **more: Any) -> OutgoingReply:
    return OutgoingReply(key=ID, text=text, to=item, **more)


def texts(events: list[Any]) -> list[str]:
    return [event.text for event in events if isinstance(event, IncomingMessage)]
