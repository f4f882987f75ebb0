"""What the channel sees of a blog: comments, edits, moderation, and what is gone; nothing twice, nothing missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from draht.channels.wordpress.channel import WordPress
from draht.channels.wordpress.client import PAGE
from draht.channels.wordpress.reading import WINDOW
from draht.channels.wordpress.tests.double import Blog, Comment
from draht.contract.channel import WSGIApp
from draht.contract.errors import Refused, TryLater
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import Deletion, Event, IncomingMessage
from draht.contract.testing import drain

SEEN = WINDOW * PAGE


def new(channel: WordPress, cursor: str) -> tuple[list[Event], str]:
    """What one fetch brings when there is nothing to catch up with."""
    reading = channel.fetch(cursor)
    assert reading.cursor is not None
    assert not reading.more
    assert not reading.unread
    return list(reading.events), reading.cursor


def test_a_comment_and_its_answers(blog: Blog, wordpress: WordPress) -> None:
    first = blog.visitor_writes("a &amp; b &lt; c")
    blog.visitor_writes("An answer", parent=first.id, name="Ravi")
    (question, answer), _ = new(wordpress, "")
    assert isinstance(question, IncomingMessage)
    assert isinstance(answer, IncomingMessage)
    assert (question.text, question.title, question.parent) == ("a & b < c", "Winter boots & more", "")
    assert (question.author.id, question.author.name) == ("guest-jane@example.test", "Jane")
    assert question.at == blog.now
    assert answer.parent == question.id


def test_what_did_not_change_is_not_told_again(blog: Blog, wordpress: WordPress) -> None:
    blog.visitor_writes("Hello")
    _, cursor = new(wordpress, "")
    assert new(wordpress, cursor)[0] == []


def test_an_edit_is_told(blog: Blog, wordpress: WordPress) -> None:
    comment = blog.visitor_writes("Teh zipper")
    _, cursor = new(wordpress, "")
    comment.text = "The zipper"
    (edited,), cursor = new(wordpress, cursor)
    assert isinstance(edited, IncomingMessage)
    assert (edited.id, edited.text, edited.revision) == (str(comment.id), "The zipper", None)
    assert new(wordpress, cursor)[0] == []


def test_a_comment_that_waits_and_is_approved(blog: Blog, wordpress: WordPress) -> None:
    blog.moderated = True
    comment = blog.visitor_writes("First!")
    (held,), cursor = new(wordpress, "")
    comment.status = "approved"
    (public,), _ = new(wordpress, cursor)
    assert isinstance(held, IncomingMessage)
    assert isinstance(public, IncomingMessage)
    assert (held.held, public.held) == (True, False)


@pytest.mark.parametrize("status", ["trash", "spam", "post-trashed"])
def test_what_is_taken_away_goes_and_may_come_back(blog: Blog, wordpress: WordPress, status: str) -> None:
    comment = blog.visitor_writes("Hello")
    _, cursor = new(wordpress, "")
    comment.status = status
    (gone,), cursor = new(wordpress, cursor)
    assert isinstance(gone, Deletion)
    assert gone.id == str(comment.id)
    assert gone.at is not None, "a deletion without a date would be final"
    assert new(wordpress, cursor)[0] == []
    comment.status = "approved"
    (back,), _ = new(wordpress, cursor)
    assert isinstance(back, IncomingMessage)
    assert back.id == gone.id


def test_what_is_deleted_for_good_goes(blog: Blog, wordpress: WordPress) -> None:
    comment = blog.visitor_writes("Hello")
    blog.visitor_writes("Stays")
    _, cursor = new(wordpress, "")
    del blog.comments[comment.id]
    (gone,), _ = new(wordpress, cursor)
    assert isinstance(gone, Deletion)
    assert gone.id == str(comment.id)


def test_spam_never_comes_in(blog: Blog, wordpress: WordPress) -> None:
    blog.visitor_writes("Buy my watches").status = "spam"
    assert new(wordpress, "")[0] == []


def test_what_newer_comments_push_out_of_sight_is_not_gone(blog: Blog, wordpress: WordPress) -> None:
    for number in range(SEEN):
        blog.visitor_writes(f"comment {number}")
        blog.pass_time(seconds=1)
    _, cursor = drain(wordpress, "")
    for number in range(5):
        blog.visitor_writes(f"newer {number}")
    del blog.comments[3]
    events, _ = new(wordpress, cursor)
    assert Counter(type(event) for event in events) == {IncomingMessage: 5, Deletion: 1}
    assert events[-1].id == "3"


def test_an_old_blog_is_read_from_the_beginning(blog: Blog, wordpress: WordPress) -> None:
    for number in range(3 * SEEN):
        blog.visitor_writes(f"comment {number}")
        blog.pass_time(hours=1)
    events, cursor = drain(wordpress, "")
    messages = [event.text for event in events if isinstance(event, IncomingMessage)]
    assert len(messages) == len(events)
    assert list(dict.fromkeys(messages)) == [f"comment {number}" for number in range(3 * SEEN)]
    assert new(wordpress, cursor)[0] == []


def test_after_a_long_pause_nothing_is_missed(blog: Blog, wordpress: WordPress) -> None:
    """The pause ends on the night when clocks are put back, and WordPress asks by the clock on the wall."""
    blog.now = datetime(2026, 11, 1, 4, tzinfo=UTC)  # 01:30 in St. John's, an hour before it is 01:30 again
    blog.visitor_writes("before")
    _, cursor = drain(wordpress, "")
    for number in range(2 * SEEN):
        blog.visitor_writes(f"comment {number}")
        blog.pass_time(seconds=30)
    events, _ = drain(wordpress, cursor)
    assert {event.id for event in events} >= {str(number) for number in range(2, 2 * SEEN + 2)}


def test_many_comments_of_one_second_are_all_read(blog: Blog, wordpress: WordPress) -> None:
    for number in range(3 * SEEN):
        blog.visitor_writes(f"imported {number}")
    assert len({event.id for event in drain(wordpress, "")[0]}) == 3 * SEEN


def test_deleting_while_it_is_read_hides_nothing(blog: Blog, wordpress: WordPress) -> None:
    for number in range(3 * SEEN):
        blog.visitor_writes(f"comment {number}")
        blog.pass_time(seconds=1)
    seen: set[str] = set()
    cursor, more, fetches = "", True, 0
    while more:
        reading = wordpress.fetch(cursor)
        seen |= {event.id for event in reading.events if isinstance(event, IncomingMessage)}
        cursor, more, fetches = reading.cursor or "", reading.more, fetches + 1
        del blog.comments[min(blog.comments)]
    assert fetches > 6
    assert seen >= {str(number) for number in blog.comments}


def test_a_comment_that_nobody_can_read_is_left_over_once(
    blog: Blog, wordpress: WordPress, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog.visitor_writes("fine")
    odd = blog.visitor_writes("odd")
    shown = blog._shown

    def garble(comment: Comment, query: dict[str, str]) -> dict[str, Any]:
        return shown(comment, query) | ({"date_gmt": "-001-11-30T00:00:00"} if comment is odd else {})

    monkeypatch.setattr(blog, "_shown", garble)
    reading = wordpress.fetch("")
    assert [event.id for event in reading.events] == ["1"]
    assert len(reading.unread) == 1
    assert wordpress.fetch(reading.cursor or "").unread == ()


def test_comments_of_one_page_may_be_as_long_as_comments_can_be(blog: Blog, wordpress: WordPress) -> None:
    """A visitor who writes many of the longest comments must not be able to stop the reading."""
    for _ in range(PAGE):
        blog.visitor_writes("😡" * (65_525 // 4))
    events, _ = new(wordpress, "")
    assert len(events) == PAGE


def site(status: str, body: bytes, *headers: tuple[str, str]) -> WSGIApp:
    """A site that gives the same answer to everything."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start(status, [*headers])
        return [body]

    return answer


def test_a_site_that_moved_says_where_to(net: Loopback, wordpress: WordPress) -> None:
    net.app = site("301 ", b"", ("Location", "https://new.example/index.php"))
    with pytest.raises(Refused, match=r"has moved to https://new\.example/"):
        wordpress.fetch("")


def test_an_answer_of_another_kind_is_tried_later(net: Loopback, wordpress: WordPress) -> None:
    net.app = site("200 ", b'{"hello": 1}')
    with pytest.raises(TryLater, match="not a list of comments"):
        wordpress.fetch("")
    with pytest.raises(Refused, match="does not answer as a WordPress site"):
        wordpress.whoami()


def test_a_right_that_is_missing_is_named(net: Loopback, blog: Blog) -> None:
    http = Http(timeout=5)
    writer = WordPress({"url": net.url, "username": "writer", "password": "mnop QRST uvwx"}, http)
    with pytest.raises(Refused, match="writer has no right to moderate comments"):
        writer.whoami()
    with pytest.raises(Refused, match="not allowed to edit comments"):
        writer.fetch("")
    http.close()


def test_the_clock_of_the_blog_does_not_matter(blog: Blog, wordpress: WordPress) -> None:
    blog.now = datetime.now(UTC) + timedelta(days=400)
    blog.visitor_writes("from the future")
    blog.now -= timedelta(days=900)
    blog.visitor_writes("from the past")
    events, cursor = new(wordpress, "")
    assert len(events) == 2
    blog.visitor_writes("again")
    assert len(new(wordpress, cursor)[0]) == 1
