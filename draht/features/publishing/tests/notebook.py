"""A network that takes posts of 500 characters and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import draht.connections.actions as connections
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.contract.channel import Act, Channel, Counter, Publishes
from draht.contract.messages import Account, Item, NotAllowed, OutgoingPost, Sent
from draht.contract.text import counter


class Notebook(Channel, Publishes):
    label = "Notebook"

    def whoami(self) -> Account:
        return Account("us", "Nordlicht")

    def may(self, act: Act, item: Item) -> NotAllowed:
        return NotAllowed("A notebook only listens.")

    def post_counter(self) -> Counter:
        return counter(500)

    def publish(self, post: OutgoingPost) -> Sent:
        return Sent(post.key, datetime.now(UTC))


def connect_notebook(monkeypatch: pytest.MonkeyPatch, department_id: int) -> Connection:
    monkeypatch.setitem(channels(), "notebook", Notebook)
    return connections.make(None, "notebook", {}, department_id, name="Our page")
