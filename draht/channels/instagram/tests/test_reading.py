"""What the channel sees of an account by hook, by asking, and by looking again; through both logins."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from draht.channels.instagram.channel import Instagram
from draht.channels.instagram.client import COMMENTS, POSTS
from draht.channels.instagram.tests import double
from draht.channels.instagram.tests.network import ACCOUNT, JANE, RAVI, US, WEB, Network
from draht.contract.errors import Forged, LoginExpired, TryLater
from draht.contract.loopback import Loopback
from draht.contract.messages import Author, Deletion, Event, Hook, IncomingMessage, Item
from draht.contract.testing import drain, item_of
from draht.contract.testing.graph_talks import Person

DAY = timedelta(days=1)


def heard(graph: double.Instagram, account: Instagram) -> list[Event]:
    """What the hooks since the last time say."""
    found: list[Event] = []
    for hook in graph.hooks():
        account.verify(hook)
        assert account.told_accounts(hook) == (ACCOUNT,)
        reading = account.read_hook(hook)
        assert reading.unread == ()
        found += reading.events
    return found


def one(events: list[Event]) -> IncomingMessage:
    [message] = events
    assert isinstance(message, IncomingMessage)
    return message


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, IncomingMessage)]


# -- hooks --------------------------------------------------------------------------------------------------------


def test_a_comment_comes_with_the_words_of_its_post(
    graph: double.Instagram, world: Network, account: Instagram
) -> None:
    post = world.post("Winter boots are here.\nCome and see!")
    comment = world.comment("Do you deliver to Graz?")
    found = one(heard(graph, account))
    assert (found.id, found.thread, found.title) == (comment.id, comment.id, "Winter boots are here.")
    assert (found.author.handle, found.url) == ("jane_customer", f"{WEB}/p/{post.id}/")


def test_two_levels_are_one_thread(graph: double.Instagram, world: Network, account: Instagram) -> None:
    first = world.comment("Do you deliver to Graz?")
    world.comment("Me three", world.comment("Me, too", first, RAVI))
    _, *answers = (event for event in heard(graph, account) if isinstance(event, IncomingMessage))
    assert [(answer.parent, answer.thread) for answer in answers] == [(first.id, ""), (first.id, "")]


def test_mentions_are_read(graph: double.Instagram, world: Network, account: Instagram) -> None:
    """The hook brings only numbers."""
    theirs = world.post("Thanks, @bootsandmore!", RAVI)
    world.comment("@bootsandmore look", theirs)
    post, comment = heard(graph, account)
    assert isinstance(post, IncomingMessage)
    assert isinstance(comment, IncomingMessage)
    assert (post.text, post.author.handle, post.thread) == ("Thanks, @bootsandmore!", "ravi.customer", theirs.id)
    assert (comment.text, comment.author.handle) == ("@bootsandmore look", "jane_customer")
    assert comment.raw["media_id"] == theirs.id
    assert comment.url.startswith(f"{WEB}/p/")


@pytest.mark.parametrize(("fault", "error"), [(503, TryLater), ("hang up", TryLater), (401, LoginExpired)])
def test_a_mention_that_cannot_be_read_now_waits(
    net: Loopback, graph: double.Instagram, world: Network, account: Instagram, fault: int | str, error: type[Exception]
) -> None:
    world.post("Thanks, @bootsandmore!", RAVI)
    [hook] = graph.hooks()
    net.fail_next(fault)
    with pytest.raises(error):
        account.read_hook(hook)
    assert len(account.read_hook(hook).events) == 1


def test_a_mention_that_may_not_be_read_is_left_over(
    net: Loopback, graph: double.Instagram, world: Network, account: Instagram
) -> None:
    world.post("Thanks, @bootsandmore!", RAVI)
    [hook] = graph.hooks()
    net.fail_next(403)
    reading = account.read_hook(hook)
    assert (reading.events, len(reading.unread)) == ((), 1)


def test_a_mention_that_is_gone_meanwhile_is_nobodys_business(
    graph: double.Instagram, world: Network, account: Instagram
) -> None:
    world.remove(world.post("Thanks, @bootsandmore!", RAVI).id)
    assert heard(graph, account) == []


def test_direct_messages_come_with_names_and_go(graph: double.Instagram, world: Network, account: Instagram) -> None:
    theirs = world.write("Hello, is anybody there?")
    world.write("Yes, we are.", ours=True)
    question, answer = heard(graph, account)
    assert isinstance(question, IncomingMessage)
    assert isinstance(answer, IncomingMessage)
    assert (question.private, question.author.name, question.author.handle) == (True, "Jane Customer", "jane_customer")
    assert (answer.author.id, answer.thread) == (ACCOUNT, question.thread)
    assert theirs is not None
    world.unsend(theirs)
    assert heard(graph, account) == [Deletion(theirs.id)]


@pytest.mark.parametrize("fault", [401, 429, 500, "garbage", "hang up"])
def test_a_comment_comes_in_also_when_nobody_can_be_asked(
    net: Loopback, graph: double.Instagram, world: Network, account: Instagram, fault: int | str
) -> None:
    world.comment("Do you deliver to Graz?")
    net.fail_next(fault)
    assert one(heard(graph, account)).title == ""


def test_forged_and_stale_hooks_are_turned_away(graph: double.Instagram, world: Network, account: Instagram) -> None:
    world.comment("Do you deliver to Graz?")
    [hook] = graph.hooks()
    account.verify(hook)
    with pytest.raises(Forged):
        account.verify(Hook("POST", hook.headers, {}, hook.body.replace(b"Graz", b"Linz")))
    told = json.loads(hook.body)
    told["entry"][0]["time"] -= 3 * 86_400
    with pytest.raises(Forged, match="older"):
        account.verify(graph.hook(told))
    assert account.read_hook(hook) == account.read_hook(hook), "a replay changes nothing"


def test_either_secret_may_have_signed(graph: double.Instagram, world: Network, account: Instagram) -> None:
    """With a login at Instagram an app has two."""
    world.comment("Do you deliver to Graz?")
    [hook] = graph.hooks()
    for secrets in ({"client_secret": "another"}, {"app_secret": "another"}, {"app_secret": ""}):
        Instagram({**account.config, **secrets}, account.http, account.account).verify(hook)
    with pytest.raises(Forged):
        Instagram({"client_secret": "", "app_secret": ""}, account.http, account.account).verify(hook)


# -- asking -------------------------------------------------------------------------------------------------------


def test_the_first_round_looks_back_a_month(world: Network, account: Instagram) -> None:
    world.comment("old", world.post("old post", at=world.now - 40 * DAY), at=world.now - 39 * DAY)
    first = world.comment("new", world.post("new post", at=world.now - 20 * DAY), at=world.now - 19 * DAY)
    world.comment("answer", first, US)
    world.write("hello")
    events, cursor = drain(account, "")
    assert sorted(texts(events)) == ["answer", "hello", "new"]
    assert {event.title for event in events if event.text in {"new", "answer"}} == {"new post"}
    assert set(texts(drain(account, cursor)[0])) <= set(texts(events))


def test_a_new_answer_below_an_old_comment_is_seen(world: Network, account: Instagram) -> None:
    first = world.comment("old", world.post("a post", at=world.now - 9 * DAY), at=world.now - 8 * DAY)
    _, cursor = drain(account, "")
    world.comment("answer", first, RAVI)
    assert texts(drain(account, cursor)[0]) == ["answer"]


def test_many_posts_and_many_comments_are_all_read(world: Network, account: Instagram) -> None:
    oldest = world.post("post", at=world.now - timedelta(hours=99))
    for number in range(2 * POSTS):
        world.post(f"post {number}", at=world.now - timedelta(hours=80 - number))
    busy = world.post("a busy one")
    for number in range(2 * COMMENTS + 1):
        world.comment(f"comment {number}", busy, Person(str(number), username=f"c{number}"))
    world.comment("below the oldest", oldest)
    found = texts(drain(account, "")[0])
    assert sorted(found) == sorted(["below the oldest", *(f"comment {number}" for number in range(2 * COMMENTS + 1))])


def test_how_far_back_can_be_chosen(world: Network, account: Instagram) -> None:
    world.comment("old", world.post("old post", at=world.now - 80 * DAY), at=world.now - 79 * DAY)
    since = Instagram(account.config, account.http, account.account, datetime.now(UTC) - 90 * DAY)
    assert texts(drain(since, "")[0]) == ["old"]


def test_without_messages_comments_are_read_all_the_same(
    graph: double.Instagram, world: Network, account: Instagram
) -> None:
    world.comment("public")
    world.write("private")
    graph.granted.remove("manage_messages")
    assert texts(drain(account, "")[0]) == ["public"]


# -- looking again ------------------------------------------------------------------------------------------------


def known(account: Instagram) -> dict[str, Item]:
    return {event.text: item_of(event) for event in drain(account, "")[0] if isinstance(event, IncomingMessage)}


def test_removals_are_found_by_reading(world: Network, account: Instagram) -> None:
    """No hook tells of them."""
    gone, hidden, first = world.comment("gone"), world.comment("hidden"), world.comment("first")
    answer = world.comment("answer", first, RAVI)
    world.write("a message")
    items = known(account)
    world.remove(gone.id)
    world.remove(answer.id)
    hidden.hidden = True
    reading = account.look_again([*items.values()])
    assert {event.id for event in reading.events if isinstance(event, Deletion)} == {gone.id, answer.id}
    seen = {m.text: m.held for m in reading.events if isinstance(m, IncomingMessage)}
    assert seen == {"hidden": True, "first": False, "a message": False}


def test_comments_of_a_post_that_is_gone_are_gone(world: Network, account: Instagram) -> None:
    comment = world.comment("below it")
    items = known(account)
    world.remove(comment.media)
    assert account.look_again([*items.values()]).events == (Deletion(comment.id),)


def test_a_permission_that_is_taken_away_deletes_nothing(
    graph: double.Instagram, world: Network, account: Instagram
) -> None:
    world.comment("still there")
    items = known(account)
    graph.granted -= {"manage_comments"}
    world.comments = {}
    assert account.look_again([*items.values()]).events == ()


def test_without_its_payload_nothing_is_called_gone(world: Network, account: Instagram) -> None:
    comment = world.comment("forgotten")
    world.comment("another")
    world.remove(comment.id)
    assert account.look_again([Item(comment.id, comment.id, Author(JANE.id), world.now)]).events == ()


def test_a_mention_is_read_again(graph: double.Instagram, world: Network, account: Instagram) -> None:
    post = world.post("Thanks, @bootsandmore!", RAVI)
    mention = item_of(one(heard(graph, account)))
    post.caption = "Thanks a lot, @bootsandmore!"
    assert texts([*account.look_again([mention]).events]) == ["Thanks a lot, @bootsandmore!"]
