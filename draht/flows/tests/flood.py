"""A channel whose network sends whatever a test wants, by fetch and by hook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

import draht.connections.actions as connections
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.contract.channel import Act, Channel, Counter, Fetches, Hears, Publishes
from draht.contract.messages import (
    Account,
    Author,
    Event,
    Hook,
    IncomingMessage,
    Item,
    NotAllowed,
    OutgoingPost,
    Reading,
    Sent,
)
from draht.contract.text import counter

T0 = datetime(2026, 11, 20, 10, tzinfo=UTC)
ADA = Author("ada", "Ada", "ada")


class Flood(Channel, Fetches, Hears, Publishes):
    label = "Flood"
    events: ClassVar[Sequence[Event]] = ()
    fault: ClassVar[Exception | None] = None
    published: ClassVar[list[OutgoingPost]] = []

    def whoami(self) -> Account:
        return Account("us", "Nordlicht")

    def may(self, act: Act, item: Item) -> NotAllowed:
        return NotAllowed("A flood cannot be answered.")

    def verify(self, hook: Hook) -> None:
        """Everybody is believed."""

    def fetch(self, cursor: str) -> Reading:
        return self._reading(str(int(cursor or 0) + 1))

    def read_hook(self, hook: Hook) -> Reading:
        return self._reading(None)

    def post_counter(self) -> Counter:
        return counter(500)

    def publish(self, post: OutgoingPost) -> Sent:
        self.published.append(post)
        return Sent(str(len(self.published)), T0, f"https://flood.example/{len(self.published)}")

    def _reading(self, cursor: str | None) -> Reading:
        if self.fault is not None:
            raise self.fault
        return Reading(tuple(self.events), cursor=cursor)


def connect_flood(monkeypatch: pytest.MonkeyPatch, department_id: int) -> Connection:
    monkeypatch.setitem(channels(), "flood", Flood)
    monkeypatch.setattr(Flood, "events", ())
    monkeypatch.setattr(Flood, "fault", None)
    monkeypatch.setattr(Flood, "published", [])
    return connections.make(None, "flood", {}, department_id)


def says(id: str, text: str = "Hello", seconds: int = 0, author: Author = ADA, **more: Any) -> IncomingMessage:
    at = more.pop("at", T0 + timedelta(seconds=seconds))
    return IncomingMessage(id, author, text, at, **more)
