"""No network's slowness and no flood of one account delays another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import draht.connections.actions as connections
from draht.channels.sandbox.site import Site
from draht.connections.actions import fetching, renewing
from draht.connections.hooks import request_of
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.contract.errors import TryLater
from draht.contract.loopback import Loopback
from draht.contract.messages import Hook, Reading
from draht.core.clock import DAY, HOUR, MINUTE, SECOND, now
from draht.core.people.access import Viewer
from draht.core.people.models import Department
from draht.core.sql import execute, is_postgres, select
from draht.core.worker import intake
from draht.core.worker.intake import Kept
from draht.core.worker.loop import Duty, Worker
from draht.features.inbox import actions as inbox
from draht.flows import send_replies, take_in
from draht.flows.send_replies import next_reply
from draht.flows.take_in import FETCH_THREADS, FETCHES, fetch_due, next_fetch, read_hooks
from draht.flows.tests.flood import Flood, connect_flood, says
from draht.flows.tests.networks import Keyless
from draht.flows.tests.parrot import Parrot, connect_parrot
from draht.flows.tests.town import SECRET, Town, entries, the_conversation, time_passes

PATIENCE = 20  # seconds until a test gives up


class Hanging:
    """A real network on loopback whose answers come when the test lets them. It counts who waits at once."""

    def __init__(self, then: Callable[[dict[str, Any], Any], Any] | None = None) -> None:
        self.let_go = threading.Event()
        self.asked = threading.Semaphore(0)
        self.waiting, self.most = 0, 0
        self._lock = threading.Lock()
        self._then = then
        self.line = Loopback(self)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        with self._lock:
            self.waiting += 1
            self.most = max(self.most, self.waiting)
        self.asked.release()
        self.let_go.wait(PATIENCE)
        with self._lock:
            self.waiting -= 1
        if self._then:
            return self._then(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"[]"]

    def close(self) -> None:
        self.let_go.set()
        self.line.close()


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    network = Hanging()
    yield network
    network.close()


def another(like: Connection, n: int, account_url: str = "") -> Connection:
    """A further account of the same channel and login; it is due, and before it are those of a lower number."""
    like.refresh_from_db()
    return Connection.objects.create(
        channel=like.channel, name=f"another {n}", department=like.department, settings=like.settings,
        secrets=like.secrets, account_id=f"{like.account_id}-{n}", account_url=account_url, hook_key=f"another-{n}",
        made_at=1, next_fetch_at=n + 1,
    )  # fmt: skip


def working(*duties: Duty) -> Worker:
    worker = Worker(duties)
    worker.start()
    return worker


def until(true: Callable[[], object]) -> None:
    pause = threading.Event()
    for _ in range(PATIENCE * 50):
        if true():
            return
        pause.wait(0.02)
    raise AssertionError("it never came true")


# -- fetching ---------------------------------------------------------------------------------------------------------


def test_a_hanging_network_leaves_threads_to_the_others(
    shared_db: None, town: Town, hanging: Hanging, service: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty accounts of a network that hangs are due before the one that answers."""
    first = connect_parrot(monkeypatch, service.pk, hanging.line.url)
    for n in range(30):
        another(first, n, f"https://{n}.example/")
    town.ada_writes("Are you there?")
    execute("UPDATE connections_connection SET next_fetch_at = 100 WHERE id = %s", [town.connection.pk])
    worker = working(Duty("fetch", next_fetch, every=0.02, threads=FETCH_THREADS))
    try:
        until(lambda: select("SELECT 1 FROM inbox_message WHERE text = 'Are you there?'"))
        assert not hanging.let_go.is_set()
        for _ in range(FETCH_THREADS // 4):
            assert hanging.asked.acquire(timeout=PATIENCE)
        assert hanging.most == FETCH_THREADS // 4
    finally:
        hanging.let_go.set()
        until(lambda: Connection.objects.filter(channel="parrot", fetched_at=None).count() == 0)
        worker.stop()
    assert hanging.most == FETCH_THREADS // 4


def test_a_hanging_host_leaves_threads_to_other_hosts_of_its_channel(
    shared_db: None, hanging: Hanging, service: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = connect_parrot(monkeypatch, service.pk, hanging.line.url)
    for n in range(10):
        another(first, n, "https://hangs.example/")
    quick = Loopback(lambda environ, start: (start("200 OK", []), [b"[]"])[1])
    other = another(first, 20, "https://quick.example/")
    Connection.objects.filter(pk=other.pk).update(settings={"url": quick.url})
    Connection.objects.filter(pk=first.pk).update(next_fetch_at=None)
    worker = working(Duty("fetch", next_fetch, every=0.02, threads=FETCH_THREADS))
    try:
        until(lambda: Connection.objects.filter(pk=other.pk, fetched_at__isnull=False))
        assert not hanging.let_go.is_set()
    finally:
        hanging.let_go.set()
        until(lambda: Connection.objects.filter(next_fetch_at__isnull=False, fetched_at=None).count() == 0)
        worker.stop()
        quick.close()
    assert hanging.most == FETCH_THREADS // 8


def test_a_turn_ends_also_with_a_fault(service: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    flood = connect_flood(monkeypatch, service.pk)
    monkeypatch.setattr(Flood, "fault", TryLater("later"))
    for _ in range(3 * FETCH_THREADS):
        assert fetch_due()
        assert FETCHES.must_wait() == []
        time_passes(DAY)
    monkeypatch.setattr(connections, "note_trouble", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fetch_due()
    assert FETCHES.must_wait() == []
    flood.refresh_from_db()


def test_while_there_is_more_others_have_their_turn(service: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that catches up goes on at once, but behind those that were due before."""
    first = connect_flood(monkeypatch, service.pk)
    rest = [another(first, n) for n in range(3)]
    execute("UPDATE connections_connection SET next_fetch_at = 0 WHERE id = %s", [first.pk])
    order: list[int] = []

    def fetch(connection: Connection) -> None:
        order.append(connection.pk)
        more = connection.pk == first.pk and len(order) < 6
        connections.finish_fetch(connection, Reading(cursor="1", more=more))

    monkeypatch.setattr(take_in, "fetch", fetch)
    while fetch_due():
        pass
    assert order[:4] == [first.pk, *[one.pk for one in rest]]
    assert order[4:] == [first.pk] * 2


def test_two_hundred_connections_are_spread_over_their_minute(
    service: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connected at one moment, they do not stay in lockstep, and none is asked later than its time."""
    first = connect_flood(monkeypatch, service.pk)
    for n in range(199):
        another(first, n)
    at = now()
    while fetch_due():
        pass
    due = sorted(at or 0 for at in Connection.objects.values_list("next_fetch_at", flat=True))
    assert len(due) == 200
    assert at + 54 * SECOND <= due[0]
    assert due[-1] <= now() + MINUTE
    assert len(set(due)) > 150
    assert not fetch_due()
    time_passes(MINUTE)
    turns = 0
    while fetch_due():
        turns += 1
    assert turns == 200


@pytest.mark.parametrize(("told", "seconds"), [(300.0, 300), (0.0, 0), (-5.0, 0), (float("inf"), 24 * 3600)])
def test_a_channel_may_plan_its_own_pause(
    service: Department, monkeypatch: pytest.MonkeyPatch, told: float, seconds: int
) -> None:
    flood = connect_flood(monkeypatch, service.pk)
    monkeypatch.setattr(Flood, "fetch", lambda self, cursor: Reading(cursor="1", pause=told, more=True))
    at = now()
    assert fetch_due()
    flood.refresh_from_db()
    assert at + seconds * SECOND <= (flood.next_fetch_at or 0) <= now() + seconds * SECOND


@pytest.mark.parametrize("what", ["remove", "pause"])
def test_an_account_that_changes_between_claim_and_fetch_is_left_alone(
    service: Department, as_eve: Viewer, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    flood = connect_flood(monkeypatch, service.pk)
    claim = fetching.claim  # type: ignore[attr-defined]

    def claim_slowly(*told: Any) -> list[int]:
        ids = claim(*told)
        connections.remove(as_eve, flood.pk) if what == "remove" else connections.pause(as_eve, flood.pk, paused=True)
        return ids

    monkeypatch.setattr(fetching, "claim", claim_slowly)
    monkeypatch.setattr(Flood, "fetch", lambda *_: pytest.fail("it was fetched"))
    assert not fetch_due()


def test_what_comes_back_after_an_account_was_removed_is_not_taken_in(
    service: Department, as_eve: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    flood = connect_flood(monkeypatch, service.pk)

    def slow(self: Flood, cursor: str) -> Reading:
        connections.remove(as_eve, flood.pk)
        return Reading((says("1"),), cursor="7")

    monkeypatch.setattr(Flood, "fetch", slow)
    assert fetch_due()
    assert select("SELECT count(*) FROM inbox_message") == [(0,)]
    flood.refresh_from_db()
    assert (flood.cursor, flood.next_fetch_at, flood.trouble_kind) == ("", None, "")


def test_after_an_outage_it_is_fetched_at_once(service: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    flood = connect_flood(monkeypatch, service.pk)
    assert fetch_due()
    time_passes(HOUR)
    with monkeypatch.context() as patched:
        patched.setattr(Flood, "fault", TryLater("away", after=3000))
        assert fetch_due()
    assert not fetch_due()
    connections.end_trouble(flood.pk)  # an answer went out, say
    assert fetch_due()
    assert not fetch_due()


# -- answers ----------------------------------------------------------------------------------------------------------


def test_answers_to_a_hanging_network_do_not_delay_others(
    shared_db: None, town: Town, service: Department, as_bea: Viewer, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.UNDO_SECONDS = 0
    monkeypatch.setitem(channels(), "sandbox two", Keyless)
    town.ada_writes("Where is my parcel?")
    town.fetch()
    quick = the_conversation(as_bea)
    site = Site(town.network)
    network = Hanging(site)
    network.let_go.set()
    values = town.connection.settings | {"url": network.line.url, "token": town.token, "hook_secret": SECRET}
    slow = connections.make(None, "sandbox two", values, service.pk)
    take_in.fetch(slow)
    [(theirs,)] = select("SELECT id FROM inbox_conversation WHERE connection_id = %s", [slow.pk])
    network.let_go.clear()
    network.most = 0
    for n in range(20):
        inbox.queue_reply(as_bea, theirs, f"slow {n}")
    inbox.queue_reply(as_bea, quick, "quick")
    execute("UPDATE inbox_reply SET due_at = 1 WHERE text LIKE 'slow%%'")
    worker = working(Duty("send", next_reply, every=0.02, threads=send_replies.SEND_THREADS))
    try:
        until(lambda: "quick" in [e.text for e in entries(as_bea, quick, "message")])
        assert not network.let_go.is_set()
        assert network.most <= send_replies.SEND_THREADS // 4
    finally:
        network.let_go.set()
        until(lambda: select("SELECT count(*) FROM inbox_reply WHERE state = 'sent'") == [(21,)])
        worker.stop()
        network.close()
    assert sorted(town.texts_of_ours()) == sorted(["quick", *[f"slow {n}" for n in range(20)]])


# -- hooks ------------------------------------------------------------------------------------------------------------

FLOOD = 100_000


def keep(connection: Connection, *bodies: str) -> None:
    request = request_of(Hook("POST", {}, {}, b""))
    intake.keep([Kept(connection.pk, now(), request, body.encode()) for body in bodies])


@pytest.fixture
def two(service: Department, monkeypatch: pytest.MonkeyPatch) -> tuple[Connection, Connection]:
    flood = connect_flood(monkeypatch, service.pk)
    monkeypatch.setattr(Flood, "read_hook", lambda self, hook: Reading((says(hook.body.decode()),)))
    return flood, another(flood, 1)


def test_a_flood_of_hooks_does_not_delay_another_account(two: tuple[Connection, Connection]) -> None:
    flooded, other = two
    keep(flooded, *["again"] * FLOOD)
    keep(other, "hello")
    assert read_hooks()
    assert read_hooks()
    assert select("SELECT count(*) FROM inbox_message WHERE connection_id = %s", [other.pk]) == [(1,)]
    [(left,)] = select("SELECT count(*) FROM worker_delivery")
    assert left >= FLOOD - 2 * intake.MOST_AT_ONCE
    for n in range(3):  # and so it goes on
        keep(other, f"hello {n}")
        assert read_hooks()
        assert read_hooks()
    assert select("SELECT count(*) FROM inbox_message WHERE connection_id = %s", [other.pk]) == [(4,)]


def test_a_flood_is_not_walked_through(two: tuple[Connection, Connection], monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither whose turn it is nor which hooks are read is found by looking at all of them."""
    flooded, _ = two
    keep(flooded, *["again"] * 20_000)
    execute("ANALYZE")
    asked: list[str] = []
    for statement in _statements_of(read_hooks):
        if "worker_" in statement and statement.startswith(("SELECT", "UPDATE", "DELETE")):
            asked.append(statement)
    assert len(asked) >= 4
    for statement in asked:
        plan = _plan(statement)
        assert "SCAN worker_delivery" not in plan, (statement, plan)
        assert "Seq Scan on worker_delivery" not in plan, (statement, plan)


def _statements_of(work: Callable[[], object]) -> list[str]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        work()
    return [one["sql"] for one in captured]


def _plan(statement: str) -> str:
    how = "EXPLAIN" if is_postgres() else "EXPLAIN QUERY PLAN"
    return "\n".join(str(row) for row in select(f"{how} {statement}".replace("%", "%%")))


def test_hooks_of_a_lost_login_wait_without_being_looked_at(
    two: tuple[Connection, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    flooded, other = two
    keep(flooded, *["again"] * 2000)

    def away(self: Flood, hook: Hook) -> Reading:
        raise TryLater("away")

    monkeypatch.setattr(Flood, "read_hook", away)
    assert read_hooks()
    assert not read_hooks()  # all of them wait, not only those that were looked at
    monkeypatch.setattr(Flood, "read_hook", lambda self, hook: Reading((says(hook.body.decode()),)))
    keep(other, "hello")
    assert read_hooks()
    assert not read_hooks()
    time_passes(MINUTE + SECOND)
    for _ in range(2000 // intake.MOST_AT_ONCE):
        assert read_hooks()
    assert not read_hooks()
    assert select("SELECT count(*) FROM worker_delivery") == [(0,)]


def test_what_was_read_before_a_fault_is_not_read_again(
    two: tuple[Connection, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    flooded, _ = two
    asked: list[bytes] = []

    def read(self: Flood, hook: Hook) -> Reading:
        asked.append(hook.body)
        if hook.body == b"2" and len(asked) < 4:
            raise TryLater("away")
        return Reading((says(hook.body.decode()),))

    monkeypatch.setattr(Flood, "read_hook", read)
    keep(flooded, "0", "1", "2", "3")
    assert read_hooks()
    assert not read_hooks()
    assert select("SELECT count(*) FROM inbox_message") == [(2,)]
    time_passes(MINUTE + SECOND)
    assert read_hooks()
    assert select("SELECT count(*) FROM inbox_message") == [(4,)]
    assert asked == [b"0", b"1", b"2", b"2", b"3"]


def test_a_hook_that_never_can_be_read_holds_up_the_others_for_a_day_at_most(
    two: tuple[Connection, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    flooded, _ = two

    def read(self: Flood, hook: Hook) -> Reading:
        if hook.body == b"bad":
            raise TryLater("away")
        return Reading((says(hook.body.decode()),))

    monkeypatch.setattr(Flood, "read_hook", read)
    keep(flooded, "bad", "good")
    assert read_hooks()
    execute("UPDATE worker_delivery SET received_at = received_at - %s", [DAY])
    time_passes(MINUTE + SECOND)
    assert read_hooks()
    assert select("SELECT raw, reason FROM connections_leftover") == [("bad", "away")]
    assert select("SELECT external_id FROM inbox_message") == [("good",)]
    assert select("SELECT count(*) FROM worker_delivery") == [(0,)]


def test_hooks_that_take_long_are_read_a_few_at_a_time(
    two: tuple[Connection, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    flooded, other = two
    monkeypatch.setattr(take_in, "TURN", -1.0)
    keep(flooded, *[str(n) for n in range(5)])
    keep(other, "hello")
    assert read_hooks()
    assert read_hooks()
    assert select("SELECT connection_id FROM inbox_message ORDER BY 1") == [(flooded.pk,), (other.pk,)]
    while read_hooks():
        pass
    assert select("SELECT count(*) FROM inbox_message") == [(6,)]


def test_hooks_that_wait_for_a_network_leave_threads_to_others(
    shared_db: None, hanging: Hanging, service: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A channel may ask its network what a hook means."""
    slow = connect_parrot(monkeypatch, service.pk, hanging.line.url)
    slows = [slow, *[another(slow, n) for n in range(5)]]
    flood = connect_flood(monkeypatch, service.pk)
    monkeypatch.setattr(Parrot, "read_hook", lambda self, hook: self.fetch(""))
    monkeypatch.setattr(Flood, "events", [says("1")])
    for one in [*slows, flood]:
        keep(one, "1")
    worker = working(Duty("read hooks", take_in.next_hooks, every=0.02, threads=take_in.HOOK_THREADS))
    try:
        until(lambda: select("SELECT 1 FROM inbox_message"))
        assert not hanging.let_go.is_set()
    finally:
        hanging.let_go.set()
        until(lambda: select("SELECT count(*) FROM worker_delivery") == [(0,)])
        worker.stop()
    assert hanging.most == 1


# -- logins -----------------------------------------------------------------------------------------------------------


def test_a_login_that_hangs_while_it_is_renewed_does_not_delay_others(
    shared_db: None, service: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = connect_flood(monkeypatch, service.pk)
    hangs = [another(first, n, "https://hangs.example/") for n in range(5)]
    Connection.objects.filter(pk__in=[one.pk for one in hangs]).update(renew_at=1, channel="parrot")
    Connection.objects.filter(pk=first.pk).update(renew_at=2)
    let_go, renewed, lock = threading.Event(), list[int](), threading.Lock()

    def renew(connection: Connection) -> None:
        if connection.pk != first.pk:
            let_go.wait(PATIENCE)
        with lock:
            renewed.append(connection.pk)
        Connection.objects.filter(pk=connection.pk).update(renew_at=None)

    monkeypatch.setattr(renewing, "renew_if_due", renew)
    worker = working(Duty("renew", connections.next_renewal, every=0.02, threads=connections.RENEW_THREADS))
    try:
        until(lambda: renewed == [first.pk])
    finally:
        let_go.set()
        until(lambda: len(renewed) == 6)
        worker.stop()
