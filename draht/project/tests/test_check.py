"""``draht check`` and the health page see what is wrong, and say what to do about it."""

from __future__ import annotations

import argparse
import errno
import shutil
import time
from collections import namedtuple

import msgspec
import pytest
from django.db import DatabaseError, connection, transaction

import draht.connections.actions as connections
from draht.connections.models import Connection
from draht.contract.errors import LoginExpired, TryLater
from draht.contract.messages import Author, IncomingMessage, Unread
from draht.core.clock import DAY, HOUR, MINUTE, now, to_datetime
from draht.core.journal import seals
from draht.core.journal.actions import record
from draht.core.journal.facts import Fact
from draht.core.people.models import Department, User
from draht.core.sql import execute, is_postgres, select
from draht.core.worker import intake
from draht.core.worker.intake import Kept
from draht.core.worker.models import DutyState
from draht.features.inbox import checks
from draht.flows.duties import DUTIES
from draht.flows.import_archive import make_archive
from draht.flows.take_in import take_in
from draht.project.commands import check
from draht.project.findings.finding import Finding, Level
from draht.project.findings.looks import LOOKS, is_serving, look

pytestmark = pytest.mark.django_db


def found(name: str) -> list[Finding]:
    return [one.finding for one in look([name])]


def only(name: str) -> Finding:
    [finding] = found(name)
    return finding


@pytest.fixture
def working() -> None:
    """The worker runs."""
    DutyState.objects.bulk_create(DutyState(name=duty.name, ran_at=now()) for duty in DUTIES)


@pytest.fixture
def archive(service: Department) -> Connection:
    return make_archive("Old", service.pk)


def fill(archive: Connection, count: int = 5) -> None:
    at = now() - DAY
    ada = Author("ada", "Ada")
    parents = [str(n - 1) if n % 2 else "" for n in range(count)]
    events = [
        IncomingMessage(str(n), ada, f"Message {n}", to_datetime(at + n * 1000), parent=parent)
        for n, parent in enumerate(parents)
    ]
    with transaction.atomic():
        take_in(archive, events, now())


def run(*told: str) -> int:
    parser = argparse.ArgumentParser()
    check.arguments(parser)
    return check.run(parser.parse_args(told))


# -- all of it --------------------------------------------------------------------------------------------------------


def test_a_house_in_order_has_nothing_to_say(
    working: None, archive: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(archive)
    while seals.seal(complete=False):
        pass
    assert run("--json") == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert {one["look"] for one in told} == {one.name for one in LOOKS}
    assert [one for one in told if one["level"] != "ok" or one["todo"]] == []


def test_a_fault_is_the_exit_code_and_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--fast") == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "No worker has run yet." in said
    assert "→ Start draht serve" in said
    assert "Journal" not in said, "the deep looks were left out"


def test_an_unknown_look_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--only", "weather") == 2
    assert "journal" in capsys.readouterr().err


def test_a_look_that_fails_is_a_finding_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> int:
        raise DatabaseError("no such table: worker_delivery")

    monkeypatch.setattr(intake, "waiting", broken)
    levels = {one.look.name: one.finding.level for one in look()}
    assert levels["deliveries"] == Level.FAIL
    assert levels["replies"] == Level.OK


# -- the ground -------------------------------------------------------------------------------------------------------


def test_missing_migrations_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_serving()
    execute("DELETE FROM django_migrations WHERE app = 'inbox' AND name > '0002'")
    finding = only("migrations")
    assert finding.level == Level.FAIL
    assert "draht migrate" in finding.todo
    assert [one.look.name for one in look(deep=True)][-1] == "migrations", "there is nothing further to look at"
    assert not is_serving()


@pytest.mark.parametrize(("free", "level"), [(10**8, Level.FAIL), (5 * 10**8, Level.WARN), (10**11, Level.OK)])
def test_little_disk_is_told_before_it_runs_out(free: int, level: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage(10**12, 0, free))
    assert {finding.level for finding in found("disk")} == {level}


def test_a_disk_that_is_full_beside_the_store_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    if is_postgres():
        return  # its disk is the server's

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert "The disk is full" in only("store").says
    assert not is_serving()


def test_the_file_and_the_search_are_sound(archive: Connection) -> None:
    fill(archive)
    assert only("integrity").level == Level.OK
    assert only("search").level == Level.OK


def test_a_journal_that_was_tampered_with_is_named() -> None:
    for _ in range(3):
        with transaction.atomic():
            record(Fact.LOGGED_IN)
    seals.seal(complete=False)
    [(first,)] = select("SELECT min(id) FROM journal_entry")
    if is_postgres():
        execute("ALTER TABLE journal_entry DISABLE TRIGGER USER")
    else:
        execute("DROP TRIGGER journal_entry_UPDATE")
    execute("UPDATE journal_entry SET actor_id = 1 WHERE id > %s", [first])
    finding = only("journal")
    assert finding.level == Level.FAIL
    assert f"Row {first + 1} is broken: the row was changed" in finding.says


# -- the work ---------------------------------------------------------------------------------------------------------


def test_a_worker_that_stopped_is_told(working: None) -> None:
    assert only("duties").level == Level.OK
    DutyState.objects.update(ran_at=now() - 10 * MINUTE)
    assert "has not run for 10 min" in only("duties").says


def test_one_duty_that_fails_or_sticks_is_told(working: None) -> None:
    DutyState.objects.filter(name="fetch").update(fault="OSError: no", fault_at=now() + 1)
    DutyState.objects.filter(name="read hooks").update(ran_at=now() - HOUR)
    assert [finding.says for finding in found("duties")] == [
        "“read hooks” has stopped or takes very long.",
        "“fetch” fails: OSError: no",
    ]


@pytest.mark.parametrize(("age", "level"), [(0, Level.OK), (5 * MINUTE, Level.WARN), (HOUR, Level.FAIL)])
def test_hooks_that_wait_too_long_are_told(age: int, level: Level, archive: Connection) -> None:
    intake.keep([Kept(archive.pk, now() - age, "[]", b"")])
    assert only("deliveries").level == level


def test_troubles_of_connections_are_told_with_the_networks_words(archive: Connection) -> None:
    assert only("connections").says == "1 account, no trouble."
    connections.note_trouble(archive.pk, TryLater("old.example answered 503"))
    assert (only("connections").level, only("connections").says) == (Level.WARN, "Old: old.example answered 503")
    connections.note_trouble(archive.pk, LoginExpired("revoked"))
    assert only("connections").level == Level.FAIL
    assert only("connections").since
    Connection.objects.filter(pk=archive.pk).update(channel="gone", trouble_kind="", trouble="")
    assert "not installed" in only("connections").says


def test_leftovers_are_told(archive: Connection) -> None:
    assert only("leftovers").level == Level.OK
    with transaction.atomic():
        connections.keep_leftovers(archive.pk, [Unread("{}", "strange"), Unread("[]", "strange")])
    assert (only("leftovers").level, only("leftovers").says) == (Level.WARN, "Old: 2 payloads were not understood.")


@pytest.mark.parametrize(
    ("state", "due", "level"),
    [("unsure", 2**53, Level.WARN), ("failed", 2**53, Level.WARN), ("queued", 0, Level.FAIL), ("sent", 0, Level.OK)],
)
def test_answers_that_wait_for_somebody_are_told(
    state: str, due: int, level: Level, archive: Connection, bea: User
) -> None:
    fill(archive, 1)
    execute(
        "INSERT INTO inbox_reply (conversation_id, to_id, author_id, key, text, private, then_resolve, state, reason,"
        " written_at, due_at, lease_until, attempts) SELECT conversation_id, id, %s,"
        " '0190c3f2000070008000000000000001', 'Hi', %s, %s, %s, '', 0, %s, 0, 0 FROM inbox_message",
        [bea.pk, False, False, state, due],
    )  # fmt: skip
    assert only("replies").level == level


@pytest.mark.parametrize(
    ("state", "due", "level"),
    [("unsure", 2**53, Level.WARN), ("failed", 2**53, Level.WARN), ("scheduled", 0, Level.FAIL),
     ("scheduled", 2**52, Level.OK), ("sent", 0, Level.OK)],
)  # fmt: skip
def test_posts_that_wait_for_somebody_are_told(
    state: str, due: int, level: Level, archive: Connection, bea: User
) -> None:
    execute(
        "INSERT INTO publishing_post (id, author_id, title, text, link, by_network, moment)"
        " VALUES (1, %s, '', 'Hi', '', %s, 0)",
        [bea.pk, False],
    )
    execute(
        "INSERT INTO publishing_publication (post_id, connection_id, key, text, by_network, state, reason, due_at,"
        " lease_until, attempts, external_id, url)"
        " VALUES (1, %s, '0190c3f2000070008000000000000001', '', %s, %s, '', %s, 0, 0, '', '')",
        [archive.pk, False, state, due],
    )
    assert only("posts").level == level


# -- the clock --------------------------------------------------------------------------------------------------------


def at(moment: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: moment * 1_000_000)


def test_a_clock_that_ran_ahead_and_was_set_right_is_told(archive: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    right = now()
    with monkeypatch.context() as ahead:
        at(right + DAY, ahead)
        fill(archive)
    at(right, monkeypatch)
    finding = only("clock")
    assert finding.level == Level.WARN
    assert "in the future" in finding.says


def test_a_clock_that_was_set_back_is_told_once_it_is_past(monkeypatch: pytest.MonkeyPatch) -> None:
    right = now()
    for moment in (right - HOUR, right - 2 * HOUR):
        at(moment, monkeypatch)
        with transaction.atomic():
            record(Fact.LOGGED_IN)
    at(right, monkeypatch)
    assert only("clock").says == "The clock was set back by 1 hr a while ago."


# -- what follows from the messages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["message_count", "last_out_id", "first_at", "last_at", "waiting_since"])
def test_a_conversation_that_differs_from_its_messages_is_named_and_mended(field: str, archive: Connection) -> None:
    fill(archive)
    assert only("conversations").level == Level.OK
    [(id,)] = select("SELECT max(id) FROM inbox_conversation")
    execute(f"UPDATE inbox_conversation SET {field} = coalesce({field}, 0) + 7 WHERE id = %s", [id])
    assert list(checks.wrong_conversations()) == [checks.Wrong(id, field)]
    assert only("conversations").level == Level.FAIL
    assert checks.mend() == 1
    assert only("conversations").level == Level.OK


@pytest.mark.parametrize("stems", ["'~99' || substr(stems, 3)", "trim(ltrim(stems, '~0123456789'))", "'~' || stems"])
def test_a_message_with_the_word_of_another_department_is_named_and_mended(stems: str, archive: Connection) -> None:
    fill(archive)
    [(id, before)] = select("SELECT conversation_id, stems FROM inbox_message ORDER BY id DESC LIMIT 1")
    execute(f"UPDATE inbox_message SET stems = {stems} WHERE conversation_id = %s", [id])
    assert list(checks.wrong_conversations()) == [checks.Wrong(id, "department_id")]
    assert checks.mend() == 1
    assert [only("search").level, only("conversations").level] == [Level.OK, Level.OK]
    assert (before,) in select("SELECT stems FROM inbox_message WHERE conversation_id = %s", [id])


def test_every_chunk_of_conversations_is_looked_at(archive: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "CHUNK", 2)
    fill(archive, 20)
    execute("UPDATE inbox_conversation SET message_count = 99")
    assert len(list(checks.wrong_conversations(limit=100))) == 10
    assert len(list(checks.wrong_conversations(limit=3))) == 3


def test_a_search_that_finds_something_else_is_told_and_made_anew(archive: Connection) -> None:
    if is_postgres():  # rows that come in while the index is not kept up to date are missing in it
        execute("UPDATE pg_index SET indisready = false WHERE indexrelid = 'message_search'::regclass")
        fill(archive)
        execute("UPDATE pg_index SET indisready = true WHERE indexrelid = 'message_search'::regclass")
    else:
        fill(archive)
        execute("UPDATE inbox_message SET stems = 'otherwise'")
    finding = only("search")
    assert finding.level == Level.FAIL
    assert "--mend" in finding.todo
    checks.mend()
    assert only("search").level == Level.OK
    assert connection.in_atomic_block
