"""The sandbox's JSON to messages and back. Pure: no HTTP, no client, no clock."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from draht.contract.messages import (
    Account,
    Author,
    Deletion,
    Event,
    IncomingMessage,
    OutgoingPost,
    OutgoingReply,
    Reading,
    Sent,
)
from draht.contract.reading import read_each
from draht.contract.text import clean

Id = Annotated[str, msgspec.Meta(min_length=1)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Member(msgspec.Struct):
    id: Id
    name: str
    handle: str


class Message(msgspec.Struct):
    id: Id
    thread: Id
    author: Member
    text: str
    state: Literal["public", "held", "spam", "private"]
    created_at: Moment
    changed_at: Moment
    parent: str | None = None
    path: str = ""


class Gone(msgspec.Struct):
    id: Id


class Happened(msgspec.Struct):
    event: Literal["created", "edited", "moderated", "deleted"]
    at: Moment
    message: dict[str, Any]


class Page(msgspec.Struct):
    """What the events call answers: events in order, and the number of the last one."""

    events: list[Any]
    last: int
    more: bool


def to_account(raw: Any, base: str) -> Account:
    member = msgspec.convert(raw, Member)
    return Account(id=member.id, name=member.name, handle=member.handle, url=f"{base}/@{member.handle}")


def to_page_reading(raw: Any, base: str) -> Reading:
    """One page of events; the cursor is the number of its last event."""
    page = msgspec.convert(raw, Page)
    reading = to_reading(page.events, base)
    return Reading(reading.events, reading.unread, cursor=str(page.last), more=page.more)


def to_reading(events: list[Any], base: str) -> Reading:
    understood, unread = read_each(events, lambda raw: to_event(raw, base))
    return Reading(events=understood, unread=unread)


def to_event(raw: Any, base: str) -> Event:
    """A message marked as spam is gone for us; a later approval brings it back."""
    happened = msgspec.convert(raw, Happened)
    if happened.event == "deleted":
        return Deletion(id=msgspec.convert(happened.message, Gone).id, at=happened.at)
    message = msgspec.convert(happened.message, Message)
    if message.state == "spam":
        return Deletion(id=message.id, at=message.changed_at)
    return _to_message(message, happened.message, base)


def to_sent(raw: Any, base: str) -> Sent:
    message = msgspec.convert(raw, Message)
    return Sent(id=message.id, at=message.created_at, url=_url(message, base))


def from_reply(reply: OutgoingReply) -> dict[str, Any]:
    return {
        "text": reply.text,
        "parent": reply.to.id,
        "private": reply.private or reply.to.private,
        "client_key": reply.key,
    }


def from_post(post: OutgoingPost) -> dict[str, Any]:
    link = post.link if post.link not in post.text else ""
    parts = (post.title, post.text, link)
    return {"text": "\n\n".join(part for part in parts if part), "client_key": post.key}


def _to_message(message: Message, raw: Any, base: str) -> IncomingMessage:
    return IncomingMessage(
        id=message.id,
        author=Author(
            id=message.author.id,
            name=clean(message.author.name),
            handle=message.author.handle,
        ),
        text=clean(message.text),
        at=message.created_at,
        thread=message.thread,
        parent=message.parent or "",
        private=message.state == "private",
        held=message.state == "held",
        revision=message.changed_at,
        url=_url(message, base),
        raw=raw,
    )


def _url(message: Message, base: str) -> str:
    return f"{base}/{message.path}" if message.path else ""
