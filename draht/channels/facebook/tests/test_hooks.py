"""What hooks tell of a page."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from draht.channels.facebook.channel import Facebook
from draht.channels.facebook.tests import double
from draht.channels.facebook.tests.network import JANE, PAGE, RAVI, Network
from draht.contract.errors import Forged, TryLater
from draht.contract.loopback import Loopback
from draht.contract.messages import Deletion, Event, Hook, IncomingMessage
from draht.contract.testing.graph_talks import Person

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
