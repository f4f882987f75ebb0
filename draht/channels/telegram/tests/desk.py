"""A double with the channel opened on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from draht.channels.telegram.channel import Telegram
from draht.channels.telegram.tests.double import TOKEN, Double
from draht.channels.telegram.tests.network import Message
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import IncomingMessage, Item, OutgoingReply
from draht.contract.testing import drain, item_of

KEY = "0190c3f2-0000-7000-8000-000000000001"


def settings(url: str, **more: str) -> Mapping[str, str]:
    return {"token": TOKEN, "groups": "yes", "channel": "@nordlicht", "api": url} | more


class Desk:
    """``cursor`` goes on with each fetch."""

    def __init__(self, **more: str) -> None:
        self.net = Double()
        self.world = self.net.world
        self.loopback = Loopback(self.net)
        self.http = Http(timeout=5)
        self.channel = Telegram(settings(self.loopback.url, **more), self.http)
        self.channel.account = self.channel.whoami()
        self.cursor = ""

    def fetch(self) -> list[Any]:
        events, self.cursor = drain(self.channel, self.cursor)
        return events

    def hear(self, text: str = "", **how: Any) -> tuple[Message, Item]:
        """Somebody writes, and the item that the house keeps of it."""
        message = self.world.write(text, **how)
        return message, item_of(self.fetch()[-1])

    def methods(self) -> list[str]:
        return [method for method, _ in self.net.asked]

    def close(self) -> None:
        self.loopback.close()
        self.http.close()
        assert self.net.violations == []


def answer(item: Item, text: str = "Yes, within two days.", **more: Any) -> OutgoingReply:
    return OutgoingReply(key=KEY, text=text, to=item, **more)


def texts(events: list[Any]) -> list[str]:
    return [event.text for event in events if isinstance(event, IncomingMessage)]
