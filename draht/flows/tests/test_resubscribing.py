"""A network switched our hook off: within the hour it is on again, what came meanwhile is fetched, people see it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

import draht.connections.actions as connections
from draht.connections import queries
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.contract.channel import Fetches, Subscribes
from draht.contract.loopback import Loopback
from draht.contract.messages import Account
from draht.core.clock import DAY, HOUR, now
from draht.core.journal.facts import Fact
from draht.core.journal.queries import newest
from draht.core.people.access import Viewer
from draht.core.people.models import Department
from draht.core.sql import execute
from draht.flows.resubscribe import next_subscription
from draht.flows.take_in import fetch_due
from draht.flows.tests.flood import Flood, says
from draht.flows.tests.town import time_passes


class Calling(Flood, Subscribes):
    """A network that keeps one address for each account, behind HTTP."""

    label = "Calling"
    address: ClassVar[str] = ""

    def whoami(self) -> Account:
        return Account(self.config["account"], "Nordlicht")

    def subscribe(self, address: str) -> None:
        self.http.post(self.config["url"], json={"address": address}, repeatable=True)

    def is_subscribed(self, address: str) -> bool:
        return bool(self.http.get(self.config["url"]).json()["address"] == address)


class Exchange:
    """The network of it."""

    def __init__(self) -> None:
        self.address, self.subscribed = "", 0
        self.line = Loopback(self)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            self.address = json.loads(environ["wsgi.input"].read())["address"]
            self.subscribed += 1
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"address": self.address}).encode()]


@pytest.fixture
def exchange(monkeypatch: pytest.MonkeyPatch) -> Iterator[Exchange]:
    monkeypatch.setitem(channels(), "calling", Calling)
    monkeypatch.setattr(Flood, "events", ())
    monkeypatch.setattr(Flood, "fault", None)
    network = Exchange()
    yield network
    network.line.close()


@pytest.fixture
def us(exchange: Exchange, service: Department) -> Connection:
    return connect(exchange, service, "us")


def connect(exchange: Exchange, service: Department, account: str) -> Connection:
    return connections.make(None, "calling", {"url": exchange.line.url, "account": account}, service.pk)


def look() -> int:
    looks = 0
    while work := next_subscription():
        work()
        looks += 1
        assert looks < 100
    return looks


def an_hour_passes() -> None:
    execute("UPDATE worker_errand SET due_at = due_at - %s", [HOUR])


def facts() -> list[str]:
    return [row.fact for row in newest(1000)]


def test_while_it_is_on_nothing_happens(exchange: Exchange, us: Connection) -> None:
    for _ in range(3):
        assert look() == 1
        assert look() == 0
        an_hour_passes()
    assert exchange.subscribed == 1
    assert Fact.SUBSCRIBED_AGAIN not in facts()


def test_it_is_switched_on_again_and_fetched_at_once(
    exchange: Exchange, us: Connection, as_cem: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fetch_due()
    assert look() == 1
    exchange.address = ""
    monkeypatch.setattr(Flood, "events", [says("1")])
    an_hour_passes()
    assert not fetch_due()
    at = now()
    assert look() == 1
    assert exchange.address == connections.hook_address(us)
    assert fetch_due()
    assert facts().count(Fact.SUBSCRIBED_AGAIN) == 1
    assert (queries.card(as_cem, us.pk).subscribed_again_at or 0) >= at
    Connection.objects.update(subscribed_again_at=now() - 4 * DAY)
    assert queries.card(as_cem, us.pk).subscribed_again_at is None


def test_a_network_that_is_away_is_asked_again_later(exchange: Exchange, us: Connection) -> None:
    exchange.address = ""
    exchange.line.fail_next(503)
    assert look() == 1
    assert look() == 0
    assert exchange.subscribed == 1
    an_hour_passes()
    assert look() == 1
    assert exchange.subscribed == 2


@pytest.mark.parametrize(("fault", "kind"), [(401, "login"), (422, ""), (503, "")])
def test_trouble_of_an_account_that_is_also_fetched(exchange: Exchange, us: Connection, fault: int, kind: str) -> None:
    exchange.line.fail_next(fault)
    look()
    us.refresh_from_db()
    assert us.trouble_kind == kind


def test_where_nothing_else_brings_messages_a_refusal_is_trouble(exchange: Exchange, us: Connection) -> None:
    assert issubclass(Calling, Fetches)
    Connection.objects.update(next_fetch_at=None)
    exchange.line.fail_next(422)
    look()
    us.refresh_from_db()
    assert us.trouble_kind == "refused"


def test_removed_paused_and_troubled_accounts_are_left_alone(
    exchange: Exchange, us: Connection, as_eve: Viewer
) -> None:
    connections.pause(as_eve, us.pk, paused=True)
    assert look() == 0
    connections.pause(as_eve, us.pk, paused=False)
    Connection.objects.update(trouble_kind="later", trouble_since=now())
    assert look() == 0
    connections.end_trouble(us.pk)
    connections.remove(as_eve, us.pk)
    assert look() == 0
    time_passes(DAY)
    assert look() == 0


def test_when_the_account_whose_address_an_app_has_is_removed_another_gives_its_own(
    exchange: Exchange, us: Connection, service: Department, as_eve: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An app has one address for all its accounts: that of whoever subscribed last."""
    monkeypatch.setattr(Calling, "is_subscribed", lambda self, address: exchange.address != "")
    other = connect(exchange, service, "other")
    assert look() == 2
    assert exchange.address == connections.hook_address(other)
    connections.remove(as_eve, other.pk)
    an_hour_passes()
    assert look() == 1
    assert exchange.address == connections.hook_address(us)
    assert Fact.SUBSCRIBED_AGAIN not in facts()
    subscribed = exchange.subscribed
    an_hour_passes()
    assert look() == 1
    assert exchange.subscribed == subscribed
