"""Edits and deletions that nobody told of: found within a day, the newest first, within the quota, by few questions."""

from __future__ import annotations

from collections.abc import Iterator
from time import time_ns
from types import SimpleNamespace

import pytest
from django.db import connection as store
from django.test.utils import CaptureQueriesContext

import draht.connections.actions as connections
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.contract.loopback import Loopback
from draht.contract.purse import Budget
from draht.core import clock
from draht.core.clock import DAY, HOUR, MINUTE, SECOND, now
from draht.core.journal.facts import Fact
from draht.core.journal.queries import newest
from draht.core.people.access import Viewer
from draht.core.people.models import Department
from draht.core.sql import execute, is_postgres, select
from draht.features.inbox.queries.rereading import NEWEST, to_read_again
from draht.flows.reconcile import MONTH, WALKS, next_rereading
from draht.flows.take_in import take_in
from draht.flows.tests.shelf import BATCH, Books, Shelf


class Time:
    """The clock of the house, which a test sets forward."""

    def __init__(self) -> None:
        self.ahead = 0

    def time_ns(self) -> int:
        return time_ns() + self.ahead * 1_000_000


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    ours = Time()
    monkeypatch.setattr(clock, "time", SimpleNamespace(time_ns=ours.time_ns))
    return ours


@pytest.fixture
def books(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    monkeypatch.setitem(channels(), "shelf", Shelf)
    network = Books()
    yield network
    network.line.close()


def connect(books: Books | Loopback, service: Department, account: str = "us") -> Connection:
    url = books.url if isinstance(books, Loopback) else books.line.url
    return connections.make(None, "shelf", {"url": url, "account": account}, service.pk)


def there(connection: Connection, books: Books, ages: dict[str, int]) -> None:
    """Messages of these ages (milliseconds) stand on the shelf and here."""
    take_in(connection, [books.puts(id, f"text of {id}", now() - age) for id, age in ages.items()], now())


def read_what_is_due() -> int:
    steps = 0
    while work := next_rereading():
        work()
        steps += 1
        assert steps < 1000
    return steps


def texts() -> dict[str, tuple[str, bool]]:
    return {id: (text, gone is not None) for id, text, gone in
            select("SELECT external_id, text, deleted_at FROM inbox_message")}  # fmt: skip


def test_edits_and_deletions_are_found(service: Department, books: Books) -> None:
    us = connect(books, service)
    there(us, books, {"a": MINUTE, "b": 5 * HOUR, "c": 20 * DAY, "d": 40 * DAY})
    for id in "abcd":
        books.there[id] = [now(), f"new text of {id}"]
    books.there["b"] = None
    read_what_is_due()
    found = texts()
    assert found["a"] == ("new text of a", False)
    assert found["b"][1]
    assert found["c"] == ("new text of c", False)
    assert found["d"] == ("text of d", False)  # too old
    told = [row.fact for row in newest(100)]
    assert (told.count(Fact.MESSAGE_EDITED), told.count(Fact.MESSAGE_DELETED)) == (2, 1)


def test_private_and_own_messages_are_read_again_and_deleted_ones_are_not(service: Department, books: Books) -> None:
    us = connect(books, service)
    at = now() - MINUTE
    ours = books.puts("ours", "ours", at)
    ours = type(ours)("ours", type(ours.author)("us", "Us"), "ours", ours.at, revision=ours.at)
    take_in(us, [books.puts("private", "secret", at, private=True), ours, books.puts("gone", "x", at)], now())
    execute("UPDATE inbox_message SET deleted_at = 1, gone = rank WHERE external_id = 'gone'")
    read_what_is_due()
    assert set(books.asked) == {"private", "ours"}


def test_nothing_is_told_of_what_did_not_change(service: Department, books: Books) -> None:
    us = connect(books, service)
    there(us, books, {f"{n}": n * MINUTE for n in range(30)})
    before = [row.id for row in newest(1000)]
    for _ in range(4):
        read_what_is_due()
        execute("UPDATE worker_errand SET due_at = 0")
    assert len(books.asked) == 30
    assert [row.id for row in newest(1000)] == before


def test_what_a_channel_does_not_understand_is_kept(service: Department, books: Books) -> None:
    us = connect(books, service)
    there(us, books, {"a": MINUTE})
    books.there["a"] = "strange"
    read_what_is_due()
    assert select("SELECT connection_id, raw FROM connections_leftover") == [(us.pk, "strange")]


def test_within_a_day_every_message_of_thirty_days_is_read_again(service: Department, books: Books, time: Time) -> None:
    """A day of the house goes by, from one due time to the next."""
    us = connect(books, service)
    ages = {f"{n}": n * 29 * DAY // 150 + DAY // 2 for n in range(150)} | {
        "young": 0,
        "today": 4 * HOUR,
        "old": 31 * DAY,
    }
    there(us, books, ages)
    began, busiest = now(), 0
    while now() < began + DAY:
        busiest = max(busiest, read_what_is_due())
        [(due,)] = select("SELECT min(due_at) FROM worker_errand WHERE name LIKE 'read the%%'")
        time.ahead += max(SECOND, due - now())
    assert set(books.asked) == set(ages) - {"old"}
    assert 6 <= books.asked["young"] <= 6 + 24 + 2
    assert 20 <= books.asked["today"] <= 26
    assert books.asked["100"] <= 2
    assert busiest <= 4  # spread over the day, not all at once
    last = books.calls[-1]
    assert all(len(ids) <= BATCH for ids in books.calls)
    assert last


def test_the_newest_come_first(service: Department, books: Books) -> None:
    us = connect(books, service)
    there(us, books, {f"{n}": 2 * DAY + n * HOUR for n in range(25)})
    for _ in range(3):
        execute("UPDATE worker_errand SET due_at = 0")
        read_what_is_due()
    assert [id for call in books.calls for id in call] == [f"{n}" for n in range(25)]


def test_statements_do_not_grow_with_the_messages(service: Department, books: Books) -> None:
    us = connect(books, service)
    taken = []
    for size in (BATCH, 500):
        there(us, books, {f"{size}-{n}": 2 * DAY + n * MINUTE for n in range(size)})
        execute("DELETE FROM worker_errand")
        with CaptureQueriesContext(store) as statements:
            read_what_is_due()
        taken.append(len(statements))
    assert taken[0] == taken[1]


def test_messages_are_found_along_their_index(service: Department, books: Books) -> None:
    us, other = connect(books, service), connect(books, service, "another")
    there(other, books, {f"{n}": n * SECOND for n in range(3000)})
    there(us, books, {"a": MINUTE})
    execute("ANALYZE")
    how = "EXPLAIN" if is_postgres() else "EXPLAIN QUERY PLAN"
    plan = str(select(f"{how} {NEWEST}", [us.pk, us.pk, 0, 2**60, BATCH]))
    assert "message_of_connection" in plan, plan
    assert "Sort" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan
    assert [item.id for _, item in to_read_again(us.pk, 0, 2**60, BATCH)] == ["a"]


@pytest.mark.parametrize("state", ["paused", "removed", "in trouble"])
def test_only_accounts_that_work_are_read_again(service: Department, books: Books, as_eve: Viewer, state: str) -> None:
    us = connect(books, service)
    there(us, books, {"a": MINUTE})
    match state:
        case "paused":
            connections.pause(as_eve, us.pk, paused=True)
        case "removed":
            connections.remove(as_eve, us.pk)
        case _:
            Connection.objects.update(trouble_kind="later", trouble_since=now())
    assert read_what_is_due() == 0
    assert not books.asked


@pytest.mark.parametrize("fault", [503, "hang up", "garbage"])
def test_a_fault_pauses_and_the_walk_goes_on_where_it_was(
    service: Department, books: Books, time: Time, fault: int | str
) -> None:
    us = connect(books, service)
    there(us, books, {"a": MINUTE})
    books.there["a"] = None
    books.line.fail_next(fault)
    read_what_is_due()
    assert not texts()["a"][1]
    assert next_rereading() is None
    us.refresh_from_db()
    assert us.trouble_kind == ""  # fetching tells whether there is any
    time.ahead += 8 * MINUTE
    read_what_is_due()
    assert texts()["a"][1]


def test_a_lost_login_is_trouble(service: Department, books: Books) -> None:
    us = connect(books, service)
    there(us, books, {"a": MINUTE})
    books.line.fail_next(401)
    read_what_is_due()
    us.refresh_from_db()
    assert us.trouble_kind == "login"


def test_what_is_refused_does_not_hold_up_the_others(service: Department, books: Books, time: Time) -> None:
    us = connect(books, service)
    there(us, books, {f"{n}": n * SECOND for n in range(2 * BATCH)})
    books.line.fail_next(422)
    read_what_is_due()
    time.ahead += 10 * MINUTE - SECOND
    read_what_is_due()
    assert len(books.asked) == BATCH


def test_half_of_the_quota_is_left_for_what_is_new(
    service: Department, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shelf, "budget", Budget(units=1000))
    us = connect(books, service)
    there(us, books, {"a": MINUTE})
    execute("UPDATE connections_purse SET units = 999")
    with connections.opened(us) as channel:
        assert channel.http.purse.left() == 1000  # of another day
    read_what_is_due()
    assert books.asked["a"] == 1
    execute("UPDATE connections_purse SET units = 1000")
    execute("UPDATE worker_errand SET due_at = 0")
    read_what_is_due()
    assert books.asked["a"] == 1
    [(due,)] = select("SELECT min(due_at) FROM worker_errand")
    assert due > now() + HOUR - MINUTE


def test_where_it_costs_money_it_is_done_once_a_day(
    service: Department, books: Books, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shelf, "budget", Budget(costs_money=True))
    us = connect(books, service)
    there(us, books, {"a": MINUTE, "b": 3 * HOUR, "c": 10 * DAY})
    for _ in range(15):
        read_what_is_due()
        time.ahead += HOUR
    assert books.asked == {"a": 1, "b": 1, "c": 1}


def test_the_walks_fit_together() -> None:
    assert [walk.youngest for walk in WALKS] == [0, *[walk.oldest for walk in WALKS[:-1]]]
    assert MONTH.every < DAY
