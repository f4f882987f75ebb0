"""A double with the channel opened on it, and a cursor that is carried on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from draht.channels.blogger.channel import Blogger
from draht.channels.blogger.tests.double import BLOG, USER, Comment, Double
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import IncomingMessage, Item, Reading
from draht.contract.testing import drain, item_of


def login(url: str) -> Mapping[str, str]:
    """What a sign-in leaves, before anybody chose a blog."""
    return {
        "client_id": "client-1",
        "client_secret": "secret-1",
        "access_token": "access-1",
        "refresh_token": "refresh-1",
        "api": url,
        "google_authorize": f"{url}/authorize",
        "google_token": f"{url}/token",
    }


def settings(url: str) -> Mapping[str, str]:
    return {**login(url), "blog_id": BLOG, "user_id": USER}


class Desk:
    """``cursor`` goes on with each fetch."""

    def __init__(self, net: Double, since: datetime | None = None) -> None:
        self.net = net
        self.loopback = Loopback(net)
        self.http = Http(timeout=5)
        self.channel = Blogger(settings(self.loopback.url), self.http, since=since)
        self.channel.account = self.channel.whoami()
        self.cursor = ""
        net.calls.clear()

    def fetch(self) -> list[Any]:
        events, self.cursor = drain(self.channel, self.cursor)
        return events

    def round(self) -> Reading:
        reading = self.channel.fetch(self.cursor)
        self.cursor = reading.cursor or self.cursor
        return reading

    def hear(self, text: str, **how: Any) -> tuple[Comment, Item]:
        comment = self.net.write(text, **how)
        return comment, item_of(next(event for event in self.fetch() if event.id == comment.id))

    def close(self) -> None:
        self.loopback.close()
        self.http.close()
        assert self.net.violations == []


def texts(events: list[Any]) -> list[str]:
    return [event.text for event in events if isinstance(event, IncomingMessage)]
