"""X keeps to the contract of channels, and its double to the specification."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from draht.channels.x.channel import X
from draht.channels.x.mapper import to_events
from draht.channels.x.tests import shapes, spec
from draht.channels.x.tests.double import Double
from draht.channels.x.tests.office import API_SECRET, BEARER, CLIENT_ID, CLIENT_SECRET
from draht.contract.channel import Channel, WSGIApp
from draht.contract.loopback import Loopback
from draht.contract.messages import Hook, Reading
from draht.contract.reading import read_each
from draht.contract.testing import ChannelContract


class TestX(ChannelContract):
    channel: ClassVar[type[Channel]] = X

    @pytest.fixture
    def net(self) -> Iterator[Loopback]:
        double = Double()
        loopback = Loopback(double)
        yield loopback
        loopback.close()
        assert double.violations == []

    def double(self) -> WSGIApp:
        return Double()

    def connect(self, url: str, double: Any) -> Mapping[str, str]:
        login = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        app = {"api_secret": API_SECRET, "bearer_token": BEARER, "api": url, "site": url}
        return login | app | {"access_token": double.office.grant()["access_token"]}

    def customer_writes(self, double: Any, text: str) -> None:
        """An answer to a post of ours, so that it can be hidden; it names us."""
        root = next((post for post in double.net.posts.values() if not post.parent), None)
        root = root or double.net.write("brand", "Our new parcels are here.")
        double.net.write("ada", f"@brand {text}", parent=root.id)

    def customer_edits(self, double: Any, id: str, text: str) -> None:
        double.net.edit(id, text)

    def customer_deletes(self, double: Any, id: str) -> None:
        double.net.delete(id)

    def our_answers(self, double: Any) -> list[str]:
        return [post.text for post in double.net.newest() if post.author is double.net.brand and post.parent]

    def our_posts(self, double: Any) -> list[str]:
        return [post.text for post in double.net.newest() if post.author is double.net.brand and not post.parent]

    def acts_on(self, double: Any, id: str) -> list[str]:
        return [act for act, what in double.net.acts if what == id]

    def forged_and_true(self, double: Any) -> tuple[Hook, Hook]:
        exchange = double.exchange
        double.net.write("ada", "@brand Hello")
        told = next(told for told in double.net.told if told.kind == "post.mention.create")
        body = json.dumps(shapes.event(double.net, told)).encode()
        return exchange.hook(body, "sha256=bm90IG91cnM="), exchange.hook(body)

    def read_sample(self, payload: Any) -> Reading:
        return Reading(*read_each([payload], lambda told: to_events(told["data"])))


def test_the_specification_judges_the_double() -> None:
    spec.need(spec.SPECS)
    assert spec.request_faults("/2/tweets", "POST", [], {"txt": "Hello"})
    assert spec.request_faults("/2/tweets", "GET", [("ids", "1"), ("tweet.fields", "nope")], None)
    assert spec.answer_faults("/2/tweets", "GET", 200, {"data": [{"id": 1}]})
    wrong = {"title": "x", "type": "https://api.twitter.com/2/problems/resource-not-found"}
    assert spec.answer_faults("/2/tweets", "GET", 200, {"errors": [wrong]})
