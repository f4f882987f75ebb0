"""``kill -9`` two hundred times, at any moment of both roads: nothing lost, nothing doubled, nothing sent twice."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

import draht.connections.actions as connections
from draht.channels.sandbox.network import Network
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.core.clock import SECOND, now
from draht.core.journal import seals
from draht.core.people.access import Viewer
from draht.core.people.models import Department, User
from draht.core.sql import execute, is_postgres, select
from draht.flows.tests.networks import Keyed, Keyless
from draht.project.tests.kill.load import SECRET, Load
from draht.project.tests.kill.processes import Process, network, web, worker

ON_ITS_WAY = 3 * SECOND  # what a killed worker had already sent has reached the network by then
QUIET = 90.0  # seconds in which everything must have come to its end

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared_db")]


def kills(channel: str) -> int:
    """The harder network gets the most; on PostgreSQL the run is shorter, as every kill costs more."""
    return {("keyless", False): 200, ("keyless", True): 60}.get((channel, is_postgres()), 30)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[tuple[str, str, Network]]:
    """The address of the network, a token, and a look into its file."""
    process, address = network(tmp_path)
    process.start()
    token = re.search(r"Token of @nordlicht: (\S+)", process.wait())
    assert token
    inside = Network(tmp_path / "network")
    yield address, token[1], inside
    inside.close()
    process.close()


@pytest.fixture
def connected(
    town: tuple[str, str, Network], service: Department, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Connection:
    monkeypatch.setitem(channels(), "keyed", Keyed)
    monkeypatch.setitem(channels(), "keyless", Keyless)
    values = {"url": town[0], "token": town[1], "hook_secret": SECRET}
    made = connections.make(None, request.param, values, service.pk, house="http://127.0.0.1:9")
    town[2].hooks.unsubscribe(town[2].members.company("nordlicht"))  # hooks are brought by the load
    return made


@pytest.fixture
def load(
    town: tuple[str, str, Network], connected: Connection, bea: User, as_bea: Viewer, tmp_path: Path
) -> Iterator[Callable[[str], Load]]:
    client = Client()
    client.force_login(bea)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    company = town[2].members.company("nordlicht")
    begun: list[Load] = []

    def begin(house: str) -> Load:
        begun.append(Load(house, connected.hook_key, cookie, as_bea, town[2], company))
        begun[0].start()
        return begun[0]

    yield begin
    for one in begun:
        one.stop()


@pytest.mark.parametrize("connected", ["keyless", "keyed"], indirect=True)
def test_nothing_is_lost_doubled_or_sent_twice(
    connected: Connection,
    load: Callable[[str], Load],
    town: tuple[str, str, Network],
    tmp_path: Path,
    settings: object,
) -> None:
    settings.UNDO_SECONDS = 0  # type: ignore[attr-defined]
    (web_process, address), work_process = web(tmp_path), worker(tmp_path)
    for process in (web_process, work_process):
        process.start()
        process.wait()
    load_ = load(address)
    half = kills(connected.channel) // 2
    killers = [
        threading.Thread(target=keep_killing, args=(web_process, half, lambda: len(load_.acknowledged), lambda: None)),
        threading.Thread(target=keep_killing, args=(work_process, half, messages, give_leases_away)),
    ]
    try:
        for killer in killers:
            killer.start()
        for killer in killers:
            killer.join(600)
        web_process.wait()
        work_process.wait()
        load_.stop()
        come_to_rest(load_)
    finally:
        for process in (web_process, work_process):
            process.close()
    assert load_.faults == []
    check_there_was_load(load_, 2 * half)
    check_roads(load_, town[2])
    check_store()
    for process in (web_process, work_process):
        assert "Traceback" not in process.log.read_text()


def keep_killing(process: Process, times: int, done: Callable[[], int], afterwards: Callable[[], None]) -> None:
    """Now and then while it starts, mostly while it works; half of the time not before something was ``done``."""
    chance = random.Random(times)
    try:
        for _ in range(times):
            if chance.random() < 0.85:
                process.wait()
            if chance.random() < 0.5:
                wait_for_more(done)
            time.sleep(chance.uniform(0.0, 0.6))
            process.end()
            afterwards()
            process.start()
    finally:
        connection.close()


def wait_for_more(done: Callable[[], int], at_most: float = 3.0) -> None:
    before, until = done(), time.monotonic() + at_most
    while done() == before and time.monotonic() < until:
        time.sleep(0.01)


def messages() -> int:
    [(count,)] = select("SELECT count(*) FROM inbox_message")
    return int(count)


def give_leases_away() -> None:
    """Minutes pass: the only worker is dead, so nobody holds these leases any more."""
    soon = now() + ON_ITS_WAY
    execute("UPDATE inbox_reply SET lease_until = %s WHERE lease_until > %s", [soon, soon])
    for table in ("worker_errand", "connections_connection"):
        execute(f"UPDATE {table} SET lease_until = 0 WHERE lease_until > 0")


def come_to_rest(load: Load) -> None:
    """Waits until the worker has nothing left to do; what was postponed is done at once."""
    until = time.monotonic() + QUIET
    while time.monotonic() < until:
        execute("UPDATE inbox_reply SET due_at = %s WHERE state IN ('postponed', 'unsure') AND due_at < %s", [1, 2**52])
        execute("UPDATE connections_connection SET next_fetch_at = 1")
        [(unread, unsent)] = select(
            "SELECT (SELECT count(*) FROM worker_delivery),"
            " (SELECT count(*) FROM inbox_reply WHERE state NOT IN ('sent', 'failed'))"
        )
        there = {id for (id,) in select("SELECT external_id FROM inbox_message")}
        if not unread and not unsent and load.written <= there and seals.state().unsealed == 0:
            return
        time.sleep(0.3)
    raise AssertionError(f"still {unread} hooks and {unsent} answers: {_states()}")


def _states() -> list[tuple[object, ...]]:
    return select("SELECT state, reason, count(*) FROM inbox_reply GROUP BY 1, 2")


def check_there_was_load(load: Load, kills: int) -> None:
    """A kill proves nothing while nothing happens."""
    assert len(load.acknowledged) > kills
    assert len(load.queued) > kills / 3
    assert len(load.written) > kills / 3
    assert load.pages


def check_roads(load: Load, town: Network) -> None:
    ids = [id for (id,) in select("SELECT external_id FROM inbox_message WHERE NOT ours")]
    assert len(ids) == len(set(ids))
    assert load.acknowledged <= set(ids), "a hook that was acknowledged is lost"
    assert load.written <= set(ids), "a message of the network is lost"
    company = town.members.company("nordlicht")
    events = [event["message"] for event in town.messages.events(company, 0, 100_000) if event["event"] == "created"]
    copies = Counter(message["text"] for message in events if message["author"]["company"])
    assert [text for text, count in copies.items() if count > 1] == [], "sent twice"
    assert set(copies) == load.queued, "an answer was lost"
    assert select("SELECT state, count(*) FROM inbox_reply GROUP BY state") == [("sent", len(load.queued))]
    ours = Counter(text for (text,) in select("SELECT text FROM inbox_message WHERE ours"))
    assert ours == copies, "the desk shows what stands on the network"


def check_store() -> None:
    assert seals.check() is None
    [(told, there)] = select(
        "SELECT (SELECT count(*) FROM journal_entry WHERE fact = 'message_received'),"
        " (SELECT count(*) FROM inbox_message)"
    )
    assert told == there, "every message was told once"
    wrong = select(
        "SELECT c.id FROM inbox_conversation c WHERE c.message_count <>"
        " (SELECT count(*) FROM inbox_message m WHERE m.conversation_id = c.id)"
    )
    assert wrong == []
    if not is_postgres():
        assert select("PRAGMA integrity_check") == [("ok",)]
        execute("INSERT INTO inbox_search (inbox_search) VALUES ('integrity-check')")
