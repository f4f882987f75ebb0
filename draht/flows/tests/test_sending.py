"""The road of a reply: whatever the network does, an answer stands there once, or somebody is told why it does not."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from draht.connections.models import Connection
from draht.core.clock import DAY, HOUR, MINUTE, SECOND, now
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.sql import select
from draht.features.inbox import actions as inbox
from draht.features.inbox import queries
from draht.flows.send_replies import send_due
from draht.flows.tests.answering import answer, ask, facts
from draht.flows.tests.town import Town, entries, reply_row, time_passes


@pytest.fixture(autouse=True)
def no_undo(settings: Any) -> None:
    settings.UNDO_SECONDS = 0


# -- when all goes well -----------------------------------------------------------------------------------------------


def test_an_answer_appears_once_and_becomes_a_message(town: Town, as_bea: Viewer) -> None:
    conversation = ask(town, as_bea)
    reply = answer(as_bea, conversation)
    assert send_due()
    assert not send_due()
    assert town.texts_of_ours() == ["On its way."]
    [theirs, ours] = entries(as_bea, conversation, "message")
    assert (ours.text, ours.author_name, ours.ours) == ("On its way.", "Bea", True)
    assert entries(as_bea, conversation, "reply") == []
    assert reply_row(reply)["state"] == "sent"
    assert facts()[-3:] == [Fact.REPLY_QUEUED, Fact.MESSAGE_RECEIVED, Fact.REPLY_SENT]
    assert queries.conversation(as_bea, conversation).state == "waiting"
    assert theirs.text == "Where is my parcel?"


def test_the_echo_comes_after_us(town: Town, as_bea: Viewer) -> None:
    conversation = ask(town, as_bea)
    answer(as_bea, conversation)
    send_due()
    before = len(facts())
    town.fetch()
    assert len(entries(as_bea, conversation, "message")) == 2
    assert len(facts()) == before


def test_the_echo_comes_before_us(town: Town, as_bea: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = ask(town, as_bea)
    reply = answer(as_bea, conversation)
    record = inbox.reply_sent

    def late(*told: Any) -> None:
        town.fetch()
        record(*told)

    monkeypatch.setattr(inbox, "reply_sent", late)
    send_due()
    [_, ours] = entries(as_bea, conversation, "message")
    assert (ours.text, ours.author_name) == ("On its way.", "Bea")
    assert reply_row(reply)["state"] == "sent"
    assert entries(as_bea, conversation, "reply") == []


def test_an_edit_of_our_answer_on_the_network_stands(town: Town, as_bea: Viewer) -> None:
    conversation = ask(town, as_bea)
    answer(as_bea, conversation)
    send_due()
    [sent] = select("SELECT external_id FROM inbox_message WHERE ours")
    town.network.messages.edit(town.company, int(sent[0]), "On its way, since noon.")
    town.fetch()
    [_, ours] = entries(as_bea, conversation, "message")
    assert (ours.text, ours.versions) == ("On its way, since noon.", ("On its way.",))


def test_send_and_resolve(town: Town, as_bea: Viewer) -> None:
    conversation = ask(town, as_bea)
    inbox.queue_reply(as_bea, conversation, "Done.", then_resolve=True)
    send_due()
    assert queries.conversation(as_bea, conversation).state == "resolved"


def test_a_question_that_came_meanwhile_keeps_it_open(town: Town, as_bea: Viewer) -> None:
    conversation = ask(town, as_bea)
    inbox.queue_reply(as_bea, conversation, "Done.", then_resolve=True)
    [asked] = select("SELECT external_id FROM inbox_message")
    time.sleep(1.1)  # messages of one second stand in the order in which they came
    town.network.messages.write(town.ada, town.company, "Hello?", parent=int(asked[0]))
    time.sleep(1.1)  # our answer is the newer one, and yet it does not answer this
    send_due()
    town.fetch()
    shown = queries.conversation(as_bea, conversation)
    assert (shown.state, shown.unread) == ("open", True)
    assert shown.waiting_since


# -- undo, release, rights --------------------------------------------------------------------------------------------


def test_undo_within_ten_seconds(town: Town, as_bea: Viewer, settings: Any) -> None:
    settings.UNDO_SECONDS = 10
    conversation = ask(town, as_bea)
    reply = answer(as_bea, conversation, "Too early.")
    assert not send_due()
    assert 9 * SECOND < reply_row(reply)["due_at"] - now() <= 10 * SECOND
    assert inbox.undo_reply(as_bea, reply) == "Too early."
    time_passes(MINUTE)
    assert not send_due()
    assert town.texts_of_ours() == []
    with pytest.raises(inbox.NotPossible):
        inbox.undo_reply(as_bea, reply)


def test_undo_while_a_worker_has_it_in_its_hand(town: Town, as_bea: Viewer) -> None:
    reply = answer(as_bea, ask(town, as_bea))
    [claimed] = inbox.claim_due_replies()
    inbox.undo_reply(as_bea, reply)
    assert not inbox.start_attempt(claimed)
    assert reply_row(reply)["state"] == "withdrawn"


def test_nothing_that_is_leaving_can_be_taken_back(town: Town, as_bea: Viewer) -> None:
    reply = answer(as_bea, ask(town, as_bea))
    [claimed] = inbox.claim_due_replies()
    assert inbox.start_attempt(claimed)
    with pytest.raises(inbox.NotPossible):
        inbox.undo_reply(as_bea, reply)


def test_a_trainees_answer_waits_for_release(town: Town, as_bea: Viewer, as_tia: Viewer) -> None:
    conversation = ask(town, as_bea)
    reply = answer(as_tia, conversation, "I think it is on its way.")
    time_passes(DAY)
    assert not send_due()
    with pytest.raises(PermissionDenied):
        inbox.release_reply(as_tia, reply)
    inbox.release_reply(as_bea, reply)
    assert send_due()
    assert town.texts_of_ours() == ["I think it is on its way."]


def test_a_trainee_can_not_send_again_or_settle(town: Town, as_bea: Viewer, as_tia: Viewer) -> None:
    reply = answer(as_bea, ask(town, as_bea))
    for act in (inbox.retry_reply, lambda who, id: inbox.settle_reply(who, id, arrived=False)):
        with pytest.raises(PermissionDenied):
            act(as_tia, reply)


# -- when the network says something else -----------------------------------------------------------------------------


def test_refused_is_failed_with_the_networks_words(town: Town, as_bea: Viewer) -> None:
    reply = answer(as_bea, ask(town, as_bea))
    town.network.members.set_weather(town.company, "refuse")
    send_due()
    row = reply_row(reply)
    assert row["state"] == "failed"
    assert "The network refuses this message" in row["reason"]
    time_passes(DAY)
    assert not send_due()
    inbox.retry_reply(as_bea, reply)
    assert send_due()
    assert town.texts_of_ours() == ["On its way."]


def test_what_may_not_be_answered_is_not_sent(town: Town, as_bea: Viewer) -> None:
    conversation = ask(town, as_bea)
    reply = answer(as_bea, conversation, "x" * 501)
    send_due()
    assert reply_row(reply)["state"] == "failed"
    assert "500 characters" in reply_row(reply)["reason"]
    assert not any(method == "POST" for method, _ in town.line.requests)


def test_try_later_is_postponed_with_a_growing_pause(town: Town, as_bea: Viewer) -> None:
    reply = answer(as_bea, ask(town, as_bea))
    pauses = []
    for _ in range(12):
        town.line.fail_next(503)
        at = now()
        assert send_due()
        row = reply_row(reply)
        assert row["state"] == "postponed"
        assert not send_due()
        pauses.append(round((row["due_at"] - at) / SECOND))
        time_passes(2 * HOUR)
    assert pauses[:3] == [15, 30, 60]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 3600
    assert send_due()
    assert town.texts_of_ours() == ["On its way."]


def test_the_network_tells_how_long_to_wait(town: Town, as_bea: Viewer) -> None:
    reply = answer(as_bea, ask(town, as_bea))
    town.network.members.set_weather(town.company, "later")
    send_due()
    row = reply_row(reply)
    assert 19 * SECOND < row["due_at"] - now() <= 20 * SECOND
    assert "20 seconds" in row["reason"]


def test_a_lost_login_is_trouble_and_the_answer_waits(town: Town, as_bea: Viewer) -> None:
    reply = answer(as_bea, ask(town, as_bea))
    town.network.members.revoke_tokens(town.company)
    send_due()
    assert reply_row(reply)["state"] == "postponed"
    town.connection.refresh_from_db()
    assert town.connection.trouble_kind == "login"
    assert "token" in town.connection.trouble
    assert Fact.TROUBLE_BEGAN in facts()


def test_a_network_that_cannot_be_reached(town: Town, as_bea: Viewer) -> None:
    reply = answer(as_bea, ask(town, as_bea))
    town.line.close()
    send_due()
    assert reply_row(reply)["state"] == "postponed"


def test_a_paused_account_sends_nothing(town: Town, as_bea: Viewer) -> None:
    reply = answer(as_bea, ask(town, as_bea))
    Connection.objects.update(paused=True)
    send_due()
    assert reply_row(reply)["state"] == "postponed"
    assert town.texts_of_ours() == []


def test_a_removed_account_sends_nothing(town: Town, as_bea: Viewer) -> None:
    reply = answer(as_bea, ask(town, as_bea))
    Connection.objects.update(removed_at=now())
    send_due()
    row = reply_row(reply)
    assert (row["state"], row["reason"]) == ("failed", "This account is no longer connected.")


def test_words_that_the_store_cannot_keep(town: Town, as_bea: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = answer(as_bea, ask(town, as_bea))
    town.line.app = lambda environ, start: (start("422 No", []), [b'{"error": "no\\u0000t \\u202e you"}'])[1]
    send_due()
    assert "not  you" in reply_row(reply)["reason"]
