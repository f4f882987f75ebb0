"""The road of a message: by poll and by hook, ten thousand at once, strange ones, and networks in trouble."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

import draht.connections.actions as connections
from draht.connections.hooks import request_of
from draht.connections.models import Connection
from draht.contract.errors import LoginExpired, Refused, TryLater, Unsure
from draht.contract.messages import Attachment, Author, Deletion, Hook, Reading, Unread
from draht.core.clock import DAY, HOUR, MINUTE, SECOND, now
from draht.core.journal.facts import Fact
from draht.core.journal.queries import newest
from draht.core.people.access import Viewer
from draht.core.people.models import Department
from draht.core.sql import execute, select
from draht.core.worker import intake
from draht.core.worker.intake import Kept
from draht.features.inbox import actions as inbox
from draht.features.inbox import queries
from draht.flows import take_in
from draht.flows.take_in import fetch_due, read_hooks
from draht.flows.tests.flood import Flood, connect_flood, says
from draht.flows.tests.town import Town, entries, the_conversation, time_passes

MANY = 10_000


@pytest.fixture
def flood(service: Department, monkeypatch: pytest.MonkeyPatch) -> Connection:
    return connect_flood(monkeypatch, service.pk)


def hear(connection: Connection, *bodies: bytes) -> None:
    hooks = [Hook("POST", {}, {}, body) for body in bodies]
    intake.keep([Kept(connection.pk, now(), request_of(hook), hook.body) for hook in hooks])


def count(table: str = "inbox_message") -> int:
    [(found,)] = select(f"SELECT count(*) FROM {table}")
    return int(found)


def facts() -> list[str]:
    return [row.fact for row in reversed(newest(1000))]


# -- the two ways -----------------------------------------------------------------------------------------------------


def test_by_poll(town: Town, as_bea: Viewer) -> None:
    town.ada_writes("My machine leaks.")
    assert fetch_due()
    assert not fetch_due()  # not before its time
    [message] = entries(as_bea, the_conversation(as_bea), "message")
    assert (message.text, message.author_name, message.ours) == ("My machine leaks.", "Ada", False)
    town.ada_writes("It still does.", private=True)
    time_passes(MINUTE)
    assert fetch_due()
    assert count() == 2


def test_by_hook(flood: Connection, as_bea: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Flood, "events", [says("1", "My machine leaks.")])
    hear(flood, b"1")
    assert read_hooks()
    assert not read_hooks()
    assert count("worker_delivery") == 0
    assert [e.text for e in entries(as_bea, the_conversation(as_bea), "message")] == ["My machine leaks."]


def test_a_replayed_hook_changes_nothing(flood: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Flood, "events", [says("1")])
    hear(flood, *[b"1"] * 50)
    read_hooks()
    before = facts()
    hear(flood, *[b"1"] * 50)
    read_hooks()
    assert count() == 1
    assert facts() == before


def test_hooks_of_a_removed_connection_are_forgotten(
    flood: Connection, as_eve: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Flood, "events", [says("1")])
    hear(flood, b"1")
    connections.remove(as_eve, flood.pk)
    assert read_hooks()
    assert (count(), count("worker_delivery")) == (0, 0)


def test_paused_and_removed_connections_are_not_fetched(flood: Connection) -> None:
    time_passes(DAY)
    Connection.objects.update(paused=True)
    assert not fetch_due()
    Connection.objects.update(paused=False, removed_at=now())
    assert not fetch_due()
    Connection.objects.update(removed_at=None)
    assert fetch_due()


# -- many -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["fetch", "hook"])
def test_ten_thousand_at_once(flood: Connection, as_bea: Viewer, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    for size in (5, 10, MANY):  # the first makes Ada known
        events = [says(f"{size}-{n}", f"number {n}", n, thread=f"{size}-{n % 900}") for n in range(size)]
        monkeypatch.setattr(Flood, "events", events)
        if way == "hook":
            hear(flood, b"all of it")
        time_passes(HOUR)
        with CaptureQueriesContext(connection) as statements:
            assert read_hooks() if way == "hook" else fetch_due()
        taken.append(len(statements))
    assert count() == MANY + 15
    assert taken[1] == taken[2]
    assert len(queries.conversations(as_bea, "open").rows) == 50


def test_ten_thousand_strange_ones_cost_as_much_as_ten(flood: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    for size in (10, MANY):
        unread = tuple(Unread(f"{size} {n} \x00", "strange") for n in range(size))
        monkeypatch.setattr(Flood, "fetch", lambda self, cursor, u=unread: Reading((), u, "1"))
        time_passes(HOUR)
        with CaptureQueriesContext(connection) as statements:
            assert fetch_due()
        taken.append(len(statements))
    assert count("connections_leftover") == MANY + 10
    assert taken[0] == taken[1]


# -- what nobody foresaw ----------------------------------------------------------------------------------------------

STRANGE = [
    says("nul\x00id"),
    says("x" * 5000),
    says("x" * 4999),
    says("p", parent="\x00" * 500, thread="\ud800"),
    says("text", "\x00\x1f\ud800\u202e Hello \x9f"),
    says("long", "a" * 1_000_000),
    says("wide", " ".join(f"\ufdfa\ufdfa{n:x}" for n in range(20_000))),  # stems grow to eighteen letters for one
    says("cjk", "".join(chr(0x20000 + n % 40_000) + " " * (n % 2) for n in range(60_000))),
    says("title", title="\x00line\none" * 100, language="x" * 100),
    says("url", url="https://x.example/" + "y" * 5000),
    says("names", author=Author("a\x00b" * 300, "\x00" * 10 + "N" * 500, "\u202e" * 3, "\x00", "\x00")),
    says("old", at=datetime(1, 1, 1, tzinfo=UTC), revision=datetime(1, 1, 2, tzinfo=UTC)),
    says("new", at=datetime(9999, 12, 31, 23, 59, tzinfo=UTC), revision=datetime(9999, 12, 31, 23, 59, tzinfo=UTC)),
    says("raw", raw={"\x00": "\x00", "deep": [[[[["\ud800".encode("utf-16", "surrogatepass")]]]]]}),
    says("file", attachments=(Attachment("\x00", "\x00", "\x00" * 5000, "\ud800"),)),
    Deletion("\x00" * 500),
    Deletion("gone", datetime(1, 1, 1, tzinfo=UTC)),
    Deletion("gone", datetime(9999, 12, 31, tzinfo=UTC)),
]


def test_strange_messages_are_cleaned_and_shown(
    flood: Connection, as_bea: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        monkeypatch.setattr(Flood, "events", STRANGE)
        time_passes(HOUR)
        assert fetch_due()
    written = sum(not isinstance(event, Deletion) for event in STRANGE)
    assert count("connections_leftover") == 0
    assert count() == written
    page = queries.conversations(as_bea, "all")
    shown = [entry for row in page.rows for entry in entries(as_bea, row.id, "message")]
    assert len(shown) == written
    assert all(0 <= entry.at <= now() and 0 <= (entry.edited_at or 0) <= now() for entry in shown)
    everything = repr(shown)
    assert "\\x00" not in everything
    assert "\\ud800" not in everything
    assert "\\u202e" not in everything


ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "vbscript:x",
    "data:text/html,x",
    "file:///etc/passwd",
    "//evil.example",
    "https://a.example/ x",
    "https://a\x00b",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_addresses_of_the_web_become_links(
    flood: Connection, as_bea: Viewer, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    author = Author("ada", "Ada", url=address, avatar=address)
    files = (Attachment(address), Attachment("https://a.example/1.png"))
    monkeypatch.setattr(Flood, "events", [says("1", author=author, url=address, attachments=files)])
    assert fetch_due()
    [message] = entries(as_bea, the_conversation(as_bea), "message")
    assert message.url == ""
    assert [file.url for file in message.attachments] == ["", "https://a.example/1.png"]
    assert select("SELECT url, avatar FROM inbox_person") == [("", "")]


def test_what_cannot_be_stored_becomes_a_leftover_and_the_others_go_on(
    flood: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = inbox.store_messages

    def stumbles(incoming: inbox.Incoming) -> inbox.Stored:
        if any("poison" in getattr(event, "text", "") for event in incoming.events):
            raise OverflowError("too much")
        return store(incoming)

    monkeypatch.setattr(inbox, "store_messages", stumbles)
    events = [says(str(n), "poison" if n in {7, 300, 301} else "fine", n, raw={"n": n}) for n in range(1000)]
    monkeypatch.setattr(Flood, "events", events)
    hear(flood, b"1")
    read_hooks()
    assert count() == 997
    assert count("worker_delivery") == 0
    left = select("SELECT raw, reason FROM connections_leftover ORDER BY id")
    assert left == [(f'{{"n":{n}}}', "OverflowError: too much") for n in (7, 300, 301)]


def test_a_store_in_trouble_forgets_nothing(flood: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Flood, "events", [says("1")])
    hear(flood, b"1")
    with monkeypatch.context() as patched:
        patched.setattr(inbox, "store_messages", _locked)
        for duty in (read_hooks, fetch_due):
            with pytest.raises(OperationalError):
                duty()
    assert (count(), count("worker_delivery"), count("connections_leftover")) == (0, 1, 0)
    assert Connection.objects.get().cursor == ""
    time_passes(3 * MINUTE)
    assert read_hooks()
    assert fetch_due()
    assert (count(), count("worker_delivery")) == (1, 0)
    assert Connection.objects.get().cursor == "1"


def _locked(*_: Any) -> Any:
    raise OperationalError("database is locked")


# -- trouble ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (LoginExpired("The token was revoked."), "login"),
        (TryLater("Too many questions.", after=90), "later"),
        (Refused("Not you."), "refused"),
        (Unsure("Who knows."), "refused"),
        (KeyError("items"), "later"),
    ],
)
def test_trouble_begins_and_ends(
    flood: Connection, fault: Exception, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Flood, "fault", fault)
        for _ in range(3):
            assert fetch_due()
            assert not fetch_due()
            time_passes(DAY)
    flood.refresh_from_db()
    assert (flood.trouble_kind, flood.failures) == (kind, 3)
    assert str(fault).strip("'") in flood.trouble
    assert facts().count(Fact.TROUBLE_BEGAN) == 1
    assert fetch_due()
    flood.refresh_from_db()
    assert (flood.trouble_kind, flood.trouble, flood.failures) == ("", "", 0)
    assert facts()[-1] == Fact.TROUBLE_ENDED


def test_pauses_grow_and_follow_the_networks_wish(flood: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = []
    monkeypatch.setattr(Flood, "fault", TryLater("later"))
    for _ in range(10):
        at = now()
        assert fetch_due()
        flood.refresh_from_db()
        pauses.append(((flood.next_fetch_at or 0) - at) / SECOND)
        time_passes(DAY)
    for pause, least in zip(pauses, [15, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800], strict=True):
        assert least <= pause <= least * 1.25 + 1
    assert len(set(pauses[-3:])) == 3  # whoever failed together does not come back together
    monkeypatch.setattr(Flood, "fault", TryLater("later", after=10**9))
    at = now()
    assert fetch_due()
    flood.refresh_from_db()
    assert (flood.next_fetch_at or 0) - at <= DAY + SECOND


def test_hooks_wait_while_a_login_is_lost(flood: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(flood, b"1")
    with monkeypatch.context() as patched:
        patched.setattr(Flood, "fault", LoginExpired("The token was revoked."))
        assert read_hooks()
        assert not read_hooks()
    flood.refresh_from_db()
    assert flood.trouble_kind == "login"
    monkeypatch.setattr(Flood, "events", [says("1")])
    time_passes(2 * MINUTE)
    assert read_hooks()
    assert (count(), count("worker_delivery")) == (1, 0)


def test_another_secret_key_is_trouble_and_loses_nothing(town: Town, settings: Any) -> None:
    town.ada_writes("Hello?")
    key, settings.SECRET_KEY = settings.SECRET_KEY, "another one"
    assert fetch_due()
    town.connection.refresh_from_db()
    assert town.connection.trouble_kind == "login"
    settings.SECRET_KEY, settings.OLD_SECRET_KEYS = "a third one", [key]
    time_passes(HOUR)
    assert fetch_due()
    assert count() == 1


def test_a_channel_that_is_no_longer_installed(flood: Connection) -> None:
    execute("UPDATE connections_connection SET channel = 'myspace'")
    hear(flood, b"1")
    assert fetch_due()
    assert read_hooks()
    assert "myspace" in Connection.objects.get().trouble
    assert count("worker_delivery") == 1


# -- workers that die or sleep ----------------------------------------------------------------------------------------


def test_a_worker_that_died_while_it_fetched(flood: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Flood, "events", [says("1")])
    assert connections.claim_due()
    assert not fetch_due()
    time_passes(5 * MINUTE + SECOND)
    assert fetch_due()
    assert count() == 1


def test_a_worker_that_slept_does_not_move_the_cursor_back(flood: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    [sleeper] = connections.claim_due()
    for _ in range(3):
        time_passes(HOUR)
        assert fetch_due()
    monkeypatch.setattr(Flood, "events", [says("1")])
    take_in.fetch(sleeper)
    assert Connection.objects.get().cursor == "3"
    assert count() == 1


def test_a_worker_that_died_while_it_read(flood: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Flood, "events", [says("1")])
    hear(flood, b"1")
    assert intake.take()
    assert not read_hooks()
    time_passes(2 * MINUTE + SECOND)
    assert read_hooks()
    assert (count(), count("worker_delivery")) == (1, 0)


def test_a_clock_that_was_wrong_does_not_hold_anything_for_ever(
    flood: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Flood, "events", [says("1")])
    hear(flood, b"1")
    time_passes(-300 * DAY)
    execute("UPDATE connections_connection SET lease_until = %s", [now() + 300 * DAY])
    execute("UPDATE worker_errand SET lease_until = %s", [now() + 300 * DAY])
    assert fetch_due()
    assert read_hooks()
