"""New posts, page by page; private messages; reading again; and what a key lacks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from draht.channels.discourse.tests.desk import Desk, texts
from draht.channels.discourse.tests.network import BEN, US
from draht.contract.errors import LoginExpired, Refused, TryLater
from draht.contract.messages import Deletion, IncomingMessage
from draht.contract.testing import item_of


@pytest.fixture(params=[False, True], ids=["today", "older"])
def forum(request: pytest.FixtureRequest, desk: Desk) -> Desk:
    """Older forums answer with what lies among the 50 ids below."""
    desk.net.windowed = request.param
    return desk


def test_many_posts_come_whole_the_first_time(forum: Desk) -> None:
    for number in range(180):
        forum.world.write(f"Post {number}")
    assert sorted(texts(forum.fetch())) == sorted(f"Post {number}" for number in range(180))


def test_many_posts_come_whole_after_an_outage(forum: Desk) -> None:
    forum.world.write("Before")
    assert texts(forum.fetch()) == ["Before"]
    for number in range(180):
        forum.world.write(f"Post {number}")
    assert sorted(set(texts(forum.fetch())) - {"Before"}) == sorted(f"Post {number}" for number in range(180))
    assert texts(forum.fetch()) == []


def test_a_gap_of_deleted_and_private_posts_hides_nothing(forum: Desk) -> None:
    forum.world.write("Before")
    forum.fetch()
    forum.world.write("Just after")
    for number in range(120):
        forum.world.remove(forum.world.write(f"Spam {number}", topic=forum.world.open(f"Buy my coins {number}")))
    forum.world.write("Last")
    assert {"Just after", "Last"} <= set(texts(forum.fetch()))


def test_what_is_written_during_a_sweep_is_not_lost(desk: Desk) -> None:
    for number in range(60):
        desk.world.write(f"Post {number}")
    first = desk.channel.fetch("")
    assert first.more
    assert first.cursor
    desk.world.write("Meanwhile")
    desk.cursor = first.cursor
    seen = texts(list(first.events)) + texts(desk.fetch()) + texts(desk.fetch())
    assert set(seen) == {f"Post {number}" for number in range(60)} | {"Meanwhile"}


def test_an_empty_forum_is_asked_once(desk: Desk) -> None:
    assert desk.fetch() == []
    assert len([call for call in desk.net.calls if call == "get /posts.json"]) == 1


def test_as_far_back_as_was_asked() -> None:
    desk = Desk()
    desk.world.now -= timedelta(days=50)
    desk.world.write("Long ago")
    desk.world.now += timedelta(days=40)
    desk.world.write("Ten days ago")
    assert texts(desk.fetch()) == ["Ten days ago"]
    desk.channel.since = desk.world.now - timedelta(days=90)
    desk.cursor = ""
    assert texts(desk.fetch()) == ["Long ago", "Ten days ago"]
    desk.close()


def test_private_messages_come_with_their_conversation(desk: Desk) -> None:
    topic = desk.world.open("My order 4711", private=True)
    desk.world.write("Please look at it.", topic=topic)
    [message] = desk.fetch()
    assert (message.private, message.title, message.thread) == (True, "My order 4711", f"topic-{topic.id}")
    assert desk.fetch() == []
    desk.world.write("Still nothing?", topic=topic)
    assert "Still nothing?" in texts(desk.fetch())
    desk.world.write("Others' secrets", topic=desk.world.open("Secret", private=True, members=(BEN,)))
    assert desk.fetch() == []


def test_many_private_conversations_take_several_rounds(desk: Desk) -> None:
    for number in range(25):
        desk.world.write(f"Order {number}", topic=desk.world.open(f"My order {number}", private=True))
    assert sorted(set(texts(desk.fetch()))) == sorted(f"Order {number}" for number in range(25))


def test_a_leftover_of_a_private_message_stays_private(desk: Desk) -> None:
    topic = desk.world.open("My order 4711", private=True)
    desk.world.write("Please look at it.", topic=topic)
    [message] = desk.fetch()
    assert message.raw["topic_archetype"] == "private_message"


def test_a_key_without_private_messages_says_so_and_works(desk: Desk) -> None:
    assert desk.channel.lacks() == ()
    desk.net.letters_closed = True
    [lack] = desk.channel.lacks()
    assert "private messages" in lack
    desk.world.write("Hello there")
    assert texts(desk.fetch()) == ["Hello there"]


def test_a_key_that_was_revoked(desk: Desk) -> None:
    desk.net.keys.clear()
    for ask in (lambda: desk.channel.fetch(""), desk.channel.whoami):
        with pytest.raises(LoginExpired, match="API key"):
            ask()


def test_a_page_that_is_no_forum() -> None:
    desk = Desk()
    desk.channel.client.base = f"{desk.loopback.url}/nothing"
    with pytest.raises(Refused):
        desk.channel.whoami()
    desk.net.violations.clear()
    desk.close()


def test_too_many_calls_are_told_with_the_time_to_wait(desk: Desk) -> None:
    desk.net.crowded = 11
    with pytest.raises(TryLater) as raised:
        desk.channel.fetch("")
    assert raised.value.after == 11


# -- reading again ----------------------------------------------------------------------------------------------------


def test_a_post_that_moved_to_another_topic_is_not_gone(desk: Desk) -> None:
    post, item = desk.hear("Where is my parcel?")
    post.topic = desk.world.open("Lost parcels of November")
    [found] = desk.channel.look_again([item]).events
    assert isinstance(found, IncomingMessage)
    assert found.thread == f"topic-{post.topic.id}"


@pytest.mark.parametrize("moderator", [True, False])
def test_a_topic_that_is_gone_takes_its_posts_along(desk: Desk, moderator: bool) -> None:
    desk.net.moderator = moderator
    first, item = desk.hear("Where is my parcel?")
    _, second = desk.hear("And mine?")
    desk.world.remove(first)
    events = desk.channel.look_again([item, second]).events
    assert {event.id for event in events if isinstance(event, Deletion)} >= {item.id}


def test_what_its_author_took_back_is_gone(desk: Desk) -> None:
    post, item = desk.hear("Where is my parcel?")
    desk.world.withdraw(post)
    [found] = desk.channel.look_again([item]).events
    assert isinstance(found, Deletion)


def test_what_is_not_for_us_any_more_is_not_gone(desk: Desk) -> None:
    post, item = desk.hear("Where is my parcel?")
    post.topic.private, post.topic.members = True, {BEN}
    assert desk.channel.look_again([item]).events == ()


def test_posts_of_one_topic_are_asked_for_together(desk: Desk) -> None:
    items = [desk.hear(f"Question {number}")[1] for number in range(5)]
    desk.net.calls.clear()
    assert len(desk.channel.look_again(items).events) == 5
    assert len(desk.net.calls) == 1


def test_our_own_posts_come_back_as_ours(desk: Desk) -> None:
    desk.world.write("We look for it.", author=US)
    [message] = desk.fetch()
    assert message.author.id == desk.channel.whoami().id == str(US)
    assert item_of(message).author.handle == "nordlicht"
