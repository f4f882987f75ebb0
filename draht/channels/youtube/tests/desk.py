"""A double with the channel opened on it, and a purse that counts a day as the house does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from draht.channels.youtube.channel import YouTube
from draht.channels.youtube.tests.double import Comment, Double
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import IncomingMessage, Item, OutgoingReply, Reading
from draht.contract.purse import Purse
from draht.contract.testing import drain, item_of

KEY = "0190c3f2-0000-7000-8000-000000000001"


class Day(Purse):
    """A day's quota, so many seconds before midnight in California."""

    def __init__(self, units: float = math.inf, ends_in: float = 86_400) -> None:
        super().__init__()
        self.units = units
        self.ends_in = ends_in

    def left(self) -> float:
        return self.units - self.spent

    def day_ends_in(self) -> float:
        return self.ends_in


def settings(url: str) -> Mapping[str, str]:
    return {
        "client_id": "client-1",
        "client_secret": "secret-1",
        "access_token": "access-1",
        "refresh_token": "refresh-1",
        "api": url,
        "google_authorize": f"{url}/authorize",
        "google_token": f"{url}/token",
    }


class Desk:
    """``cursor`` goes on with each fetch."""

    def __init__(self, net: Double, purse: Purse | None = None, since: datetime | None = None) -> None:
        self.net = net
        self.loopback = Loopback(net)
        self.purse = purse or Day()
        self.http = Http(timeout=5, purse=self.purse)
        self.channel = YouTube(settings(self.loopback.url), self.http, since=since)
        self.channel.account = self.channel.whoami()
        self.cursor = ""
        net.calls.clear()
        self.purse.spent = 0

    def fetch(self) -> list[Any]:
        events, self.cursor = drain(self.channel, self.cursor)
        return events

    def round(self) -> Reading:
        """One fetch."""
        reading = self.channel.fetch(self.cursor)
        self.cursor = self.cursor if reading.cursor is None else reading.cursor
        return reading

    def hear(self, text: str, **how: Any) -> tuple[Comment, Item]:
        """A customer writes, and the item that the house keeps of it."""
        comment = self.net.write(text, **how)
        return comment, item_of(next(event for event in self.fetch() if event.id == comment.id))

    def close(self) -> None:
        self.loopback.close()
        self.http.close()
        assert self.net.violations == []


def answer(item: Item, text: str = "Yes, within two days.", **more: Any) -> OutgoingReply:
    return OutgoingReply(key=KEY, text=text, to=item, **more)


def texts(events: list[Any]) -> list[str]:
    return [event.text for event in events if isinstance(event, IncomingMessage)]
