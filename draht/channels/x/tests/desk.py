"""A double with the channel opened on it, a purse with a cap, and the customer Ada."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from draht.channels.x.channel import X
from draht.channels.x.tests.double import Double
from draht.channels.x.tests.network import Written
from draht.channels.x.tests.office import ALL, API_SECRET, BEARER, CLIENT_ID, CLIENT_SECRET
from draht.contract.errors import TryLater
from draht.contract.http import Answer, Http
from draht.contract.loopback import Loopback
from draht.contract.messages import Hook, HookAnswer, IncomingMessage, Item, OutgoingReply
from draht.contract.purse import Purse
from draht.contract.testing import drain, item_of

HOUSE = "https://draht.example"
ADDRESS = HOUSE + "/hook/secret"


class Capped(Purse):
    """The month's cap, as the house keeps it."""

    def __init__(self, cap: float) -> None:
        super().__init__()
        self.cap = cap

    def spend(self, units: int = 1, cents: float = 0.0, bucket: str = "") -> None:
        if self.cents + cents > self.cap:
            raise TryLater("The month's money is spent.")
        super().spend(units, cents, bucket)


class Wired(Http):
    """Reaches the house under its address in the world, as X does."""

    door = ""

    def request(self, method: str, url: str, **options: Any) -> Answer:
        return super().request(method, url.replace(HOUSE, self.door), **options)


class Desk:
    """A double, the channel opened on it, and a cursor that is carried on."""

    def __init__(
        self, double: Double | None = None, *, cap: float = 10_000, scope: str = ALL, called: bool = True, **config: str
    ) -> None:
        self.double = double or Double()
        self.net = self.double.net
        self.till = self.double.till
        self.loopback = Loopback(self.double)
        self.purse = Capped(cap)
        self.http = Wired(timeout=5, purse=self.purse)
        self.door = Loopback(self.answer_the_door)
        self.http.door = self.door.url
        self.kept_secret = API_SECRET
        login = self.double.office.grant(scope)
        app = {"api_secret": API_SECRET, "bearer_token": BEARER} if called else {}
        self.config = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "api": self.loopback.url,
            "access_token": login["access_token"],
            "refresh_token": login.get("refresh_token", ""),
            "scope": scope,
            **app,
            **config,
        }
        self.channel = X(self.config, self.http)
        self.channel.account = self.channel.whoami()
        self.us = self.channel.account
        self.cursor = ""
        self.double.exchange.internet = self.listen
        self.double.calls.clear()

    def listen(self, address: str, hook: Hook) -> HookAnswer | None:
        """The house's door, as X reaches it: an account that is there, with the secret that is kept of it."""
        return X({"api_secret": self.kept_secret}, self.http).handshake(hook) if address == ADDRESS else None

    def answer_the_door(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """The same, over HTTP."""
        hook = Hook(environ["REQUEST_METHOD"], {}, dict(parse_qsl(environ["QUERY_STRING"])), b"")
        answer = self.listen(HOUSE + environ["PATH_INFO"], hook) or HookAnswer(404)
        start_response(f"{answer.status} So", [])
        return [answer.body]

    def fetch(self) -> list[Any]:
        events, self.cursor = drain(self.channel, self.cursor)
        return events

    def hear(self, text: str, **how: Any) -> tuple[Written, Item]:
        """Ada mentions us, and the item that the house keeps of it."""
        written = self.net.write("ada", text if "@brand" in text else f"@brand {text}", **how)
        return written, item_of(next(event for event in self.fetch() if event.id == written.id))

    def told(self) -> list[Any]:
        """What the hooks said that came so far."""
        return [event for hook in self.double.exchange.delivered for event in self.channel.read_hook(hook).events]

    def close(self) -> None:
        self.loopback.close()
        self.door.close()
        self.http.close()
        assert self.double.violations == []


def answer(item: Item, text: str = "Yes, within two days.", **more: Any) -> OutgoingReply:
    return OutgoingReply(key="0190c3f2-0000-7000-8000-000000000001", text=text, to=item, **more)


def messages(events: list[Any]) -> list[IncomingMessage]:
    return [event for event in events if isinstance(event, IncomingMessage)]
