"""What nobody understood is kept, and read again when the channel was mended."""

from __future__ import annotations

import msgspec
import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

import draht.connections.actions as connections
from draht.connections.hooks import request_of
from draht.connections.models import Connection
from draht.contract.messages import Hook, Unread
from draht.core.clock import now
from draht.core.journal.facts import Fact
from draht.core.journal.queries import newest
from draht.core.people.access import Viewer
from draht.core.people.models import Department
from draht.core.worker import intake
from draht.core.worker.intake import Kept
from draht.features.inbox.search import search
from draht.flows.take_in import read_hooks, read_leftovers
from draht.flows.tests.parrot import Parrot, connect_parrot, says


@pytest.fixture
def parrot(service: Department, monkeypatch: pytest.MonkeyPatch) -> Connection:
    return connect_parrot(monkeypatch, service.pk)


def hear(connection: Connection, body: bytes) -> None:
    hook = Hook("POST", {"secret": "cracker"}, {}, body)
    intake.keep([Kept(connection.pk, now(), request_of(hook), body)])
    assert read_hooks()


def told(*messages: object) -> bytes:
    return msgspec.json.encode(messages)


def test_a_hook_is_kept_whole_and_read_again(
    parrot: Connection, as_cem: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(parrot, told(says(1, "plain"), says(2, "fancy", form=2), says(3, "modern", form=2)))
    [left] = connections.leftovers(parrot.pk)
    assert "text" in left.reason
    assert search(as_cem, "plain").hits
    assert read_leftovers(as_cem, parrot.pk).left == 1
    monkeypatch.setattr(Parrot, "understands", 2)
    outcome = read_leftovers(as_cem, parrot.pk)
    assert (outcome.read, outcome.left) == (1, 0)
    assert [len(search(as_cem, word).hits) for word in ("plain", "fancy", "modern")] == [1, 1, 1]
    assert not connections.leftovers(parrot.pk)
    assert newest(1)[0].fact == Fact.LEFTOVERS_READ


def test_fetched_items_are_read_again_one_by_one(
    parrot: Connection, as_cem: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        for number in (2, 3):
            raw = msgspec.json.encode(says(number, "fancy", form=number)).decode()
            connections.keep_leftovers(parrot.pk, [Unread(raw, "strange")])
    monkeypatch.setattr(Parrot, "understands", 2)
    assert read_leftovers(as_cem, parrot.pk).read == 1
    [left] = connections.leftovers(parrot.pk)
    assert '"form":3' in left.raw
    assert len(search(as_cem, "fancy").hits) == 1


@pytest.mark.parametrize("body", [b"", b"\x00\xff{", b"null", b"[1]", "[{\udfff".encode("utf-8", "surrogatepass")])
def test_garbage_is_kept_and_stops_nothing(parrot: Connection, as_cem: Viewer, body: bytes) -> None:
    for one in (body, told(says(1, "plain"))):
        hear(parrot, one)
    assert len(connections.leftovers(parrot.pk)) == 1
    assert search(as_cem, "plain").hits
    assert read_leftovers(as_cem, parrot.pk).left == 1


def test_the_same_strange_entry_is_kept_once(parrot: Connection) -> None:
    for _ in range(3):
        hear(parrot, told(says(2, "fancy", form=2)))
    assert len(connections.leftovers(parrot.pk)) == 1


def test_only_leads_read_again(parrot: Connection, as_bea: Viewer) -> None:
    with pytest.raises(PermissionDenied):
        read_leftovers(as_bea, parrot.pk)
