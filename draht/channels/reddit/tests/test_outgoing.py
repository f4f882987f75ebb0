"""Answers, edits, moderation, posts; what Reddit says no to; and finding what was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from draht.channels.reddit.channel import Reddit as Channel
from draht.channels.reddit.tests.double import LINK, Reddit
from draht.contract.channel import Act
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.loopback import Loopback
from draht.contract.messages import IncomingMessage, Item, NotAllowed, OutgoingPost, OutgoingReply
from draht.contract.testing import drain, item_of

KEY = "0190c3f2-0000-7000-8000-000000000001"


def item(user: Channel, name: str) -> Item:
    found = [one for one in drain(user, "")[0] if one.id == name]
    assert isinstance(found[0], IncomingMessage)
    return item_of(found[0])


def answer(to: Item, text: str = "Yes, within two days.") -> OutgoingReply:
    return OutgoingReply(key=KEY, text=text, to=to, first_tried_at=datetime.now(UTC) - timedelta(hours=2))


@pytest.mark.parametrize("kind", ["post", "comment", "message"])
def test_each_kind_is_answered_and_found_again(user: Channel, reddit: Reddit, net: Loopback, kind: str) -> None:
    made = {"post": lambda: reddit.post("Boots?", "x"), "comment": lambda: reddit.comment("x"),
            "message": lambda: reddit.message("x")}[kind]()  # fmt: skip
    reply = answer(item(user, made["name"]))
    assert user.find_reply(reply) is None
    net.fail_next("lost")
    with pytest.raises(Unsure):
        user.reply(reply)
    found = user.find_reply(reply)
    assert found is not None
    assert reddit.things[found.id]["parent_id"] == made["name"]
    assert user.find_reply(replace(reply, text="Something else")) is None
    assert user.find_reply(replace(reply, first_tried_at=datetime.now(UTC) + timedelta(hours=1))) is None


def test_an_answer_to_what_came_by_the_inbox_is_found(user: Channel, reddit: Reddit) -> None:
    """There a comment does not name its post."""
    ours = reddit.comment("We do.", author="boots_and_more")
    made = reddit.comment("And to Linz?", ours["name"])
    inbox = Channel({**user.config, "subreddits": ""}, user.http, user.account)
    reply = answer(item(inbox, made["name"]))
    assert "link_id" not in reply.to.raw
    sent = inbox.reply(reply)
    found = inbox.find_reply(reply)
    assert found is not None
    assert found.id == sent.id
    nameless = replace(reply, to=replace(reply.to, raw={}))
    assert inbox.find_reply(nameless) == found, "Reddit is asked for the post"


def test_too_much_is_waited_for_as_long_as_reddit_says(user: Channel, reddit: Reddit) -> None:
    to = item(user, reddit.comment("x")["name"])
    reddit.slow = "Looks like you've been doing that a lot. Take a break for 3 minutes before trying again."
    with pytest.raises(TryLater, match="3 minutes") as raised:
        user.reply(answer(to))
    assert raised.value.after == 180
    assert reddit.texts("t1") == []


def test_what_is_gone_locked_empty_or_too_long_is_refused(user: Channel, reddit: Reddit) -> None:
    made = reddit.comment("x")
    to = item(user, made["name"])
    for text, why in (("   ", "wants a text"), ("x" * 10_001, "longer")):
        with pytest.raises(Refused, match=why):
            user.reply(answer(to, text))
    made["locked"] = True
    with pytest.raises(Refused, match="locked"):
        user.reply(answer(to))
    reddit.delete(made["name"])
    with pytest.raises(Refused, match="gone"):
        user.reply(answer(to))


def test_hiding_showing_spam_ban(user: Channel, reddit: Reddit) -> None:
    made = reddit.comment("Buy followers!")
    to = item(user, made["name"])
    user.moderate(Act.HIDE, to)
    assert made["removed"]
    user.moderate(Act.UNHIDE, to)
    assert not made["removed"]
    user.moderate(Act.SPAM, to)
    user.moderate(Act.BAN, to)
    assert [act for act, _ in reddit.acts] == ["remove", "approve", "spam", "remove"]
    assert reddit.banned == {"jane_c"}
    with pytest.raises(Refused):
        user.moderate(Act.LIKE, to)


def test_the_author_of_a_private_message_is_blocked(user: Channel, reddit: Reddit) -> None:
    made = reddit.message("You are thieves!")
    user.moderate(Act.BAN, item(user, made["name"]))
    assert reddit.acts == [("block", made["name"])]


def test_moderating_elsewhere_is_refused_by_reddit_too(user: Channel, reddit: Reddit) -> None:
    to = item(user, reddit.comment("x")["name"])
    reddit.moderated.clear()
    with pytest.raises(Refused):
        user.moderate(Act.HIDE, to)


def test_what_we_wrote_is_changed_and_deleted(user: Channel, reddit: Reddit) -> None:
    to = item(user, reddit.comment("x")["name"])
    sent = user.reply(answer(to))
    ours = replace(to, id=sent.id, ours=True)
    user.edit(ours, "Within three days.")
    assert reddit.things[sent.id]["body"] == "Within three days."
    user.moderate(Act.DELETE, ours)
    assert reddit.things[sent.id]["author"] == "[deleted]"
    with pytest.raises(Refused):
        user.edit(to, "Others' words are theirs")


POST = OutgoingPost(key=KEY, text="They are here.", title="Boots", link="https://boots.example")


def test_a_post_is_published_with_its_link_and_found(user: Channel, reddit: Reddit) -> None:
    post = replace(POST, first_tried_at=datetime.now(UTC) - timedelta(hours=2))
    assert user.find_post(post) is None
    sent = user.publish(post)
    assert reddit.things[sent.id]["selftext"] == "They are here.\n\nhttps://boots.example"
    assert sent.url.startswith("https://www.reddit.com/r/boots/comments/")
    found = user.find_post(post)
    assert found is not None
    assert found.id == sent.id != LINK
    assert user.find_post(replace(post, title="Shoes")) is None


def test_what_cannot_be_published_is_said_before(user: Channel) -> None:
    nowhere = Channel({**user.config, "publish_in": ""}, user.http, user.account)
    for channel, post in ((nowhere, POST), (user, replace(POST, title=" ")), (user, replace(POST, title="x" * 301))):
        may = channel.may_publish(post)
        assert isinstance(may, NotAllowed)
        with pytest.raises(Refused, match=may.why[:20]):
            channel.publish(post)


def test_a_subreddit_that_does_not_exist_is_named(user: Channel) -> None:
    other = Channel({**user.config, "publish_in": "r/nowhere"}, user.http, user.account)
    with pytest.raises(Refused, match="no such subreddit"):
        other.publish(POST)
