"""A full disk, a locked store, a network that talks nonsense: it is said clearly, nothing is lost, and work goes on."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from pytest_django import DjangoDbBlocker

from draht.connections.hooks import request_of
from draht.connections.models import Connection
from draht.contract.loopback import Loopback
from draht.contract.messages import Hook
from draht.core.clock import now
from draht.core.people.access import Viewer, viewer_of
from draht.core.people.models import Department, Role, User
from draht.core.worker import intake, loop
from draht.core.worker.intake import GroupCommit, Kept
from draht.core.worker.loop import Duty, Worker
from draht.core.worker.models import DutyState
from draht.features.inbox.search import search
from draht.flows.take_in import fetch_due, read_hooks
from draht.flows.tests.parrot import connect_parrot, says
from draht.project.findings import store as ground
from draht.project.findings.finding import Finding, Level
from draht.project.findings.looks import is_serving, look
from draht.project.tests.stores import held_by_another_process, store_in

HOOKS = 40
PATIENCE = 10.0  # seconds that a test waits for what has to happen
Options = dict[str, Any]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Path:
    file = tmp_path_factory.mktemp("faults") / "empty.sqlite3"
    with django_db_blocker.unblock(), store_in(file):
        call_command("migrate", verbosity=0)
    return file


@pytest.fixture
def file(migrated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated, tmp_path / "draht.sqlite3"))


@pytest.fixture
def options(file: Path, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Options]:
    """A store of one's own, whose waits are short; what is set here holds for new connections."""
    monkeypatch.setattr(loop, "PAUSE_AFTER_FAULT", 0.1)
    monkeypatch.setattr(loop, "TELL_EVERY", 0.1)
    monkeypatch.setattr(intake, "LEASE", 200)
    monkeypatch.setattr(ground, "PATIENCE", 100)
    with django_db_blocker.unblock(), store_in(file) as settings:
        settings["OPTIONS"]["timeout"] = 0.2
        yield settings["OPTIONS"]


@pytest.fixture
def parrot(options: Options, monkeypatch: pytest.MonkeyPatch) -> Connection:
    return connect_parrot(monkeypatch, Department.objects.create(name="Service").pk)


@pytest.fixture
def cem(parrot: Connection) -> Viewer:
    return viewer_of(User.objects.create(email="cem@example.org", name="Cem", role=Role.LEAD))


@pytest.fixture
def worker(parrot: Connection) -> Iterator[Worker]:
    one = Worker([Duty("read hooks", read_hooks, every=0.02)])
    yield one
    one.stop()


def hooks(parrot: Connection) -> list[Kept]:
    bodies = [msgspec.json.encode([says(n, f"message {n} " + "word " * 2000)]) for n in range(HOOKS)]
    return [Kept(parrot.pk, now(), request_of(Hook("POST", {}, {}, body)), body) for body in bodies]


def until(happened: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def found(name: str) -> Finding:
    [one] = look([name])
    return one.finding


def fault() -> str:
    state = DutyState.objects.filter(name="read hooks").first()
    return state.fault if state else ""


# -- a full disk ------------------------------------------------------------------------------------------------------


def test_a_full_disk(parrot: Connection, options: Options, worker: Worker, cem: Viewer) -> None:
    intake.keep(hooks(parrot))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        [pages] = cursor.fetchone()
    usual = options["init_command"]
    options["init_command"] = usual + f" PRAGMA max_page_count={pages + 10};"  # SQLite's own way to be full
    connection.close()

    worker.start()
    until(lambda: "full" in fault())
    assert intake.waiting()[0] == HOOKS, "nothing is lost"
    assert (found("store").level, "The disk is full" in found("store").says) == (Level.FAIL, True)
    assert "Free some space" in found("store").todo
    assert not is_serving()
    with pytest.raises(DatabaseError, match="full"):  # the door answers 503, and the network sends it again
        GroupCommit().keep(Kept(parrot.pk, now(), "[]", b"x" * 3_000_000)).result(timeout=PATIENCE)

    options["init_command"] = usual
    connection.close()
    until(lambda: intake.waiting()[0] == 0)
    assert found("store").level == Level.OK
    assert is_serving()
    assert all(search(cem, f"message {n}").hits for n in range(HOOKS))
    until(lambda: DutyState.objects.get().ran_at > (DutyState.objects.get().fault_at or 0))


# -- a locked store ---------------------------------------------------------------------------------------------------


def test_a_locked_store(parrot: Connection, file: Path, worker: Worker, cem: Viewer) -> None:
    intake.keep(hooks(parrot))
    with held_by_another_process(file):
        worker.start()
        assert found("store").level == Level.FAIL
        assert "Another process has been writing" in found("store").says
        assert str(file) in found("store").todo
        with pytest.raises(DatabaseError, match="locked"):
            intake.keep(hooks(parrot)[:1])
        assert intake.waiting()[0] == HOOKS, "reading goes on"
        assert search(cem, "message").hits == []
        time.sleep(0.5)  # the worker has met it by now
    until(lambda: intake.waiting()[0] == 0)
    assert found("store").level == Level.OK
    assert all(search(cem, f"message {n}").hits for n in range(HOOKS))


# -- a network that talks nonsense ------------------------------------------------------------------------------------


@pytest.mark.parametrize("nonsense", ["garbage", "hang up", "lost", 500, 503, 302])
def test_a_network_that_answers_garbage(
    nonsense: int | str, parrot: Connection, monkeypatch: pytest.MonkeyPatch, cem: Viewer
) -> None:
    def network(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [msgspec.json.encode([says(1, "at last")])]

    net = Loopback(network)
    Connection.objects.filter(pk=parrot.pk).update(settings={"url": net.url})
    net.fail_next(nonsense)
    assert fetch_due()
    trouble = found("connections")
    assert trouble.level == Level.WARN
    assert "Parrot: " in trouble.says
    assert trouble.todo
    assert not search(cem, "at last").hits

    assert not fetch_due(), "it is left in peace for a while"
    Connection.objects.update(next_fetch_at=now())
    assert fetch_due()
    assert found("connections").level == Level.OK
    assert search(cem, "at last").hits
    net.close()
