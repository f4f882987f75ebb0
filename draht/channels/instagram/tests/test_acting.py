"""What the channel does on an account: answers, moderation, posts; each once, each with a no, through both logins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from draht.channels.instagram import posts
from draht.channels.instagram.channel import Instagram
from draht.channels.instagram.tests import double
from draht.channels.instagram.tests.containers import MOST
from draht.channels.instagram.tests.network import JANE, RAVI, US, Comment, Network
from draht.channels.instagram.tests.test_contract import PICTURE
from draht.contract.channel import Act
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.loopback import Loopback
from draht.contract.messages import (
    Allowed,
    Author,
    IncomingMessage,
    Item,
    Media,
    NotAllowed,
    OutgoingPost,
    OutgoingReply,
)
from draht.contract.testing import drain, item_of
from draht.contract.testing.graph_spec import need

FILM = Media(b"film", "video/mp4", "boots.mp4", "", "https://desk.example/media/2.mp4")


def item(account: Instagram, text: str) -> Item:
    [found] = [e for e in drain(account, "")[0] if isinstance(e, IncomingMessage) and e.text == text]
    return item_of(found)


def answer(to: Item, text: str = "Yes, within two days.", **more: object) -> OutgoingReply:
    return OutgoingReply("key", text, to, **more)  # type: ignore[arg-type]


def ours(world: Network) -> list[Comment]:
    return [comment for comment in world.comments.values() if comment.author == US]


# -- answers ------------------------------------------------------------------------------------------------------


def test_an_answer_stands_below_the_first_comment(world: Network, account: Instagram) -> None:
    first = world.comment("Do you deliver to Graz?")
    world.comment("Me, too", first, RAVI)
    sent = account.reply(answer(item(account, "Me, too")))
    assert [(c.id, c.parent) for c in ours(world)] == [(sent.id, first.id)]


def test_hidden_and_live_comments_take_no_answer(world: Network, account: Instagram) -> None:
    world.comment("hidden").hidden = True
    to = item(account, "hidden")
    assert isinstance(account.may(Act.REPLY, to), NotAllowed)
    with pytest.raises(Refused, match="cannot be answered"):
        account.reply(answer(to))


@pytest.mark.parametrize("where", ["post", "comment"])
def test_a_mention_is_answered_where_it_stands(
    graph: double.Instagram, world: Network, account: Instagram, where: str
) -> None:
    post = world.post("Thanks, @bootsandmore!", RAVI)
    comment = world.comment("@bootsandmore look", post)
    found = [e for hook in graph.hooks() for e in account.read_hook(hook).events if isinstance(e, IncomingMessage)]
    account.reply(answer(item_of(found[0 if where == "post" else 1])))
    [written] = ours(world)
    assert (written.media, written.parent) == (post.id, "" if where == "post" else comment.id)


def test_a_lost_answer_to_a_mention_is_left_to_a_person(
    graph: double.Instagram, world: Network, account: Instagram
) -> None:
    world.post("Thanks, @bootsandmore!", RAVI)
    [mention] = (e for hook in graph.hooks() for e in account.read_hook(hook).events)
    assert isinstance(mention, IncomingMessage)
    with pytest.raises(Unsure, match="Look there"):
        account.find_reply(answer(item_of(mention)))


def test_a_private_answer_goes_once(world: Network, account: Instagram) -> None:
    world.comment("Where is my parcel?")
    to = item(account, "Where is my parcel?")
    account.reply(answer(to, private=True))
    assert [(m.person, m.ours) for m in world.messages.values()] == [(JANE, True)]
    assert ours(world) == []
    with pytest.raises(Refused, match="answered privately already"):
        account.reply(answer(to, "Once more", private=True))


@pytest.mark.parametrize(("hours", "tag"), [(1, ""), (30, "HUMAN_AGENT")])
def test_a_message_is_answered_on_the_right_grounds(world: Network, account: Instagram, hours: int, tag: str) -> None:
    world.write("Hello?", at=world.now - timedelta(hours=hours))
    account.reply(answer(item(account, "Hello?")))
    assert [(m.text, m.tag) for m in world.messages.values() if m.ours] == [("Yes, within two days.", tag)]


def test_after_a_week_no_message_is_taken(world: Network, account: Instagram) -> None:
    world.write("Hello?", at=world.now - timedelta(days=8))
    with pytest.raises(Refused, match="The time in which this person may be written to is over"):
        account.reply(answer(item(account, "Hello?")))


def test_messages_are_counted_in_bytes(world: Network, account: Instagram) -> None:
    world.write("Hello?")
    to = item(account, "Hello?")
    counter = account.counter(to)
    assert (counter.limit, counter.unit, counter.count("ä🎉")) == (1000, "bytes", 6)
    account.reply(answer(to, "ä" * 500))
    with pytest.raises(Refused):
        account.reply(answer(to, "ä" * 501))
    comment = Item("1", "1", Author(JANE.id), datetime.now(UTC))
    assert (account.counter(comment).limit, account.counter(comment).unit) == (2200, "characters")


@pytest.mark.parametrize("private", [False, True], ids=["comment", "private answer"])
def test_a_lost_answer_is_found(net: Loopback, world: Network, account: Instagram, private: bool) -> None:
    comment = world.comment("Do you deliver to Graz?")
    world.comment("Yes, within two days.", comment, US, at=world.now - timedelta(hours=2))
    reply = answer(item(account, "Do you deliver to Graz?"), private=private, first_tried_at=datetime.now(UTC))
    assert account.find_reply(reply) is None, "the same words two hours ago are another answer"
    net.fail_next("lost")
    with pytest.raises(Unsure):
        account.reply(reply)
    found = account.find_reply(reply)
    assert found is not None
    assert found.id in {*world.comments, *world.messages}


def test_an_answer_to_what_is_gone_is_not_there(world: Network, account: Instagram) -> None:
    comment = world.comment("Do you deliver to Graz?")
    reply = answer(item(account, "Do you deliver to Graz?"))
    world.remove(comment.id)
    assert account.find_reply(reply) is None


def test_a_file_goes_before_the_words_and_never_twice(net: Loopback, world: Network, account: Instagram) -> None:
    world.write("What do they look like?")
    to = item(account, "What do they look like?")
    assert account.takes(to).count == 1
    reply = answer(to, media=(PICTURE,))
    net.fail_next("fine", "lost")
    with pytest.raises(Unsure):
        account.reply(reply)
    again = answer(to, media=(PICTURE,), first_tried_at=datetime.now(UTC))
    assert account.find_reply(again) is not None
    for text in ("Yes, within two days.", "Once more"):
        account.reply(answer(to, text, media=(PICTURE,), first_tried_at=datetime.now(UTC)))
    assert [bool(m.file) for m in world.messages.values() if m.ours] == [True, False, False, False]


def test_a_lost_file_is_not_sent_again(net: Loopback, world: Network, account: Instagram) -> None:
    world.write("What do they look like?")
    to = item(account, "What do they look like?")
    net.fail_next("lost")
    with pytest.raises(Unsure):
        account.reply(answer(to, media=(PICTURE,)))
    again = answer(to, media=(PICTURE,), first_tried_at=datetime.now(UTC))
    assert account.find_reply(again) is None
    account.reply(again)
    assert [bool(m.file) for m in world.messages.values() if m.ours] == [True, False]


def test_a_private_answer_to_a_comment_takes_no_file(world: Network, account: Instagram) -> None:
    world.comment("Where is my parcel?")
    assert account.takes(replace(item(account, "Where is my parcel?"), private=True)).count == 0


# -- moderation ---------------------------------------------------------------------------------------------------


def test_hiding_showing_and_deleting(world: Network, account: Instagram) -> None:
    comment = world.comment("You are all thieves!")
    to = item(account, "You are all thieves!")
    account.moderate(Act.HIDE, to)
    assert comment.hidden
    account.moderate(Act.UNHIDE, to)
    assert not comment.hidden
    account.moderate(Act.DELETE, to)
    account.moderate(Act.DELETE, to)
    assert comment.id not in world.comments


@pytest.mark.parametrize("act", [Act.LIKE, Act.BAN, Act.SPAM, Act.APPROVE, Act.HOLD])
def test_what_instagram_does_not_have_is_refused(world: Network, account: Instagram, act: Act) -> None:
    world.comment("You are all thieves!")
    to = item(account, "You are all thieves!")
    assert isinstance(account.may(act, to), NotAllowed)
    with pytest.raises(Refused, match="no such function"):
        account.moderate(act, to)


# -- posts --------------------------------------------------------------------------------------------------------


def post(*media: Media, **changes: object) -> OutgoingPost:
    return OutgoingPost("key", **({"text": "We are open again.", "media": media or (PICTURE,)} | changes))  # type: ignore[arg-type]


def test_a_picture_is_published_with_its_description(world: Network, account: Instagram) -> None:
    sent = account.publish(post(title="Open", link="https://shop.example"))
    [published] = world.media.values()
    [part] = published.parts
    assert (sent.id, sent.url) == (published.id, f"https://www.instagram.com/p/{published.id}/")
    assert published.caption == "Open\n\nWe are open again.\n\nhttps://shop.example"
    assert (part["image_url"], part["alt_text"]) == (PICTURE.url, "Brown boots")


def test_several_are_one_post(world: Network, account: Instagram) -> None:
    account.publish(post(PICTURE, FILM, PICTURE))
    [published] = world.media.values()
    assert [part.get("media_type", "IMAGE") for part in published.parts] == ["IMAGE", "VIDEO", "IMAGE"]
    assert all(part["is_carousel_item"] == "true" for part in published.parts)


def test_a_film_alone_is_a_reel(world: Network, account: Instagram) -> None:
    account.publish(post(FILM))
    [published] = world.media.values()
    assert published.parts[0]["media_type"] == "REELS"


def test_it_waits_until_meta_has_fetched_the_picture(
    graph: double.Instagram, world: Network, account: Instagram
) -> None:
    pauses: list[float] = []
    graph.slow = 2
    posts.publish(account.client, post(), pauses.append)
    assert pauses == [0.0, 1.0, 2.0]
    graph.slow = 99
    with pytest.raises(TryLater, match="still fetching"):
        posts.publish(account.client, post(), pauses.append)
    assert len(world.media) == 1


def test_what_meta_cannot_use_is_refused(graph: double.Instagram, world: Network, account: Instagram) -> None:
    graph.fetch = lambda url: False
    with pytest.raises(Refused, match="could not be fetched"):
        account.publish(post())
    graph.fetch = lambda url: True
    with pytest.raises(Refused, match="It takes JPEG"):
        account.publish(post(Media(b"", "image/png", url="https://desk.example/1.png")))
    assert world.media == {}


def test_the_limit_of_a_day_is_asked_before(graph: double.Instagram, world: Network, account: Instagram) -> None:
    graph.published = MOST
    with pytest.raises(TryLater, match="50 posts in 24 hours") as told:
        account.publish(post())
    assert told.value.after == 3600
    assert graph.containers == {}


def test_a_lost_post_is_found(net: Loopback, world: Network, account: Instagram) -> None:
    world.post("We are open again.", at=world.now - timedelta(days=7))
    lost = post(first_tried_at=datetime.now(UTC))
    assert account.find_post(lost) is None, "the same words of last week are another post"
    net.fail_next("fine", "fine", "fine", "lost")
    with pytest.raises(Unsure):
        account.publish(lost)
    found = account.find_post(lost)
    assert found is not None
    assert found.id in world.media


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"media": ()}, "needs a picture"),
        ({"media": (Media(b"", "image/jpeg"),)}, "https address of its own"),
        ({"media": (Media(b"", "image/jpeg", url="http://10.0.0.1/1.jpg"),)}, "https address of its own"),
        ({"text": " ".join(f"#tag{n}" for n in range(31))}, "30 hashtags"),
        ({"text": " ".join(f"@name{n}" for n in range(21))}, "20 accounts"),
    ],
)
def test_what_cannot_be_published_says_so_before(account: Instagram, changes: dict[str, object], why: str) -> None:
    told = account.may_publish(post(**changes))
    assert isinstance(told, NotAllowed)
    assert why in told.why


def test_links_are_no_links_there(account: Instagram) -> None:
    told = account.may_publish(post(link="https://shop.example"))
    assert isinstance(told, Allowed)
    assert "cannot be pressed" in told.note


@pytest.mark.parametrize(
    ("path", "data", "told"),
    [
        ("{user}/media", {"image_url": "https://x.example/1.jpg", "colour": "red"}, "colour is unknown"),
        ("{user}/media_publish", {}, "creation_id is needed"),
        ("{user}/media_publish", {"creation_id": "x"}, "is no unsigned int"),
        ("me/messages", {"recipient": {"id": "1"}, "messaging_type": "SPAM"}, "SPAM"),
        ("{user}/nothing", {}, "no such edge"),
    ],
)
def test_what_meta_does_not_describe_is_refused(
    account: Instagram, path: str, data: dict[str, object], told: str
) -> None:
    need(double.SPECS)
    with pytest.raises(Refused, match=told):
        account.client.graph.post(path.format(user=account.client.user), data)
