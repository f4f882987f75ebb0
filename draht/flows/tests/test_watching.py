"""Networks that keep a connection open: what comes is there at once, one watches each account, and faults pause."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

import draht.connections.actions as connections
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.core.clock import MINUTE, SECOND, now
from draht.core.people.access import Viewer
from draht.core.people.models import Department
from draht.core.sql import execute, select
from draht.core.worker.loop import Duty, Worker
from draht.flows import watch_networks
from draht.flows.take_in import fetch_due, next_fetch
from draht.flows.tests.patient import LongPoll, Patient
from draht.flows.tests.town import time_passes
from draht.flows.watch_networks import next_wait

PATIENCE = 20  # seconds until a test gives up


@pytest.fixture
def network(shared_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[LongPoll]:
    monkeypatch.setitem(channels(), "patient", Patient)
    poll = LongPoll()
    yield poll
    poll.close()


def connect(network: LongPoll, service: Department, account: str = "us") -> Connection:
    made = connections.make(None, "patient", {"url": network.line.url, "account": account}, service.pk)
    fetch_due()  # unless a worker was faster
    return made


def watching(threads: int = 4) -> Worker:
    worker = Worker(
        [
            Duty("watch", next_wait, every=0.02, threads=threads, waits=False),
            Duty("fetch", next_fetch, every=0.02, threads=4),
        ]
    )
    worker.start()
    return worker


def stop(network: LongPoll, *workers: Worker) -> None:
    """Lets the waits end first, so that no thread is left behind."""
    for worker in workers:
        worker._stop.set()
    network.close()
    for worker in workers:
        worker.stop()
        for _, look in worker._looks:
            for thread in look.threads:
                thread.join(PATIENCE)
                assert not thread.is_alive()


def until(true: Callable[[], object]) -> None:
    pause = threading.Event()
    for _ in range(PATIENCE * 50):
        if true():
            return
        pause.wait(0.02)
    raise AssertionError("it never came true")


def texts() -> list[str]:
    return [text for (text,) in select("SELECT text FROM inbox_message ORDER BY id")]


def test_what_comes_is_fetched_at_once(network: LongPoll, service: Department) -> None:
    connect(network, service)
    worker = watching()
    try:
        for n in range(3):
            until(lambda: network.waiting["us"])
            network.say("us", f"{n}")
            until(lambda n=n: len(texts()) == n + 1)  # type: ignore[misc]
    finally:
        stop(network, worker)
    assert texts() == ["0", "1", "2"]


def test_each_account_is_watched_by_one_of_two_workers(network: LongPoll, service: Department) -> None:
    accounts = [f"account {n}" for n in range(5)]
    for account in accounts:
        connect(network, service, account)
    workers = watching(6), watching(6)
    try:
        until(lambda: all(network.waiting[account] for account in accounts))
        for account in accounts:
            network.say(account, account)
        until(lambda: len(texts()) == 5)
        until(lambda: all(network.waiting[account] for account in accounts))
    finally:
        stop(network, *workers)
    assert set(network.most.values()) == {1}


def test_new_accounts_are_watched_and_paused_and_removed_ones_are_not(
    network: LongPoll, service: Department, as_eve: Viewer
) -> None:
    first, second = connect(network, service, "first"), connect(network, service, "second")
    worker = watching()
    try:
        until(lambda: network.waiting["first"] and network.waiting["second"])
        connect(network, service, "third")
        until(lambda: network.waiting["third"])
        connections.remove(as_eve, first.pk)
        connections.pause(as_eve, second.pk, paused=True)
        before = network.waits.copy()
        for account in ("first", "second", "third"):
            network.say(account, f"to the {account}")
        until(lambda: network.waits["third"] > before["third"])
        assert (network.waits["first"], network.waits["second"]) == (before["first"], before["second"])
        connections.pause(as_eve, second.pk, paused=False)
        until(lambda: network.waits["second"] > before["second"] and len(texts()) == 2)
    finally:
        stop(network, worker)
    assert sorted(texts()) == ["to the second", "to the third"]


@pytest.mark.parametrize("fault", [401, 422, 500, "bug"])
def test_a_wait_that_fails_pauses(
    network: LongPoll, service: Department, fault: int | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(network, service)
    if isinstance(fault, int):
        network.fault = fault
    else:
        monkeypatch.setattr(Patient, "wait", lambda *_: 1 / 0)
    work = next_wait()
    assert work
    work()
    assert next_wait() is None
    time_passes_for_errands(MINUTE // 2)
    assert next_wait() is None
    time_passes_for_errands(MINUTE)
    assert next_wait()


def time_passes_for_errands(milliseconds: int) -> None:
    execute("UPDATE worker_errand SET due_at = due_at - %s, lease_until = lease_until - %s", [milliseconds] * 2)


def test_an_account_in_trouble_is_not_watched_until_it_works_again(network: LongPoll, service: Department) -> None:
    one = connect(network, service)
    Connection.objects.update(trouble_kind="later", trouble_since=now())
    assert next_wait() is None
    connections.end_trouble(one.pk)
    assert fetch_due()
    assert next_wait()


def test_it_is_not_watched_while_it_is_about_to_be_fetched(network: LongPoll, service: Department) -> None:
    """Else the same news would be told again and again."""
    connect(network, service)
    network.say("us", "hello")
    work = next_wait()
    assert work
    work()
    time_passes_for_errands(2 * SECOND)
    assert next_wait() is None
    assert connections.claim_due()
    assert next_wait() is None
    time_passes(6 * MINUTE)
    assert fetch_due()
    assert next_wait()
    assert texts() == ["hello"]


def test_a_network_that_tells_nonsense_is_not_asked_all_the_time(network: LongPoll, service: Department) -> None:
    """It says that something came, and then there is nothing."""
    connect(network, service)
    network.say("us", "hello")
    work = next_wait()
    assert work
    work()
    assert fetch_due()
    assert next_wait() is None
    time_passes_for_errands(SECOND)
    assert next_wait()


def test_a_worker_that_dies_leaves_its_accounts_to_others(network: LongPoll, service: Department) -> None:
    connect(network, service)
    assert next_wait()
    assert next_wait() is None
    time_passes_for_errands(watch_networks.LEASE + 1)
    assert next_wait()


def test_stopping_does_not_wait_for_a_wait(network: LongPoll, service: Department) -> None:
    connect(network, service)
    worker = watching()
    until(lambda: network.waiting["us"])
    worker.stop(timeout=PATIENCE)
    assert network.waiting["us"] == 1  # left in the middle
    stop(network, worker)
