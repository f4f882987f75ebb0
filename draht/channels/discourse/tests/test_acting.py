"""Answers, private messages, topics, likes, flags, deletions, bans; what may be, and what refusals mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from draht.channels.discourse.acts import act_on
from draht.channels.discourse.posts import split_tags, title_of
from draht.channels.discourse.refusals import refusal_of
from draht.channels.discourse.tests.desk import ID, YES, Desk, answer
from draht.channels.discourse.tests.network import ADA, BEN, US
from draht.contract.channel import Act
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, Unsure
from draht.contract.http import Answer
from draht.contract.messages import Allowed, Author, Item, Media, NotAllowed, OutgoingPost

PNG = Media(b"\x89PNG", "image/png", "sole.png", "The [broken] sole")
NOW = datetime.now(UTC)


def test_an_answer_stands_below_what_it_answers(desk: Desk) -> None:
    desk.hear("The first one.")
    post, item = desk.hear("Where is my parcel?")
    sent = desk.channel.reply(answer(item))
    mine = desk.world.posts[int(sent.id)]
    assert (mine.topic, mine.to, mine.author) == (post.topic, post.number, US)
    assert sent.url.endswith(f"/{post.topic.id}/{mine.number}")


def test_without_its_payload_an_item_can_still_be_answered_in_its_topic(desk: Desk) -> None:
    post, item = desk.hear("Where is my parcel?")
    assert desk.channel.reply(answer(replace(item, raw={}))).id
    assert desk.world.of(post.topic)[-1].raw == YES


@pytest.mark.parametrize("fault", ["lost", 500, 502])
def test_a_lost_answer_is_found_again(desk: Desk, fault: int | str) -> None:
    _, item = desk.hear("Where is my parcel?")
    desk.loopback.fail_next(fault)
    with pytest.raises(Unsure):
        desk.channel.reply(answer(item))
    again = answer(item, first_tried_at=datetime.now(UTC) - (datetime.now(UTC) - desk.world.now))
    found = desk.channel.find_reply(again)
    assert (found is not None) == (fault == "lost")


def test_only_the_same_words_to_the_same_post_since_then_are_ours(desk: Desk) -> None:
    first, item = desk.hear("Where is my parcel?")
    other, _ = desk.hear("And mine?")
    desk.world.write(YES, author=BEN, to=first.number)
    desk.world.write(YES, author=US, to=other.number)
    desk.world.write("Yes, within three days.", author=US, to=first.number)
    assert desk.channel.find_reply(answer(item)) is None
    mine = desk.world.write(f"{YES}\n\n![a|1x1](upload://abc.png)", author=US, to=first.number)
    found = desk.channel.find_reply(answer(item))
    assert found is not None
    assert found.id == str(mine.id)
    late = answer(item, first_tried_at=desk.world.now.replace(year=desk.world.now.year + 1))
    assert desk.channel.find_reply(late) is None


def test_an_answer_is_found_among_many(desk: Desk) -> None:
    first, item = desk.hear("Where is my parcel?")
    begun = desk.world.now
    mine = desk.world.write(YES, author=US, to=first.number)
    for number in range(120):
        desk.world.write(f"Me, too {number}")
    found = desk.channel.find_reply(answer(item, first_tried_at=begun))
    assert found is not None
    assert found.id == str(mine.id)


def test_a_topic_that_is_gone_holds_no_answer(desk: Desk) -> None:
    first, item = desk.hear("Where is my parcel?")
    desk.world.remove(first)
    assert desk.channel.find_reply(answer(item)) is None


def test_the_forums_own_guard_against_copies(desk: Desk) -> None:
    _, item = desk.hear("Where is my parcel?")
    sent = desk.channel.reply(answer(item))
    with pytest.raises(Refused, match="too similar"):
        desk.channel.reply(answer(item))
    assert desk.channel.reply(answer(item, first_tried_at=desk.world.now)) == sent


def test_too_short_for_this_forum(desk: Desk) -> None:
    desk.net.shortest = 20
    _, item = desk.hear("Where is my parcel?")
    allowed = desk.channel.may(Act.REPLY, item)
    assert isinstance(allowed, Allowed)
    assert "20 characters" in allowed.note
    with pytest.raises(Refused, match="too short"):
        desk.channel.reply(answer(item, "Yes, soon."))


def test_a_closed_topic_says_so(desk: Desk) -> None:
    post, item = desk.hear("Where is my parcel?")
    post.topic.closed = True
    with pytest.raises(Refused, match="closed"):
        desk.channel.reply(answer(item))


def test_what_a_moderator_looks_at_first_is_sent_and_waits(desk: Desk) -> None:
    desk.net.looks_first = True
    _, item = desk.hear("Where is my parcel?")
    sent = desk.channel.reply(answer(item))
    assert sent.id == "pending-1"
    waiting = Item(sent.id, item.thread, Author(str(US)), sent.at, ours=True)
    for act in Act:
        told = desk.channel.may(act, waiting)
        assert isinstance(told, NotAllowed)
        assert told.by_hand.endswith("/review")


def test_a_private_answer_begins_a_conversation_and_is_found_again(desk: Desk) -> None:
    _, item = desk.hear("Where is my parcel?")
    reply = answer(item, private=True)
    assert desk.channel.find_reply(reply) is None
    sent = desk.channel.reply(reply)
    mine = desk.world.posts[int(sent.id)]
    assert (mine.topic.private, mine.topic.title) == (True, "Re: Where is my parcel now?")
    found = desk.channel.find_reply(reply)
    assert found is not None
    assert found.id == sent.id


def test_pictures_go_below_the_words(desk: Desk) -> None:
    _, item = desk.hear("Where is my parcel?")
    sent = desk.channel.reply(answer(item, media=(PNG,)))
    mine = desk.world.posts[int(sent.id)]
    assert mine.raw == f"{YES}\n\n![The broken sole|1x1](upload://abc.png)"
    assert desk.channel.find_reply(answer(item, media=(PNG,))) is not None
    ours = Item(sent.id, item.thread, Author(str(US)), sent.at, YES, ours=True)
    desk.channel.edit(ours, "No, in three days.")
    assert mine.raw == "No, in three days.\n\n![The broken sole|1x1](upload://abc.png)"
    with pytest.raises(Refused, match="not authorized"):
        desk.channel.reply(answer(item, "And another picture.", media=(replace(PNG, content=b"GIF"),)))


# -- topics -----------------------------------------------------------------------------------------------------------


def test_a_topic_with_category_tags_and_our_key(desk: Desk) -> None:
    post = OutgoingPost(ID, "We are open again.\n\n#news #Open-Again", title="Open", link="https://nordlicht.example")
    sent = desk.channel.publish(post)
    topic = desk.world.posts[int(sent.id)].topic
    assert (topic.title, topic.category, topic.tags) == ("Open: We are open again.", 5, ["news", "open-again"])
    assert desk.world.ours(topics=True) == ["We are open again.\n\nhttps://nordlicht.example"]
    assert desk.channel.publish(post) == sent, "the forum knows the key"
    assert desk.channel.find_post(post) == sent
    assert desk.channel.find_post(replace(post, key="another")) is None


def test_a_topic_that_the_forum_does_not_want(desk: Desk) -> None:
    with pytest.raises(Refused, match="too short"):
        desk.channel.publish(OutgoingPost(ID, "Hi", title="A title that is long enough"))


@pytest.mark.parametrize(
    ("told", "number"), [("", None), ("5", 5), ("https://f.example/c/news/17/", 17), ("news", None)]
)
def test_the_category_is_the_number_at_the_end(told: str, number: int | None) -> None:
    desk = Desk(category=told)
    assert desk.channel.category == number
    desk.close()


def test_titles_and_tags() -> None:
    assert title_of(OutgoingPost("k", "First line.\nSecond.")) == "First line."
    assert title_of(OutgoingPost("k", "Text", title="A title that is long")) == "A title that is long"
    assert split_tags("We love #boots") == ("We love #boots", [])
    assert split_tags("Boots\n#a #b-c ") == ("Boots", ["a", "b-c"])


# -- acts -------------------------------------------------------------------------------------------------------------


def test_a_ban_silences_and_deletes(desk: Desk) -> None:
    post, item = desk.hear("Buy my coins")
    for _ in range(2):
        desk.channel.moderate(Act.BAN, item)
    assert desk.world.silenced == {ADA}
    assert post.deleted


def test_whoever_is_no_moderator_is_told(desk: Desk) -> None:
    desk.net.moderator = False
    post, item = desk.hear("Buy my coins")
    for act in (Act.DELETE, Act.BAN):
        told = desk.channel.may(act, item)
        assert isinstance(told, NotAllowed)
        assert told.by_hand.endswith(f"/{post.topic.id}/{post.number}")
        with pytest.raises(Refused):
            desk.channel.moderate(act, item)
    assert not post.deleted


@pytest.mark.parametrize("act", [Act.LIKE, Act.SPAM])
def test_what_the_forum_refuses_is_not_taken_for_done(desk: Desk, act: Act) -> None:
    post = desk.world.write("We look for it.", author=US)
    with pytest.raises(Refused):
        act_on(desk.channel.client, act, Item(str(post.id), "topic-1", Author("42"), NOW))


def test_what_others_wrote_cannot_be_changed(desk: Desk) -> None:
    _, item = desk.hear("Buy my coins")
    with pytest.raises(Refused):
        desk.channel.edit(item, "I am sorry")


def item(**changes: Any) -> Item:
    values: dict[str, Any] = {"id": "105", "thread": "topic-101", "author": Author("7", "Ada", "ada"), "at": NOW}
    return Item(**(values | {"raw": {"post_number": 2, "topic_slug": "parcels"}} | changes))


@pytest.mark.parametrize(
    ("act", "asked", "why"),
    [
        (Act.REPLY, item(deleted=True), "gone"),
        (Act.REPLY, item(thread="", raw={}), "not known where"),
        (Act.REPLY_PRIVATELY, item(private=True), "as private"),
        (Act.REPLY_PRIVATELY, item(ours=True), "our own"),
        (Act.REPLY_PRIVATELY, item(author=Author("7")), "did not tell"),
        (Act.LIKE, item(ours=True), "our own"),
        (Act.EDIT, item(), "Only what we wrote"),
        (Act.BAN, item(author=Author("ada")), "did not tell"),
        (Act.UNHIDE, item(held=True), "review queue"),
        (Act.APPROVE, item(), "Nothing is held"),
        (Act.HIDE, item(), "in the forum itself"),
    ],
)
def test_what_may_not_be_done_says_why(desk: Desk, act: Act, asked: Item, why: str) -> None:
    told = desk.channel.may(act, asked)
    assert isinstance(told, NotAllowed)
    assert why in told.why


def test_by_hand_leads_to_the_post(desk: Desk) -> None:
    told = desk.channel.may(Act.HIDE, item())
    assert isinstance(told, NotAllowed)
    assert told.by_hand == f"{desk.loopback.url}/t/parcels/101/2"


def test_the_first_post_takes_the_topic_along(desk: Desk) -> None:
    told = desk.channel.may(Act.DELETE, item(raw={"post_number": 1}, ours=True))
    assert isinstance(told, Allowed)
    assert "whole topic" in told.note


@pytest.mark.parametrize(
    ("status", "body", "error", "told"),
    [
        (400, b'{"errors":["param is missing"],"error_type":"invalid_parameters"}', Refused, "param is missing"),
        (403, b'{"errors":["no"],"error_type":"invalid_access"}', Refused, "no"),
        (403, b'{"errors":["The API username or key is invalid."],"error_type":"x"}', LoginExpired, "API key"),
        (404, b'{"errors":["not found"],"error_type":"not_found"}', Refused, "not found"),
        (410, b'{"errors":["gone"]}', Refused, "gone"),
        (422, b'{"action":"create_post","errors":["a","b"]}', Refused, "a; b"),
        (429, b'{"errors":["slow"],"error_type":"rate_limit","extras":{"wait_seconds":9}}', TryLater, "slow"),
        (429, b"<html>too many</html>", TryLater, "429"),
        (403, b"<html>a proxy's page</html>", Refused, "403"),
        (422, b'{"errors":"odd"}', Refused, "422"),
    ],
)
def test_each_refusal_is_one_of_the_four(status: int, body: bytes, error: type[ChannelError], told: str) -> None:
    found = refusal_of(Answer(status, {}, body, "https://forum.example/posts.json"), False)
    assert isinstance(found, error)
    assert told in found.reason
    if isinstance(found, TryLater):
        assert found.after == (9 if b"extras" in body else None)
