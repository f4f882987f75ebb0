"""What becomes of entries, strange and hostile ones included."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from draht.channels.rss.entry import NotAFeed
from draht.channels.rss.tests.double import Site
from draht.channels.rss.tests.reading import AT, read, texts
from draht.contract.messages import IncomingMessage


def test_the_same_id_for_a_long_id() -> None:
    item = "<item><guid isPermaLink='false'>{}</guid><title>x</title></item>"
    rss = "<rss version='2.0'><channel>" + item.format("a" * 3000) + item.format("a" * 3001) + "</channel></rss>"
    ids = [event.id for event in read(rss).events]
    assert len(set(ids)) == 2
    assert all(len(one) < 100 for one in ids)


def test_entries_without_a_date_get_the_feeds_or_the_servers() -> None:
    item = "<item><title>x</title></item>"
    dated = f"<rss version='2.0'><channel><pubDate>Thu, 19 Nov 2026 08:00:00 GMT</pubDate>{item}</channel></rss>"
    (event,) = read(dated).events
    assert event.at == datetime(2026, 11, 19, 8, tzinfo=UTC)
    (event,) = read(f"<rss version='2.0'><channel>{item}</channel></rss>").events
    assert event.at == AT


def test_a_date_that_nobody_can_read_does_not_stop_the_entry() -> None:
    (event,) = read(
        "<rss version='2.0'><channel><item><title>x</title><pubDate>soon</pubDate></item></channel></rss>"
    ).events
    assert event.at == AT


def test_an_address_that_is_no_web_address_is_left_out() -> None:
    (event,) = read(
        "<rss version='2.0'><channel><item><title>x</title><link>javascript:alert(1)</link>"
        "<enclosure url='file:///etc/passwd' type='image/png'/></item></channel></rss>"
    ).events
    assert isinstance(event, IncomingMessage)
    assert event.url == ""
    assert event.attachments == ()


BOMB = (
    '<?xml version="1.0"{}?><!DOCTYPE r [<!ENTITY b0 "xxxxxxxxxx">'
    + "".join(f'<!ENTITY b{i} "' + f"&b{i - 1};" * 10 + '">' for i in range(1, 10))
    + ']><rss version="2.0"><channel><item><guid>1</guid><title>&b9;</title></item></channel></rss>'
)


@pytest.mark.parametrize(
    "body",
    [
        BOMB.format("").encode(),
        BOMB.format(' encoding="utf-16"').encode("utf-16"),
        BOMB.format(' encoding="utf-7"').encode("ascii").replace(b"<!ENTITY", b"+ADw-!ENTITY"),
        BOMB.format("").replace("<!ENTITY", "<!entity").encode(),
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        b'<rss version="2.0"><channel><title>&x;</title></channel></rss>',
    ],
)
def test_entities_are_not_unfolded(body: bytes) -> None:
    with pytest.raises(NotAFeed, match="entities"):
        read(body)


def test_a_document_type_from_elsewhere_is_not_fetched() -> None:
    kind = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1:1/rss.dtd">'
    rss = kind + '<rss version="0.91"><channel>{}</channel></rss>'
    assert texts(read(rss.format("<item><title>x</title></item>"))) == ["x"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["atom", "rss", "json"]), st.randoms(use_true_random=False))
def test_a_damaged_feed_never_stops_the_reader(text: str, kind: str, random: Any) -> None:
    site = Site()
    site.write(text)
    whole = bytearray(
        {"atom": site.as_atom, "rss": site.as_rss, "json": site.as_json}[kind]().encode("utf-8", "replace")
    )
    for _ in range(random.randrange(4)):
        place = random.randrange(len(whole))
        whole[place : place + random.randrange(9)] = random.randbytes(random.randrange(5))
    with suppress(NotAFeed):
        reading = read(bytes(whole))
        for event in reading.events:
            assert isinstance(event, IncomingMessage)
            assert event.id
            assert "\x00" not in event.id + event.text + event.title
