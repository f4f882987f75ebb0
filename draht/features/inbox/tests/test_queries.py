"""Reads: views, counters and pages against a plain recount, whoever looks."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from draht.connections.models import Connection
from draht.core.clock import now
from draht.core.people.access import Viewer, viewer_of
from draht.core.people.models import Department, Role, User
from draht.features.inbox import actions, queries
from draht.features.inbox.models import Conversation, State
from draht.features.inbox.queries import lists
from draht.features.inbox.tests.test_store import ADA, deliver, make_connection, message


@pytest.fixture
def shop(db: None) -> Department:
    return Department.objects.create(name="Shop")


@pytest.fixture
def many(service: Department, shop: Department, bea: User, cem: User) -> list[Conversation]:
    """120 conversations in two departments, in every state, some unread, some of the same moment."""
    net = make_connection(service)
    deliver(net, *(message(f"{i}", i // 3, f"Question {i}", thread=f"t{i}") for i in range(120)))
    dice = random.Random(7)
    conversations = list(Conversation.objects.order_by("id"))
    for one in conversations:
        one.department = dice.choice([service, service, shop])
        one.state = dice.choice(list(State))
        one.unread = dice.random() < 0.5
        one.assignee = dice.choice([None, bea, cem])
    Conversation.objects.bulk_update(conversations, ["department", "state", "unread", "assignee"])
    return conversations


def expected(viewer: Viewer, view: str, all_of_them: list[Conversation]) -> list[int]:
    seen = [c for c in all_of_them if c.department_id in viewer.department_ids]
    kept: Callable[[Conversation], bool] = {
        "mine": lambda c: c.assignee_id == viewer.user_id and c.state in {State.OPEN, State.WAITING},
        "unassigned": lambda c: c.assignee_id is None and c.state == State.OPEN,
        "all": lambda c: True,
    }.get(view, lambda c: c.state == State[view.upper()] if view.upper() in State.names else False)
    if view.startswith("d") and view[1:].isdigit():
        kept = lambda c: c.department_id == int(view[1:]) and c.state == State.OPEN  # noqa: E731
    return [c.id for c in sorted((c for c in seen if kept(c)), key=lambda c: (c.last_at, c.id), reverse=True)]


def walk(viewer: Viewer, view: str, limit: int) -> list[int]:
    found: list[int] = []
    before = ""
    while True:
        page = queries.conversations(viewer, view, before, limit)
        found += [row.id for row in page.rows]
        before = page.next
        if not before:
            return found


@pytest.mark.parametrize("limit", [1, 7, 50])
def test_pages_show_every_conversation_once_the_newest_first(
    many: list[Conversation], as_bea: Viewer, as_cem: Viewer, limit: int, shop: Department
) -> None:
    for viewer in (as_bea, as_cem):
        for view in (*queries.VIEWS, f"d{shop.pk}", f"d{as_bea.department_ids[0]}", "nonsense", "d999"):
            assert walk(viewer, view, limit) == expected(viewer, view, many), view


def test_counters_are_right(many: list[Conversation], as_bea: Viewer, as_cem: Viewer) -> None:
    for viewer in (as_bea, as_cem):
        for count in queries.counters(viewer):
            ids = set(expected(viewer, count.key, many))
            assert count.unread == sum(c.unread for c in many if c.id in ids), count.key
            assert not count.more


def test_counters_and_lists_take_a_constant_number_of_statements(many: list[Conversation], as_cem: Viewer) -> None:
    with CaptureQueriesContext(connection) as counting:
        queries.counters(as_cem)
    assert len(counting) == 1
    with CaptureQueriesContext(connection) as listing:
        queries.conversations(as_cem, "all", limit=100)
    assert len(listing) == 2


def test_badges_stop_counting(many: list[Conversation], as_cem: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_COUNTED", 5)
    counts = {count.key: count for count in queries.counters(as_cem)}
    assert (counts["open"].unread, counts["open"].more) == (5, True)


@pytest.mark.parametrize("before", ["x", "1-", "-1", "1-2-3", "9" * 60, "0-0; DROP TABLE"])
def test_a_strange_cursor_is_the_first_page_or_none(many: list[Conversation], as_cem: Viewer, before: str) -> None:
    page = queries.conversations(as_cem, "all", before)
    assert len(page.rows) in {0, 50}


def test_a_thread_pages_back_with_its_notes(service: Department, as_bea: Viewer, bea: User) -> None:
    net = make_connection(service)
    deliver(net, *(message(f"{i}", i, f"Line {i}") for i in range(30)))
    conversation = Conversation.objects.get()
    newest = queries.thread(as_bea, conversation.pk, limit=20)
    older = queries.thread(as_bea, conversation.pk, newest.older, limit=20)
    texts = [e.text for e in older.entries + newest.entries]
    assert texts == [f"Line {i}" for i in range(30)]
    assert older.older == ""


def test_a_message_far_back_is_shown_with_its_neighbours(service: Department, as_bea: Viewer) -> None:
    deliver(make_connection(service), *(message(f"{i}", i, f"Line {i}") for i in range(120)))
    conversation = Conversation.objects.get()
    wanted = conversation.messages.get(external_id="30").pk
    shown = [e.text for e in queries.thread(as_bea, conversation.pk, limit=20, around=str(wanted)).entries]
    assert shown == [f"Line {i}" for i in range(21, 41)]
    newest = conversation.messages.get(external_id="119").pk
    assert queries.thread(as_bea, conversation.pk, limit=20, around=str(newest)).entries[-1].text == "Line 119"


def test_what_colleagues_did_stands_between_the_messages(service: Department, as_bea: Viewer, cem: User) -> None:
    deliver(make_connection(service), message("1"))
    conversation = Conversation.objects.get()
    actions.take(as_bea, conversation.pk)
    actions.assign(as_bea, conversation.pk, cem.pk)
    actions.tag(as_bea, conversation.pk, "leak")
    actions.move(as_bea, conversation.pk, as_bea.department_ids[0])
    actions.resolve(as_bea, conversation.pk)
    told = [e.text for e in queries.thread(as_bea, conversation.pk).entries if e.kind == "fact"]
    assert told == [
        "Bea took it", "Bea gave it to Cem", "Bea added the tag leak", "Bea handed it to Service", "Bea resolved it",
    ]  # fmt: skip


def test_nobody_sees_another_departments_conversation(
    many: list[Conversation], as_bea: Viewer, shop: Department
) -> None:
    theirs = next(c for c in many if c.department_id == shop.pk)
    for read in (queries.conversation, queries.thread):
        with pytest.raises(Http404):
            read(as_bea, theirs.pk)
    with pytest.raises(Http404):
        queries.message(as_bea, theirs.messages.get().pk)


def test_somebody_without_departments_sees_nothing(many: list[Conversation], db: None) -> None:
    lost = User.objects.create_user("lost@example.org", None, name="Lost", role=Role.AGENT)
    viewer = viewer_of(lost)
    assert queries.conversations(viewer, "all").rows == []
    assert {count.unread for count in queries.counters(viewer)} == {0}


def test_a_person_is_shown_only_to_who_may_see_a_conversation(
    service: Department, shop: Department, as_bea: Viewer
) -> None:
    net: Connection = make_connection(service)
    deliver(net, message("1", author=ADA))
    person_id = Conversation.objects.get().person_id
    assert person_id is not None
    assert queries.person(as_bea, person_id).name == "Ada"
    Conversation.objects.update(department=shop)
    with pytest.raises(Http404):
        queries.person(as_bea, person_id)


def test_times_are_milliseconds(service: Department, as_bea: Viewer) -> None:
    deliver(make_connection(service), message("1"))
    [row] = queries.conversations(as_bea, "open").rows
    assert 0 < row.last_at <= now()
    assert row.waiting_since == row.last_at
