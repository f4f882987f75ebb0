"""What a polite reader of feeds does: conditions, redirects, pauses; and what it does with broken answers."""

from __future__ import annotations

import time
from datetime import timedelta

import httpx2 as httpx
import pytest

from draht.channels.rss.channel import LONGEST_PAUSE, Rss
from draht.channels.rss.client import MAX_FEED
from draht.channels.rss.entry import MOST
from draht.channels.rss.tests.double import Site
from draht.channels.rss.tests.reading import texts
from draht.contract.errors import LoginExpired, Refused, TryLater
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import IncomingMessage, Reading
from draht.contract.testing import drain


def cursor_of(feed: Rss, cursor: str = "") -> str:
    told = feed.fetch(cursor).cursor
    assert told is not None
    return told


def test_what_did_not_change_is_not_sent_again(site: Site, feed: Rss) -> None:
    site.write("Hello")
    cursor = cursor_of(feed)
    reading = feed.fetch(cursor)
    assert site.answered == [200, 304]
    assert reading.events == ()
    site.write("Hello again")
    assert texts(feed.fetch(reading.cursor or "")) == ["Hello", "Hello again"]


def test_last_modified_is_sent_back(site: Site, feed: Rss) -> None:
    site.headers["Last-Modified"] = "Fri, 20 Nov 2026 08:00:00 GMT"
    feed.fetch(cursor_of(feed))
    assert site.asked[-1]["HTTP_IF_MODIFIED_SINCE"] == "Fri, 20 Nov 2026 08:00:00 GMT"


def test_the_same_bytes_are_not_read_twice(site: Site, feed: Rss) -> None:
    site.validators = False
    site.write("Hello")
    assert feed.fetch(cursor_of(feed)).events == ()
    assert site.answered == [200, 200]


def test_another_address_begins_anew(site: Site, feed: Rss, net: Loopback, http: Http) -> None:
    site.write("Hello")
    other = Rss({"url": net.url + "/feed.rss"}, http)
    assert texts(other.fetch(cursor_of(feed))) == ["Hello"]


def test_a_feed_that_moved_for_good_is_asked_there(site: Site, net: Loopback, http: Http) -> None:
    site.write("Hello")
    site.moved["/old"] = (301, "/feed.atom")
    feed = Rss({"url": net.url + "/old"}, http)
    cursor = cursor_of(feed)
    feed.fetch(cursor)
    assert [asked["PATH_INFO"] for asked in site.asked] == ["/old", "/feed.atom", "/feed.atom"]


def test_a_feed_that_is_elsewhere_today_is_asked_where_it_was(site: Site, net: Loopback, http: Http) -> None:
    site.moved["/old"] = (302, "/feed.atom")
    feed = Rss({"url": net.url + "/old"}, http)
    feed.fetch(cursor_of(feed))
    assert [asked["PATH_INFO"] for asked in site.asked] == ["/old", "/feed.atom"] * 2


def test_ids_do_not_change_when_a_feed_moves() -> None:
    """A guid without ``isPermaLink="false"`` is a relative address, read from the one that was connected."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if request.url.host == "10.0.0.1":
            return httpx.Response(301, headers={"Location": "http://10.0.0.2/feed"})
        return httpx.Response(200, text='<rss version="2.0"><channel><item><guid>7</guid></item></channel></rss>')

    feed = Rss({"url": "http://10.0.0.1/feed"}, Http(transport=httpx.MockTransport(answer)))
    assert [event.id for event in feed.fetch("").events] == ["http://10.0.0.1/7"]
    assert asked == ["http://10.0.0.1/feed", "http://10.0.0.2/feed"]


def test_a_public_feed_does_not_lead_inside() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": "http://127.0.0.1:8000/secret"})

    feed = Rss({"url": "http://93.184.216.34/feed"}, Http(transport=httpx.MockTransport(answer)))
    with pytest.raises(Refused, match="not an address of the public network"):
        feed.fetch("")


def test_a_feed_that_is_gone_says_so(site: Site, feed: Rss) -> None:
    site.gone.add("/feed.atom")
    with pytest.raises(Refused, match="gone for good"):
        feed.fetch("")


def test_a_server_that_wants_a_pause_gets_it(net: Loopback, feed: Rss) -> None:
    net.fail_next(429)
    with pytest.raises(TryLater):
        feed.fetch("")


@pytest.mark.parametrize("asks", ["ttl", "max-age"])
def test_a_feed_that_asks_for_a_longer_pause_gets_it(
    site: Site, net: Loopback, http: Http, asks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write("Hello")
    site.ttl = 60 if asks == "ttl" else 0
    site.headers |= {"Cache-Control": "public, max-age=3600"} if asks == "max-age" else {}
    feed = Rss({"url": net.url + "/feed.rss"}, http)
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now)
    cursor = cursor_of(feed)
    assert feed.fetch(cursor) == Reading()
    monkeypatch.setattr("time.time", lambda: now + 3601)
    cursor = cursor_of(feed, cursor)  # 304: the pause is still wished
    assert feed.fetch(cursor) == Reading()
    assert site.answered == [200, 304]


def test_no_pause_is_longer_than_six_hours(
    site: Site, net: Loopback, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.ttl = 99_999
    feed = Rss({"url": net.url + "/feed.rss"}, http)
    cursor = cursor_of(feed)
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + LONGEST_PAUSE + 1)
    cursor_of(feed, cursor)
    monkeypatch.setattr("time.time", lambda: now - 10 * 86_400)  # a clock that was wrong for a while
    cursor_of(feed, cursor)
    assert site.answered == [200, 304, 304]


def test_an_edit_is_the_same_entry_with_a_later_revision(site: Site, feed: Rss) -> None:
    entry = site.write("Teh zipper")
    cursor = cursor_of(feed)
    entry.text, entry.updated = "The zipper", entry.at + timedelta(hours=1)
    (edited,) = feed.fetch(cursor).events
    assert isinstance(edited, IncomingMessage)
    assert (edited.id, edited.at, edited.revision, edited.text) == (
        entry.id,
        entry.at,
        entry.updated,
        "The zipper",
    )


def test_an_answer_knows_what_it_answers(site: Site, feed: Rss) -> None:
    first = site.write("A question")
    site.write("An answer", answers=first.id)
    question, answer = drain(feed, "")[0]
    assert (question.parent, answer.parent) == ("", first.id)


def test_of_a_long_feed_the_newest_are_read(site: Site, feed: Rss) -> None:
    for number in range(MOST + 20):
        site.write(f"entry {number}")
    assert texts(feed.fetch(""))[:: MOST - 1] == ["entry 20", f"entry {MOST + 19}"]


def test_a_feed_cut_off_is_read_as_far_as_it_goes_and_asked_for_again(site: Site, feed: Rss) -> None:
    site.write("Hello")
    site.write("And goodbye")
    whole = site.as_atom().encode()
    site.body = whole[: whole.index(b"Hello") - 20]
    reading = feed.fetch("")
    assert "And goodbye" in texts(reading)
    site.body = None
    assert texts(feed.fetch(reading.cursor or "")) == ["Hello", "And goodbye"]
    assert site.answered == [200, 200]


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"{}", b"[]", b"{", b"<rss", b"<html><body>We are back soon</body>", b"\x00" * 99]
)
def test_what_is_no_feed_is_tried_later(site: Site, feed: Rss, body: bytes) -> None:
    site.write("Hello")
    cursor = cursor_of(feed)
    site.body = body
    with pytest.raises(TryLater) as raised:
        feed.fetch(cursor)
    assert "feed" in raised.value.reason.lower()
    with pytest.raises(Refused):
        feed.whoami()


def test_a_web_page_tells_where_its_feed_is(site: Site, feed: Rss) -> None:
    site.body = b'<!doctype html><html><link href="/feed/" rel="alternate" type="application/rss+xml"></html>'
    with pytest.raises(Refused, match="It names this feed: /feed/"):
        feed.whoami()


def test_a_feed_that_is_too_large_is_refused(site: Site, feed: Rss) -> None:
    site.body = b"<rss version='2.0'><channel>" + b" " * MAX_FEED
    with pytest.raises(Refused, match="larger than 4 MiB"):
        feed.fetch("")


def test_a_feed_behind_a_login_says_so(net: Loopback, feed: Rss) -> None:
    net.fail_next(401)
    with pytest.raises(LoginExpired):
        feed.whoami()
