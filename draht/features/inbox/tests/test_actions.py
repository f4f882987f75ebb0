"""Every change: what it does, that it is told to the journal once, and who may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from draht.core.clock import HOUR, now
from draht.core.journal.models import Entry
from draht.core.people.access import Viewer
from draht.core.people.models import Department, Role, User
from draht.features.inbox import actions
from draht.features.inbox.actions import NotPossible
from draht.features.inbox.models import Conversation, Message, Reply, ReplyState, State
from draht.features.inbox.tests.test_store import deliver, make_connection, message


@pytest.fixture
def conversation(service: Department) -> Conversation:
    deliver(make_connection(service), message("1", text="It drips."))
    return Conversation.objects.get()


def facts() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("fact", flat=True))[1:]  # without the message that came in


def test_take_and_assign(conversation: Conversation, as_bea: Viewer, cem: User) -> None:
    actions.take(as_bea, conversation.pk)
    conversation.refresh_from_db()
    assert conversation.assignee_id == as_bea.user_id
    actions.assign(as_bea, conversation.pk, cem.pk)
    actions.assign(as_bea, conversation.pk, None)
    conversation.refresh_from_db()
    assert conversation.assignee_id is None
    assert facts() == ["conversation_taken", "conversation_assigned", "conversation_assigned"]


def test_only_who_works_there_can_be_assigned(conversation: Conversation, as_bea: Viewer, dan: User) -> None:
    with pytest.raises(NotPossible):
        actions.assign(as_bea, conversation.pk, dan.pk)


def test_moving_lets_go_of_who_does_not_work_there(conversation: Conversation, as_bea: Viewer) -> None:
    shop = Department.objects.create(name="Shop")
    actions.take(as_bea, conversation.pk)
    actions.move(as_bea, conversation.pk, shop.pk)
    conversation.refresh_from_db()
    assert (conversation.department_id, conversation.assignee_id) == (shop.pk, None)
    with pytest.raises(Http404):
        actions.take(as_bea, conversation.pk)
    moved = Entry.objects.filter(fact="conversation_moved")
    assert {entry.department_id for entry in moved} == {shop.pk, as_bea.department_ids[0]}


def test_resolve_reopen_snooze_wake(conversation: Conversation, as_bea: Viewer) -> None:
    actions.resolve(as_bea, conversation.pk)
    conversation.refresh_from_db()
    assert (conversation.state, conversation.unread) == (State.RESOLVED, False)
    actions.reopen(as_bea, conversation.pk)
    actions.snooze(as_bea, conversation.pk, now() + HOUR)
    assert actions.wake_snoozed() == 0
    Conversation.objects.update(snoozed_until=now() - 1)
    assert actions.wake_snoozed() == 1
    conversation.refresh_from_db()
    assert (conversation.state, conversation.unread) == (State.OPEN, True)
    assert facts() == [
        "conversation_resolved", "conversation_reopened", "conversation_snoozed", "conversation_woken",
    ]  # fmt: skip
    with pytest.raises(NotPossible):
        actions.snooze(as_bea, conversation.pk, now() - HOUR)


def test_a_customer_wakes_a_snoozed_conversation(conversation: Conversation, as_bea: Viewer) -> None:
    actions.snooze(as_bea, conversation.pk, now() + HOUR)
    deliver(conversation.connection, message("2", 1))
    conversation.refresh_from_db()
    assert (conversation.state, conversation.snoozed_until) == (State.OPEN, None)


def test_unread_is_cleared_by_who_is_responsible(conversation: Conversation, as_bea: Viewer, as_cem: Viewer) -> None:
    actions.take(as_bea, conversation.pk)
    assert not actions.mark_read(as_cem, conversation.pk)
    assert actions.mark_read(as_bea, conversation.pk)
    assert not actions.mark_read(as_bea, conversation.pk)
    actions.mark_unread(as_cem, conversation.pk)
    conversation.refresh_from_db()
    assert conversation.unread


def test_notes_and_tags(conversation: Conversation, as_bea: Viewer) -> None:
    actions.note(as_bea, conversation.pk, "  Seal of batch 12. ")
    actions.tag(as_bea, conversation.pk, "#Leak")
    actions.tag(as_bea, conversation.pk, "leak")
    assert [t.name for t in conversation.tags.all()] == ["Leak"]
    actions.untag(as_bea, conversation.pk, "Leak")
    assert conversation.tags.count() == 0
    assert conversation.notes.get().text == "Seal of batch 12."
    for wrong in ("", "  ", "x" * 30_000):
        with pytest.raises(NotPossible):
            actions.note(as_bea, conversation.pk, wrong)


def test_a_reply_waits_ten_seconds_and_can_be_taken_back(conversation: Conversation, as_bea: Viewer) -> None:
    reply = actions.queue_reply(as_bea, conversation.pk, "A seal is on its way.")
    assert reply.state == ReplyState.QUEUED
    assert 9_000 < reply.due_at - reply.written_at <= 11_000
    conversation.refresh_from_db()
    assert (conversation.assignee_id, conversation.unread) == (as_bea.user_id, False)
    assert actions.undo_reply(as_bea, reply.pk) == "A seal is on its way."
    assert actions.claim_due_replies() == []
    with pytest.raises(NotPossible):
        actions.undo_reply(as_bea, reply.pk)
    assert facts() == ["reply_queued", "reply_withdrawn"]


def test_a_trainees_reply_waits_for_release(conversation: Conversation, as_tia: Viewer, as_bea: Viewer) -> None:
    reply = actions.queue_reply(as_tia, conversation.pk, "I will ask.")
    assert reply.state == ReplyState.HELD
    Reply.objects.update(due_at=0)
    assert actions.claim_due_replies() == []
    with pytest.raises(PermissionDenied):
        actions.release_reply(as_tia, reply.pk)
    actions.release_reply(as_bea, reply.pk)
    reply.refresh_from_db()
    assert reply.state == ReplyState.QUEUED


def test_what_is_gone_cannot_be_answered(conversation: Conversation, as_bea: Viewer) -> None:
    Message.objects.update(deleted_at=1)
    with pytest.raises(NotPossible):
        actions.queue_reply(as_bea, conversation.pk, "Hello?")


CHANGES: list[Callable[..., Any]] = [
    actions.take,
    actions.resolve,
    actions.reopen,
    actions.mark_unread,
    lambda who, id: actions.assign(who, id, None),
    lambda who, id: actions.move(who, id, 1),
    lambda who, id: actions.snooze(who, id, now() + HOUR),
    lambda who, id: actions.note(who, id, "x"),
    lambda who, id: actions.tag(who, id, "x"),
    lambda who, id: actions.untag(who, id, "x"),
    lambda who, id: actions.queue_reply(who, id, "x"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_strangers_change_nothing(conversation: Conversation, change: Callable[..., Any], dan: User) -> None:
    before = facts()
    elsewhere = Viewer(user_id=dan.pk, name="Dan", role=Role.AGENT, department_ids=(4711,))
    nobody = Viewer(user_id=dan.pk, name="Dan", role=Role.NONE, department_ids=(conversation.department_id,))
    with pytest.raises(Http404):
        change(elsewhere, conversation.pk)
    with pytest.raises(PermissionDenied):
        change(nobody, conversation.pk)
    assert facts() == before
