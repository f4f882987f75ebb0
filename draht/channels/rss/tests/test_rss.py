"""Feeds keep the contract of channels, in all three formats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from draht.channels.rss.channel import Rss
from draht.channels.rss.entry import NotAFeed, Source
from draht.channels.rss.jsonfeed import read_json
from draht.channels.rss.tests.double import Site
from draht.channels.rss.tests.reading import AT, URL, read
from draht.contract.channel import Act
from draht.contract.messages import NotAllowed, Reading, Unread
from draht.contract.reading import as_text
from draht.contract.testing import ChannelContract


class FeedContract(ChannelContract):
    """What is the same for the three formats."""

    channel = Rss
    path: ClassVar[str]

    def double(self) -> Site:
        return Site()

    def connect(self, url: str, double: Site) -> Mapping[str, str]:
        return {"url": url + self.path}

    def customer_writes(self, double: Site, text: str) -> None:
        double.write(text)

    def our_answers(self, double: Site) -> list[str]:
        return []

    def read_sample(self, payload: Any) -> Reading:
        try:
            if isinstance(payload, bytes):
                return read(payload)
            return read_json(payload, Source(URL, AT)).reading
        except NotAFeed as error:
            return Reading(unread=(Unread(as_text(payload), str(error)),))


class TestAtom(FeedContract):
    path = "/feed.atom"


class TestRss(FeedContract):
    path = "/feed.rss"


class TestJsonFeed(FeedContract):
    path = "/feed.json"


def test_nobody_answers_in_a_feed(feed: Rss) -> None:
    answer = feed.may(Act.REPLY, TestAtom().item())
    assert answer == NotAllowed("A feed can only be read; answer on the page itself.")
