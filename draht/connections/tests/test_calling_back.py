"""Networks that call our hook while they are told its address: before they said yes, with the new secret."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest
from django.db import connections as stores
from django.test import Client

from draht.connections import actions, queries
from draht.connections.actions.logins import config_of
from draht.connections.door import Door
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.contract.channel import Act, Channel, Fetches, Hears, Setting, Subscribes
from draht.contract.errors import Refused, Unsure
from draht.contract.messages import Account, Hook, HookAnswer, Item, NotAllowed, Reading
from draht.core.journal.models import Entry
from draht.core.people.access import Viewer
from draht.core.people.models import Department

pytestmark = pytest.mark.usefixtures("shared_db")


class Echo(Channel, Fetches, Hears, Subscribes):
    """Its network takes an address only if the door behind it knows the secret already."""

    label = "Echo"
    settings = (Setting("secret", "Secret", secret=True),)
    doors: ClassVar[list[Door]] = []
    shown: ClassVar[list[Connection]] = []
    fault: ClassVar[bool] = False

    def whoami(self) -> Account:
        return Account("1", "Nordlicht")

    def may(self, act: Act, item: Item) -> NotAllowed:
        return NotAllowed("It only echoes.")

    def fetch(self, cursor: str) -> Reading:
        return Reading(cursor="1")

    def verify(self, hook: Hook) -> None:
        """Whatever is called."""

    def handshake(self, hook: Hook) -> HookAnswer | None:
        return HookAnswer(200, self.config["secret"].encode()) if hook.method == "GET" else None

    def read_hook(self, hook: Hook) -> Reading:
        return Reading()

    def subscribe(self, address: str) -> None:
        self.shown[:] = Connection.objects.filter(removed_at=None)
        if self.fault:
            raise RuntimeError("oops")
        status, told = asyncio.run(asked(self.doors[0], urlsplit(address).path))
        if (status, told) != (200, self.config["secret"]) or told == "wrong":
            raise Refused(f"Your address answered {status}.")


async def asked(door: Door, path: str) -> tuple[int, str]:
    """The door's answer to a handshake."""
    scope = {"method": "GET", "path": path, "headers": [], "query_string": b""}
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    await door.answer(scope, receive, send)
    await asyncio.to_thread(stores.close_all)
    return told[0]["status"], told[1]["body"].decode()


@pytest.fixture(autouse=True)
def echo(monkeypatch: pytest.MonkeyPatch) -> Any:
    door = Door()
    monkeypatch.setitem(channels(), "echo", Echo)
    monkeypatch.setattr(Echo, "doors", [door])
    yield
    door.close()


def connect(service: Department, secret: str = "one") -> Connection:
    return actions.make(None, "echo", {"secret": secret}, service.pk)


def test_it_is_there_when_the_network_calls_and_runs_afterwards(service: Department) -> None:
    made = connect(service)
    [meanwhile] = Echo.shown
    assert (meanwhile.pk, meanwhile.paused, meanwhile.next_fetch_at) == (made.pk, True, None)
    made.refresh_from_db()
    assert not made.paused
    assert made.next_fetch_at is not None
    assert Entry.objects.filter(fact="connection_made").count() == 1


def test_one_that_the_network_refuses_is_taken_away_and_its_words_are_told(
    page: Client, as_eve: Viewer, service: Department
) -> None:
    form = {"setting_secret": "wrong", "department": service.pk, "name": "", "since": "30"}
    assert "Your address answered 200." in page.post("/connections/new/echo/", form).content.decode()
    assert len(Echo.shown) == 1
    assert not queries.cards(as_eve)
    assert not Entry.objects.filter(fact__startswith="connection_").exists()
    connect(service)


def test_a_fault_of_the_channel_leaves_nothing(service: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Echo, "fault", True)
    with pytest.raises(Unsure, match="oops"):
        connect(service)
    assert not Connection.objects.filter(removed_at=None).exists()


def test_a_new_secret_is_known_when_the_network_calls(as_eve: Viewer, service: Department) -> None:
    made = connect(service)
    actions.log_in_again(as_eve, made.pk, {"secret": "two"})  # the door remembers the first one still
    made.refresh_from_db()
    assert config_of(made) == {"secret": "two"}
    with pytest.raises(Refused, match="answered"):
        actions.log_in_again(as_eve, made.pk, {"secret": "wrong"})
    made.refresh_from_db()
    assert config_of(made) == {"secret": "two"}
