"""The road in: what a batch of messages leaves behind, whatever the order and however often it is delivered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from draht.connections.models import Connection
from draht.contract.messages import Attachment, Author, Deletion, Event, IncomingMessage
from draht.core.clock import now, to_ms
from draht.core.journal.models import Entry
from draht.core.people.models import Department
from draht.core.sql import select
from draht.features.inbox import actions as inbox
from draht.features.inbox.checks import search_fault
from draht.features.inbox.models import Conversation, Message, Person, State, Version
from draht.features.inbox.store import Incoming, store

T0 = datetime(2026, 11, 20, 10, tzinfo=UTC)
ADA, US = Author("ada", "Ada", "ada"), Author("us", "Nordlicht", "nordlicht")


def make_connection(department: Department, name: str = "test") -> Connection:
    return Connection.objects.create(
        channel="sandbox", name=name, department=department, account_id="us", account_name="Nordlicht", hook_key=name,
        made_at=now(),
    )  # fmt: skip


@pytest.fixture
def net(service: Department) -> Connection:
    return make_connection(service)


def message(id: str, minute: int = 0, text: str = "Hello", author: Author = ADA, **more: object) -> IncomingMessage:
    at = T0 + timedelta(minutes=minute)
    values: dict[str, object] = {"thread": "t", "revision": at} | more
    return IncomingMessage(id=id, author=author, text=text, at=at, **values)  # type: ignore[arg-type]


def deliver(net: Connection, *events: Event) -> None:
    with transaction.atomic():
        store(Incoming(net.pk, net.department_id, net.account_id, now(), events))


def test_a_message_opens_a_conversation(net: Connection) -> None:
    deliver(net, message("1", text="My machine leaks."))
    c = Conversation.objects.get()
    assert (c.state, c.unread, c.message_count, c.preview) == (State.OPEN, True, 1, "My machine leaks.")
    assert c.waiting_since == to_ms(T0)
    assert c.person is not None
    assert c.person.name == "Ada"
    assert Entry.objects.get().conversation_id == c.pk


def test_what_a_network_leaves_out_of_a_name_stays_as_it_was(net: Connection) -> None:
    nameless, renamed = Author("ada", "", "", "https://net.example/ada"), Author("ada", "Ada Berger")
    deliver(net, message("1"), message("2", author=nameless))
    deliver(net, message("3", author=nameless), message("4", author=renamed))
    ada = Person.objects.get()
    assert (ada.name, ada.handle, ada.url) == ("Ada Berger", "ada", "https://net.example/ada")


def test_a_known_message_changes_nothing(net: Connection) -> None:
    deliver(net, message("1"))
    deliver(net, message("1"), message("1"))
    assert Message.objects.count() == 1
    assert Conversation.objects.get().message_count == 1
    assert Entry.objects.count() == 1


def test_our_own_message_answers(net: Connection) -> None:
    deliver(net, message("1"))
    deliver(net, message("2", 5, author=US))
    c = Conversation.objects.get()
    assert (c.state, c.unread, c.waiting_since) == (State.WAITING, False, None)
    assert Person.objects.count() == 1


def test_an_edit_changes_the_text_and_keeps_the_old_one(net: Connection) -> None:
    deliver(net, message("1", text="Where is my parcle?"))
    deliver(net, message("1", text="Where is my parcel?", revision=T0 + timedelta(minutes=1)))
    m = Message.objects.get()
    assert m.text == "Where is my parcel?"
    assert m.edited_at == to_ms(T0 + timedelta(minutes=1))
    assert Version.objects.get().text == "Where is my parcle?"
    assert Conversation.objects.get().preview == "Where is my parcel?"


def test_on_a_network_without_edit_dates_the_later_delivery_wins(net: Connection) -> None:
    deliver(net, message("1", text="one", revision=None))
    deliver(net, message("1", text="two", revision=None))
    deliver(net, message("1", text="two", revision=None))
    assert Message.objects.get().text == "two"
    assert [v.text for v in Version.objects.all()] == ["one"]


def test_a_deletion_hides_and_ends_the_waiting(net: Connection) -> None:
    deliver(net, message("1"), message("2", 1, text="Second"))
    deliver(net, Deletion("2"))
    assert Message.objects.get(external_id="2").deleted_at
    assert Conversation.objects.get().preview == "Hello"
    deliver(net, Deletion("1"))
    assert Conversation.objects.get().waiting_since is None


def test_a_dated_deletion_can_be_taken_back(net: Connection) -> None:
    deliver(net, message("1"), Deletion("1", T0 + timedelta(minutes=1)))
    deliver(net, message("1", revision=T0 + timedelta(minutes=2)))
    assert Message.objects.get().deleted_at is None


def test_a_customer_who_writes_again_reopens(net: Connection) -> None:
    deliver(net, message("1"))
    Conversation.objects.update(state=State.RESOLVED, unread=False)
    deliver(net, message("2", 1))
    c = Conversation.objects.get()
    assert (c.state, c.unread) == (State.OPEN, True)


def test_an_answer_before_its_parent_finds_the_thread(net: Connection) -> None:
    deliver(net, message("c", 2, parent="b", thread=""))
    deliver(net, message("b", 1, parent="a", thread=""))
    deliver(net, message("a", 0, thread=""))
    c = Conversation.objects.get()
    assert (c.external_id, c.message_count) == ("a", 3)


def test_only_ours_is_nobodys_work(net: Connection) -> None:
    deliver(net, message("1", author=US))
    assert Conversation.objects.get().state == State.RESOLVED
    deliver(net, message("2", 1))
    assert Conversation.objects.get().state == State.OPEN


def test_a_clock_that_runs_ahead_is_not_believed(net: Connection) -> None:
    deliver(net, message("1", minute=60 * 24 * 400))
    assert Message.objects.get().at <= now()


def test_ids_are_times_and_exact_in_javascript(net: Connection) -> None:
    deliver(net, message("2", 5), message("1", 1))
    assert list(Message.objects.order_by("id").values_list("external_id", flat=True)) == ["1", "2"]
    assert Message.objects.latest("id").pk < 2**53


@pytest.mark.parametrize("text", ["\x00zero", "half \ud800 surrogate", "\u202eevil", "x" * 150_000, "a\r\nb"])
def test_strange_text_is_cleaned_and_kept(net: Connection, text: str) -> None:
    deliver(net, message("1", text=text))
    kept = Message.objects.get().text
    assert kept
    assert "\x00" not in kept
    assert len(kept) <= 100_000


def test_the_number_of_statements_does_not_grow_with_the_batch(service: Department) -> None:
    counts = []
    for n in (10, 1000):
        net = make_connection(service, f"n{n}")
        events: list[Event] = [
            message(f"{i}", i, author=Author(f"a{i % 7}", "A"), thread=f"t{i % 9}" if i % 3 else "", parent=f"p{i % 4}")
            for i in range(n)
        ]
        deliver(net, *events[: n // 2], Deletion("before-its-message"))
        later: list[Event] = [
            *events,
            *(message(f"{i}", i, "new", revision=T0 + timedelta(days=9)) for i in range(0, n // 2, 2)),
            *(Deletion(f"{i}") for i in range(1, n // 2, 4)),
            message("before-its-message"),
            message("another-in-a-known-thread", thread="t1"),
        ]
        with CaptureQueriesContext(
            connection,
        ) as context:
            deliver(net, *later)
        counts.append(len(context))
    assert counts[0] == counts[1]


# -- whatever the order -----------------------------------------------------------------------------------------------

AUTHORS = (ADA, Author("bob", "Bob"), US)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Some messages in a few trees, with edits and deletions; every message in a second of its own."""
    count = draw(st.integers(1, 7))
    by_thread = draw(st.booleans())
    events: list[Event] = []
    parents: dict[str, str] = {}
    for i in range(count):
        parent = draw(st.sampled_from([""] + [str(p) for p in range(i)]))
        parents[str(i)] = parent
        root = str(i)
        while parents[root]:
            root = parents[root]
        how = {"thread": root} if by_thread else {"thread": "", "parent": parent}
        author = draw(st.sampled_from(AUTHORS))
        edits = draw(st.integers(0, 2))
        for edit in range(edits + 1):
            text = draw(st.sampled_from(["red", "green", "blue"]))
            revision = T0 + timedelta(minutes=i, seconds=edit)
            events.append(message(str(i), i, f"{text} {i}", author, revision=revision, **how))
        if draw(st.integers(0, 3)) == 0:
            at = draw(st.sampled_from([None, T0 + timedelta(minutes=i, milliseconds=500)]))
            events.append(Deletion(str(i), at))
    return events


def snapshot() -> tuple[object, ...]:
    conversations = Conversation.objects.order_by("external_id").values_list(
        "external_id", "state", "unread", "preview", "message_count", "first_at", "last_at", "waiting_since",
        "person__external_id",
    )  # fmt: skip
    messages = Message.objects.order_by("external_id").values_list(
        "external_id", "conversation__external_id", "person__external_id", "ours", "text", "rank", "gone", "at",
    )  # fmt: skip
    gone = Message.objects.order_by("external_id").values_list("external_id", "deleted_at")
    texts = ("message__external_id", "rank", "text")
    versions = Version.objects.order_by(*texts).values_list(*texts)
    return list(conversations), list(messages), [(k, d is None) for k, d in gone], list(versions)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), history=histories())
@pytest.mark.django_db(transaction=False)
def test_the_order_and_doubling_of_deliveries_do_not_matter(data: st.DataObject, history: list[Event]) -> None:
    shuffled = data.draw(st.permutations(history + data.draw(st.lists(st.sampled_from(history), max_size=4))))
    cuts = data.draw(st.lists(st.integers(1, 4), min_size=len(shuffled), max_size=len(shuffled)))
    states = []
    for deliveries in ([[e] for e in history], _cut(shuffled, cuts)):
        with transaction.atomic():
            net = make_connection(Department.objects.get_or_create(name="Any")[0])
            for batch in deliveries:
                deliver(net, *batch)
            states.append(snapshot())
            transaction.set_rollback(True)
    assert states[0] == states[1]


def _cut(events: list[Event], sizes: list[int]) -> list[list[Event]]:
    batches, at = [], 0
    for size in sizes:
        if events[at : at + size]:
            batches.append(events[at : at + size])
        at += size
    return batches


# -- deleted there, blanked here --------------------------------------------------------------------------------------

SECRETS = ("parcel", "parcle", "secret.example", "snapshot")


def everything() -> str:
    """All that is stored of messages."""
    tables = {"inbox_message": "text, stems, attachments, raw", "inbox_version": "text",
              "inbox_conversation": "preview"}  # fmt: skip
    kept = [str(select(f"SELECT {columns} FROM {table}")) for table, columns in tables.items()]
    return " ".join([*kept, str(select("SELECT url, name, alt FROM inbox_attachment WHERE file_id IS NULL"))])


def telling(minute: int = 0, text: str = "Where is my parcel?", **more: object) -> IncomingMessage:
    files = (Attachment("https://secret.example/1.png", "image", "snapshot.png"),)
    raw = {"words": text, "link": "https://secret.example/"}
    return replace(message("1", minute, text), attachments=files, raw=raw, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("way", ["afterwards", "before", "in one batch", "edited", "dated"])
def test_what_is_deleted_there_is_blanked_here(net: Connection, way: str) -> None:
    edit = telling(text="Where is my parcle?", revision=T0 + timedelta(minutes=1))
    deletion = Deletion("1", T0 + timedelta(minutes=9) if way == "dated" else None)
    deliver(net, message("0", text="Another one"))
    match way:
        case "before":
            deliver(net, deletion)
            deliver(net, telling(), edit)
        case "in one batch":
            deliver(net, telling(), edit, deletion)
        case "afterwards":
            deliver(net, telling())
            deliver(net, deletion)
        case _:
            deliver(net, telling())
            deliver(net, edit)
            assert "parcel" in everything()
            deliver(net, deletion)
    inbox.forget_attachments()
    assert not [word for word in SECRETS if word in everything()]
    gone = Message.objects.get(external_id="1")
    assert gone.deleted_at
    assert gone.person
    assert "Another one" in everything()
    before = Entry.objects.count()
    deliver(net, telling(), edit, deletion)  # the network sends everything again
    inbox.forget_attachments()
    assert not [word for word in SECRETS if word in everything()]
    assert Entry.objects.count() == before
    assert search_fault() == ""


def test_what_comes_back_is_shown_as_it_is_then(net: Connection) -> None:
    deliver(net, telling(), Deletion("1", T0 + timedelta(minutes=1)))
    deliver(net, telling(text="Here is my parcel", revision=T0 + timedelta(minutes=2)))
    back = Message.objects.get()
    assert back.text == "Here is my parcel"
    assert "Here is my parcel" in back.raw
    assert "secret.example" in back.attachments
    assert Conversation.objects.get().preview == "Here is my parcel"
    assert not Version.objects.exists()
    assert search_fault() == ""
