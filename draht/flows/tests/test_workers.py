"""Several workers at once, on one store: everything is done, and nothing is done twice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import InterfaceError, connection

import draht.connections.actions as connections
from draht.connections.hooks import request_of
from draht.connections.models import Connection
from draht.contract.messages import Hook, Reading
from draht.core.clock import DAY, now
from draht.core.journal import seals
from draht.core.journal.facts import Fact
from draht.core.journal.queries import newest
from draht.core.people.access import Viewer
from draht.core.people.models import Department
from draht.core.sql import execute, select
from draht.core.worker import errands, intake, loop
from draht.core.worker.claim import FREE, claim, free
from draht.core.worker.intake import Kept
from draht.core.worker.loop import Duty, Worker
from draht.features.inbox import actions as inbox
from draht.flows.duties import DUTIES
from draht.flows.send_replies import send_due
from draht.flows.take_in import fetch_due, read_hooks
from draht.flows.tests.flood import Flood, connect_flood, says
from draht.flows.tests.town import Town, the_conversation, time_passes

pytestmark = pytest.mark.usefixtures("shared_db")
WORKERS = 6


def at_once(*calls: Callable[[], object]) -> None:
    """Calls each on a thread of its own, and raises what went wrong."""
    faults: list[Exception] = []
    begin = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        try:
            begin.wait(20)
            call()
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    if faults:
        raise faults[0]


def while_there_is_work(duty: Callable[[], object]) -> Callable[[], None]:
    def work() -> None:
        while duty():
            pass

    return work


@pytest.fixture
def quick(shared_db: None, settings: Any) -> None:
    settings.UNDO_SECONDS = 0


@pytest.mark.parametrize("channel", ["sandbox", "keyless", "blind"])
def test_no_answer_is_sent_twice(
    quick: None, open_town: Town, service: Department, as_bea: Viewer, channel: str
) -> None:
    town = open_town
    town.connect(service.pk, channel)
    town.ada_writes("Where are my parcels?")
    town.fetch()
    conversation = the_conversation(as_bea)
    texts = [f"Parcel {n} is on its way." for n in range(30)]
    for text in texts:
        inbox.queue_reply(as_bea, conversation, text)
    at_once(*[while_there_is_work(send_due)] * WORKERS)
    assert Counter(town.texts_of_ours()) == Counter(texts)
    assert select("SELECT state, count(*) FROM inbox_reply GROUP BY state") == [("sent", 30)]
    assert [row.fact for row in newest(1000)].count(Fact.REPLY_SENT) == 30


def test_answers_are_sent_while_their_echoes_come_in(quick: None, town: Town, as_bea: Viewer) -> None:
    town.ada_writes("Where are my parcels?")
    town.fetch()
    conversation = the_conversation(as_bea)
    texts = [f"Parcel {n} is on its way." for n in range(20)]
    for text in texts:
        inbox.queue_reply(as_bea, conversation, text)

    def keep_fetching() -> None:
        for _ in range(25):
            execute("UPDATE connections_connection SET next_fetch_at = 1")
            fetch_due()

    at_once(while_there_is_work(send_due), while_there_is_work(send_due), keep_fetching)
    time_passes(DAY)
    while fetch_due():
        pass
    assert Counter(town.texts_of_ours()) == Counter(texts)
    found = Counter(text for (text,) in select("SELECT text FROM inbox_message WHERE ours"))
    assert found == Counter(texts)
    assert select("SELECT count(*) FROM inbox_reply WHERE state = 'sent' AND message_id IS NOT NULL") == [(20,)]


def test_no_hook_is_lost_or_doubled(service: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    flood = connect_flood(monkeypatch, service.pk)
    monkeypatch.setattr(Flood, "read_hook", lambda self, hook: _one(hook.body))

    def bring() -> None:
        for n in range(40):
            for body in (f"{n}".encode(), f"{n % 10}".encode()):  # and some of them again
                hook = Hook("POST", {}, {}, body)
                intake.keep([Kept(flood.pk, now(), request_of(hook), body)])
            read_hooks()

    at_once(*[bring] * 3, *[while_there_is_work(read_hooks)] * 3)
    while read_hooks():
        pass
    assert select("SELECT count(*) FROM worker_delivery") == [(0,)]
    assert select("SELECT count(*), count(DISTINCT external_id) FROM inbox_message") == [(40, 40)]
    assert select("SELECT sum(message_count) FROM inbox_conversation") == [(40,)]
    assert [row.fact for row in newest(1000)].count(Fact.MESSAGE_RECEIVED) == 40


def _one(body: bytes) -> Reading:
    return Reading((says(body.decode(), thread=f"t{int(body) % 7}", seconds=int(body)),))


def test_no_connection_is_fetched_by_two(service: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    connect_flood(monkeypatch, service.pk)
    for n in range(20):
        Connection.objects.create(
            channel="flood", name=str(n), department=service, hook_key=str(n), made_at=1, next_fetch_at=1
        )
    claimed: list[int] = []

    def take() -> None:
        while found := connections.claim_due(limit=3):
            claimed.extend(one.pk for one in found)

    at_once(*[take] * WORKERS)
    assert sorted(claimed) == sorted(Connection.objects.values_list("pk", flat=True))


def test_a_row_is_claimed_once(service: Department) -> None:
    errands.plan("count", range(200))
    claimed: list[int] = []

    def take() -> None:
        for _ in range(100):
            claimed.extend(claim("worker_errand", FREE, free(now()), "id", 7, now() + DAY // 48))

    at_once(*[take] * WORKERS)
    assert len(claimed) == len(set(claimed)) == 200


def test_seals_do_not_fork(service: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    flood = connect_flood(monkeypatch, service.pk)
    monkeypatch.setattr(Flood, "events", [says(str(n), thread=str(n)) for n in range(300)])
    intake.keep([Kept(flood.pk, now(), request_of(Hook("POST", {}, {}, b"")), b"")])

    def seal_on() -> None:
        for _ in range(30):
            seals.seal(limit=11)

    at_once(read_hooks, *[seal_on] * 4)
    while seals.seal():
        pass
    assert seals.check() is None
    assert seals.state().unsealed == 0


# -- the loop ---------------------------------------------------------------------------------------------------------


def test_a_duty_goes_on_after_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "PAUSE_AFTER_FAULT", 0.05)
    calls = threading.Event()
    count = 0

    def stumbles() -> bool:
        nonlocal count
        count += 1
        if count == 1:
            raise RuntimeError("once")
        calls.set()
        return False

    worker = Worker([Duty("stumble", stumbles, every=0.01)])
    worker.start()
    assert calls.wait(10)
    worker.stop()
    assert select("SELECT fault FROM worker_dutystate WHERE name = 'stumble'") == [("RuntimeError: once",)]


def test_a_duty_goes_on_when_its_fault_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "PAUSE_AFTER_FAULT", 0.01)
    calls: list[object] = []

    def down(*told: object) -> None:
        calls.append(told)
        raise InterfaceError("connection already closed")

    monkeypatch.setattr(loop, "_tell", down)
    worker = Worker([Duty("down", down, every=0.01)])
    worker.start()
    threading.Event().wait(0.5)
    worker.stop()
    assert len(calls) > 3


def test_stopping_lets_what_is_under_way_come_to_its_end() -> None:
    began, done = threading.Event(), []

    def slow() -> None:
        began.set()
        threading.Event().wait(0.3)
        done.append(1)

    worker = Worker([Duty("slow", slow, every=10)])
    worker.start()
    assert began.wait(10)
    worker.stop()
    assert done == [1]


def test_all_duties_run_without_work(service: Department) -> None:
    worker = Worker(DUTIES)
    worker.start()
    threading.Event().wait(0.5)
    worker.stop()
    assert select("SELECT name FROM worker_dutystate WHERE fault <> ''") == []
