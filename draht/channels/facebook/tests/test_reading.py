"""What the channel sees of a page by asking, and by looking again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from draht.channels.facebook.channel import Facebook
from draht.channels.facebook.client import COMMENTS, POSTS
from draht.channels.facebook.tests import double
from draht.channels.facebook.tests.network import JANE, RAVI, US, Network
from draht.contract.errors import LoginExpired, Refused
from draht.contract.loopback import Loopback
from draht.contract.messages import Deletion, Event, IncomingMessage, Item
from draht.contract.testing import drain, item_of

DAY = timedelta(days=1)


def one(events: list[Event]) -> IncomingMessage:
    [message] = events
    assert isinstance(message, IncomingMessage)
    return message


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, IncomingMessage)]


def test_the_first_round_looks_back_a_month(world: Network, page: Facebook) -> None:
    world.comment("old", world.post("old post", at=world.now - 40 * DAY), at=world.now - 39 * DAY)
    post = world.post("new post", at=world.now - 20 * DAY)
    first = world.comment("new", post, at=world.now - 19 * DAY)
    world.comment("answer", first, US)
    world.post("of a visitor", RAVI)
    world.post("names us", RAVI, elsewhere=True)
    world.write("hello")
    events, cursor = drain(page, "")
    assert sorted(texts(events)) == ["answer", "hello", "names us", "new", "of a visitor"]
    [comment] = [event for event in events if event.text == "new"]
    assert comment.title == "new post"
    assert set(texts(drain(page, cursor)[0])) <= set(texts(events))


def test_how_far_back_can_be_chosen(world: Network, page: Facebook) -> None:
    world.comment("old", world.post("old post", at=world.now - 80 * DAY), at=world.now - 79 * DAY)
    since = Facebook(page.config, page.http, page.account, datetime.now(UTC) - 90 * DAY)
    assert texts(drain(since, "")[0]) == ["old"]


def test_many_posts_and_many_comments_are_all_read(world: Network, page: Facebook) -> None:
    for number in range(2 * POSTS + 1):
        world.post(f"post {number}", at=world.now - timedelta(hours=80 - number))
    busy = world.post("a busy one")
    for number in range(3 * COMMENTS + 1):
        world.comment(f"comment {number}", busy, at=world.now - timedelta(minutes=90 - number))
    world.comment("below the oldest", next(iter(world.posts.values())))
    found = texts(drain(page, "")[0])
    assert sorted(found) == sorted(["below the oldest", *(f"comment {number}" for number in range(3 * COMMENTS + 1))])


def test_a_later_round_asks_little(net: Loopback, world: Network, page: Facebook) -> None:
    world.comment("Do you deliver to Graz?", at=world.now - DAY)
    _, cursor = drain(page, "")
    net.requests.clear()
    world.comment("And to Linz?")
    assert texts(drain(page, cursor)[0]) == ["And to Linz?"]
    assert len(net.requests) == 3


def test_an_outage_is_caught_up_with(world: Network, page: Facebook) -> None:
    _, cursor = drain(page, "")
    post = world.post("A post")
    for number in range(2 * COMMENTS):
        world.comment(f"comment {number}", post)
    assert len(drain(page, cursor)[0]) == 2 * COMMENTS


def test_hidden_comments_are_held(world: Network, page: Facebook) -> None:
    world.comment("You are all thieves!").hidden = True
    [comment] = drain(page, "")[0]
    assert comment.held


def test_without_messenger_comments_are_read_all_the_same(
    graph: double.Facebook, world: Network, page: Facebook
) -> None:
    world.comment("public")
    world.write("private")
    graph.granted.remove("pages_messaging")
    assert texts(drain(page, "")[0]) == ["public"]


def test_without_the_permission_to_read_comments_it_says_so(graph: double.Facebook, page: Facebook) -> None:
    graph.net.comment("public")
    graph.granted.remove("pages_read_user_content")
    with pytest.raises(Refused, match="pages_read_user_content"):
        page.fetch("")


def test_a_strange_comment_is_left_over_and_read_again(graph: double.Facebook, world: Network, page: Facebook) -> None:
    world.comment("fine")
    strange = json.dumps({"id": "1_2", "created_time": "yesterday", "message": "odd"})
    reading = page.read_item(strange)
    assert (reading.events, len(reading.unread)) == ((), 1)
    mended = strange.replace("yesterday", "2026-11-20T10:00:00+0000")
    assert one(list(page.read_item(mended).events)).text == "odd"


# -- looking again ------------------------------------------------------------------------------------------------


def known(world: Network, page: Facebook) -> dict[str, Item]:
    return {event.text: item_of(event) for event in drain(page, "")[0] if isinstance(event, IncomingMessage)}


def test_what_nobody_told_is_seen(net: Loopback, world: Network, page: Facebook) -> None:
    edited, gone, hidden = world.comment("edited"), world.comment("gone"), world.comment("hidden")
    visitor = world.post("a visitor's post", JANE)
    message = world.write("a message")
    items = known(world, page)
    world.comments.pop(gone.id)
    world.posts.pop(visitor.id)
    world.edit(edited, "edited by now")
    hidden.hidden = True
    net.requests.clear()
    reading = page.look_again([*items.values()])
    assert {event.id for event in reading.events if isinstance(event, Deletion)} == {gone.id, visitor.id}
    seen = {m.id: (m.text, m.held) for m in reading.events if isinstance(m, IncomingMessage)}
    assert seen[edited.id] == ("edited by now", False)
    assert seen[hidden.id] == ("hidden", True)
    assert message is not None
    assert seen[message.id] == ("a message", False)
    assert len(net.requests) == 2


def test_comments_of_a_post_that_is_gone_are_gone(world: Network, page: Facebook) -> None:
    comment = world.comment("below it")
    items = known(world, page)
    world.remove(comment.post)
    assert page.look_again([*items.values()]).events == (Deletion(comment.id),)


def test_a_permission_that_is_taken_away_deletes_nothing(
    graph: double.Facebook, world: Network, page: Facebook
) -> None:
    """Graph then says of every comment that it does not exist."""
    world.comment("still there")
    items = known(world, page)
    graph.granted -= {"pages_read_user_content", "pages_read_engagement"}
    hidden, world.comments = world.comments, {}
    assert page.look_again([*items.values()]).events == ()
    world.comments = hidden


def test_a_login_that_ended_is_told(graph: double.Facebook, world: Network, page: Facebook) -> None:
    world.comment("still there")
    items = known(world, page)
    graph.ended.add("page-token")
    with pytest.raises(LoginExpired):
        page.look_again([*items.values()])
