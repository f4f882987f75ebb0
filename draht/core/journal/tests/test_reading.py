"""The journal is read without passing a row over, however transactions overlap. SQLite has one writer at a time; on
PostgreSQL ids are given out before commit, and a row may appear behind one that was read."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from draht.core.journal import seals
from draht.core.journal.actions import Told, record, record_all
from draht.core.journal.facts import Fact
from draht.core.journal.queries import Position, Row, end, holds_back, newest, read_after
from draht.core.people.models import Department
from draht.core.sql import is_postgres, select

pytestmark = pytest.mark.usefixtures("shared_db")


class Other:
    """Somebody else who writes, on a connection of their own; they commit when they are told to."""

    def __init__(self) -> None:
        self.has_written = threading.Event()
        self._may_commit = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def begin(self) -> None:
        self._thread.start()

    def commit(self) -> None:
        self._may_commit.set()
        self._thread.join(20)
        assert not self._thread.is_alive()

    def _write(self) -> None:
        try:
            with transaction.atomic():
                record(Fact.NOTE_WRITTEN, by="the other")
                self.has_written.set()
                self._may_commit.wait(20)
        finally:
            connection.close()


@contextmanager
def another() -> Iterator[Other]:
    other = Other()
    try:
        yield other
    finally:
        other.commit()


def write(by: str) -> None:
    record(Fact.NOTE_WRITTEN, by=by)


def writers(rows: list[Row]) -> list[str]:
    return [row.data.split('"')[3] for row in rows]


def test_who_begins_first_and_commits_last_is_not_passed_over(service: Department) -> None:
    start = end()
    with another() as other:
        with transaction.atomic():
            write("us")
            other.begin()  # on SQLite it has to wait for us
            if is_postgres():
                assert other.has_written.wait(10)
                other.commit()
            seen = in_a_thread(lambda: (read_after(start), holds_back()))
            assert seen == ([], is_postgres())  # the other's row is there, and does not count yet
        assert other.has_written.wait(10)
        other.commit()
        rows = read_after(start)
    assert writers(rows) == ["us", "the other"]
    assert read_after(rows[-1].position) == []
    assert not holds_back()


def test_a_low_transaction_number_with_a_high_id_is_not_passed_over(service: Department) -> None:
    start = end()
    with another() as other:
        with transaction.atomic():
            service.save()  # we have a transaction number, and no row yet
            other.begin()
            if is_postgres():
                assert other.has_written.wait(10)
                other.commit()
            assert in_a_thread(lambda: read_after(start)) == []
            write("us")
        other.has_written.wait(10)
        other.commit()
        rows = read_after(start)
    assert writers(rows) == ["us", "the other"]
    assert (rows[0].id > rows[1].id) is is_postgres()
    assert [row.position for row in rows] == sorted(row.position for row in rows)
    assert [row.id for row in newest(2)] == [rows[1].id, rows[0].id]


def test_who_takes_it_back_leaves_no_gap(service: Department) -> None:
    start = end()
    with transaction.atomic():
        write("us")
        transaction.set_rollback(True)
    with transaction.atomic():
        write("us again")
    assert writers(read_after(start)) == ["us again"]


T = TypeVar("T")


def in_a_thread(call: Callable[[], T]) -> T:
    """What somebody sees who has no part in our transaction."""
    seen: list[T] = []

    def look() -> None:
        try:
            seen.append(call())
        finally:
            connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join(20)
    return seen[0]


def test_under_load_every_row_is_seen_once_and_in_order(service: Department) -> None:
    """Six writers with transactions of different length, while one reads and two seal."""
    start, done = end(), threading.Event()
    chance = random.Random(5)
    lengths = [[chance.uniform(0, 0.02) for _ in range(25)] for _ in range(6)]

    def keep_writing(pauses: list[float]) -> None:
        for pause in pauses:
            with transaction.atomic():
                record_all([Told(Fact.NOTE_WRITTEN)])
                time.sleep(pause)
                record_all([Told(Fact.TAG_ADDED)])

    def keep_sealing() -> None:
        while not done.is_set():
            seals.seal(limit=17)
            time.sleep(0.01)

    threads = [closing(keep_writing, pauses) for pauses in lengths]
    sealers = [closing(keep_sealing) for _ in range(2)]
    for thread in threads + sealers:
        thread.start()
    seen: list[Row] = []
    position, until = start, time.monotonic() + 60
    while (any(t.is_alive() for t in threads) or holds_back() or not seen) and time.monotonic() < until:
        rows = read_after(position, limit=7)
        seen += rows
        position = rows[-1].position if rows else position
    while rows := read_after(position):
        seen += rows
        position = rows[-1].position
    done.set()
    for thread in threads + sealers:
        thread.join(20)
    [(count,)] = select("SELECT count(*) FROM journal_entry WHERE fact IN ('note_written', 'tag_added')")
    assert count == 6 * 25 * 2
    assert len(seen) == len({row.id for row in seen}) == count
    assert [row.position for row in seen] == sorted(row.position for row in seen)
    while seals.seal():
        pass
    assert seals.check() is None
    assert seals.state().unsealed == 0


def closing(call: Callable[..., None], *arguments: object) -> threading.Thread:
    def run() -> None:
        try:
            call(*arguments)
        finally:
            connection.close()

    return threading.Thread(target=run)


@pytest.mark.parametrize(
    "text", ["", "-", "1", "1-", "-1", "1-x", "²-1", "1-²", "٣-1", "9" * 30 + "-1", "1-" + "9" * 19]
)
def test_a_position_that_is_none(text: str) -> None:
    assert Position.parse(text) is None


def test_a_position_is_read_back() -> None:
    assert Position.parse(str(Position(12, 345))) == Position(12, 345)


def test_sealing_costs_little() -> None:
    """Set-based: a few statements for thousands of rows."""
    taken = []
    for size in (10, 5000):
        with transaction.atomic():
            record_all([Told(Fact.NOTE_WRITTEN, data={"note": n}) for n in range(size)])
        with CaptureQueriesContext(connection) as statements:
            assert seals.seal() == size
        taken.append(len(statements))
    assert taken[0] == taken[1]
    with CaptureQueriesContext(connection) as statements:
        assert seals.seal() == 0
    assert len(statements) <= 2  # nothing to do takes no lock
