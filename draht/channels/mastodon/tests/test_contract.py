"""Mastodon keeps to the contract of channels, and its double to the specification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from draht.channels.mastodon.channel import Mastodon
from draht.channels.mastodon.mapper import to_mention, to_message
from draht.channels.mastodon.tests import spec
from draht.channels.mastodon.tests.desk import JANE
from draht.channels.mastodon.tests.double import TOKEN, Double
from draht.contract.channel import Channel, WSGIApp
from draht.contract.loopback import Loopback
from draht.contract.messages import (
    IncomingMessage,
    Reading,
)
from draht.contract.reading import read_each
from draht.contract.testing import ChannelContract


class TestMastodon(ChannelContract):
    channel: ClassVar[type[Channel]] = Mastodon

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
        return {"server": url, "token": TOKEN}

    def customer_writes(self, double: Any, text: str) -> None:
        double.net.write(JANE, f"@brand {text}")

    def our_answers(self, double: Any) -> list[str]:
        return [status.text for status in double.net.of_brand()]

    def read_sample(self, payload: Any) -> Reading:
        events, unread = read_each(payload if isinstance(payload, list) else [payload], read_either)
        return Reading(events, unread)


def read_either(payload: Any) -> IncomingMessage | None:
    notified = isinstance(payload, dict) and "status" in payload
    return to_mention(payload) if notified else to_message(payload)


def test_the_specification_judges_the_double() -> None:
    spec.need(spec.SPEC)
    double = Double()
    double.judge("x", spec.request_faults, "/api/v1/notifications", "GET", [("q", "1")], None)
    double.judge("x", spec.answer_faults, "/api/v1/statuses/{id}", "GET", 200, {"id": 1})
    assert len(double.violations) >= 2
