"""The chain names the first row that is not as it was sealed, whatever somebody did to the table by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, transaction

from draht.core.journal import restored, seals
from draht.core.journal.actions import Told, record_all
from draht.core.journal.facts import Fact
from draht.core.journal.queries import newest
from draht.core.sql import execute, is_postgres, select

pytestmark = pytest.mark.django_db


def write(count: int) -> None:
    with transaction.atomic():
        record_all([Told(Fact.NOTE_WRITTEN, data={"note": number}) for number in range(count)])


def seal_all() -> None:
    while seals.seal(4, complete=False):  # in one transaction, where no row counts as complete yet
        pass


def ids() -> list[int]:
    return [id for (id,) in select("SELECT id FROM journal_entry ORDER BY id")]


@contextmanager
def by_hand() -> Iterator[None]:
    """Somebody who owns the database takes the triggers away first."""
    tables = {"journal_entry": "journal_stays", "journal_seal": "seals_stay"}
    if is_postgres():
        for table, trigger in tables.items():
            execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    else:
        for (trigger,) in select("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            execute(f"DROP TRIGGER {trigger}")
    yield


@pytest.fixture
def chain() -> list[int]:
    write(10)
    seal_all()
    assert seals.check() is None
    assert seals.state().rows == 10
    return ids()


@pytest.mark.parametrize("statement", ["UPDATE journal_entry SET fact = 'x'", "DELETE FROM journal_entry",
                                       "UPDATE journal_seal SET head = rows", "DELETE FROM journal_seal"])  # fmt: skip
def test_the_store_itself_refuses_changes(chain: list[int], statement: str) -> None:
    with pytest.raises(DatabaseError, match="only ever appended"), transaction.atomic():
        execute(statement)


@pytest.mark.parametrize("column", ["fact = 'x'", "actor_id = 7", "data = '{}'", "at = at + 1", "conversation_id = 5"])
def test_a_changed_row_is_named(chain: list[int], column: str) -> None:
    with by_hand():
        execute(f"UPDATE journal_entry SET {column} WHERE id IN (%s, %s)", [chain[6], chain[3]])
    broken = seals.check()
    assert broken == seals.Broken(chain[3], "the row was changed")


def test_a_removed_row_is_named(chain: list[int]) -> None:
    with by_hand():
        execute("DELETE FROM journal_entry WHERE id IN (%s, %s)", [chain[8], chain[2]])
    assert seals.check() == seals.Broken(chain[2], "the row was removed")


def test_a_row_that_was_slipped_in_is_named(chain: list[int]) -> None:
    with by_hand():
        execute("DELETE FROM journal_entry WHERE id = %s", [chain[4]])
        execute("UPDATE journal_entry SET id = %s WHERE id = %s", [chain[4], chain[9]])
    assert seals.check() == seals.Broken(chain[4], "the row was changed")


def test_a_row_among_the_sealed_ones_that_no_seal_knows_is_named() -> None:
    write(10)
    gap = ids()[4]
    with by_hand():
        execute("DELETE FROM journal_entry WHERE id = %s", [gap])
    seal_all()
    execute("INSERT INTO journal_entry (id, tx, at, fact, data) VALUES (%s, 0, 1, 'note_written', '{}')", [gap])
    assert seals.check() == seals.Broken(gap, "the row was slipped in after sealing")


def test_a_changed_seal_is_named(chain: list[int]) -> None:
    with by_hand():
        execute("UPDATE journal_seal SET rows = head WHERE id = (SELECT max(id) FROM journal_seal)")
    broken = seals.check()
    assert broken is not None
    assert "seal" in broken.why


def test_rows_that_are_not_sealed_yet_break_nothing(chain: list[int]) -> None:
    write(3)
    assert seals.check() is None
    assert (seals.state().rows, seals.state().unsealed) == (10, 3)


def test_a_journal_from_another_cluster_is_taken_over(chain: list[int]) -> None:
    write(3)
    head = seals.state().head
    if not is_postgres():
        assert not restored.settle(), "SQLite has no transaction numbers"
        return
    with by_hand():
        execute("UPDATE journal_entry SET tx = tx + 1000000000")
        execute("UPDATE journal_seal SET last_tx = last_tx + 1000000000")
    assert restored.is_from_elsewhere()
    assert restored.settle()
    assert not restored.settle()
    assert seals.check() is None
    assert seals.state().rows == 13
    assert seals.state().head != head, "what was not sealed has been sealed"
    assert len(newest()) == 13, "and everything counts as complete"
    write(2)
    seal_all()
    assert seals.check() is None
    assert seals.state().rows == 15
