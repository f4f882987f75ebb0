"""What the channel does on a page: answers, moderation, edits, posts; each once, and each with a no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from draht.channels.facebook.channel import Facebook
from draht.channels.facebook.tests import double
from draht.channels.facebook.tests.network import JANE, RAVI, US, Comment, Network
from draht.contract.channel import Act
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.loopback import Loopback
from draht.contract.messages import Author, IncomingMessage, Item, Media, OutgoingPost, OutgoingReply
from draht.contract.testing import drain, item_of
from draht.contract.testing.graph_spec import need
from draht.contract.testing.publishing import PNG

AUTHOR = Author(JANE.id, JANE.name)
PICTURE = Media(PNG, "image/png", "boots.png", "Brown boots on snow")


def item(page: Facebook, text: str) -> Item:
    [found] = [e for e in drain(page, "")[0] if isinstance(e, IncomingMessage) and e.text == text]
    return item_of(found)


def answer(to: Item, text: str = "Yes, within two days.", **more: object) -> OutgoingReply:
    return OutgoingReply("key", text, to, **more)  # type: ignore[arg-type]


def ours(world: Network) -> list[Comment]:
    return [comment for comment in world.comments.values() if comment.author == US]


# -- answers ------------------------------------------------------------------------------------------------------


def test_an_answer_stands_below_the_first_comment(world: Network, page: Facebook) -> None:
    first = world.comment("Do you deliver to Graz?")
    world.comment("I would like to know, too", first, RAVI)
    sent = page.reply(answer(item(page, "I would like to know, too")))
    [written] = ours(world)
    assert (written.id, written.parent) == (sent.id, first.id)
    assert sent.url.startswith("https://www.facebook.com/")


def test_a_post_of_a_visitor_is_answered_below_it(world: Network, page: Facebook) -> None:
    post = world.post("My zipper broke.", JANE)
    page.reply(answer(item(page, "My zipper broke.")))
    assert [(c.post, c.parent) for c in ours(world)] == [(post.id, "")]


def test_an_answer_may_have_a_picture(graph: double.Facebook, world: Network, page: Facebook) -> None:
    world.comment("What do they look like?")
    page.reply(answer(item(page, "What do they look like?"), media=(PICTURE,)))
    [photo] = graph.photos.values()
    assert (photo["content"], photo["alt_text_custom"], photo["published"]) == (PNG, "Brown boots on snow", "false")
    assert ours(world)[0].photo
    assert len(world.posts) == 1, "the picture is no post of its own"


def test_a_private_answer_goes_once(world: Network, page: Facebook) -> None:
    world.comment("Where is my parcel?")
    to = item(page, "Where is my parcel?")
    page.reply(answer(to, private=True))
    [message] = world.messages.values()
    assert (message.person, message.text, message.ours) == (JANE, "Yes, within two days.", True)
    assert ours(world) == []
    with pytest.raises(Refused, match="answered privately already"):
        page.reply(answer(to, "Once more", private=True))
    again = next(e for e in drain(page, "")[0] if e.text == "Where is my parcel?")
    assert "already" in page.may(Act.REPLY_PRIVATELY, item_of(again)).why  # type: ignore[union-attr]


@pytest.mark.parametrize(("hours", "tag"), [(1, ""), (30, "HUMAN_AGENT")])
def test_a_message_is_answered_on_the_right_grounds(world: Network, page: Facebook, hours: int, tag: str) -> None:
    world.write("Hello?", at=world.now - timedelta(hours=hours))
    page.reply(answer(item(page, "Hello?")))
    assert [(m.text, m.tag) for m in world.messages.values() if m.ours] == [("Yes, within two days.", tag)]


def test_after_a_week_messenger_takes_nothing(world: Network, page: Facebook) -> None:
    world.write("Hello?", at=world.now - timedelta(days=8))
    with pytest.raises(Refused, match="The time in which this person may be written to is over"):
        page.reply(answer(item(page, "Hello?")))


def test_somebody_who_left_is_named(world: Network, page: Facebook) -> None:
    world.write("Hello?")
    to = item(page, "Hello?")
    world.blocked.add(JANE.id)
    with pytest.raises(Refused, match="cannot be reached"):
        page.reply(answer(to))


@pytest.mark.parametrize("private", [False, True], ids=["comment", "private answer"])
def test_a_lost_answer_is_found_and_not_sent_twice(
    net: Loopback, world: Network, page: Facebook, private: bool
) -> None:
    world.comment("Do you deliver to Graz?")
    reply = answer(item(page, "Do you deliver to Graz?"), private=private, first_tried_at=datetime.now(UTC))
    assert page.find_reply(reply) is None
    net.fail_next("lost")
    with pytest.raises(Unsure):
        page.reply(reply)
    found = page.find_reply(reply)
    assert found is not None
    assert found.id in {*world.comments, *world.messages}


def test_a_lost_message_is_found(net: Loopback, world: Network, page: Facebook) -> None:
    world.write("Hello?")
    world.write("Yes, within two days.", ours=True, at=world.now - timedelta(hours=2))
    reply = answer(item(page, "Hello?"), first_tried_at=datetime.now(UTC))
    assert page.find_reply(reply) is None, "the same words two hours ago are another answer"
    net.fail_next("lost")
    with pytest.raises(Unsure):
        page.reply(reply)
    assert page.find_reply(reply) is not None


def test_an_answer_to_what_is_gone_is_not_there(world: Network, page: Facebook) -> None:
    comment = world.comment("Do you deliver to Graz?")
    reply = answer(item(page, "Do you deliver to Graz?"))
    world.remove(comment.id)
    assert page.find_reply(reply) is None
    with pytest.raises(Refused):
        page.reply(reply)


def test_too_much_is_tried_later(graph: double.Facebook, world: Network, page: Facebook) -> None:
    world.comment("Do you deliver to Graz?")
    to = item(page, "Do you deliver to Graz?")
    graph.crowded = True
    with pytest.raises(TryLater) as told:
        page.reply(answer(to))
    assert told.value.after is not None
    assert ours(world) == []


def test_text_is_counted_as_facebook_counts(page: Facebook) -> None:
    comment = Item("1_2", "1_2", AUTHOR, datetime.now(UTC))
    message = Item("m_1", "dm-1", AUTHOR, datetime.now(UTC), private=True)
    assert page.counter(comment).limit == 8000
    assert page.counter(message).limit == 2000
    assert page.counter(comment).count("a🎉") == 3
    assert page.takes(message).count == 1
    assert page.takes(comment).count == 1


def test_a_file_goes_before_the_words_and_never_twice(net: Loopback, world: Network, page: Facebook) -> None:
    world.write("What do they look like?")
    to = item(page, "What do they look like?")
    assert page.takes(to).count == 1
    reply = answer(to, media=(PICTURE,))
    net.fail_next("fine", "lost")
    with pytest.raises(Unsure):
        page.reply(reply)
    again = answer(to, media=(PICTURE,), first_tried_at=datetime.now(UTC))
    assert page.find_reply(again) is not None
    for text in ("Yes, within two days.", "Once more"):
        page.reply(answer(to, text, media=(PICTURE,), first_tried_at=datetime.now(UTC)))
    assert [bool(m.file) for m in world.messages.values() if m.ours] == [True, False, False, False]


def test_a_lost_file_is_not_sent_again(net: Loopback, world: Network, page: Facebook) -> None:
    world.write("What do they look like?")
    to = item(page, "What do they look like?")
    net.fail_next("lost")
    with pytest.raises(Unsure):
        page.reply(answer(to, media=(PICTURE,)))
    again = answer(to, media=(PICTURE,), first_tried_at=datetime.now(UTC))
    assert page.find_reply(again) is None
    page.reply(again)
    assert [bool(m.file) for m in world.messages.values() if m.ours] == [True, False]


def test_a_private_answer_to_a_comment_takes_no_file(world: Network, page: Facebook) -> None:
    world.comment("Where is my parcel?")
    assert page.takes(replace(item(page, "Where is my parcel?"), private=True)).count == 0


# -- moderation ---------------------------------------------------------------------------------------------------


def test_hiding_and_showing(world: Network, page: Facebook) -> None:
    comment = world.comment("You are all thieves!")
    to = item(page, "You are all thieves!")
    page.moderate(Act.HIDE, to)
    assert comment.hidden
    page.moderate(Act.UNHIDE, to)
    assert not comment.hidden


def test_a_post_of_a_visitor_is_hidden_and_deleted(world: Network, page: Facebook) -> None:
    post = world.post("You are all thieves!", JANE)
    to = item(page, "You are all thieves!")
    page.moderate(Act.HIDE, to)
    assert post.hidden
    page.moderate(Act.DELETE, to)
    page.moderate(Act.DELETE, to)
    assert post.id not in world.posts


def test_a_ban_takes_the_comment_and_keeps_the_author_out(world: Network, page: Facebook) -> None:
    comment = world.comment("You are all thieves!")
    page.moderate(Act.BAN, item(page, "You are all thieves!"))
    assert comment.id not in world.comments
    assert world.blocked == {JANE.id}
    assert world.write("And you are blind!") is None


def test_a_permission_that_is_missing_is_named(graph: double.Facebook, world: Network, page: Facebook) -> None:
    world.comment("You are all thieves!")
    to = item(page, "You are all thieves!")
    graph.granted.remove("pages_manage_engagement")
    for act in (Act.HIDE, Act.LIKE, Act.DELETE):
        with pytest.raises(Refused, match="pages_manage_engagement"):
            page.moderate(act, to)
    with pytest.raises(Refused, match="no such function"):
        page.moderate(Act.SPAM, to)


def test_others_words_cannot_be_changed(world: Network, page: Facebook) -> None:
    world.comment("Teh zipper")
    with pytest.raises(Refused):
        page.edit(item(page, "Teh zipper"), "The zipper")


# -- posts --------------------------------------------------------------------------------------------------------


def post(**changes: object) -> OutgoingPost:
    return OutgoingPost(**({"key": "key", "text": "We are open again."} | changes))  # type: ignore[arg-type]


def test_pictures_are_published_with_their_descriptions(graph: double.Facebook, world: Network, page: Facebook) -> None:
    page.publish(post(media=(PICTURE, Media(PNG, "image/png")), link="https://shop.example/boots", title="Open"))
    [published] = world.posts.values()
    assert published.text == "Open\n\nWe are open again.\n\nhttps://shop.example/boots"
    assert len(published.pictures) == 2
    assert [photo.get("alt_text_custom") for photo in graph.photos.values()] == ["Brown boots on snow", None]
    assert {photo["published"] for photo in graph.photos.values()} == {"false"}


def test_a_post_is_scheduled_there(world: Network, page: Facebook) -> None:
    at = datetime.now(UTC) + timedelta(days=2)
    later = post(at=at, media=(PICTURE,), first_tried_at=datetime.now(UTC))
    sent = page.publish(later)
    [scheduled] = world.posts.values()
    assert (scheduled.published, scheduled.due) == (False, int(at.timestamp()))
    found = page.find_post(later)
    assert found is not None
    assert found.id == sent.id
    assert page.find_post(post(text="Something else", at=at)) is None


@pytest.mark.parametrize("ahead", [timedelta(minutes=5), timedelta(days=31), timedelta(days=-1)])
def test_what_cannot_be_scheduled_says_so_before(page: Facebook, ahead: timedelta) -> None:
    told = page.may_publish(post(at=datetime.now(UTC) + ahead))
    assert "10 minutes to 30 days" in told.why  # type: ignore[union-attr]
    with pytest.raises(Refused):
        page.publish(post(at=datetime.now(UTC) + ahead))


def test_a_lost_picture_is_uploaded_again(net: Loopback, world: Network, page: Facebook) -> None:
    net.fail_next("lost")
    with pytest.raises(TryLater):
        page.publish(post(media=(PICTURE,)))
    assert world.posts == {}, "nobody has seen it"
    page.publish(post(media=(PICTURE,)))
    assert len(world.posts) == 1


def test_the_same_words_of_last_week_are_another_post(world: Network, page: Facebook) -> None:
    world.post("We are open again.", at=world.now - timedelta(days=7))
    assert page.find_post(post(first_tried_at=datetime.now(UTC))) is None


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_post_is_none(page: Facebook, text: str) -> None:
    assert "words" in page.may_publish(post(text=text)).why  # type: ignore[union-attr]


# -- a double that says no ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda page: page.client.page.get("me", fields="id,shoe_size"), "nonexisting field"),
        (lambda page: page.client.page.post("me/feed", {"message": "x", "colour": "red"}), "colour is unknown"),
        (lambda page: page.client.page.post("me/feed", {"message": "x", "published": "maybe"}), "is no bool"),
        (lambda page: page.client.page.post("me/messages", {"message": {"text": "x"}}), "recipient is needed"),
        (lambda page: page.client.page.get("me/conversations", platform="PIGEON"), "PIGEON"),
        (lambda page: page.client.page.post("me/photos", {"published": False}), "image file"),
        (lambda page: page.client.comment("1_2", "x"), "does not exist"),
        (lambda page: page.client.page.post("me/nothing"), "no such edge"),
    ],
)
def test_what_meta_does_not_describe_is_refused(page: Facebook, ask: Callable[[Facebook], object], told: str) -> None:
    need(double.SPECS)
    with pytest.raises(Refused, match=told):
        ask(page)
