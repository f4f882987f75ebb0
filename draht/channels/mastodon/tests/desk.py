"""A double with the channel opened on it, and the customer Jane."""

from __future__ import annotations

from typing import Any

from draht.channels.mastodon.channel import Mastodon
from draht.channels.mastodon.tests.double import TOKEN, Double
from draht.channels.mastodon.tests.network import Written
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import (
    IncomingMessage,
    Item,
    OutgoingReply,
)
from draht.contract.testing import drain, item_of

JANE = "jane@other.example"


class Desk:
    """A double, the channel opened on it, and a cursor that is carried on."""

    def __init__(self, double: Double) -> None:
        self.double = double
        self.net = double.net
        self.loopback = Loopback(double)
        self.http = Http(timeout=5)
        config = {"server": self.loopback.url, "token": TOKEN}
        self.channel = Mastodon(config, self.http)
        self.channel.account = self.channel.whoami()
        self.cursor = ""
        double.calls.clear()

    def fetch(self) -> list[Any]:
        events, self.cursor = drain(self.channel, self.cursor)
        return events

    def hear(self, text: str, **how: Any) -> tuple[Written, Item]:
        """A customer writes, and the item that the house keeps of it."""
        written = self.net.write(JANE, f"@brand {text}", **how)
        return written, item_of(next(event for event in self.fetch() if event.id == written.id))

    def close(self) -> None:
        self.loopback.close()
        self.http.close()
        assert self.double.violations == []


def answer(item: Item, text: str = "Yes, within two days.", **more: Any) -> OutgoingReply:
    return OutgoingReply(key="0190c3f2-0000-7000-8000-000000000001", text=text, to=item, **more)


def messages(events: list[Any]) -> list[IncomingMessage]:
    return [event for event in events if isinstance(event, IncomingMessage)]
