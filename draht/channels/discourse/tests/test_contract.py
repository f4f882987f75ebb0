"""Discourse keeps the contract of channels, and its double keeps to the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from draht.channels.discourse.channel import Discourse
from draht.channels.discourse.mapper import to_event
from draht.channels.discourse.tests import spec
from draht.channels.discourse.tests.desk import settings
from draht.channels.discourse.tests.double import Double
from draht.channels.discourse.tests.network import SITE, Topic
from draht.contract.loopback import Loopback
from draht.contract.messages import Hook, Item, Reading
from draht.contract.reading import read_each
from draht.contract.testing import ChannelContract


class TestDiscourse(ChannelContract):
    channel = Discourse

    @pytest.fixture
    def net(self) -> Iterator[Loopback]:
        double = self.double()
        loopback = Loopback(double)
        yield loopback
        loopback.close()
        assert double.violations == []

    def double(self) -> Double:
        return Double()

    def connect(self, url: str, double: Any) -> Mapping[str, str]:
        return settings(url)

    def customer_writes(self, double: Any, text: str) -> None:
        double.world.write(text)

    def our_answers(self, double: Any) -> list[str]:
        return list(double.world.ours())

    def our_posts(self, double: Any) -> list[str]:
        return list(double.world.ours(topics=True))

    def customer_edits(self, double: Any, id: str, text: str) -> None:
        double.world.rewrite(double.world.posts[int(id)], text)

    def customer_deletes(self, double: Any, id: str) -> None:
        double.world.remove(double.world.posts[int(id)])

    def acts_on(self, double: Any, id: str) -> list[str]:
        post = double.world.posts[int(id)]
        return [str(sorted(post.acts)), str(bool(post.deleted)), str(double.world.silenced)]

    def forged_and_true(self, double: Any) -> tuple[Hook, Hook]:
        double.world.write("Where is my parcel?")
        *_, true = double.hooks()
        headers = {**true.headers, "x-discourse-event-signature": "sha256=" + "0" * 64}
        return replace(true, headers=headers), true

    def item(self, **changes: Any) -> Item:
        return super().item(**({"id": "105", "thread": "topic-101", "raw": {"post_number": 2}} | changes))

    def read_sample(self, payload: Any) -> Reading:
        return Reading(*read_each([payload], lambda raw: to_event(raw.get("post", raw), SITE)))


class TestDiscourseInPrivate(TestDiscourse):
    """The same in a private conversation, as a user with no rights beyond it."""

    def double(self) -> Double:
        double = Double()
        double.moderator = False
        return double

    def customer_writes(self, double: Any, text: str) -> None:
        double.world.write(text, topic=_letter(double))

    def item(self, **changes: Any) -> Item:
        return super().item(**({"private": True} | changes))


def _letter(double: Double) -> Topic:
    known = [topic for topic in double.world.topics.values() if topic.private]
    return known[0] if known else double.world.open("My order 4711", private=True)


def test_the_double_cannot_drift_from_the_document() -> None:
    spec.need(spec.SPEC)
    asked = {"raw": "Hello", "topic_id": 1}
    assert spec.request_faults("post", "/posts.json", {}, asked, spec.JSON) == []
    assert spec.request_faults("post", "/posts.json", {}, asked | {"topic": 1}, spec.JSON)
    assert spec.request_faults("post", "/posts.json", {}, asked | {"topic_id": "1"}, spec.JSON)
    assert spec.request_faults("get", "/posts.json", {"after": 1}, None, "")
    assert spec.request_faults("get", "/nothing.json", {}, None, "")
    assert spec.answer_faults("get", "/posts.json", {"latest_posts": [{"id": 1}]})
