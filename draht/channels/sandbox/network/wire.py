"""How the network tells of its messages: the JSON of its API, its events and its hooks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from draht.channels.sandbox.network.values import Member, Message

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def as_time(ms: int) -> datetime:
    """Milliseconds since 1970 as a time with a zone, without a rounding error."""
    return _EPOCH + timedelta(milliseconds=ms)


def as_iso(ms: int | None) -> str | None:
    return None if ms is None else as_time(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_member(member: Member) -> dict[str, Any]:
    return {
        "id": str(member.id),
        "name": member.name,
        "handle": member.handle,
        "company": member.company,
        "takes_answers": member.takes_answers,
    }


def thread_of(message: Message) -> str:
    """A public thread is named after its post, a private one after its customer."""
    return f"private-{message.customer}" if message.private else str(message.root)


def as_message(message: Message) -> dict[str, Any]:
    """``path`` is relative to the network's address; a private message has none. ``about`` is the public message that
    a private one answers."""
    return {
        "id": str(message.id),
        "thread": thread_of(message),
        "parent": None if message.parent is None else str(message.parent),
        "about": None if message.about is None else str(message.about),
        "author": as_member(message.author),
        "text": message.text,
        "state": message.state,
        "created_at": as_iso(message.created_at),
        "changed_at": as_iso(message.changed_at),
        "edited_at": as_iso(message.edited_at),
        "path": "" if message.private else f"p/{message.root}#m{message.id}",
    }


def as_event(message: Message, what: str, at: int) -> dict[str, Any]:
    """``what`` is created, edited, moderated or deleted. Of a deleted message nothing but its id is told."""
    told = {"id": str(message.id), "thread": thread_of(message)} if what == "deleted" else as_message(message)
    return {"event": what, "at": as_iso(at), "message": told}
