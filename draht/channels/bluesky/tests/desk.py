"""A double with the channel opened on it, and the customer Jane."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from draht.channels.bluesky.channel import Bluesky
from draht.channels.bluesky.tests.double import HANDLE, PASSWORD, Double
from draht.channels.bluesky.tests.network import Kept
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import IncomingMessage, Item, OutgoingReply
from draht.contract.testing import drain, item_of


class Desk:
    """A double, the channel opened on it with a session, and a cursor that is carried on."""

    def __init__(self, double: Double | None = None, since: datetime | None = None, **more: str) -> None:
        self.double = double or Double()
        self.net, self.us, self.jane = self.double.net, self.double.us, self.double.jane
        self.loopback = Loopback(self.double)
        self.http = Http(timeout=5)
        self.settings = {"handle": HANDLE, "password": PASSWORD, "server": self.loopback.url} | more
        session = self.double.session()
        tokens = {"access_token": session["accessJwt"], "refresh_token": session["refreshJwt"]}
        self.channel = Bluesky(self.settings | tokens, self.http, since=since)
        self.channel.account = self.channel.whoami()
        self.cursor = ""
        self.double.calls.clear()

    def open(self, **more: str) -> Bluesky:
        """The channel again, with these settings beside handle, password and server."""
        return Bluesky(self.settings | more, self.http)

    def fetch(self) -> list[Any]:
        events, self.cursor = drain(self.channel, self.cursor)
        return events

    def hear(self, text: str, **how: Any) -> tuple[Kept, Item]:
        """Jane mentions us, and the item that the house keeps of it."""
        kept = self.net.say(self.jane, text, mentions=self.us, **how)
        return kept, item_of(next(event for event in self.fetch() if event.id == kept.uri))

    def letter(self, text: str) -> Item:
        """Jane writes a direct message, and the item that the house keeps of it."""
        self.fetch()
        convo = self.double.chat.open(self.jane.did, self.us.did)
        self.double.chat.say(convo, self.jane.did, text)
        return item_of(next(m for m in messages(self.fetch()) if m.private and m.text == text))

    def close(self) -> None:
        self.loopback.close()
        self.http.close()
        assert self.double.violations == []


def answer(item: Item, text: str = "Yes, within two days.", **more: Any) -> OutgoingReply:
    return OutgoingReply(key="0190c3f2-0000-7000-8000-000000000001", text=text, to=item, **more)


def messages(events: list[Any]) -> list[IncomingMessage]:
    return [event for event in events if isinstance(event, IncomingMessage)]
