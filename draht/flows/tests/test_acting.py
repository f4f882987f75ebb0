"""What we change on the network: our own words; and answers that a person posts there by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Department
from draht.core.sql import select
from draht.features.inbox import actions as inbox
from draht.features.inbox.actions import NotPossible
from draht.features.inbox.composing import composer
from draht.features.inbox.search import search
from draht.flows.send_replies import send_due
from draht.flows.tests.answering import answer, ask, facts
from draht.flows.tests.town import Town, entries, reply_row, the_conversation


def test_our_own_words_are_changed_there_and_here(town: Town, as_bea: Viewer, settings: object) -> None:
    conversation = _answered(town, as_bea, settings)
    theirs, ours = entries(as_bea, conversation, "message")
    assert "edit" in ours.acts
    assert "edit" not in theirs.acts
    inbox.edit(as_bea, ours.id, "On its way since Tuesday.")
    town.fetch()
    [_, changed] = entries(as_bea, conversation, "message")
    assert changed.text == "On its way since Tuesday."
    assert changed.versions == ("On its way.",)
    assert town.network.messages.get(int(_external(ours.id))).text == "On its way since Tuesday."
    assert [hit.message_id for hit in search(as_bea, "Tuesday").hits] == [ours.id]
    assert facts().count(Fact.MESSAGE_MODERATED) == 1


def test_others_words_are_theirs(town: Town, as_bea: Viewer, settings: object) -> None:
    theirs, ours = entries(as_bea, _answered(town, as_bea, settings), "message")
    with pytest.raises(NotPossible, match="Only what we wrote"):
        inbox.edit(as_bea, theirs.id, "I am happy.")
    with pytest.raises(NotPossible, match="empty"):
        inbox.edit(as_bea, ours.id, "  \n")


def test_who_may_not_see_it_changes_nothing(town: Town, as_bea: Viewer, settings: object) -> None:
    [_, ours] = entries(as_bea, _answered(town, as_bea, settings), "message")
    with pytest.raises(Http404):
        inbox.edit(replace(as_bea, department_ids=(0,)), ours.id, "Ha!")
    assert town.texts_of_ours() == ["On its way."]


def test_a_trainee_changes_nothing(town: Town, as_bea: Viewer, as_tia: Viewer, settings: object) -> None:
    [_, ours] = entries(as_bea, _answered(town, as_bea, settings), "message")
    with pytest.raises(PermissionDenied):
        inbox.edit(as_tia, ours.id, "Ha!")
    assert town.texts_of_ours() == ["On its way."]


def test_an_answer_by_hand_is_seen_when_it_is_there(open_town: Town, service: Department, as_bea: Viewer) -> None:
    town = open_town
    town.connect(service.pk, "byhand")
    post = town.ada_writes("Where is my parcel?")
    town.fetch()
    [entry] = entries(as_bea, conversation := the_conversation(as_bea), "message")
    shown = composer(as_bea, conversation)
    assert not shown.can
    assert shown.by_hand == "https://net.example/answer?text={text}"
    reply = inbox.hand_over(as_bea, conversation, "On its way.").pk
    assert not send_due(), "nothing is sent by itself"
    assert reply_row(reply)["state"] == "by_hand"
    town.network.messages.write(town.company, town.company, "On its way.", parent=post.id)
    town.fetch()
    assert reply_row(reply)["state"] == "sent"
    assert [e.author_name for e in entries(as_bea, conversation, "message")] == [entry.author_name, as_bea.name]


def test_after_the_one_private_answer_there_is_no_second(town: Town, as_bea: Viewer, settings: object) -> None:
    settings.UNDO_SECONDS = 0  # type: ignore[attr-defined]
    conversation = ask(town, as_bea)
    assert composer(as_bea, conversation).in_private
    reply = inbox.queue_reply(as_bea, conversation, "Tell us your number.", private=True).pk
    assert composer(as_bea, conversation).in_private is None, "one is on its way"
    inbox.undo_reply(as_bea, reply)
    assert composer(as_bea, conversation).in_private
    inbox.queue_reply(as_bea, conversation, "Tell us your number.", private=True)
    send_due()
    shown = composer(as_bea, conversation)
    assert (shown.can, shown.in_private) == (True, None)


def test_an_answer_by_hand_can_be_given_up(open_town: Town, service: Department, as_bea: Viewer) -> None:
    open_town.connect(service.pk, "byhand")
    conversation = ask(open_town, as_bea)
    reply = inbox.hand_over(as_bea, conversation, "On its way.").pk
    with pytest.raises(NotPossible):
        inbox.settle_reply(as_bea, reply, arrived=False)
    assert inbox.undo_reply(as_bea, reply) == "On its way."
    assert reply_row(reply)["state"] == "withdrawn"


def _answered(town: Town, viewer: Viewer, settings: object) -> int:
    settings.UNDO_SECONDS = 0  # type: ignore[attr-defined]
    conversation = ask(town, viewer)
    answer(viewer, conversation)
    send_due()
    return conversation


def _external(message_id: int) -> str:
    [(found,)] = select("SELECT external_id FROM inbox_message WHERE id = %s", [message_id])
    return str(found)
