"""One address for all accounts of an app: each account hears what is told of it, once, in a transaction of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
from django.db import connections as stores
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import draht.connections.actions as connections
from draht.connections.door import Door
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.contract.channel import Act, Channel, Hears, Setting
from draht.contract.errors import Forged, TryLater
from draht.contract.messages import Account, Author, Hook, IncomingMessage, Item, NotAllowed, Reading
from draht.contract.signatures import sign
from draht.core.clock import now, to_datetime
from draht.core.people.models import Department
from draht.core.sql import execute, select
from draht.flows.take_in import read_hooks

pytestmark = pytest.mark.usefixtures("shared_db")
SECRET = "the app's secret"


class Hub(Channel, Hears):
    """A network that calls one address for all pages of an app, with many entries at once."""

    label = "Hub"
    settings = (Setting("page", "Page"), Setting("secret", "Secret", secret=True))

    def whoami(self) -> Account:
        return Account(self.config["page"], self.config["page"])

    def may(self, act: Act, item: Item) -> NotAllowed:
        return NotAllowed("A hub only tells.")

    def verify(self, hook: Hook) -> None:
        if hook.headers.get("signature") != sign(self.config["secret"], hook.body):
            raise Forged("another app's")

    def told_accounts(self, hook: Hook) -> Iterable[str]:
        return [entry["page"] for entry in msgspec.json.decode(hook.body)]

    def read_hook(self, hook: Hook) -> Reading:
        assert self.account is not None
        told = [entry for entry in msgspec.json.decode(hook.body) if entry["page"] == self.account.id]
        if any(entry["text"] == "away" for entry in told):
            raise TryLater("away")
        return Reading(tuple(_message(entry) for entry in told))


def _message(entry: dict[str, str]) -> IncomingMessage:
    return IncomingMessage(entry["id"], Author("ada", "Ada"), entry["text"], to_datetime(1_700_000_000_000))


def connect(service: Department, page: str, secret: str = SECRET) -> Connection:
    return connections.make(None, "hub", {"page": page, "secret": secret}, service.pk)


def knock(address: Connection, entries: Sequence[Any] | bytes, secret: str = SECRET) -> int:
    """Calls an address as the network does; the status of the answer."""
    body = entries if isinstance(entries, bytes) else msgspec.json.encode(entries)
    headers = [(b"Signature", sign(secret, body).encode())]
    scope = {"method": "POST", "path": f"/hook/{address.hook_key}", "headers": headers, "query_string": b""}
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    async def call() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        door = Door()
        await door.answer(scope, receive, send)
        door.close()
        await asyncio.to_thread(stores.close_all)

    asyncio.run(call())
    return int(told[0]["status"])


def entry(page: str, id: str, text: str = "Hello") -> dict[str, str]:
    return {"page": page, "id": id, "text": text}


def heard() -> list[tuple[str, str]]:
    return select(
        "SELECT n.account_id, m.external_id FROM inbox_message m JOIN connections_connection n"
        " ON n.id = m.connection_id ORDER BY 1, 2"
    )


@pytest.fixture
def hub(service: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(channels(), "hub", Hub)


def read_all() -> None:
    while read_hooks():
        pass


def test_three_pages_are_told_of_and_two_are_ours(hub: None, service: Department) -> None:
    first, second = connect(service, "a"), connect(service, "b")
    assert knock(first, [entry("a", "1"), entry("b", "2"), entry("c", "3"), entry("b", "4")]) == 200
    of = select("SELECT connection_id FROM worker_delivery ORDER BY 1")
    assert of == [(first.pk,), (second.pk,)]
    read_all()
    assert heard() == [("a", "1"), ("b", "2"), ("b", "4")]
    assert knock(second, [entry("a", "1"), entry("b", "2"), entry("c", "3"), entry("b", "4")]) == 200
    read_all()
    assert heard() == [("a", "1"), ("b", "2"), ("b", "4")]


def test_each_account_is_read_in_a_transaction_of_its_own(hub: None, service: Department) -> None:
    """Trouble of one is not trouble of the other."""
    first, second = connect(service, "a"), connect(service, "b")
    assert knock(first, [entry("a", "1", "away"), entry("b", "2")]) == 200
    read_all()
    assert heard() == [("b", "2")]
    kinds = dict(Connection.objects.values_list("pk", "trouble_kind"))
    assert kinds == {first.pk: "later", second.pk: ""}
    assert select("SELECT connection_id FROM worker_delivery") == [(first.pk,)]


def test_whoever_is_not_told_of_hears_nothing(hub: None, service: Department) -> None:
    first = connect(service, "a")
    assert knock(first, [entry("c", "1")]) == 200
    assert select("SELECT count(*) FROM worker_delivery") == [(0,)]


def test_an_account_of_another_app_or_a_broken_login_does_not_hear(hub: None, service: Department) -> None:
    first, stranger, broken = connect(service, "a"), connect(service, "b", "another secret"), connect(service, "c")
    execute("UPDATE connections_connection SET secrets = %s WHERE id = %s", [b"broken", broken.pk])
    entries = [entry("a", "1"), entry("b", "2"), entry("c", "3")]
    assert knock(first, entries) == 200
    assert knock(stranger, entries) == 401
    read_all()
    assert heard() == [("a", "1")]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"page": "a"}'])
def test_what_a_channel_stumbles_over_is_kept_as_a_leftover(hub: None, service: Department, body: bytes) -> None:
    first = connect(service, "a")
    assert knock(first, body) == 200
    read_all()
    assert select("SELECT connection_id FROM connections_leftover") == [(first.pk,)]


PAGES = "abcdef"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=st.lists(st.sampled_from(PAGES), min_size=1, max_size=12),
    ours=st.sets(st.sampled_from(PAGES), min_size=1),
    removed=st.sets(st.sampled_from(PAGES)),
    strange=st.sets(st.sampled_from(PAGES)),
    times=st.integers(1, 3),
)
def test_each_gets_its_own_and_nothing_twice(
    hub: None,
    service: Department,
    told: list[str],
    ours: set[str],
    removed: set[str],
    strange: set[str],
    times: int,
) -> None:
    for table in ("inbox_message", "inbox_conversation", "worker_delivery"):
        execute(f"DELETE FROM {table}")
    execute("UPDATE connections_connection SET removed_at = %s WHERE removed_at IS NULL", [now()])
    there = {page: connect(service, page, "another" if page in strange else SECRET) for page in sorted(ours)}
    Connection.objects.filter(pk__in=[there[page].pk for page in ours & removed]).update(removed_at=now())
    listening = ours - removed - strange
    entries = [entry(page, f"{n}") for n, page in enumerate(told)]
    for page in sorted(listening)[:times]:
        assert knock(there[page], entries) == 200
    read_all()
    assert heard() == sorted((page, f"{n}") for n, page in enumerate(told) if page in listening)
