"""What the channel sees: new comments and answers, edits, what is held and released; nothing twice, nothing missed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from draht.channels.youtube.client import PAGE
from draht.channels.youtube.round import DEEP, WINDOW
from draht.channels.youtube.tests.desk import Desk, texts
from draht.channels.youtube.tests.double import US, VIDEO, Comment, Double
from draht.contract.messages import Deletion


def test_a_comment_tells_where_it_was_written(desk: Desk) -> None:
    comment = desk.net.write("Do you deliver to Graz?")
    (message,) = desk.fetch()
    assert (message.title, message.thread, message.parent) == ("How to wax boots", comment.id, "")
    assert message.url == f"https://www.youtube.com/watch?v={VIDEO}&lc={comment.id}"
    assert message.at == message.revision == desk.net.now


def test_answers_join_their_thread(desk: Desk) -> None:
    first = desk.net.write("Hello")
    desk.fetch()
    second = desk.net.write("Me too", below=first.id)
    (message,) = desk.fetch()
    assert (message.id, message.thread, message.parent) == (second.id, first.id, first.id)
    assert message.title == "How to wax boots"


def test_an_answer_to_an_older_thread_is_found_by_the_number_of_answers(desk: Desk) -> None:
    threads = [desk.net.write(f"thread {n}") for n in range(20)]
    desk.fetch()
    for n in range(9):  # more than come along with the thread
        desk.net.write(f"answer {n}", below=threads[0].id)
    assert texts(desk.fetch()) == [f"answer {n}" for n in range(9)]
    assert desk.fetch() == []


def test_many_answers_are_read_page_by_page_and_only_once(desk: Desk) -> None:
    thread = desk.net.write("Hello")
    for n in range(2 * PAGE + 30):
        desk.net.write(f"answer {n}", below=thread.id)
    assert len(desk.fetch()) == 1 + 2 * PAGE + 30
    desk.net.write("one more", below=thread.id)
    for n in range(7):
        desk.net.write(f"more {n}", below=thread.id)
    desk.net.calls.clear()
    assert len(desk.fetch()) == 8
    assert desk.net.calls.count("GET youtube/v3/comments") == 1, "the newest page is enough"


def test_an_answer_is_found_though_another_one_went(desk: Desk) -> None:
    thread = desk.net.write("Hello")
    gone = desk.net.write("I was here", below=thread.id)
    desk.fetch()
    desk.net.remove(gone.id)
    desk.net.write("So was I", below=thread.id)
    assert texts(desk.fetch()) == ["So was I"]


def test_edits_are_found_and_what_did_not_change_is_not_told_again(desk: Desk) -> None:
    thread = desk.net.write("Teh zipper")
    below = desk.net.write("Teh shoe", below=thread.id)
    desk.fetch()
    assert desk.fetch() == []
    desk.net.rewrite(thread.id, "The zipper")
    desk.net.rewrite(below.id, "The shoe")
    edited = desk.fetch()
    assert texts(edited) == ["The zipper", "The shoe"]
    assert all(each.revision > each.at for each in edited)
    assert desk.fetch() == []


def test_our_own_comments_carry_our_id(desk: Desk) -> None:
    thread = desk.net.write("Hello")
    desk.net.write("Hi Jane", author=US, below=thread.id)
    assert [each.author.id == desk.channel.account.id for each in desk.fetch()] == [False, True]  # type: ignore[union-attr]


@pytest.mark.parametrize("status", ["heldForReview", "likelySpam"])
def test_what_is_held_comes_in_held_and_once(desk: Desk, status: str) -> None:
    desk.net.write("Buy watches", status=status)
    (held,) = desk.fetch()
    assert held.held
    assert desk.fetch() == []


@pytest.mark.parametrize("below", [False, True])
def test_approving_on_youtube_makes_it_public_here(desk: Desk, below: bool) -> None:
    thread = desk.net.write("Hello")
    desk.net.write("Someone", below=thread.id)
    desk.fetch()
    comment = desk.net.write("Buy watches", status="heldForReview", below=thread.id if below else "")
    (held,) = desk.fetch()
    comment.status = "published"
    (public,) = desk.fetch()
    assert (held.held, public.held, public.id) == (True, False, held.id)
    assert public.revision > held.revision, "the house keeps the later version"
    assert desk.fetch() == []


@pytest.mark.parametrize("below", [False, True])
def test_holding_on_youtube_holds_it_here(desk: Desk, below: bool) -> None:
    comment = desk.net.write("Hello")
    if below:
        comment = desk.net.write("Someone", below=comment.id)
    public = desk.fetch()[-1]
    comment.status = "heldForReview"
    held = [each for each in desk.fetch() if each.id == comment.id]
    assert [each.held for each in held] == [True]
    assert held[0].revision > public.revision


@pytest.mark.parametrize("how", ["rejected", "removed"])
def test_what_is_held_and_then_taken_away_is_gone(desk: Desk, how: str) -> None:
    comment = desk.net.write("Buy watches", status="heldForReview")
    desk.fetch()
    if how == "removed":
        desk.net.remove(comment.id)
    comment.status = "rejected"
    (gone,) = desk.fetch()
    assert isinstance(gone, Deletion)
    assert gone.id == comment.id
    assert desk.fetch() == []


def test_of_many_that_are_held_only_those_that_were_released_are(desk: Desk) -> None:
    for n in range(2 * PAGE):
        desk.net.write(f"Buy {n}", status="likelySpam")
    newest = list(desk.net.state.comments.values())[-5]
    assert len(desk.fetch()) == 2 * PAGE
    assert desk.fetch() == [], "the older ones are on the next page"
    newest.status = "published"
    assert [(each.id, each.held) for each in desk.fetch()] == [(newest.id, False)]
    newest.status = "likelySpam"
    assert [(each.id, each.held) for each in desk.fetch()] == [(newest.id, True)]
    desk.net.remove(newest.id)
    assert [type(each) for each in desk.fetch()] == [Deletion]
    assert desk.fetch() == []


def test_a_picture_comes_with_its_address(desk: Desk) -> None:
    desk.net.write("Look", image="https://yt3.googleusercontent.com/comment/one?sig=1")
    (message,) = desk.fetch()
    assert [(a.kind, a.url) for a in message.attachments] == [
        ("image", "https://yt3.googleusercontent.com/comment/one?sig=1")
    ]


def test_the_first_fetch_reads_the_newest_threads(desk: Desk) -> None:
    for n in range((WINDOW + 2) * PAGE):
        desk.net.write(f"thread {n}")
    first = desk.round()
    assert (len(first.events), first.more) == (PAGE, True)
    rest = desk.fetch()
    assert len(first.events) + len(rest) == WINDOW * PAGE
    assert desk.fetch() == []


def test_the_first_fetch_reads_as_far_back_as_was_asked() -> None:
    net = Double()
    for n in range((WINDOW + 2) * PAGE):
        net.write(f"thread {n}")
    since = net.now - timedelta(seconds=(WINDOW + 1) * PAGE - 50)
    desk = Desk(net, since=since)
    found = {message.id for message in desk.fetch()}
    wanted = {id for id, comment in net.state.comments.items() if comment.at >= since}
    assert wanted <= found
    assert len(found) <= len(wanted) + PAGE
    desk.close()


def test_the_first_fetch_reads_all_there_is_if_asked() -> None:
    net = Double()
    for n in range((WINDOW + 2) * PAGE):
        net.write(f"thread {n}")
    desk = Desk(net, since=datetime.fromtimestamp(0, UTC))
    assert len(desk.fetch()) == (WINDOW + 2) * PAGE
    desk.close()


def test_after_an_outage_nothing_is_missed(desk: Desk) -> None:
    for n in range(50):
        desk.net.write(f"before {n}")
    desk.fetch()
    for n in range((WINDOW + 2) * PAGE):
        desk.net.write(f"meanwhile {n}")
        if n % 2:
            desk.net.write(f"held {n}", status="heldForReview")
    found = Counter(texts(desk.fetch()))
    assert {text for text in found if text.startswith("mean")} == {f"meanwhile {n}" for n in range((WINDOW + 2) * PAGE)}
    assert sum(text.startswith("held") for text in found) == (WINDOW + 2) * PAGE // 2
    assert set(found.values()) == {1}


def test_comments_that_come_while_it_catches_up_are_not_missed(desk: Desk) -> None:
    desk.net.write("before")
    desk.fetch()
    for n in range(2 * PAGE + 10):
        desk.net.write(f"meanwhile {n}")
    found = texts(list(desk.round().events))
    desk.net.write("in between")
    found += texts(desk.fetch()) + texts(desk.fetch())
    assert len(found) == len(set(found)) == 2 * PAGE + 11


def test_a_page_that_ran_out_is_begun_again(desk: Desk) -> None:
    desk.net.write("before")
    desk.fetch()
    for n in range(2 * PAGE + 10):
        desk.net.write(f"meanwhile {n}")
    desk.round()
    desk.net.expired_pages = True
    desk.round()
    desk.net.expired_pages = False
    assert len(texts(desk.fetch())) == PAGE + 10


def test_the_whole_window_is_looked_through_now_and_then(desk: Desk) -> None:
    old = desk.net.write("an old thread")
    for n in range(2 * PAGE):
        desk.net.write(f"thread {n}")
    desk.fetch()
    desk.net.write("a late answer", below=old.id)
    found = [text for _ in range(DEEP) for text in texts(desk.fetch())]
    assert found == ["a late answer"]


def test_a_thread_that_nobody_can_read_is_left_over_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.net.write("fine")
    odd = desk.net.write("odd")
    shown = desk.net._thread

    def garble(first: Comment, status: str) -> dict[str, Any]:
        thread = shown(first, status)
        if first is odd:
            thread["snippet"]["topLevelComment"]["snippet"]["publishedAt"] = "0000-00-00T00:00:00Z"
        return thread

    monkeypatch.setattr(desk.net, "_thread", garble)
    reading = desk.round()
    assert texts(list(reading.events)) == ["fine"]
    assert len(reading.unread) == 1
    assert desk.round().unread == ()
    again = desk.channel.read_item(reading.unread[0].raw.replace("0000-00-00", "2026-11-20"))
    assert texts(list(again.events)) == ["odd"]


def test_titles_are_not_worth_an_outage(desk: Desk) -> None:
    desk.net.write("Hello")
    desk.loopback.fail_next("fine", "fine", "fine", 503)
    (message,) = desk.fetch()
    assert message.title == ""
