"""Direct messages: what conversations held when we connected, the log from then on, answers, and what may be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from draht.channels.bluesky.tests.chat_service import LOG_PAGE
from draht.channels.bluesky.tests.desk import Desk, answer, messages
from draht.channels.bluesky.tests.double import Double
from draht.channels.bluesky.tests.network import iso
from draht.contract.channel import Act
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.messages import Allowed, Deletion, NotAllowed


def test_conversations_of_before_come_at_first(desk: Desk) -> None:
    for n in range(12):
        person = desk.net.join(f"p{n}.test", f"P{n}")
        convo = desk.double.chat.open(person.did, desk.us.did)
        desk.double.chat.say(convo, person.did, f"hello {n}")
        desk.double.chat.say(convo, desk.us.did, f"hello, P{n}")
    found = messages(desk.fetch())
    assert len(found) == 24
    assert {m.author.name for m in found} == {f"P{n}" for n in range(12)} | {"Acme Boots"}
    assert desk.fetch() == []


def test_old_conversations_stay_where_they_are() -> None:
    desk = Desk(since=datetime.now(UTC) - timedelta(days=1))
    convo = desk.double.chat.open(desk.jane.did, desk.us.did)
    desk.double.chat.say(convo, desk.jane.did, "old", sentAt=iso(desk.net.now() - timedelta(days=3)))
    assert desk.fetch() == []
    desk.double.chat.say(convo, desk.jane.did, "new")
    assert [m.text for m in messages(desk.fetch())] == ["new"]
    desk.close()


def test_the_log_is_read_to_its_end(desk: Desk) -> None:
    desk.fetch()
    convo = desk.double.chat.open(desk.jane.did, desk.us.did)
    for n in range(3 * LOG_PAGE):
        desk.double.chat.say(convo, desk.jane.did, f"line {n}")
    found = messages(desk.fetch())
    assert [m.text for m in found] == [f"line {n}" for n in range(3 * LOG_PAGE)]
    assert {(m.private, m.thread, m.author.name) for m in found} == {(True, convo.id, "Jane")}
    assert desk.fetch() == []


def test_groups_are_not_read(desk: Desk) -> None:
    carl = desk.net.join("carl.test")
    group = desk.double.chat.open(carl.did, desk.jane.did, desk.us.did, group=True)
    desk.double.chat.say(group, carl.did, "before")
    assert desk.fetch() == []
    desk.double.chat.say(group, carl.did, "after")
    assert desk.fetch() == []


def test_a_message_that_a_colleague_deleted_for_us(desk: Desk) -> None:
    item = desk.letter("secret")
    convo = desk.double.chat.convos[item.thread]
    desk.double.chat.forget(convo, desk.us.did, convo.messages[0]["id"])
    assert desk.fetch() == [Deletion(item.id)]


def test_a_request_is_accepted_with_our_answer(desk: Desk) -> None:
    item = desk.letter("Where is order 4711?")
    convo = desk.double.chat.convos[item.thread]
    assert desk.us.did not in convo.accepted
    sent = desk.channel.reply(answer(item, "See https://acme.example"))
    assert convo.messages[-1]["facets"][0]["features"][0]["uri"] == "https://acme.example"
    (ours,) = messages(desk.fetch())
    assert (ours.id, ours.author.id) == (sent.id, desk.us.did)


def test_without_its_payload_a_message_is_still_answered(desk: Desk) -> None:
    item = replace(desk.letter("hello"), raw={})
    desk.channel.reply(answer(item))
    assert desk.double.ours() == ["Yes, within two days."]


def test_a_lost_answer_is_looked_for(desk: Desk) -> None:
    item = desk.letter("hello")
    desk.channel.chat.accept(item.thread)
    item = replace(item, raw={"convo": {"status": "accepted"}})
    tried = datetime.now(UTC)
    desk.loopback.fail_next("lost")
    with pytest.raises(Unsure):
        desk.channel.reply(answer(item))
    again = answer(item, first_tried_at=tried)
    desk.channel.reply(again)
    assert desk.double.ours() == ["Yes, within two days."]
    assert desk.channel.find_reply(replace(again, text="Something else")) is None
    assert desk.channel.find_reply(replace(again, first_tried_at=tried + timedelta(hours=1))) is None


def test_looking_back_goes_through_the_pages(desk: Desk) -> None:
    item = desk.letter("hello")
    tried = datetime.now(UTC)
    sent = desk.channel.reply(answer(item))
    convo = desk.double.chat.convos[item.thread]
    for n in range(250):
        desk.double.chat.say(convo, desk.jane.did, f"line {n}")
    assert desk.channel.find_reply(answer(item)) is None  # without a first attempt, only the newest page
    found = desk.channel.find_reply(answer(item, first_tried_at=tried))
    assert found is not None
    assert found.id == sent.id


def test_a_public_post_is_answered_by_a_direct_message(desk: Desk) -> None:
    _, item = desk.hear("my address?")
    private = answer(item, private=True)
    assert desk.channel.find_reply(private) is None
    assert desk.double.chat.convos == {}, "looking begins no conversation"
    sent = desk.channel.reply(private)
    assert desk.channel.find_reply(private) == sent
    assert desk.net.of(desk.us.did) == []


def test_who_takes_none_says_so(desk: Desk) -> None:
    _, item = desk.hear("hello")
    desk.double.chat.closed.add(desk.jane.did)
    with pytest.raises(Refused, match="disabled incoming messages"):
        desk.channel.reply(answer(item, private=True))


@pytest.mark.parametrize(
    ("allows", "followed", "may"),
    [
        ("all", False, True),
        ("none", True, False),
        ("following", True, True),
        ("following", False, False),
        ("", False, False),
    ],
)
def test_who_takes_direct_messages_is_told_before_anyone_types(
    desk: Desk, allows: str, followed: bool, may: bool
) -> None:
    _, item = desk.hear("hello")
    author = item.raw["author"] | {"associated": {"chat": {"allowIncoming": allows}} if allows else {}}
    author |= {"viewer": {"followedBy": "at://x/y/z"} if followed else {}}
    asked = replace(item, raw={"author": author})
    assert isinstance(desk.channel.may(Act.REPLY_PRIVATELY, asked), Allowed if may else NotAllowed)


def test_an_app_password_without_direct_messages() -> None:
    desk = Desk(Double(privileged=False))
    assert desk.channel.lacks()
    _, item = desk.hear("hello")
    assert desk.double.chat.heard == []
    assert isinstance(desk.channel.may(Act.REPLY_PRIVATELY, item), NotAllowed)
    assert isinstance(desk.channel.may(Act.REPLY, item), Allowed)
    with pytest.raises(Refused, match="Bad token method"):
        desk.channel.reply(answer(item, private=True))
    desk.close()


def test_a_chat_that_is_down_delays_no_posts(desk: Desk) -> None:
    desk.fetch()
    desk.double.chat.down = True
    desk.net.say(desk.jane, "hello", mentions=desk.us)
    assert len(messages(desk.fetch())) == 1
    with pytest.raises(TryLater):  # and is told when it is the only news
        desk.channel.fetch(desk.cursor)
    desk.double.chat.down = False
    desk.double.chat.say(desk.double.chat.open(desk.jane.did, desk.us.did), desk.jane.did, "psst")
    assert [m.text for m in messages(desk.fetch())] == ["psst"]
