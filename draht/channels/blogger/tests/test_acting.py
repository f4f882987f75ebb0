"""What we do there: approve, mark as spam, delete, publish; and answers, which only a person can write."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from draht.channels.blogger.tests.desk import Desk
from draht.channels.blogger.tests.double import BLOG, POST
from draht.contract.channel import Act, Replies
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.messages import Allowed, NotAllowed, OutgoingPost

NEWS = OutgoingPost(
    "key", "Now in #red and #blue-green.\nCome & see\n\nSoon", "New <boots>", "https://n.example/?a=1&b=2"
)


def test_an_answer_is_opened_in_the_blogs_own_form(desk: Desk) -> None:
    _, item = desk.hear("Do you deliver to Graz?")
    assert not isinstance(desk.channel, Replies)
    may = desk.channel.may(Act.REPLY, item)
    assert isinstance(may, NotAllowed)
    address = urlsplit(may.by_hand.replace("{text}", "Yes%20%26%20no"))
    assert address.netloc == "www.blogger.com"
    asked = parse_qs(address.query)
    assert (asked["blogID"], asked["postID"], asked["postBody"]) == ([BLOG], [POST], ["Yes & no"])


def test_what_may_be_done(desk: Desk) -> None:
    _, public = desk.hear("Hello")
    _, held = desk.hear("First!", status="PENDING")
    desk.net.answer_by_hand("Yes.")
    ours = replace(public, ours=True)
    allowed = {
        "public": {Act.SPAM, Act.DELETE},
        "held": {Act.APPROVE, Act.SPAM, Act.DELETE},
        "ours": {Act.DELETE},
        "gone": set(),
    }
    items = {"public": public, "held": held, "ours": ours, "gone": replace(public, deleted=True)}
    for name, item in items.items():
        assert {act for act in Act if isinstance(desk.channel.may(act, item), Allowed)} == allowed[name], name
    waits = desk.channel.may(Act.REPLY, held)
    assert isinstance(waits, NotAllowed)
    assert waits.by_hand == ""


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [(Act.APPROVE, "PENDING", "LIVE"), (Act.APPROVE, "SPAM", "LIVE"), (Act.SPAM, "LIVE", "SPAM")],
)
def test_moderating(desk: Desk, act: Act, before: str, after: str) -> None:
    comment, item = desk.hear("Buy watches", status=before)
    desk.channel.moderate(act, item)
    desk.channel.moderate(act, item)
    assert comment.status == after
    del desk.net.comments[comment.id]
    with pytest.raises(Refused, match="gone"):
        desk.channel.moderate(act, item)


@pytest.mark.parametrize(("act", "before"), [(Act.APPROVE, 0), (Act.SPAM, 0), (Act.DELETE, 2)])
def test_an_act_whose_answer_was_lost_is_done_again(desk: Desk, act: Act, before: int) -> None:
    """``before``: calls that only look."""
    _, item = desk.hear("Buy watches", status="PENDING")
    desk.loopback.fail_next(*["fine"] * before, "lost")
    with pytest.raises(TryLater):
        desk.channel.moderate(act, item)
    desk.channel.moderate(act, item)


def test_deleting_takes_a_comment_away(desk: Desk) -> None:
    comment, item = desk.hear("Hello")
    desk.channel.moderate(Act.DELETE, item)
    desk.channel.moderate(Act.DELETE, item)
    assert comment.id not in desk.net.comments


def test_deleting_what_was_answered_keeps_the_answers_in_their_place(desk: Desk) -> None:
    comment, item = desk.hear("You are thieves!")
    desk.net.write("No!", parent=comment.id)
    desk.channel.moderate(Act.DELETE, item)
    assert comment.status == "EMPTIED"
    assert len(desk.net.comments) == 2


# -- posts ------------------------------------------------------------------------------------------------------


def test_a_post_is_html_with_labels(desk: Desk) -> None:
    sent = desk.channel.publish(NEWS)
    post = desk.net.posts[sent.id]
    assert post.title == "New <boots>"
    assert post.content == (
        "<p>Now in #red and #blue-green.<br />Come &amp; see</p>\n<p>Soon</p>\n"
        '<p><a href="https://n.example/?a=1&amp;b=2">https://n.example/?a=1&amp;b=2</a></p>'
    )
    assert post.labels == ["red", "blue-green"]
    assert sent.url.startswith("http://nordlicht.blogspot.com/")


def test_looking_back_knows_the_post_again_and_no_other(desk: Desk) -> None:
    assert desk.channel.find_post(NEWS) is None
    sent = desk.channel.publish(NEWS)
    found = desk.channel.find_post(replace(NEWS, first_tried_at=desk.net.now))
    assert found is not None
    assert found.id == sent.id
    desk.net.pass_time(minutes=30)
    assert desk.channel.find_post(replace(NEWS, first_tried_at=desk.net.now)) is None
    assert desk.channel.find_post(replace(NEWS, text="Something else")) is None


def test_a_post_waits_for_its_time(desk: Desk) -> None:
    news = replace(NEWS, at=desk.net.now + timedelta(days=2))
    sent = desk.channel.publish(news)
    assert (desk.net.posts[sent.id].status, sent.at) == ("SCHEDULED", news.at)
    found = desk.channel.find_post(replace(news, first_tried_at=desk.net.now))
    assert found is not None
    assert found.id == sent.id


def test_a_scheduled_post_whose_draft_was_lost_is_made_of_that_draft(desk: Desk) -> None:
    news = replace(NEWS, at=desk.net.now + timedelta(days=2))
    desk.loopback.fail_next("lost")
    with pytest.raises(TryLater):
        desk.channel.publish(news)
    assert desk.channel.find_post(news) is None, "nobody sees a draft"
    desk.channel.publish(replace(news, first_tried_at=desk.net.now))
    assert [post.status for post in desk.net.posts.values()] == ["LIVE", "SCHEDULED"]


def test_a_scheduled_post_whose_end_was_lost_is_looked_for(desk: Desk) -> None:
    news = replace(NEWS, at=desk.net.now + timedelta(days=2))
    desk.loopback.fail_next("fine", "lost")
    with pytest.raises(Unsure):
        desk.channel.publish(news)
    assert desk.channel.find_post(replace(news, first_tried_at=desk.net.now)) is not None


def test_a_post_needs_a_title(desk: Desk) -> None:
    assert isinstance(desk.channel.may_publish(NEWS), Allowed)
    assert isinstance(desk.channel.may_publish(replace(NEWS, title=" ")), NotAllowed)
    assert desk.channel.post_takes().count == 0
