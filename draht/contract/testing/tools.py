"""What contract tests need again and again."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from draht.contract.channel import (
    Fetches,
)
from draht.contract.messages import (
    IncomingMessage,
    Item,
    Reading,
)


def item_of(message: IncomingMessage) -> Item:
    """The item that the house would keep for a message."""
    return Item(
        id=message.id,
        thread=message.thread or message.parent or message.id,
        author=message.author,
        at=message.at,
        text=message.text,
        parent=message.parent,
        private=message.private,
        held=message.held,
        raw=message.raw,
    )


def drain(channel: Fetches, cursor: str, most: int = 50) -> tuple[list[Any], str]:
    """Fetches until nothing more is announced: all events, and the last cursor."""
    events: list[Any] = []
    for _ in range(most):
        reading = channel.fetch(cursor)
        events += reading.events
        cursor = cursor if reading.cursor is None else reading.cursor
        if not reading.more:
            return events, cursor
    raise AssertionError("fetching never ends")


def reading_as_json(reading: Reading) -> dict[str, Any]:
    """A reading as plain JSON values without ``raw``, as golden samples are written down."""
    events = []
    for event in reading.events:
        values = asdict(event)
        values.pop("raw", None)
        events.append({"event": type(event).__name__} | values)
    told = {"events": events, "unread": [left.reason for left in reading.unread], "cursor": reading.cursor}
    return cast("dict[str, Any]", json.loads(json.dumps(told, default=_plain)))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
