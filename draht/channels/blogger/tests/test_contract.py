"""Blogger keeps the contract of channels, and its double keeps to Google's discovery document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from draht.channels.blogger.channel import Blogger
from draht.channels.blogger.mapper import to_event
from draht.channels.blogger.tests.desk import settings
from draht.channels.blogger.tests.double import USER, Double
from draht.contract.loopback import Loopback
from draht.contract.messages import Reading
from draht.contract.reading import read_each
from draht.contract.testing import ChannelContract
from draht.contract.testing.google import SHARED, Asked, No, Told, need


class TestBlogger(ChannelContract):
    channel = Blogger

    @pytest.fixture
    def net(self) -> Iterator[Loopback]:
        double = Double()
        loopback = Loopback(double)
        yield loopback
        loopback.close()
        assert double.violations == []

    def double(self) -> Double:
        return Double()

    def connect(self, url: str, double: Any) -> Mapping[str, str]:
        return settings(url)

    def customer_writes(self, double: Any, text: str) -> None:
        double.write(text)

    def customer_edits(self, double: Any, id: str, text: str) -> None:
        """Nobody can edit a comment on Blogger."""

    def customer_deletes(self, double: Any, id: str) -> None:
        del double.comments[id]

    def acts_on(self, double: Any, id: str) -> list[str]:
        comment = double.comments.get(id)
        return [comment.status if comment else "gone"]

    def our_answers(self, double: Any) -> list[str]:
        return [each.text for each in double.comments.values() if each.author == USER]

    def our_posts(self, double: Any) -> list[str]:
        return [post.content for post in list(double.posts.values())[1:]]

    def read_sample(self, payload: Any) -> Reading:
        return Reading(*read_each([payload], to_event))


def test_the_document_judges_what_is_asked_and_answered() -> None:
    need(SHARED / "specs" / "google" / "blogger.v3.json")
    double = Double()
    wrong = Asked(("1",), [("status", "LIVELY"), ("maxResults", "many")], None, {})
    with pytest.raises(No):
        double._judged("GET", "v3/blogs/1/comments", wrong, lambda _: Told({}))
    assert len(double.violations) == 2
    right = Asked(("1",), [("status", "LIVE")], None, {})
    with pytest.raises(AssertionError, match="as Google never would"):
        double._judged("GET", "v3/blogs/1/comments", right, lambda _: Told({"items": [{"state": "LIVE"}]}))
