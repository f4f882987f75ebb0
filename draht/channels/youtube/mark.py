"""What one fetch leaves to the next: the cursor, and the times in which it counts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from draht.contract.messages import IncomingMessage
from draht.contract.pace import Plan


class Seen(msgspec.Struct, array_like=True):
    """A thread as it was: when its first comment was last written, its answers, the newest of them (ms since 1970)."""

    at: int
    replies: int = 0
    newest: int = 0


class Held(msgspec.Struct, array_like=True):
    """A comment that waits for review: when it was last written, and when first."""

    at: int
    published: int


class Ahead(msgspec.Struct, array_like=True):
    """Where catching up goes on, and the time until which it reads; ``until`` < 0: it only looks the window through."""

    token: str
    until: int
    pages: int


class Mark(msgspec.Struct):
    """The cursor."""

    known: dict[str, Seen] = {}
    held: dict[str, Held] = {}
    newest: dict[str, int] = {}
    ahead: dict[str, Ahead] = {}
    rounds: int = 0
    plan: Plan | None = None


def published(raw: Any) -> int:
    """When a comment or the first one of a thread was written; 0 if it cannot be read."""
    snippet = raw.get("snippet") if isinstance(raw, dict) else None
    if isinstance(snippet, dict) and isinstance(snippet.get("topLevelComment"), dict):
        snippet = snippet["topLevelComment"].get("snippet")
    try:
        told = datetime.fromisoformat(snippet["publishedAt"])  # type: ignore[index]
        return ms(told if told.tzinfo else told.replace(tzinfo=UTC))
    except (KeyError, TypeError, ValueError):
        return 0


def revision(message: IncomingMessage) -> datetime:
    return message.revision or message.at


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
