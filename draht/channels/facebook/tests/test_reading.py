"""What the channel sees of a page: by hook, by asking, and by looking again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from draht.channels.facebook.channel import Facebook
from draht.channels.facebook.client import COMMENTS, POSTS
from draht.channels.facebook.tests import double
from draht.channels.facebook.tests.network import JANE, PAGE, RAVI, US, Network, Person
from draht.contract.errors import Forged, LoginExpired, Refused, TryLater
from draht.contract.loopback import Loopback
from draht.contract.messages import Deletion, Event, Hook, IncomingMessage, Item
from draht.contract.testing import drain, item_of

DAY = timedelta(days=1)


def heard(graph: double.Facebook, page: Facebook) -> list[Event]:
    """What the hooks since the last time say."""
    found: list[Event] = []
    for hook in graph.hooks():
        page.verify(hook)
        assert page.told_accounts(hook) == (PAGE,)
        reading = page.read_hook(hook)
        assert reading.unread == ()
        assert reading.cursor is None
        found += reading.events
    return found


def one(events: list[Event]) -> IncomingMessage:
    [message] = events
    assert isinstance(message, IncomingMessage)
    return message


# -- hooks --------------------------------------------------------------------------------------------------------


def test_a_comment_comes_with_the_words_of_its_post(graph: double.Facebook, world: Network, page: Facebook) -> None:
    world.post("Winter boots are here.\nCome and see!")
    assert heard(graph, page) == [], "our own post is nobody's business"
    comment = world.comment("Do you deliver to Graz?")
    found = one(heard(graph, page))
    assert (found.id, found.thread, found.title) == (comment.id, comment.id, "Winter boots are here.")
    assert (found.author.name, found.text, found.held) == ("Jane Customer", "Do you deliver to Graz?", False)


def test_two_levels_are_one_thread(graph: double.Facebook, world: Network, page: Facebook) -> None:
    first = world.comment("Do you deliver to Graz?")
    second = world.comment("I would like to know, too", first, RAVI)
    world.comment("Me three", second)
    _, *answers = (event for event in heard(graph, page) if isinstance(event, IncomingMessage))
    assert [answer.parent for answer in answers] == [first.id, first.id]
    assert [answer.thread for answer in answers] == ["", ""]


def test_edits_and_removals_are_told(graph: double.Facebook, world: Network, page: Facebook) -> None:
    comment = world.comment("Teh zipper broke")
    original = one(heard(graph, page))
    world.passed += timedelta(minutes=1)
    world.edit(comment, "The zipper broke")
    edited = one(heard(graph, page))
    assert (edited.id, edited.text) == (original.id, "The zipper broke")
    assert edited.revision is not None
    assert original.revision is not None
    assert edited.revision > original.revision
    world.remove(comment.id)
    assert heard(graph, page) == [Deletion(comment.id)]


def test_what_the_page_hides_keeps_its_author(graph: double.Facebook, world: Network, page: Facebook) -> None:
    """The hook names the page in the author's place."""
    comment = world.comment("You are all thieves!")
    heard(graph, page)
    world.hide(comment, True)
    hidden = one(heard(graph, page))
    assert (hidden.id, hidden.held, hidden.author.id) == (comment.id, True, JANE.id)
    assert hidden.revision is not None
    world.hide(comment, False)
    assert not one(heard(graph, page)).held


def test_what_was_hidden_and_is_gone_meanwhile(graph: double.Facebook, world: Network, page: Facebook) -> None:
    comment = world.comment("You are all thieves!")
    world.hide(comment, True)
    world.remove(comment.id)
    assert [type(event) for event in heard(graph, page)] == [IncomingMessage, Deletion]


def test_what_cannot_be_understood_without_asking_waits(
    net: Loopback, graph: double.Facebook, world: Network, page: Facebook
) -> None:
    world.hide(world.comment("You are all thieves!"), True)
    *_, hook = graph.hooks()
    net.fail_next(503)
    with pytest.raises(TryLater):
        page.read_hook(hook)
    assert len(page.read_hook(hook).events) == 1


@pytest.mark.parametrize("fault", [401, 429, 500, "garbage", "hang up"])
def test_a_comment_comes_in_also_when_nobody_can_be_asked(
    net: Loopback, graph: double.Facebook, world: Network, page: Facebook, fault: int | str
) -> None:
    world.comment("Do you deliver to Graz?")
    net.fail_next(fault)
    assert one(heard(graph, page)).title == ""


def test_posts_of_visitors_and_posts_that_name_us(graph: double.Facebook, world: Network, page: Facebook) -> None:
    world.post("My zipper broke.", JANE)
    world.post("Thanks, Boots & More!", RAVI, elsewhere=True)
    ours, elsewhere = heard(graph, page)
    assert isinstance(ours, IncomingMessage)
    assert isinstance(elsewhere, IncomingMessage)
    assert (ours.thread, ours.author.id) == (ours.id, JANE.id)
    assert not ours.raw.get("mention")
    assert elsewhere.raw["mention"] is True


def test_drafts_are_nobodys_business(graph: double.Facebook, world: Network, page: Facebook) -> None:
    world.post("Not yet", published=False)
    world.post("A visitor's draft", JANE, published=False)
    assert heard(graph, page) == []


def test_messenger_comes_with_names(graph: double.Facebook, world: Network, page: Facebook) -> None:
    world.write("Hello, is anybody there?")
    world.write("Yes, we are.", ours=True)
    theirs, ours = heard(graph, page)
    assert isinstance(theirs, IncomingMessage)
    assert isinstance(ours, IncomingMessage)
    assert (theirs.private, theirs.author.name, theirs.thread) == (True, "Jane Customer", f"dm-{JANE.id}")
    assert (ours.author.id, ours.thread) == (PAGE, theirs.thread)


def test_a_delivery_may_tell_of_many_things(
    net: Loopback, graph: double.Facebook, world: Network, page: Facebook
) -> None:
    """Meta gathers up to 1000; another page of the same app is not our business."""
    for number in range(120):
        person = Person(str(700 + number), f"Customer {number}")
        world.comment(f"comment {number}", world.post(f"post {number}"), person)
        world.write(f"message {number}", person)
    entries = [entry for told in world.told for entry in told["entry"]]
    other = {"id": "999", "time": entries[0]["time"], "changes": entries[1]["changes"]}
    hook = graph.hook({"object": "page", "entry": [*entries, other]})
    net.requests.clear()
    reading = page.read_hook(hook)
    assert set(page.told_accounts(hook)) == {PAGE, "999"}
    assert len(reading.events) == 240
    assert all(m.title or m.author.name for m in reading.events if isinstance(m, IncomingMessage))
    assert len(net.requests) == 5, "fifty questions in one call"


def test_forged_and_stale_hooks_are_turned_away(graph: double.Facebook, world: Network, page: Facebook) -> None:
    world.comment("Do you deliver to Graz?")
    hook = graph.hooks()[-1]
    page.verify(hook)
    with pytest.raises(Forged):
        page.verify(Hook("POST", hook.headers, {}, hook.body.replace(b"Graz", b"Linz")))
    told = json.loads(hook.body)
    told["entry"][0]["time"] -= 3 * 86_400
    with pytest.raises(Forged, match="older"):
        page.verify(graph.hook(told))


def test_a_replayed_hook_changes_nothing(graph: double.Facebook, world: Network, page: Facebook) -> None:
    world.comment("Do you deliver to Graz?")
    hook = graph.hooks()[-1]
    assert page.read_hook(hook) == page.read_hook(hook)


# -- asking -------------------------------------------------------------------------------------------------------


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
