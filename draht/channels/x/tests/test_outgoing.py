"""What goes out: answers, direct messages, posts, pictures; what X refuses; and looking back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from draht.channels.x.tests.desk import Desk, answer, messages
from draht.channels.x.tests.network import Written
from draht.contract.channel import Act
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.messages import Allowed, Media, NotAllowed, OutgoingPost
from draht.contract.testing import item_of
from draht.contract.testing.publishing import PNG

DOT = Media(PNG, "image/png", "dot.png", "A grey dot")


def ours(desk: Desk) -> list[Written]:
    return [post for post in desk.net.newest() if post.author is desk.net.brand]


def post(text: str = "We are open again.", **more: Any) -> OutgoingPost:
    return OutgoingPost(key="0190c3f2-0000-7000-8000-000000000002", text=text, **more)


def an_hour_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=2)


# -- answers ----------------------------------------------------------------------------------------------


def test_an_answer_stands_below_what_it_answers(desk: Desk) -> None:
    written, item = desk.hear("where is mine?")
    sent = desk.channel.reply(answer(item))
    (there,) = ours(desk)
    assert (there.id, there.parent, there.text) == (sent.id, written.id, "@ada Yes, within two days.")
    assert sent.url == f"https://x.com/brand/status/{sent.id}"
    assert abs((sent.at - there.at).total_seconds()) < 1


def test_names_that_x_puts_before_it_are_not_sent_twice(desk: Desk) -> None:
    _, item = desk.hear("where is mine?")
    desk.channel.reply(answer(item, "@ada Yes, @ada, on its way"))
    assert ours(desk)[0].text == "@ada Yes, @ada, on its way"


def test_280_characters_after_the_names_are_taken(desk: Desk) -> None:
    _, item = desk.hear("where is mine?")
    text = "@ada " + "a" * 280
    assert desk.channel.counter(item).count(text) == 280
    desk.channel.reply(answer(item, text))
    with pytest.raises(Refused, match="too long"):
        desk.channel.reply(answer(item, "b" * 281))


def test_an_answer_goes_to_the_newest_version(desk: Desk) -> None:
    written, item = desk.hear("where is mine?")
    newer = desk.net.edit(written.id, "@brand where is my parcel?")
    edited = item_of(messages(list(desk.channel.look_again([item]).events))[0])
    desk.channel.reply(answer(edited))
    assert ours(desk)[0].parent == newer.id
    assert edited.id == written.id


def test_an_answer_to_an_older_version_is_found_again(desk: Desk) -> None:
    written, item = desk.hear("where is mine?")
    for text in ("@brand where is my parcel?", "@brand where is my blue parcel?"):
        sent = desk.channel.reply(answer(item, f"About: {text}"))
        desk.net.edit(written.id, text)
        item = item_of(messages(list(desk.channel.look_again([item]).events))[0])
        found = desk.channel.find_reply(answer(item, f"About: {text}", first_tried_at=an_hour_ago()))
        assert found is not None
        assert found.id == sent.id


def test_whom_nobody_summoned_is_not_answered_and_x_agrees(desk: Desk) -> None:
    root = desk.net.write("cleo", "Parcels are late everywhere")
    desk.net.write("brand", "Old answer")
    item = replace(desk.hear("hello")[1], id=root.id, raw={"event_type": "asked.post", "payload": {"id": root.id}})
    assert isinstance(desk.channel.may(Act.REPLY, item), NotAllowed)
    with pytest.raises(Refused, match="mentioned or quoted"):
        desk.channel.reply(answer(item))


def test_with_a_contract_everybody_can_be_answered(enterprise: Desk) -> None:
    root = enterprise.net.write("cleo", "Parcels are late everywhere")
    item = replace(
        enterprise.hear("hello")[1], id=root.id, raw={"event_type": "asked.post", "payload": {"id": root.id}}
    )
    assert enterprise.channel.may(Act.REPLY, item) == Allowed()
    enterprise.channel.reply(answer(item))
    assert ours(enterprise)[0].parent == root.id


def test_two_cashtags_are_refused_before_x_does(desk: Desk) -> None:
    _, item = desk.hear("hello")
    desk.double.calls.clear()
    with pytest.raises(Refused, match="cashtag"):
        desk.channel.reply(answer(item, "$ABC or $DEF"))
    assert desk.double.calls == []


def test_what_x_says_is_told(desk: Desk) -> None:
    written, item = desk.hear("hello")
    desk.net.delete(written.id)
    with pytest.raises(Refused, match="deleted or not visible"):
        desk.channel.reply(answer(item))


def test_a_second_copy_is_refused_by_x_and_then_found(desk: Desk) -> None:
    _, item = desk.hear("hello")
    first = desk.channel.reply(answer(item))
    with pytest.raises(Refused, match="duplicate"):
        desk.channel.reply(answer(item))
    assert desk.channel.reply(answer(item, first_tried_at=an_hour_ago())).id == first.id
    assert len(ours(desk)) == 1


def test_an_answer_with_a_link_is_found_again(desk: Desk) -> None:
    _, item = desk.hear("hello")
    reply = answer(item, "@ada see example.org/way & https://example.com/b?c=1&d=2", first_tried_at=an_hour_ago())
    assert desk.channel.find_reply(reply) is None
    sent = desk.channel.reply(reply)
    assert desk.channel.find_reply(reply) is not None
    assert desk.channel.find_reply(reply) == replace(sent, at=desk.net.posts[sent.id].at)


def test_the_same_words_to_somebody_else_or_long_ago_are_not_it(desk: Desk) -> None:
    (_, item), (_, other) = desk.hear("hello"), desk.hear("hello too")
    desk.channel.reply(answer(item))
    assert desk.channel.find_reply(answer(other, first_tried_at=an_hour_ago())) is None
    assert desk.channel.find_reply(answer(item, first_tried_at=datetime.now(UTC))) is None


def test_it_looks_through_many_pages(desk: Desk) -> None:
    _, item = desk.hear("hello")
    sent = desk.channel.reply(answer(item))
    for number in range(120):
        desk.net.write("brand", f"Post {number}")
    found = desk.channel.find_reply(answer(item, first_tried_at=an_hour_ago()))
    assert found is not None
    assert found.id == sent.id


def test_an_answer_without_a_post_is_unsure_and_one_with_errors_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, item = desk.hear("hello")
    monkeypatch.setattr(desk.channel.client, "write", lambda *_: {"data": {}})
    with pytest.raises(Unsure):
        desk.channel.reply(answer(item))
    told = {"errors": [{"title": "Forbidden", "detail": "Not now."}]}
    monkeypatch.setattr(desk.channel.client, "write", lambda *_: told)
    with pytest.raises(Refused, match="Not now"):
        desk.channel.reply(answer(item))


# -- direct messages --------------------------------------------------------------------------------------


def test_a_direct_message_is_answered_in_its_conversation(desk: Desk) -> None:
    desk.net.send("ada", "brand", "My order is 4711")
    item = item_of(messages(desk.fetch())[0])
    reply = answer(item, "We look into it: example.org")
    assert desk.channel.find_reply(reply) is None
    sent = desk.channel.reply(reply)
    there = desk.net.messages[-1]
    assert (f"dm:{there.id}", there.recipient.handle, there.text) == (sent.id, "ada", "We look into it: example.org")
    found = desk.channel.find_reply(reply)
    assert found is not None
    assert found.id == sent.id


def test_the_same_words_in_an_older_message_are_not_it(desk: Desk) -> None:
    desk.net.send("brand", "ada", "Yes, within two days.")
    desk.net.send("ada", "brand", "And the other one?")
    item = item_of(messages(desk.fetch())[1])
    assert desk.channel.find_reply(answer(item, first_tried_at=desk.net.now + timedelta(minutes=6))) is None
    assert desk.channel.find_reply(answer(item, first_tried_at=desk.net.now)) is not None


def test_a_public_message_can_be_answered_privately(desk: Desk) -> None:
    _, item = desk.hear("where is mine?")
    reply = answer(item, private=True)
    sent = desk.channel.reply(reply)
    assert desk.net.messages[-1].recipient.handle == "ada"
    assert ours(desk) == []
    found = desk.channel.find_reply(reply)
    assert found is not None
    assert found.id == sent.id


def test_who_takes_no_messages_gets_none(desk: Desk) -> None:
    _, item = desk.hear("where is mine?")
    desk.net.person("ada").takes_messages = False
    with pytest.raises(Refused, match="cannot send messages"):
        desk.channel.reply(answer(item, private=True))


def test_a_lost_direct_message_is_unsure_and_found(desk: Desk) -> None:
    desk.net.send("ada", "brand", "My order is 4711")
    item = item_of(messages(desk.fetch())[0])
    desk.loopback.fail_next("lost")
    with pytest.raises(Unsure):
        desk.channel.reply(answer(item))
    assert desk.channel.find_reply(answer(item, first_tried_at=an_hour_ago())) is not None


def test_a_direct_message_carries_a_picture(desk: Desk) -> None:
    desk.net.send("ada", "brand", "My order is 4711")
    item = item_of(messages(desk.fetch())[0])
    assert desk.channel.takes(item).count == 1
    desk.channel.reply(answer(item, media=(DOT,)))
    (picture,) = desk.double.wire.uploaded.values()
    assert (picture["media_category"], picture["content"]) == ("dm_image", PNG)


# -- pictures and posts -----------------------------------------------------------------------------------


def test_a_post_carries_pictures_with_what_they_show(desk: Desk) -> None:
    large = Media(b"\xff\xd8" + b"x" * (2_500_000), "image/jpeg", "large.jpg")
    desk.channel.publish(post(media=(DOT, large)))
    first, second = desk.double.wire.uploaded.values()
    assert (first["alt"], first["media_category"], first["content"]) == ("A grey dot", "tweet_image", PNG)
    assert second["content"] == large.content
    assert len(second["pieces"]) == 3
    assert [file.alt for file in ours(desk)[0].files] == ["A grey dot", ""]


def test_an_answer_carries_pictures(desk: Desk) -> None:
    _, item = desk.hear("hello")
    assert desk.channel.takes(item).count == 4
    desk.channel.reply(answer(item, media=(DOT,)))
    assert len(ours(desk)[0].files) == 1


def test_a_picture_that_x_still_works_on_is_tried_later(desk: Desk) -> None:
    desk.double.darkroom.slow = True
    with pytest.raises(TryLater) as raised:
        desk.channel.publish(post(media=(DOT,)))
    assert raised.value.after
    assert ours(desk) == []
    desk.double.darkroom.slow = False
    desk.channel.publish(post(media=(DOT,)))


def test_a_picture_that_nobody_can_read_is_refused(desk: Desk) -> None:
    desk.double.darkroom.broken = True
    with pytest.raises(Refused, match=r"dot\.png"):
        desk.channel.publish(post(media=(DOT,)))


@pytest.mark.parametrize("fault", ["lost", 500, "hang up"])
def test_a_lost_upload_is_no_lost_post(desk: Desk, fault: str | int) -> None:
    desk.loopback.fail_next(fault)
    with pytest.raises(TryLater):
        desk.channel.publish(post(media=(DOT,)))
    assert ours(desk) == []


@pytest.mark.parametrize("before", [[], ["fine", "fine"]])
def test_an_unreadable_answer_about_a_picture_is_no_lost_post(desk: Desk, before: list[str]) -> None:
    desk.loopback.fail_next(*before, "garbage")
    with pytest.raises(TryLater):
        desk.channel.publish(post(media=(DOT,)))
    assert ours(desk) == []


def test_title_text_and_link_are_one_post(desk: Desk) -> None:
    desk.channel.publish(post("We are open: https://example.org/a", title="Open", link="https://example.org/a"))
    assert ours(desk)[0].text == "Open\n\nWe are open: https://example.org/a"


def test_a_post_is_found_again_and_no_answer_is_taken_for_it(desk: Desk) -> None:
    _, item = desk.hear("hello")
    desk.channel.reply(answer(item, "We are open again."))
    tried = post(first_tried_at=an_hour_ago(), media=(DOT,))
    assert desk.channel.find_post(tried) is None
    sent = desk.channel.publish(tried)
    found = desk.channel.find_post(tried)
    assert found is not None
    assert found.id == sent.id
