"""Mastodon's JSON to messages and back. Pure: no HTTP, no client, no clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import msgspec

from draht.channels.mastodon import wording
from draht.contract.messages import (
    Account,
    Attachment,
    Author,
    IncomingMessage,
    Item,
    OutgoingPost,
    OutgoingReply,
    Sent,
)
from draht.contract.text import clean, from_html

Id = Annotated[str, msgspec.Meta(min_length=1)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
KINDS = {"image": "image", "gifv": "video", "video": "video", "audio": "audio"}


class Person(msgspec.Struct):
    id: Id
    username: str
    acct: str
    display_name: str | None = None
    url: str | None = None
    avatar: str | None = None


class Mentioned(msgspec.Struct):
    id: Id
    acct: str


class Media(msgspec.Struct):
    type: str
    url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class Status(msgspec.Struct):
    """The part of a status that we read. Other servers of this API leave out what Mastodon promises."""

    id: Id
    account: Person
    created_at: Moment
    content: str
    visibility: str
    uri: str = ""
    url: str | None = None
    edited_at: Moment | None = None
    in_reply_to_id: str | None = None
    spoiler_text: str | None = None
    language: str | None = None
    media_attachments: list[Media] | None = None
    mentions: list[Mentioned] | None = None


class StatusLimits(msgspec.Struct):
    """What a server told about itself; the defaults are Mastodon's own."""

    max_characters: int = 500
    characters_reserved_per_url: int = 23


class _Configuration(msgspec.Struct):
    statuses: StatusLimits


class _Instance(msgspec.Struct):
    configuration: _Configuration


def to_account(raw: Any) -> Account:
    person = msgspec.convert(raw, Person)
    return Account(id=person.id, name=_name(person), handle=person.acct, url=person.url or "")


def to_limits(raw: Any) -> StatusLimits:
    return msgspec.convert(raw, _Instance).configuration.statuses


def to_mention(raw: Any) -> IncomingMessage | None:
    """What a notification says; ``None`` for other kinds than mentions, which some servers send unasked."""
    return to_message(raw["status"]) if raw["type"] == "mention" else None


def to_told(raw: Any) -> IncomingMessage | None:
    """A notification or a status, whichever it is."""
    return to_mention(raw) if "type" in raw and "status" in raw else to_message(raw)


def to_message(raw: Any) -> IncomingMessage:
    """A status as a message.

    Its id is the server's own, not the federation-wide ``uri``: a connection is one account on one server,
    where a status has one id, which answering and reading again need. The ``uri`` stays in ``raw``.
    """
    status = msgspec.convert(raw, Status)
    return IncomingMessage(
        id=status.id,
        author=_author(status.account),
        text=clean(from_html(wording.show_targets(status.content))),
        at=status.created_at,
        thread="" if status.in_reply_to_id else status.id,  # an answer does not tell its root
        parent=status.in_reply_to_id or "",
        private=status.visibility == "direct",
        revision=status.edited_at or status.created_at,
        title=clean(status.spoiler_text or ""),  # a content warning serves as the subject, too
        url=status.url or status.uri,
        language=status.language or "",
        attachments=tuple(_attachment(media) for media in status.media_attachments or () if _place(media)),
        raw=raw,
    )


def to_sent(raw: Any) -> Sent:
    status = msgspec.convert(raw, Status)
    return Sent(id=status.id, at=status.created_at, url=status.url or status.uri)


def in_thread(message: IncomingMessage, thread: str) -> IncomingMessage:
    return replace(message, thread=thread)


def from_reply(reply: OutgoingReply, us: str) -> dict[str, str]:
    """The answer as the network takes it: to the author, as public as the item, under the same warning."""
    status = {
        "status": addressed(reply.text, reply.to, us),
        "in_reply_to_id": reply.to.id,
        "visibility": "direct" if reply.private else visibility(reply.to),
    }
    return status | ({"spoiler_text": warning(reply.to)} if warning(reply.to) else {})


def from_post(post: OutgoingPost) -> dict[str, str]:
    link = post.link if post.link not in post.text else ""
    parts = (post.title, post.text, link)
    return {"status": "\n\n".join(part for part in parts if part), "visibility": "public"}


def addressed(text: str, to: Item, us: str) -> str:
    """The text with @mentions before it: nobody is told of an answer that does not mention them."""
    missing = [acct for acct in _readers(to, us) if not wording.mentions(text, acct)]
    return " ".join([*(f"@{acct}" for acct in missing), text])


def visibility(item: Item) -> str:
    """As public as the item. Without its payload (erased by now) private stays private, the rest quiet."""
    if item.private:
        return "direct"
    return str(item.raw.get("visibility") or "unlisted")


def warning(item: Item) -> str:
    return str(item.raw.get("spoiler_text") or "")


def _readers(item: Item, us: str) -> list[str]:
    """The author; to a message of our own, those whom it mentions."""
    if not item.ours and item.author.id != us:
        return [item.author.handle] if item.author.handle else []
    mentioned = msgspec.convert(item.raw.get("mentions") or [], list[Mentioned])
    return [person.acct for person in mentioned if person.id != us]


def _author(person: Person) -> Author:
    return Author(
        id=person.id,
        name=_name(person),
        handle=person.acct,
        url=person.url or "",
        avatar=person.avatar or "",
    )


def _name(person: Person) -> str:
    return clean(person.display_name or "").strip() or person.username or person.acct


def _attachment(media: Media) -> Attachment:
    kind = KINDS.get(media.type, "file")
    return Attachment(url=_place(media), kind=kind, alt=clean(media.description or ""))


def _place(media: Media) -> str:
    return media.url or media.remote_url or ""
