"""The network's rules, and how it says no."""

from __future__ import annotations

import pytest

from draht.channels.sandbox.network.rules import COMPANY_PACE, CUSTOMER_PACE, DAY, No
from draht.channels.sandbox.tests.conftest import Town


def refused(status: int, words: str) -> pytest.RaisesExc[No]:
    return pytest.RaisesExc(No, match=words, check=lambda no: no.status == status)


def test_texts_are_counted_as_readers_count(town: Town) -> None:
    family = "👩‍👩‍👧‍👦"
    assert town.network.messages.write(town.ada, town.company, family * 500).text == family * 500
    with refused(422, "501 characters; 500 are allowed"):
        town.network.messages.write(town.ada, town.company, family * 501)


@pytest.mark.parametrize("text", ["", "  \n ", "\u202e\x00", None, 7, ["x"]])
def test_a_message_needs_a_text(town: Town, text: object) -> None:
    with refused(422, "needs a text"):
        town.network.messages.write(town.ada, town.company, text)


def test_a_link_waits_for_approval_also_when_it_comes_by_an_edit(town: Town) -> None:
    messages = town.network.messages
    post = messages.write(town.ada, town.company, "Hello")
    assert post.state == "public"
    assert messages.edit(town.ada, post.id, "Hello https://x.example").state == "held"
    assert messages.write(town.company, town.company, "https://n.example").state == "public"
    assert messages.write(town.ada, town.company, "https://x.example", private=True).state == "private"


def test_the_pace(town: Town) -> None:
    messages = town.network.messages
    with town.network.at_once():
        for _ in range(CUSTOMER_PACE):
            messages.write(town.ada, town.company, "Hello?")
            town.clock.ms += 100
    with refused(429, "go on in 58 seconds") as told:
        messages.write(town.ada, town.company, "Hello!!!")
    assert told.value.wait == 58
    town.clock.ms += 58_000
    messages.write(town.ada, town.company, "Hello.")
    assert COMPANY_PACE > CUSTOMER_PACE


def test_only_the_author_changes_a_message(town: Town) -> None:
    messages = town.network.messages
    post = messages.write(town.ada, town.company, "Hello")
    ben = town.network.members.join("b" * 30, "Ben")
    for other in (ben, town.company):
        with refused(403, "Only its author"):
            messages.edit(other, post.id, "Goodbye")
    with refused(403, "Only its author"):
        messages.delete(ben, post.id)
    secret = messages.write(town.ada, town.company, "Secret", private=True)
    with refused(403, "Only its author"):
        messages.delete(town.company, secret.id)
    messages.delete(town.company, post.id)  # the company may clean its own wall
    assert messages.get(post.id).text == ""
    with refused(410, "gone"):
        messages.edit(town.ada, post.id, "Hello again")


def test_an_edit_that_changes_nothing_is_no_event(town: Town) -> None:
    post = town.network.messages.write(town.ada, town.company, "Hello")
    before = town.network.messages.last_seq(town.company)
    assert town.network.messages.edit(town.ada, post.id, " Hello ").edited_at is None
    assert town.network.messages.last_seq(town.company) == before


def test_versions_never_go_back_in_time(town: Town) -> None:
    messages = town.network.messages
    post = messages.write(town.ada, town.company, "one")
    town.clock.ms -= DAY  # somebody sets the clock back
    second = messages.edit(town.ada, post.id, "two")
    held = messages.moderate(town.company, post.id, "held")
    assert post.changed_at < second.changed_at < held.changed_at
    messages.delete(town.ada, post.id)
    assert messages.get(post.id).changed_at > held.changed_at


def test_private_conversations_have_a_window(town: Town) -> None:
    messages = town.network.messages
    asked = messages.write(town.ada, town.company, "My invoice?", private=True)
    town.clock.ms += 7 * DAY
    ours = messages.write(town.company, town.company, "Here it is.", parent=asked.id)
    assert (ours.private, ours.customer) == (True, town.ada.id)
    town.clock.ms += 1
    with refused(403, "more than 7 days"):
        messages.write(town.company, town.company, "And?", parent=ours.id)
    messages.write(town.ada, town.company, "Thanks!", private=True)
    messages.write(town.company, town.company, "Gladly.", parent=asked.id)


def test_a_private_answer_opens_a_conversation_once(town: Town) -> None:
    messages = town.network.messages
    asked = messages.write(town.ada, town.company, "My order?")
    first = messages.write(town.company, town.company, "Which?", parent=asked.id, private=True)
    assert (first.about, first.customer) == (asked.id, town.ada.id)
    with refused(403, "answered privately already"):
        messages.write(town.company, town.company, "Which one?", parent=asked.id, private=True)
    messages.write(town.company, town.company, "Tell us here.", parent=first.id)
    town.clock.ms += 7 * DAY + 1
    late = messages.write(town.company, town.company, "Hello all")
    with refused(403, "for 7 days only"):
        second = messages.write(town.ada, town.company, "Old", parent=late.id)
        town.clock.ms += 8 * DAY
        messages.write(town.company, town.company, "Hm?", parent=second.id, private=True)
    with refused(403, "Only what a customer wrote"):
        messages.write(town.company, town.company, "To myself", parent=late.id, private=True)
    with refused(422, "answers a message of a customer"):
        messages.write(town.company, town.company, "To nobody", private=True)


def test_who_blocks_answers_gets_none_not_even_behind_their_back(town: Town) -> None:
    messages = town.network.messages
    asked = messages.write(town.ada, town.company, "Hello", private=True)
    ours = messages.write(town.company, town.company, "Yes?", parent=asked.id)
    post = messages.write(town.ada, town.company, "Public")
    town.network.members.take_answers(town.ada, False)
    for parent in (asked, ours, post):
        with refused(403, "Ada Berger does not take answers"):
            messages.write(town.company, town.company, "But …", parent=parent.id)
    town.network.members.take_answers(town.ada, True)
    messages.write(town.company, town.company, "Thank you.", parent=post.id)


def test_nobody_writes_into_what_is_not_theirs(town: Town) -> None:
    messages, members = town.network.messages, town.network.members
    other = members.open_company("Südlicht", "suedlicht")
    ben = members.join("b" * 30, "Ben")
    post = messages.write(town.ada, town.company, "Hello")
    secret = messages.write(town.ada, town.company, "Secret", private=True)
    with refused(403, "own pages only"):
        messages.write(other, town.company, "Buy from us!", parent=post.id)
    with refused(404, "nothing"):
        messages.write(other, other, "Buy from us!", parent=post.id)
    with refused(404, "nothing"):
        messages.write(ben, town.company, "I am Ada", parent=secret.id)
    with refused(404, "nothing"):
        messages.moderate(other, post.id, "spam")
    assert messages.events(other, 0, 100) == []


def test_only_public_messages_of_customers_are_moderated(town: Town) -> None:
    messages = town.network.messages
    secret = messages.write(town.ada, town.company, "Secret", private=True)
    ours = messages.write(town.company, town.company, "Ours")
    for message in (secret, ours):
        with refused(403, "Only what customers write"):
            messages.moderate(town.company, message.id, "spam")
    with refused(422, "public, held or spam"):
        messages.moderate(town.company, ours.id, "private")


def test_a_key_is_used_once(town: Town) -> None:
    messages = town.network.messages
    post = messages.write(town.ada, town.company, "Hello", client_key="k", once=True)
    assert messages.write(town.ada, town.company, "Hello", client_key="k", once=True).id == post.id
    with refused(422, "another message"):
        messages.write(town.ada, town.company, "Other", client_key="k", once=True)
    second = messages.write(town.ada, town.company, "Hello", client_key="k")  # this one did not ask for it
    assert [m.id for m in messages.by_key(town.ada, "k")] == [post.id, second.id]
    assert messages.by_key(town.company, "k") == []
    messages.delete(town.ada, post.id)
    again = messages.write(town.ada, town.company, "Hello", client_key="k", once=True)
    assert (again.id, again.text) == (post.id, "")  # deleted, and not written a second time


def test_names(town: Town) -> None:
    members = town.network.members
    assert members.join("a" * 30, " ada  BERGER ").id == town.ada.id
    ben = members.join("a" * 30, "Ben Öztürk")
    assert (ben.handle, [m.name for m in members.of_visitor("a" * 30)]) == (
        "ben.ozturk",
        ["Ben Öztürk", "Ada Berger"],
    )
    members.join("a" * 30, "Ada Berger")
    assert members.of_visitor("a" * 30)[0].id == town.ada.id
    assert members.join("c" * 30, "Ada Berger").handle == "ada.berger2"
    assert members.join("c" * 30, "李雷").handle == "guest"
    for name, words in (("", "1 to 40"), ("x" * 41, "1 to 40"), ("NORDLICHT", "name of a company")):
        with refused(422, words):
            members.join("c" * 30, name)


def test_a_deleted_message_leaves_the_log(town: Town) -> None:
    messages = town.network.messages
    post = messages.write(town.ada, town.company, "My phone number is …")
    messages.edit(town.ada, post.id, "My new phone number is …")
    messages.delete(town.ada, post.id)
    messages.delete(town.ada, post.id)
    told = messages.events(town.company, 0, 100)
    assert [event["event"] for event in told] == ["deleted"]
    assert "phone" not in str(told)
