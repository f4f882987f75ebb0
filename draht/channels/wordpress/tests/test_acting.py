"""Answering, moderating and publishing."""

from __future__ import annotations

import html
from typing import Any

import pytest

from draht.channels.wordpress.channel import LONGEST, WordPress
from draht.channels.wordpress.tests.double import Blog, Comment
from draht.contract.channel import Act
from draht.contract.errors import LoginExpired, Refused, TryLater, Unsure
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import Allowed, IncomingMessage, Item, NotAllowed, OutgoingPost, OutgoingReply
from draht.contract.testing import item_of


def item(wordpress: WordPress, comment: Comment) -> Item:
    events = wordpress.fetch("").events
    found = next(event for event in events if event.id == str(comment.id))
    assert isinstance(found, IncomingMessage)
    return item_of(found)


def answer(to: Item, text: str = "Yes, within two days.") -> OutgoingReply:
    return OutgoingReply(key="0190c3f2-0000-7000-8000-000000000001", text=text, to=to)


def ours(blog: Blog) -> list[Comment]:
    return [comment for comment in blog.comments.values() if comment.user == 2]


# -- answering ----------------------------------------------------------------------------------------------


def test_an_answer_stands_below_the_comment_that_it_answers(blog: Blog, wordpress: WordPress) -> None:
    comment = blog.visitor_writes("Do you deliver?")
    sent = wordpress.reply(answer(item(wordpress, comment)))
    (reply,) = ours(blog)
    assert (reply.post, reply.parent, str(reply.id)) == (4, comment.id, sent.id)
    assert sent.url.endswith(f"#comment-{reply.id}")
    assert sent.at == blog.now


def test_text_is_not_taken_for_markup(blog: Blog, wordpress: WordPress) -> None:
    to = item(wordpress, blog.visitor_writes("?"))
    text = "1 < 2 & <b>\n\n\n\n3 > 2  \n\"quoted\" 'single' \\ [gallery] 😡"
    sent = wordpress.reply(answer(to, text))
    assert html.unescape(ours(blog)[0].text) == text
    found = wordpress.find_reply(answer(to, text))
    assert found is not None
    assert found.id == sent.id


def test_the_same_answer_twice_is_one(blog: Blog, wordpress: WordPress) -> None:
    to = item(wordpress, blog.visitor_writes("?"))
    assert wordpress.reply(answer(to)) == wordpress.reply(answer(to))
    assert len(ours(blog)) == 1


def test_the_same_words_to_somebody_else_are_another_answer(blog: Blog, wordpress: WordPress) -> None:
    first, second = (item(wordpress, blog.visitor_writes("?", name=name)) for name in ("Jane", "Ravi"))
    assert wordpress.reply(answer(first)) != wordpress.reply(answer(second))
    assert len(ours(blog)) == 2


def test_a_refusal_that_is_not_ours_is_not_taken_for_our_answer(
    blog: Blog, wordpress: WordPress, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = item(wordpress, blog.visitor_writes("?"))
    monkeypatch.setattr(type(wordpress.client), "write", lambda *_: None)
    with pytest.raises(Refused, match="the same words"):
        wordpress.reply(answer(to))


def test_an_answer_that_cannot_be_read_may_have_been_carried_out(
    net: Loopback, blog: Blog, wordpress: WordPress
) -> None:
    """A warning of PHP before the JSON is enough; the comment is there all the same."""
    to = item(wordpress, blog.visitor_writes("?"))
    app = net.app

    def warn(environ: dict[str, Any], start: Any) -> Any:
        body = app(environ, start)
        return [b"<br />\n<b>Warning</b>: ", *body]

    net.app = warn
    with pytest.raises(Unsure):
        wordpress.reply(answer(to))
    with pytest.raises(Unsure):
        wordpress.publish(OutgoingPost("key", "text", "title"))
    net.app = app
    assert wordpress.find_reply(answer(to)) is not None
    assert len(ours(blog)) == 1


def test_an_answer_in_the_trash_does_not_count(blog: Blog, wordpress: WordPress) -> None:
    to = item(wordpress, blog.visitor_writes("?"))
    wordpress.reply(answer(to))
    ours(blog)[0].status = "trash"
    assert wordpress.find_reply(answer(to)) is None


def test_an_item_without_its_payload_is_looked_up(blog: Blog, wordpress: WordPress) -> None:
    """Payloads may be forgotten long before conversations end."""
    comment = blog.visitor_writes("?")
    bare = Item(id=str(comment.id), thread="", author=item(wordpress, comment).author, at=comment.at)
    wordpress.reply(answer(bare))
    assert ours(blog)[0].post == 4


def test_closed_comments_say_so(blog: Blog, wordpress: WordPress) -> None:
    to = item(wordpress, blog.visitor_writes("?"))
    blog.posts[4]["open"] = False
    with pytest.raises(Refused, match="comments are closed"):
        wordpress.reply(answer(to))


def test_the_counter_counts_what_is_stored(blog: Blog, wordpress: WordPress) -> None:
    to = item(wordpress, blog.visitor_writes("?"))
    counter = wordpress.counter(to)
    assert (counter.count("ä"), counter.count("<")) == (2, 4)
    fits = "&" * (LONGEST // 5)
    assert counter.count(fits) == counter.limit
    wordpress.reply(answer(to, fits))
    with pytest.raises(Refused, match="maximum length"):
        wordpress.reply(answer(to, fits + "x"))


# -- moderating ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [
        (Act.APPROVE, "hold", "approved"),
        (Act.HOLD, "approved", "hold"),
        (Act.SPAM, "approved", "spam"),
        (Act.DELETE, "approved", "trash"),
    ],
)
def test_moderation_is_carried_out_however_often(
    blog: Blog, wordpress: WordPress, act: Act, before: str, after: str
) -> None:
    comment = blog.visitor_writes("Hello")
    comment.status = before
    found = item(wordpress, comment)
    assert isinstance(wordpress.may(act, found), Allowed)
    wordpress.moderate(act, found)
    wordpress.moderate(act, found)
    assert comment.status == after


def test_what_is_gone_cannot_be_approved_but_is_deleted_already(blog: Blog, wordpress: WordPress) -> None:
    found = item(wordpress, blog.visitor_writes("Hello"))
    blog.comments.clear()
    wordpress.moderate(Act.DELETE, found)
    with pytest.raises(Refused, match="gone"):
        wordpress.moderate(Act.APPROVE, found)


def test_a_lost_answer_to_moderation_is_tried_again(net: Loopback, blog: Blog, wordpress: WordPress) -> None:
    comment = blog.visitor_writes("Hello")
    found = item(wordpress, comment)
    net.fail_next("lost")
    with pytest.raises(TryLater):
        wordpress.moderate(Act.SPAM, found)
    assert comment.status == "spam"


def test_what_may_be_done_depends_on_the_comment(blog: Blog, wordpress: WordPress) -> None:
    comment = blog.visitor_writes("Hello")
    public = item(wordpress, comment)
    comment.status = "hold"
    held = item(wordpress, comment)
    allowed = {
        act: (isinstance(wordpress.may(act, public), Allowed), isinstance(wordpress.may(act, held), Allowed))
        for act in Act
    }
    assert allowed == {
        Act.REPLY: (True, False),
        Act.REPLY_PRIVATELY: (False, False),
        Act.APPROVE: (False, True),
        Act.HOLD: (True, False),
        Act.SPAM: (True, True),
        Act.DELETE: (True, True),
        **dict.fromkeys([Act.HIDE, Act.UNHIDE, Act.LIKE, Act.BAN, Act.EDIT], (False, False)),
    }
    refused = wordpress.may(Act.REPLY, held)
    assert isinstance(refused, NotAllowed)
    assert "Approve it first" in refused.why


# -- publishing ---------------------------------------------------------------------------------------------


def test_a_post_is_published(blog: Blog, wordpress: WordPress) -> None:
    post = OutgoingPost("key", "New <boots>\n\n[gallery]", "Boots & more", "https://shop.example/?a=1&b=2")
    sent = wordpress.publish(post)
    assert sent.id == "post-5"
    assert blog.posts[5]["title"] == "Boots &amp; more"
    assert blog.posts[5]["content"] == (
        "New &lt;boots&gt;\n\n&#91;gallery]\n\n"
        '<a href="https://shop.example/?a=1&amp;b=2">https://shop.example/?a=1&amp;b=2</a>'
    )


def test_a_lost_post_is_unsure(net: Loopback, blog: Blog, wordpress: WordPress) -> None:
    net.fail_next("lost")
    with pytest.raises(Unsure):
        wordpress.publish(OutgoingPost("key", "text", "title"))
    assert 5 in blog.posts


# -- the login ----------------------------------------------------------------------------------------------


def test_a_wrong_password_asks_for_a_new_login(net: Loopback, blog: Blog, wordpress: WordPress) -> None:
    found = item(wordpress, blog.visitor_writes("Hello"))
    http = Http(timeout=5)
    revoked = WordPress({"url": net.url, "username": "agent", "password": "wrong"}, http, wordpress.account)
    for attempt in (
        revoked.whoami,
        lambda: revoked.fetch(""),
        lambda: revoked.reply(answer(found)),
        lambda: revoked.moderate(Act.SPAM, found),
        lambda: revoked.publish(OutgoingPost("key", "text", "title")),
    ):
        with pytest.raises(LoginExpired):
            attempt()
    http.close()


def test_an_address_without_a_scheme_is_called_safely() -> None:
    channel = WordPress({"url": " blog.example.com/ ", "username": "a", "password": "b"}, Http())
    assert channel.client.site == "https://blog.example.com"
