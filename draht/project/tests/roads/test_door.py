"""The door for hooks: forged, changed, replayed, too large, to the wrong address, while the store is locked."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import msgspec
import pytest
from django.db import OperationalError

import draht.connections.actions as connections
from draht.channels.sandbox.network.wire import as_event
from draht.connections import door
from draht.contract.signatures import sign
from draht.core.people.access import Viewer
from draht.core.sql import select
from draht.core.worker import intake
from draht.features.inbox import queries
from draht.flows.tests.town import SECRET, Town
from draht.project.tests.webchat.house import House, until


@pytest.fixture
def body(town: Town) -> bytes:
    """A true event that the postman does not bring."""
    town.network.hooks.unsubscribe(town.company)
    message = town.ada_writes("My machine leaks.")
    return msgspec.json.encode({"seq": 1} | as_event(message, "created", message.created_at))


def knock(house: House, town: Town, body: bytes, signature: str | None = None, key: str = "") -> httpx.Response:
    signature = f"sha256={sign(SECRET, body)}" if signature is None else signature
    headers = {b"X-Sandbox-Signature": signature.encode(), b"Content-Type": b"application/json"}
    return httpx.post(f"{house.url}/hook/{key or town.connection.hook_key}", content=body, headers=headers, timeout=20)


def listed(viewer: Viewer) -> list[str]:
    return [row.preview for row in queries.conversations(viewer, "all").rows]


def kept() -> int:
    [(count,)] = select("SELECT count(*) FROM worker_delivery")
    return int(count)


def test_a_true_hook_is_kept_before_it_is_answered(house: House, town: Town, body: bytes, as_bea: Viewer) -> None:
    house.close_worker()
    assert knock(house, town, body).status_code == 200
    assert kept() == 1
    house.open_worker()
    until(lambda: listed(as_bea) == ["My machine leaks."], "it is read")


def test_a_replayed_hook_changes_nothing(house: House, town: Town, body: bytes, as_bea: Viewer) -> None:
    for _ in range(5):
        assert knock(house, town, body).status_code == 200
    until(lambda: listed(as_bea) and kept() == 0, "all are read")
    assert [row.message_count for row in queries.conversations(as_bea, "all").rows] == [1]


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "sha256=é", sign("", b""), "x" * 60_000])
def test_a_forged_hook_is_turned_away(house: House, town: Town, body: bytes, signature: str) -> None:
    answer = knock(house, town, body, signature)
    assert answer.status_code in {400, 401, 431}
    assert kept() == 0


def test_a_changed_hook_is_turned_away(house: House, town: Town, body: bytes) -> None:
    true = f"sha256={sign(SECRET, body)}"
    assert knock(house, town, body.replace(b"leaks", b"burns"), true).status_code == 401
    assert knock(house, town, body + b" ", true).status_code == 401
    assert knock(house, town, b"", true).status_code == 401
    assert kept() == 0


@pytest.mark.parametrize("key", ["nobody", "..", "%00", "%F0%9F%8E%89", "a" * 5000, "a/b", "'; DROP TABLE x;--"])
def test_a_wrong_address_is_nobodys(house: House, town: Town, body: bytes, key: str) -> None:
    answer = knock(house, town, body, key=key)
    assert answer.status_code == 404 or key == ".."  # the client makes another page of that
    assert "Traceback" not in answer.text
    assert kept() == 0


def test_a_hook_that_is_too_large(house: House, town: Town, settings: Any) -> None:
    settings.HOOK_MAX_BYTES = 100_000
    assert knock(house, town, b"x" * 100_001).status_code == 413
    assert knock(house, town, b"x" * 10_000_000).status_code == 413
    assert knock(house, town, b"x" * 100_000).status_code == 200


def test_a_hook_nobody_understands_is_kept(house: House, town: Town) -> None:
    for body in (b"{", b"", b"\x00\xff", b"[]", b'{"event": "sung"}', b"[" * 50_000):
        assert knock(house, town, body).status_code == 200
    until(lambda: kept() == 0, "they are read")
    assert len(select("SELECT id FROM connections_leftover")) == 6


def test_the_store_is_locked(house: House, town: Town, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_: Any) -> None:
        raise OperationalError("database is locked: /secret/path")

    with monkeypatch.context() as patched:
        patched.setattr(intake, "keep", locked)
        answer = knock(house, town, body)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "secret" not in answer.text
    assert knock(house, town, body).status_code == 200


@pytest.mark.parametrize("fault", [OperationalError("down"), KeyError("x")])
def test_the_connection_cannot_be_looked_up(
    house: House, town: Town, body: bytes, fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_: str) -> None:
        raise fault

    with monkeypatch.context() as patched:
        patched.setattr(door, "_look_up", down)
        answer = knock(house, town, body)
    assert answer.status_code == 503
    assert knock(house, town, body).status_code == 200


def test_another_secret_key_turns_nobody_away_for_good(house: House, town: Town, body: bytes, settings: Any) -> None:
    key, settings.SECRET_KEY = settings.SECRET_KEY, "another one"
    assert knock(house, town, body).status_code == 503
    settings.SECRET_KEY = key
    assert knock(house, town, body).status_code == 200


def test_a_removed_connection_is_nobodys(house: House, town: Town, body: bytes, as_eve: Viewer) -> None:
    connections.remove(as_eve, town.connection.pk)
    assert knock(house, town, body).status_code == 404
