"""Direct messages: as the API gives them, and as the Activity API tells them in the format of API 1.1. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from draht.channels.x.media import legacy
from draht.channels.x.parts import Attached, Entities, Id, Link, attachments, author, person, plain, unwrapped
from draht.channels.x.times import when
from draht.contract.messages import IncomingMessage, Sent

MESSAGE = "dm:"  # before the ids of direct messages: they have a series of their own


class MessageEvent(msgspec.Struct):
    """A direct message as ``/2/dm_events`` gives it."""

    id: Id
    event_type: str
    sender_id: Id | None = None
    text: str = ""
    dm_conversation_id: str = ""
    attachments: Attached | None = None
    entities: Entities | None = None
    urls: list[Link] | None = None


class Target(msgspec.Struct):
    recipient_id: Id


class MessageData(msgspec.Struct):
    text: str = ""
    entities: Entities | None = None
    attachment: Any = None


class MessageCreate(msgspec.Struct):
    target: Target
    sender_id: Id
    message_data: MessageData


class LegacyEvent(msgspec.Struct):
    """A direct message as the Activity API tells it: the format of API 1.1. Its id says when it was written."""

    id: Id
    message_create: MessageCreate


def to_message(told: Any) -> IncomingMessage | None:
    """A direct message that was asked for; ``None`` for people who join or leave a group."""
    event = msgspec.convert(told["payload"], MessageEvent)
    if event.event_type != "MessageCreate":
        return None
    if event.sender_id is None:
        raise ValueError("a direct message without a sender")
    links = [*(event.urls or ()), *((event.entities and event.entities.urls) or ())]
    at = when(event.id)
    return IncomingMessage(
        id=MESSAGE + event.id,
        author=author(event.sender_id, person(told.get("includes") or {}, event.sender_id)),
        text=plain(event.text, links),
        at=at,
        thread=MESSAGE + (event.dm_conversation_id or event.id),
        private=True,
        revision=at,
        attachments=attachments(event.attachments, told.get("includes") or {}),
        raw=told,
    )


def to_told_message(raw: Any, people: Mapping[str, Any], told: Any) -> IncomingMessage:
    event = msgspec.convert(raw, LegacyEvent)
    said, sender = event.message_create.message_data, event.message_create.sender_id
    file = legacy(said.attachment)
    links = [link for link in (said.entities and said.entities.urls) or () if not file or link.url != file.link]
    at = when(event.id)
    return IncomingMessage(
        id=MESSAGE + event.id,
        author=author(sender, unwrapped(people.get(sender))),
        text=plain(said.text.replace(file.link, "") if file and file.link else said.text, links),
        at=at,
        thread=MESSAGE + conversation(sender, event.message_create.target.recipient_id),
        private=True,
        revision=at,
        attachments=(file.attachment,) if file else (),
        raw={"event_type": told["event_type"], "payload": {"direct_message_events": [raw]}},
    )


def to_sent_message(raw: Any) -> Sent:
    id = msgspec.convert(raw["data"]["dm_event_id"], Id)
    return Sent(MESSAGE + id, when(id))


def conversation(one: str, other: str) -> str:
    """X's name of the conversation of two people: the older account first."""
    return "-".join(sorted((one, other), key=int))
