"""What the channel sees of a blog: comments, those that wait, changes of state, and what is gone; nothing twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from draht.channels.blogger.client import PAGE
from draht.channels.blogger.round import DEEP
from draht.channels.blogger.tests.desk import Desk, login, texts
from draht.channels.blogger.tests.double import BLOG, POST, USER, Comment, Double
from draht.contract.channel import Act
from draht.contract.errors import LoginExpired, Refused, TryLater
from draht.contract.http import Http
from draht.contract.messages import Allowed, Deletion, IncomingMessage
from draht.contract.purse import Purse


def later(desk: Desk) -> list[Any]:
    """What the rounds until the next look at the whole week bring."""
    return [event for _ in range(DEEP) for event in desk.fetch()]


def test_a_comment_and_its_answer(desk: Desk) -> None:
    first = desk.net.write("a & b < c\nand more")
    desk.net.write("Me too", parent=first.id, author="", name="Anonymous")
    question, answer = sorted(desk.fetch(), key=lambda each: each.at)
    assert (question.text, question.title) == ("a & b < c\nand more", "Winter boots")
    assert question.url == f"http://nordlicht.blogspot.com/2026/11/{POST}.html#c{first.id}"
    assert question.thread == answer.thread == POST
    assert answer.parent == first.id
    assert (answer.author.id, answer.author.name) == ("name-Anonymous", "Anonymous")
    assert desk.fetch() == []


def test_a_post_is_asked_for_once(desk: Desk) -> None:
    for _ in range(3):
        desk.net.write("Hello")
        desk.fetch()
    assert desk.net.calls.count(f"GET v3/blogs/{BLOG}/posts/{POST}") == 1


def test_titles_are_not_worth_an_outage(desk: Desk) -> None:
    desk.net.write("Hello")
    desk.loopback.fail_next("fine", 503)
    (message,) = desk.fetch()
    assert (message.text, message.title) == ("Hello", "")


def test_what_we_paste_by_hand_is_known_as_ours(desk: Desk) -> None:
    desk.hear("Do you deliver to Graz?")
    desk.net.answer_by_hand("Yes, within two days.\n\nBest wishes")
    (ours,) = desk.fetch()
    assert desk.channel.account is not None
    assert ours.author.id == desk.channel.account.id == BLOG
    assert ours.text == "Yes, within two days.\n\nBest wishes", "the desk knows it again by its words"
    assert ours.thread == POST


@pytest.mark.parametrize("status", ["PENDING", "SPAM"])
def test_what_waits_comes_in_held_and_is_approved(desk: Desk, status: str) -> None:
    comment, item = desk.hear("First!", status=status)
    assert item.held
    comment.status = "LIVE"
    (public,) = later(desk)
    assert isinstance(public, IncomingMessage)
    assert (public.held, public.revision) == (False, None)


def test_spam_that_was_found_later_is_held(desk: Desk) -> None:
    comment, _ = desk.hear("Buy watches")
    comment.status = "SPAM"
    assert [each.held for each in later(desk)] == [True]
    assert later(desk) == []


@pytest.mark.parametrize("how", ["emptied", "removed"])
def test_what_is_gone_goes(desk: Desk, how: str) -> None:
    comment, _ = desk.hear("Hello")
    desk.net.write("Stays")
    desk.fetch()
    comment.status = "EMPTIED"
    if how == "removed":
        del desk.net.comments[comment.id]
    (gone,) = later(desk)
    assert isinstance(gone, Deletion)
    assert gone.id == comment.id
    assert later(desk) == []


def test_what_is_older_than_a_week_is_left_to_looking_again(desk: Desk) -> None:
    for n in range(5):
        desk.net.write(f"old {n}")
    desk.fetch()
    desk.net.pass_time(days=8)
    desk.net.write("new")
    later(desk)
    asked = [call for call in desk.net.calls if "/comments/" in call]
    assert asked == []


def test_what_was_gone_before_we_came_never_comes_in(desk: Desk) -> None:
    desk.net.write("Hello", status="EMPTIED")
    assert desk.fetch() == []


@pytest.mark.parametrize("oldest_first", [False, True])
def test_nothing_is_missed_whatever_the_order(oldest_first: bool) -> None:
    desk = Desk(Double())
    desk.net.oldest_first = oldest_first
    for n in range(3 * PAGE + 20):
        desk.net.write(f"comment {n}")
    assert set(texts(desk.fetch())) == {f"comment {n}" for n in range(3 * PAGE + 20)}
    desk.net.pass_time(days=3)
    for n in range(2 * PAGE + 20):
        desk.net.write(f"more {n}")
    assert sorted(texts(desk.fetch())) == sorted(f"more {n}" for n in range(2 * PAGE + 20))
    assert desk.fetch() == []
    desk.close()


def test_a_look_that_was_broken_off_is_repeated(desk: Desk) -> None:
    for n in range(2 * PAGE):
        desk.net.write(f"comment {n}")
    desk.round()
    desk.net.expired_pages = True
    assert desk.round().more
    desk.round()
    assert "pageToken" not in desk.loopback.requests[-1][1], "it begins again"
    desk.net.expired_pages = False
    assert len(texts(desk.fetch())) == PAGE


def test_it_reads_as_far_back_as_was_asked() -> None:
    net = Double()
    net.write("long ago", author="1")
    net.pass_time(days=30)
    net.write("lately")
    desk = Desk(net, since=net.now - timedelta(days=10))
    assert texts(desk.fetch()) == ["lately"]
    desk.close()


def test_a_comment_that_nobody_can_read_is_left_over_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.net.write("fine")
    odd = desk.net.write("odd")
    shown = desk.net._shown

    def garble(comment: Comment) -> dict[str, Any]:
        return shown(comment) | ({"published": "yesterday"} if comment is odd else {})

    monkeypatch.setattr(desk.net, "_shown", garble)
    reading = desk.round()
    assert texts(list(reading.events)) == ["fine"]
    assert len(reading.unread) == 1
    assert desk.round().unread == ()
    mended = desk.channel.read_item(reading.unread[0].raw.replace("yesterday", "2026-11-20T08:00:00Z"))
    assert texts(list(mended.events)) == ["odd"]


def test_looking_again_finds_what_became_of_comments(desk: Desk) -> None:
    items = [desk.hear(f"comment {n}")[1] for n in range(4)]
    desk.net.comments[items[0].id].status = "SPAM"
    desk.net.comments[items[1].id].status = "EMPTIED"
    del desk.net.comments[items[2].id]
    found = {event.id: event for event in desk.channel.look_again(items).events}
    spam = found[items[0].id]
    assert isinstance(spam, IncomingMessage)
    assert spam.held
    assert [isinstance(found[item.id], Deletion) for item in items] == [False, True, True, False]


# -- logins ---------------------------------------------------------------------------------------------------


def test_a_person_signs_in_on_googles_page(desk: Desk) -> None:
    back, verifier = "https://desk.example/sign-in", "v" * 43
    page = desk.channel.sign_in_address(back, "state-1", verifier)
    sent = desk.http.get(page, accept=frozenset({302})).headers["location"]
    told = parse_qs(urlsplit(sent).query)
    assert (sent.startswith(back), told["state"]) == (True, ["state-1"])
    kept = desk.channel.sign_in(told["code"][0], back, verifier)
    fresh = type(desk.channel)({**desk.channel.config, **kept}, desk.http)
    assert fresh.whoami() == desk.channel.account
    assert fresh.lacks() == ()
    assert fresh.renew_at() is not None
    with pytest.raises(LoginExpired):
        desk.channel.sign_in(told["code"][0], back, verifier)


def test_a_token_runs_out_and_is_renewed(desk: Desk) -> None:
    desk.net.tokens.clear()
    with pytest.raises(LoginExpired):
        desk.fetch()
    renewed = desk.channel.renew()
    desk.channel = type(desk.channel)({**desk.channel.config, **renewed}, desk.http, desk.channel.account)
    desk.net.write("Hello")
    assert texts(desk.fetch()) == ["Hello"]


def test_one_login_opens_several_blogs(desk: Desk) -> None:
    desk.net.blogs["77"] = "Nordlicht Kids"
    http = Http(timeout=5)
    fresh = type(desk.channel)(login(desk.loopback.url), http)
    offers = fresh.accounts()
    assert [offer.account.name for offer in offers] == ["Nordlicht", "Nordlicht Kids"]
    assert offers[1].settings == {"blog_id": "77", "user_id": USER}
    chosen = type(desk.channel)({**login(desk.loopback.url), **offers[1].settings}, http)
    assert chosen.whoami().id == "77"
    assert fresh.whoami().id == BLOG
    http.close()


def test_who_is_no_administrator_is_told_so(desk: Desk) -> None:
    desk.net.admin = False
    with pytest.raises(Refused, match="no administrator of Nordlicht"):
        desk.channel.whoami()
    http = Http(timeout=5)
    with pytest.raises(Refused, match="of any blog"):
        type(desk.channel)(login(desk.loopback.url), http).whoami()
    http.close()


class Nearly(Purse):
    """A day's quota of which nearly only the reserve is left, an hour before it begins anew."""

    def left(self) -> float:
        return 1_030 - self.spent

    def day_ends_in(self) -> float:
        return 3_600.0


def test_reading_slows_down_and_leaves_what_acts_need(desk: Desk) -> None:
    http = Http(timeout=5, purse=Nearly())
    channel = type(desk.channel)(desk.channel.config, http, desk.channel.account)
    desk.net.write("Hello")
    reading = channel.fetch("")
    assert (texts(list(reading.events)), reading.pause) == (["Hello"], 3_600 * 3 / 28)
    http.purse.spend(26)
    calls = len(desk.net.calls)
    assert channel.fetch(reading.cursor or "").pause == 3_600
    assert len(desk.net.calls) == calls, "nobody was asked"
    http.close()


def test_when_the_quota_is_used_up_all_waits(desk: Desk) -> None:
    _, item = desk.hear("Hello")
    desk.net.quota = desk.net.spent
    with pytest.raises(TryLater) as raised:
        desk.channel.moderate(Act.SPAM, item)
    assert raised.value.after is not None
    assert isinstance(desk.channel.may(Act.SPAM, item), Allowed)
    assert desk.net.comments[item.id].status == "LIVE"
