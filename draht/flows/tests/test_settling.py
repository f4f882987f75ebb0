"""The road of a reply whose outcome is not known: repeated, looked for, left to a person; and workers that die."""

from __future__ import annotations

from typing import Any

import pytest

from draht.contract.messages import Sent
from draht.core.clock import DAY, HOUR, MINUTE, SECOND, now, to_datetime
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Department
from draht.core.sql import execute, select
from draht.features.inbox import actions as inbox
from draht.flows.send_replies import send_due
from draht.flows.tests.answering import answer, ask, facts
from draht.flows.tests.town import Town, entries, reply_row, time_passes


@pytest.fixture(autouse=True)
def no_undo(settings: Any) -> None:
    settings.UNDO_SECONDS = 0


# -- when the answer of the network is lost ---------------------------------------------------------------------------


def test_a_lost_answer_is_repeated_with_the_key(town: Town, as_bea: Viewer) -> None:
    reply = answer(as_bea, ask(town, as_bea))
    town.network.members.set_weather(town.company, "lost")
    send_due()
    assert reply_row(reply)["state"] == "postponed"  # nothing is unsure where the network knows our key
    time_passes(MINUTE)
    send_due()
    assert reply_row(reply)["state"] == "sent"
    assert town.texts_of_ours() == ["On its way."]


@pytest.mark.parametrize("fault", ["lost", "garbage", 500, 502, 504])
def test_a_lost_answer_without_a_key_is_looked_for(
    open_town: Town, service: Department, as_bea: Viewer, fault: Any
) -> None:
    town = open_town
    town.connect(service.pk, "keyless")
    conversation = ask(town, as_bea)
    reply = answer(as_bea, conversation)
    town.line.fail_next(fault)
    send_due()
    assert reply_row(reply)["state"] == "unsure"
    assert not send_due()
    time_passes(MINUTE)
    while send_due():
        pass
    assert reply_row(reply)["state"] == "sent"
    assert town.texts_of_ours() == ["On its way."]
    town.fetch()
    assert len(entries(as_bea, conversation, "message")) == 2


def test_it_stays_unsure_while_nobody_can_look(open_town: Town, service: Department, as_bea: Viewer) -> None:
    town = open_town
    town.connect(service.pk, "keyless")
    reply = answer(as_bea, ask(town, as_bea))
    town.line.fail_next("lost")
    send_due()
    for fault in (503, 429, 401, 500, "garbage", "hang up"):
        time_passes(2 * HOUR)
        town.line.fail_next(fault)
        assert send_due()
        assert reply_row(reply)["state"] == "unsure", fault
        with pytest.raises(inbox.NotPossible):
            inbox.undo_reply(as_bea, reply)
    assert town.connection.pk
    time_passes(2 * HOUR)
    assert send_due()
    assert reply_row(reply)["state"] == "sent"
    assert town.texts_of_ours() == ["On its way."]


def test_a_look_that_is_refused_is_left_to_a_person(open_town: Town, service: Department, as_bea: Viewer) -> None:
    town = open_town
    town.connect(service.pk, "keyless")
    reply = answer(as_bea, ask(town, as_bea))
    town.line.fail_next("lost")
    send_due()
    time_passes(2 * HOUR)
    town.line.fail_next(403)
    send_due()
    time_passes(DAY)
    assert not send_due()
    assert reply_row(reply)["state"] == "unsure"


def test_what_may_no_longer_be_answered_is_still_found(open_town: Town, service: Department, as_bea: Viewer) -> None:
    """The window for answers closes between the attempt and the look: that says nothing about the first attempt."""
    town = open_town
    town.connect(service.pk, "keyless")
    conversation = ask(town, as_bea)
    reply = answer(as_bea, conversation)
    town.line.fail_next("lost")
    send_due()
    town.network.members.take_answers(town.ada, False)
    execute("UPDATE inbox_message SET deleted_at = 1")
    time_passes(MINUTE)
    send_due()
    assert reply_row(reply)["state"] == "sent"
    assert town.texts_of_ours() == ["On its way."]


def test_a_repetition_that_is_refused_is_looked_for(town: Town, as_bea: Viewer) -> None:
    reply = answer(as_bea, ask(town, as_bea))
    [claimed] = inbox.claim_due_replies()
    inbox.start_attempt(claimed)  # and the worker dies, after the network took it
    town.network.messages.write(
        town.company, town.company, "On its way.", parent=_asked(), client_key=str(claimed.key), once=True
    )
    time_passes(5 * MINUTE)
    town.line.fail_next(403)
    send_due()
    assert reply_row(reply)["state"] == "sent"
    assert town.texts_of_ours() == ["On its way."]


def _asked() -> int:
    [(id,)] = select("SELECT external_id FROM inbox_message WHERE NOT ours")
    return int(id)


@pytest.mark.parametrize("arrived", [True, False])
def test_without_key_and_look_a_person_decides(
    open_town: Town, service: Department, as_bea: Viewer, arrived: bool
) -> None:
    town = open_town
    town.connect(service.pk, "blind")
    conversation = ask(town, as_bea)
    reply = answer(as_bea, conversation)
    town.line.fail_next("lost" if arrived else 500)
    send_due()
    time_passes(MINUTE)
    assert send_due()
    time_passes(30 * DAY)
    assert not send_due()
    assert reply_row(reply)["state"] == "unsure"
    inbox.settle_reply(as_bea, reply, arrived=arrived)
    time_passes(MINUTE)
    assert send_due() is not arrived
    assert town.texts_of_ours() == ["On its way."]
    town.fetch()
    assert reply_row(reply)["state"] == "sent"
    assert [e.text for e in entries(as_bea, conversation, "message")] == ["Where is my parcel?", "On its way."]
    assert entries(as_bea, conversation, "reply") == []
    assert entries(as_bea, conversation, "message")[1].author_name == "Bea"
    with pytest.raises(inbox.NotPossible):
        inbox.settle_reply(as_bea, reply, arrived=False)


@pytest.mark.parametrize("early", [True, False])
def test_an_answer_that_shows_up_needs_nobody_to_look(
    open_town: Town, service: Department, as_bea: Viewer, early: bool
) -> None:
    """Before or after it was left to a person; other words of ours are no sign of it."""
    town = open_town
    town.connect(service.pk, "blind")
    conversation = ask(town, as_bea)
    reply, other = answer(as_bea, conversation), answer(as_bea, conversation, "Or tomorrow.")
    town.line.fail_next("lost")
    send_due()
    town.line.fail_next(500)
    send_due()
    if early:
        town.fetch()
    time_passes(MINUTE)
    while send_due():
        pass
    if not early:
        town.fetch()
    assert (reply_row(reply)["state"], reply_row(reply)["reason"]) == ("sent", "")
    assert reply_row(other)["state"] == "unsure"
    assert [e.author_name for e in entries(as_bea, conversation, "message")] == ["Ada", "Bea"]
    assert town.texts_of_ours() == ["On its way."]


def test_a_person_settles_when_the_echo_is_there_already(open_town: Town, service: Department, as_bea: Viewer) -> None:
    town = open_town
    town.connect(service.pk, "blind")
    conversation = ask(town, as_bea)
    replies = [answer(as_bea, conversation) for _ in range(2)]  # the same words twice, on purpose
    for _ in replies:
        town.line.fail_next("lost")
        send_due()
    town.fetch()
    for reply in replies:
        inbox.settle_reply(as_bea, reply, arrived=True)
    messages = entries(as_bea, conversation, "message")
    assert [m.author_name for m in messages] == ["Ada", "Bea", "Bea"]
    assert entries(as_bea, conversation, "reply") == []
    assert len({reply_row(reply)["message_id"] for reply in replies}) == 2


def test_a_channel_with_a_fault_of_its_own_is_unsure(
    open_town: Town, service: Department, as_bea: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = open_town
    town.connect(service.pk, "keyless")
    reply = answer(as_bea, ask(town, as_bea))
    with monkeypatch.context() as patched:
        patched.setattr("draht.channels.sandbox.mapper.to_sent", lambda *_: 1 / 0)
        send_due()
        assert reply_row(reply)["state"] == "unsure"
        assert "ZeroDivisionError" in reply_row(reply)["reason"]
    time_passes(MINUTE)
    send_due()
    assert reply_row(reply)["state"] == "sent"
    assert town.texts_of_ours() == ["On its way."]


# -- workers that die or sleep ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["sandbox", "keyless"])
def test_a_worker_that_died_before_the_call(open_town: Town, service: Department, as_bea: Viewer, channel: str) -> None:
    town = open_town
    town.connect(service.pk, channel)
    reply = answer(as_bea, ask(town, as_bea))
    [claimed] = inbox.claim_due_replies()
    inbox.start_attempt(claimed)
    assert not send_due()
    time_passes(2 * MINUTE + SECOND)
    while send_due():
        pass
    assert reply_row(reply)["state"] == "sent"
    assert town.texts_of_ours() == ["On its way."]


@pytest.mark.parametrize("channel", ["sandbox", "keyless"])
def test_a_worker_that_died_after_the_call(open_town: Town, service: Department, as_bea: Viewer, channel: str) -> None:
    town = open_town
    town.connect(service.pk, channel)
    reply = answer(as_bea, ask(town, as_bea))
    [claimed] = inbox.claim_due_replies()
    inbox.start_attempt(claimed)
    key = str(claimed.key)
    town.network.messages.write(
        town.company, town.company, "On its way.", parent=_asked(), client_key=key, once=channel == "sandbox"
    )
    time_passes(2 * MINUTE + SECOND)
    while send_due():
        pass
    assert reply_row(reply)["state"] == "sent"
    assert town.texts_of_ours() == ["On its way."]


def test_the_lease_begins_with_the_attempt(town: Town, as_bea: Viewer) -> None:
    """A worker that slept before its attempt: nobody looks for the answer while the call can still be under way."""
    answer(as_bea, ask(town, as_bea))
    [claimed] = inbox.claim_due_replies()
    execute("UPDATE inbox_reply SET lease_until = lease_until - %s", [2 * MINUTE - SECOND])
    claimed.refresh_from_db()
    assert inbox.start_attempt(claimed)
    time_passes(90 * SECOND)
    assert not inbox.claim_due_replies()


def test_a_worker_that_slept_has_no_say(town: Town, as_bea: Viewer) -> None:
    reply = answer(as_bea, ask(town, as_bea))
    [sleeper] = inbox.claim_due_replies()
    time_passes(2 * MINUTE + SECOND)
    [awake] = inbox.claim_due_replies()
    assert not inbox.start_attempt(sleeper)
    assert inbox.start_attempt(awake)
    inbox.reply_failed(sleeper, "I dreamt that the network said no.")
    inbox.reply_postponed(sleeper, "later", None)
    inbox.reply_unsure(sleeper, "who knows", looks_again=False)
    inbox.reply_missing(sleeper)
    assert reply_row(reply)["state"] == "sending"
    assert reply_row(reply)["lease_until"] == awake.lease_until


def test_what_a_sleeper_has_sent_is_sent(open_town: Town, service: Department, as_bea: Viewer) -> None:
    """That the network took it is a fact, whoever tells it, and however late."""
    town = open_town
    town.connect(service.pk, "blind")
    conversation = ask(town, as_bea)
    reply = answer(as_bea, conversation)
    [sleeper] = inbox.claim_due_replies()
    inbox.start_attempt(sleeper)
    time_passes(2 * MINUTE + SECOND)
    send_due()
    assert reply_row(reply)["state"] == "unsure"
    sent = Sent("4711", to_datetime(now()))
    inbox.reply_sent(sleeper, sent)
    inbox.reply_sent(sleeper, sent)
    assert reply_row(reply)["state"] == "sent"
    assert len(entries(as_bea, conversation, "message")) == 2
    assert facts().count(Fact.REPLY_SENT) == 1


def test_a_clock_that_was_wrong_does_not_hold_answers_for_ever(town: Town, as_bea: Viewer) -> None:
    answer(as_bea, ask(town, as_bea))
    execute("UPDATE inbox_reply SET due_at = due_at + %s, lease_until = due_at + %s", [300 * DAY, 300 * DAY])
    assert send_due()
    assert town.texts_of_ours() == ["On its way."]
