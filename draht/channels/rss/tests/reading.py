"""Reading a feed that is written in the test itself."""

from __future__ import annotations

from datetime import UTC, datetime

from draht.channels.rss.mapper import read_feed
from draht.contract.messages import IncomingMessage, Reading

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
URL = "https://feeds.example/all.xml"


def read(body: str | bytes, content_type: str = "") -> Reading:
    return read_feed(body.encode() if isinstance(body, str) else body, content_type, URL, AT).reading


def texts(reading: Reading) -> list[str]:
    return [event.text for event in reading.events if isinstance(event, IncomingMessage)]
