"""Calls of another system to messages, and our answers to calls. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from draht.contract.messages import (
    Account,
    Attachment,
    Author,
    Deletion,
    Event,
    IncomingMessage,
    Item,
    Media,
    OutgoingPost,
    OutgoingReply,
)
from draht.contract.text import clean

US = "us"  # how the other system names us as an author
DELETED = "message.deleted"
FIELDS = (
    "id", "text", "at", "thread", "parent", "private", "revision", "title", "url", "language", "author.id",
    "author.name", "author.handle", "author.url", "author.avatar", "attachments",
)  # fmt: skip
_STEP = re.compile(r"[^.\[\]]+")


class Person(msgspec.Struct):
    id: str
    name: str = ""
    handle: str = ""
    url: str = ""
    avatar: str = ""


class File(msgspec.Struct):
    url: str
    kind: str = "file"
    name: str = ""
    alt: str = ""


class Message(msgspec.Struct):
    """What the other system tells of a message; without ``at`` it was written when it was told."""

    id: str
    author: Person
    text: str = ""
    at: datetime | None = None
    thread: str = ""
    parent: str = ""
    private: bool = False
    revision: datetime | None = None
    title: str = ""
    url: str = ""
    language: str = ""
    attachments: list[File] = []


def to_account(name: str, url: str) -> Account:
    return Account(id=US, name=name, url=url)


def to_event(raw: Any, fields: Mapping[str, str], told_at: datetime) -> Event:
    """One call. ``fields`` says where things stand in a payload that has its own form; empty: it has ours."""
    if fields:
        return _to_message(_placed(raw, fields), raw, told_at)
    kind, data = raw["type"], raw["data"]
    if kind == DELETED:
        return Deletion(msgspec.convert(data["id"], str), _moment(data.get("at")))
    if kind not in {"message.created", "message.updated"}:
        raise ValueError(f"there is no type {kind!r}; there are message.created, message.updated and {DELETED}")
    return _to_message(data, data, told_at)


def to_fields(lines: str) -> dict[str, str]:
    """``text = data.body`` for each line. Raises ``ValueError`` with what is wrong."""
    found = {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        name, equals, path = (part.strip() for part in line.partition("="))
        if not equals or not path or name not in FIELDS:
            raise ValueError(line)
        found[name] = path
    if found and not {"id", "text", "author.id"} <= found.keys():
        raise ValueError("id, text, author.id")
    return found


def _placed(raw: Any, fields: Mapping[str, str]) -> dict[str, Any]:
    """A payload of any form as ours."""
    placed: dict[str, Any] = {"author": {}}
    for name, path in fields.items():
        value = _at(raw, path)
        if value is None:
            continue
        group, dot, key = name.partition(".")
        if dot:
            placed[group][key] = str(value)
        else:
            placed[name] = value if name in {"private", "attachments", "at", "revision"} else str(value)
    return placed


def _at(raw: Any, path: str) -> Any:
    """What stands at ``entry[0].message.text``; ``None`` if there is nothing."""
    for step in _STEP.findall(path):
        if isinstance(raw, Mapping):
            raw = raw.get(step)
        elif isinstance(raw, Sequence) and not isinstance(raw, str) and step.isdigit() and int(step) < len(raw):
            raw = raw[int(step)]
        else:
            return None
    return raw


def _to_message(data: Any, raw: Any, told_at: datetime) -> IncomingMessage:
    message = msgspec.convert(data | {"at": None, "revision": None}, Message)
    if not message.id or not message.author.id:
        raise ValueError("a message needs an id, and its author too")
    at = _moment(data.get("at")) or told_at
    author = message.author
    return IncomingMessage(
        id=message.id,
        author=Author(author.id, clean(author.name), clean(author.handle), author.url, author.avatar),
        text=clean(message.text),
        at=at,
        thread=message.thread,
        parent=message.parent,
        private=message.private,
        revision=_moment(data.get("revision")) or (at if data.get("at") else None),
        title=clean(message.title),
        url=message.url,
        language=message.language,
        attachments=tuple(
            Attachment(one.url, one.kind, clean(one.name), clean(one.alt)) for one in message.attachments
        ),
        raw=raw if isinstance(raw, Mapping) else {},
    )


def _moment(told: Any) -> datetime | None:
    """RFC 3339, or seconds or milliseconds since 1970."""
    if told is None or told == "":
        return None
    if isinstance(told, int | float) and not isinstance(told, bool):
        return datetime.fromtimestamp(told / 1000 if told > 100_000_000_000 else told, UTC)
    moment = datetime.fromisoformat(told)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# -- outward ----------------------------------------------------------------------------------------------------------


def from_reply(reply: OutgoingReply, at: datetime) -> dict[str, Any]:
    told = {"id": reply.key, "text": reply.text, "private": reply.private or reply.to.private, "to": _item(reply.to)}
    return _call("reply.created", told | {"attachments": _files(reply.media)}, at)


def from_post(post: OutgoingPost, at: datetime) -> dict[str, Any]:
    told = {"id": post.key, "text": post.text, "title": post.title, "link": post.link}
    return _call("post.created", told | {"attachments": _files(post.media)}, at)


def from_edit(item: Item, text: str, at: datetime) -> dict[str, Any]:
    return _call("message.updated", _item(item) | {"text": text}, at)


def from_deletion(item: Item, at: datetime) -> dict[str, Any]:
    return _call(DELETED, {"id": item.id, "thread": item.thread}, at)


def _call(kind: str, data: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {"type": kind, "timestamp": at.isoformat(timespec="seconds"), "data": data}


def _item(item: Item) -> dict[str, Any]:
    author = {"id": item.author.id, "name": item.author.name, "handle": item.author.handle}
    return {"id": item.id, "thread": item.thread, "author": author, "text": item.text}


def _files(media: Sequence[Media]) -> list[dict[str, str]]:
    return [
        {"url": one.url, "kind": one.kind, "name": one.name, "alt": one.alt, "content_type": one.content_type}
        for one in media
    ]
