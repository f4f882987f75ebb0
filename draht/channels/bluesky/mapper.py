"""The network's JSON to messages. Pure: no HTTP, no client, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec

from draht.channels.bluesky.embeds import attachments, links
from draht.channels.bluesky.facets import show_targets
from draht.contract.messages import Account, Author, IncomingMessage
from draht.contract.text import clean

APP = "https://bsky.app"  # where a person sees it
COLLECTION = "app.bsky.feed.post"
Did = Annotated[str, msgspec.Meta(pattern="^did:[a-z]+:.")]
Uri = Annotated[str, msgspec.Meta(pattern="^at://[^/]+/[^/]+/[^/]+$")]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Ref(msgspec.Struct):
    """A post, in one of its versions."""

    uri: Uri
    cid: str


class Person(msgspec.Struct):
    did: Did
    handle: str = ""
    displayName: str | None = None
    avatar: str | None = None


class Replied(msgspec.Struct):
    root: Ref
    parent: Ref


class Record(msgspec.Struct):
    """What the author wrote. Nobody but the author checks ``createdAt``."""

    text: str
    createdAt: str = ""
    reply: Replied | None = None
    facets: list[Any] | None = None
    langs: list[str] | None = None
    embed: dict[str, Any] | None = None


class Post(msgspec.Struct):
    """The part that a notification and a post's view have in common."""

    uri: Uri
    cid: str
    author: Person
    record: Record
    indexedAt: Moment
    embed: dict[str, Any] | None = None
    reason: str = ""
    reasonSubject: str | None = None


class Chatter(msgspec.Struct):
    did: Did


class Message(msgspec.Struct):
    id: Annotated[str, msgspec.Meta(min_length=1)]
    text: str
    sender: Chatter
    sentAt: Moment
    facets: list[Any] | None = None
    embed: dict[str, Any] | None = None
    replyTo: dict[str, Any] | None = None


def to_account(raw: Any) -> Account:
    person = msgspec.convert(raw, Person)
    return Account(id=person.did, name=_name(person), handle=person.handle, url=_page(person.did))


def to_post(raw: Any) -> IncomingMessage:
    """A notification or a post's view as a message. Its id is its address; the handle in it may not change.

    The network does not date edits (a replaced record keeps its date), so there is no revision.
    """
    post = msgspec.convert(raw, Post)
    record = post.record
    quoted = post.reasonSubject or "" if post.reason == "quote" else ""
    return IncomingMessage(
        id=post.uri,
        author=_author(post.author),
        text=_whole(show_targets(record.text, record.facets), links(post.embed)),
        at=_written(post),
        thread=record.reply.root.uri if record.reply else post.uri,
        parent=record.reply.parent.uri if record.reply else quoted,
        url=page_of(post.uri),
        language=record.langs[0] if record.langs else "",
        attachments=attachments(post.embed),
        raw=raw,
    )


def to_direct(raw: Any) -> IncomingMessage:
    """A direct message. ``raw`` is as ``direct`` puts it together."""
    message = msgspec.convert(raw["message"], Message)
    convo = raw["convo"]["id"]
    if not isinstance(convo, str) or not convo:
        raise ValueError("a message without its conversation")
    members = {person.did: person for person in msgspec.convert(raw["convo"]["members"], list[Person])}
    parent = (message.replyTo or {}).get("id")
    return IncomingMessage(
        id=f"{convo}/{message.id}",
        author=_author(members.get(message.sender.did) or Person(message.sender.did)),
        text=_whole(show_targets(message.text, message.facets), links(message.embed)),
        at=message.sentAt,
        thread=convo,
        parent=f"{convo}/{parent}" if isinstance(parent, str) else "",
        private=True,
        raw=raw,
    )


def to_any(raw: Any) -> IncomingMessage:
    """A post or a direct message, whichever it is."""
    return to_direct(raw) if "convo" in raw else to_post(raw)


def direct(convo: Mapping[str, Any], message: Any) -> dict[str, Any]:
    """A message with what we need of its conversation to read and answer it."""
    return {"convo": {key: convo.get(key) for key in ("id", "status", "members")}, "message": message}


def page_of(uri: str) -> str:
    """Where a person sees a post; empty if it is no post."""
    owner, collection, key = parts(uri)
    return f"{APP}/profile/{owner}/post/{key}" if collection == COLLECTION else ""


def parts(uri: str) -> tuple[str, str, str]:
    """Owner, collection and key of a record."""
    found = uri.removeprefix("at://").split("/")
    return (found[0], found[1], found[2]) if uri.startswith("at://") and len(found) == 3 else ("", "", "")


def _page(did: str) -> str:
    return f"{APP}/profile/{did}"


def _author(person: Person) -> Author:
    return Author(
        id=person.did, name=_name(person), handle=person.handle, url=_page(person.did), avatar=person.avatar or ""
    )


def _name(person: Person) -> str:
    return clean(person.displayName or "").strip() or person.handle or person.did


def _written(post: Post) -> datetime:
    """By the network's clock, unless the author's is earlier: that is how the network sorts."""
    try:
        written = datetime.fromisoformat(post.record.createdAt)
    except ValueError:
        return post.indexedAt
    return min(written, post.indexedAt) if written.tzinfo else post.indexedAt


def _whole(text: str, addresses: list[str]) -> str:
    """With the addresses that stand below the text: a card, a quoted post."""
    missing = [address for address in addresses if address not in text]
    return clean("\n\n".join([text, *missing] if text else missing))
