"""Answers, files, posts, changes and deletions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from draht.channels.telegram.outbox import kind_of
from draht.channels.telegram.tests.desk import Desk, answer
from draht.channels.telegram.tests.network import ADA, BASIC, BEN, CHANNEL, DIRECT, GROUP, US
from draht.contract.channel import Act
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.messages import Allowed, Author, Item, Media, NotAllowed, OutgoingPost, Sent

PNG = Media(b"\x89PNG", "image/png", "boots.png", "Boots")
MP4 = Media(b"ftyp", "video/mp4", "boots.mp4")
PDF = Media(b"%PDF", "application/pdf", "invoice.pdf")
MP3 = Media(b"ID3", "audio/mpeg", "song.mp3")


def ours(sent: Sent, to: Item, text: str = "Yes, within two days.") -> Item:
    author = Author(str(US["id"]), "Nordlicht")
    return Item(sent.id, to.thread, author, sent.at, text, to.id, private=to.private, ours=True)


def last(desk: Desk) -> dict[str, Any]:
    return desk.net.asked[-1][1]


def test_an_answer_shows_what_it_answers(desk: Desk) -> None:
    message, item = desk.hear("Do you deliver to Graz?")
    sent = desk.channel.reply(answer(item))
    assert sent.id == f"111/{message['message_id'] + 1}"
    assert last(desk)["reply_parameters"]["message_id"] == message["message_id"]
    assert "parse_mode" not in last(desk), "what looks like markup stays as it is typed"


def test_in_private_what_was_deleted_can_still_be_answered(desk: Desk) -> None:
    message, item = desk.hear("Do you deliver to Graz?")
    del desk.world.messages[111, message["message_id"]]
    assert desk.channel.reply(answer(item)).id


def test_in_a_group_an_answer_to_nothing_is_refused(desk: Desk) -> None:
    message, item = desk.hear("Do you deliver to Graz?", chat=GROUP)
    del desk.world.messages[GROUP["id"], message["message_id"]]
    with pytest.raises(Refused, match="gone from Telegram"):
        desk.channel.reply(answer(item))


def test_a_channels_direct_messages_are_answered_in_their_topic(desk: Desk) -> None:
    _, item = desk.hear("Hello?", chat=DIRECT, direct_messages_topic={"topic_id": 9, "user": ADA})
    assert item.private
    assert desk.channel.reply(answer(item)).url == ""
    assert last(desk)["direct_messages_topic_id"] == 9


def test_in_a_topic_the_answer_stays_in_it(desk: Desk) -> None:
    _, item = desk.hear("Broken zip", chat=GROUP, is_topic_message=True, message_thread_id=3)
    desk.channel.reply(answer(item))
    assert last(desk)["message_thread_id"] == 3


def test_a_group_that_became_a_supergroup_is_followed(desk: Desk) -> None:
    _, item = desk.hear("Which price?", chat=BASIC)
    new = desk.world.upgrade()
    sent = desk.channel.reply(answer(item))
    assert sent.id.startswith(f"{new}/")
    assert "reply_parameters" not in last(desk), "the old number means another message there"


def test_a_private_answer_to_a_message_in_a_group(desk: Desk) -> None:
    _, item = desk.hear("My order 4711 is late", chat=GROUP)
    allowed = desk.channel.may(Act.REPLY_PRIVATELY, item)
    assert isinstance(allowed, Allowed)
    assert "written to the bot before" in allowed.note
    assert desk.channel.reply(answer(item, private=True)).id.startswith("111/")
    _, item = desk.hear("Mine, too", chat=GROUP, author=BEN)
    with pytest.raises(Refused, match="written to it before"):
        desk.channel.reply(answer(item, private=True))


def test_somebody_who_blocked_the_bot_cannot_be_answered_until_they_write(desk: Desk) -> None:
    _, item = desk.hear("Hello")
    desk.world.block()
    assert desk.fetch() == []
    with pytest.raises(Refused, match="has blocked the bot"):
        desk.channel.reply(answer(item))
    _, item = desk.hear("Hello again")
    assert desk.channel.reply(answer(item)).id


def test_too_fast_is_told_with_the_time_to_wait(desk: Desk) -> None:
    _, item = desk.hear("Hello")
    desk.net.crowded = 17
    with pytest.raises(TryLater) as raised:
        desk.channel.reply(answer(item))
    assert raised.value.after == 17
    assert desk.world.ours() == []


@pytest.mark.parametrize("fault", ["lost", "garbage", 500, 502])
def test_an_answer_whose_fate_is_unknown_is_left_to_a_person(desk: Desk, fault: int | str) -> None:
    _, item = desk.hear("Hello")
    desk.loopback.fail_next(fault)
    with pytest.raises(Unsure):
        desk.channel.reply(answer(item))
    assert desk.channel.repeats_for == 0


@pytest.mark.parametrize(("text", "count"), [("abc", 3), ("ä", 1), ("🎉", 2), ("👩‍👩‍👧", 8)])
def test_text_is_counted_as_telegram_counts(desk: Desk, text: str, count: int) -> None:
    _, item = desk.hear("Hello")
    counter = desk.channel.counter(item)
    assert (counter.count(text), counter.limit) == (count, 4096)
    assert desk.channel.reply(answer(item, "🎉" * 2048)).id
    with pytest.raises(Refused, match="too long"):
        desk.channel.reply(answer(item, "🎉" * 2049))


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media", "method"),
    [(PNG, "sendPhoto"), (MP4, "sendVideo"), (PDF, "sendDocument"), (MP3, "sendAudio"),
     (replace(PNG, content_type="image/gif"), "sendAnimation")],
)  # fmt: skip
def test_a_file_goes_with_the_answer(desk: Desk, media: Media, method: str) -> None:
    message, item = desk.hear("Send me a picture")
    sent = desk.channel.reply(answer(item, "Here it is", media=(media,)))
    assert desk.methods()[-1] == method
    assert desk.world.ours() == ["Here it is"]
    assert sent.id == f"111/{message['message_id'] + 1}"
    assert (media.name, media.content) in desk.world.files.values()


@pytest.mark.parametrize(
    ("media", "kinds"),
    [((PNG, MP4, PNG), ["photo", "video", "photo"]), ((PDF, PDF), ["document"] * 2), ((MP3, MP3), ["audio"] * 2),
     ((PNG, PDF), ["document"] * 2)],
)  # fmt: skip
def test_several_files_are_an_album_and_one_message_of_ours(desk: Desk, media: Any, kinds: list[str]) -> None:
    _, item = desk.hear("Send me pictures")
    sent = desk.channel.reply(answer(item, "Here", media=media))
    assert [one["type"] for one in last(desk)["media"]] == kinds
    assert desk.world.ours() == ["Here", *[""] * (len(media) - 1)]
    mine = ours(sent, item, "Here")
    desk.channel.edit(mine, "There")
    assert desk.world.ours()[0] == "There"
    desk.channel.moderate(Act.DELETE, mine)
    assert desk.world.ours() == []


def test_a_large_photo_goes_as_a_document() -> None:
    assert kind_of(Media(b"0" * 10_000_001, "image/jpeg")) == "document"


def test_a_text_that_is_too_long_for_a_file_is_told_before_anything_is_sent(desk: Desk) -> None:
    _, item = desk.hear("Send me a picture")
    before = len(desk.net.asked)
    with pytest.raises(Refused, match="1,024"):
        desk.channel.reply(answer(item, "a" * 1025, media=(PNG,)))
    assert len(desk.net.asked) == before


# -- what stands there ------------------------------------------------------------------------------------------------


def test_words_of_ours_are_changed_once(desk: Desk) -> None:
    _, item = desk.hear("Hello")
    mine = ours(desk.channel.reply(answer(item)), item)
    desk.channel.edit(mine, "Tomorrow")
    desk.channel.edit(mine, "Tomorrow")
    assert desk.world.ours() == ["Tomorrow"]
    with pytest.raises(Refused):
        desk.channel.edit(item, "I am a thief")


def test_the_words_beside_a_file_are_changed_too(desk: Desk) -> None:
    _, item = desk.hear("Hello")
    mine = ours(desk.channel.reply(answer(item, "Here", media=(PNG,))), item)
    desk.channel.edit(mine, "There")
    desk.channel.edit(mine, "There")
    assert desk.world.ours() == ["There"]
    with pytest.raises(Refused, match="1,024"):
        desk.channel.edit(mine, "a" * 1025)


def test_deleting_twice_changes_nothing(desk: Desk) -> None:
    _, item = desk.hear("Hello")
    mine = ours(desk.channel.reply(answer(item)), item)
    for _ in range(2):
        desk.channel.moderate(Act.DELETE, mine)
        desk.channel.moderate(Act.DELETE, item)
    assert desk.world.messages == {}


def test_a_ban_takes_the_message_along(desk: Desk) -> None:
    message, item = desk.hear("Buy my coins", chat=GROUP, author=BEN)
    desk.channel.moderate(Act.BAN, item)
    desk.channel.moderate(Act.BAN, item)
    place = (GROUP["id"], message["message_id"])
    assert desk.world.deleted == [place]
    assert set(desk.world.banned) == {(GROUP["id"], 222)}


def test_who_writes_as_a_channel_is_banned_as_one(desk: Desk) -> None:
    spam = {"id": -100777, "type": "channel", "title": "Coins"}
    _, item = desk.hear("Buy my coins", chat=GROUP, author=BEN, sender_chat=spam)
    assert isinstance(desk.channel.may(Act.REPLY_PRIVATELY, item), NotAllowed)
    desk.channel.moderate(Act.BAN, item)
    assert desk.world.banned == [(GROUP["id"], -100777)]


def test_without_the_right_telegram_refuses(desk: Desk) -> None:
    _, item = desk.hear("Buy my coins", chat=GROUP, author=BEN)
    desk.world.rights[GROUP["id"]] = set()
    with pytest.raises(Refused, match="not been given the right"):
        desk.channel.moderate(Act.BAN, item)


@pytest.mark.parametrize("act", [Act.APPROVE, Act.HOLD, Act.SPAM, Act.HIDE, Act.UNHIDE])
def test_what_telegram_does_not_have_is_refused(desk: Desk, act: Act) -> None:
    _, item = desk.hear("Hello", chat=GROUP)
    assert isinstance(desk.channel.may(act, item), NotAllowed)
    with pytest.raises(Refused):
        desk.channel.moderate(act, item)


# -- posts ------------------------------------------------------------------------------------------------------------


def test_a_post_in_the_channel(desk: Desk) -> None:
    post = OutgoingPost("k", "We are open again.", title="Open", link="https://nordlicht.example")
    sent = desk.channel.publish(post)
    assert desk.world.ours(channel=True) == ["Open\n\nWe are open again.\n\nhttps://nordlicht.example"]
    assert sent.url == f"https://t.me/nordlicht/{sent.id.partition('/')[2]}"


def test_pictures_in_the_channel(desk: Desk) -> None:
    assert desk.channel.publish(OutgoingPost("k", "New boots", media=(PNG, PNG))).id
    told = desk.channel.may_publish(OutgoingPost("k", "a" * 1025, media=(PNG,)))
    assert isinstance(told, NotAllowed)
    assert "1,024" in told.why


@pytest.mark.parametrize("told", ["@nordlicht", "nordlicht", "https://t.me/nordlicht", "t.me/nordlicht/", "-1009999"])
def test_a_channel_is_found_however_it_is_written(told: str) -> None:
    desk = Desk(channel=told)
    assert desk.channel.publish(OutgoingPost("k", "Hello")).id.startswith(f"{CHANNEL['id']}/")
    desk.close()


def test_without_a_channel_nothing_is_published(private_desk: Desk) -> None:
    assert isinstance(private_desk.channel.may_publish(OutgoingPost("k", "Hello")), NotAllowed)
    with pytest.raises(Refused, match="No channel"):
        private_desk.channel.publish(OutgoingPost("k", "Hello"))


def test_a_channel_that_the_bot_may_not_post_in(desk: Desk) -> None:
    desk.world.rights[CHANNEL["id"]].clear()
    with pytest.raises(Refused, match="no longer in"):
        desk.channel.publish(OutgoingPost("k", "Hello"))
