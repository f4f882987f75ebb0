"""A channel for tests: its network is a list of JSON lines behind HTTP, and its mapper can be broken and mended."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import pytest

import draht.connections.actions as connections
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.contract.channel import Act, Channel, Fetches, Hears, RereadsItems, Setting
from draht.contract.errors import Forged
from draht.contract.messages import Account, Author, Hook, IncomingMessage, Item, NotAllowed, Reading
from draht.contract.reading import read_each
from draht.core.clock import to_datetime


class Parrot(Channel, Fetches, Hears, RereadsItems):
    label = "Parrot"
    settings = (Setting("url", "Address", required=False),)
    understands: ClassVar[int] = 1  # the newest form of its network's messages

    def whoami(self) -> Account:
        return Account("us", "Acme")

    def may(self, act: Act, item: Item) -> NotAllowed:
        return NotAllowed("A parrot only speaks.")

    def verify(self, hook: Hook) -> None:
        if hook.headers.get("secret") != "cracker":
            raise Forged("it brings no cracker")

    def fetch(self, cursor: str) -> Reading:
        events, unread = read_each(self.http.get(self.config["url"]).json(), self._to_message)
        return Reading(events, unread, cursor=cursor)

    def read_hook(self, hook: Hook) -> Reading:
        events, unread = read_each(msgspec.json.decode(hook.body), self._to_message)
        return Reading(events, unread)

    def read_item(self, raw: str) -> Reading:
        events, unread = read_each([msgspec.json.decode(raw)], self._to_message)
        return Reading(events, unread)

    def _to_message(self, told: dict[str, Any]) -> IncomingMessage:
        if told["form"] > self.understands:
            raise KeyError("text")
        return IncomingMessage(str(told["id"]), Author("ada", "Ada"), told["text"], to_datetime(told["at"]))


def connect_parrot(monkeypatch: pytest.MonkeyPatch, department_id: int, url: str = "") -> Connection:
    """A connection to a fresh parrot; the registry knows it until the test ends."""
    monkeypatch.setitem(channels(), "parrot", Parrot)
    monkeypatch.setattr(Parrot, "understands", 1)
    return connections.make(None, "parrot", {"url": url}, department_id, name="Parrot")


def says(id: int, text: str, form: int = 1) -> dict[str, Any]:
    return {"id": id, "text": text, "at": 1_700_000_000_000 + id, "form": form}
