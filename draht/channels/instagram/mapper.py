"""Instagram's JSON to messages. Pure: no HTTP, no clock.

A top-level comment begins a thread; its answers join. Our posts are the title of what is said below them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from draht.contract.errors import Refused
from draht.contract.graph import moment
from draht.contract.graph_messaging import Somebody, to_listed
from draht.contract.messages import Account, Attachment, Author, IncomingMessage
from draht.contract.text import clean, first_line
from draht.contract.words import words

WEB = "https://www.instagram.com"
HEARD = frozenset({"comments", "live_comments"})


class Media(msgspec.Struct):
    id: str = ""
    permalink: str | None = None


class Comment(msgspec.Struct):
    id: str
    timestamp: str
    text: str | None = None
    username: str | None = None
    author: Somebody | None = msgspec.field(name="from", default=None)
    hidden: bool = False
    parent_id: str | None = None
    media: Media | None = None


class Value(msgspec.Struct):
    """What a hook says of a comment. It tells no time."""

    id: str
    text: str | None = None
    author: Somebody | None = msgspec.field(name="from", default=None)
    parent_id: str | None = None
    media: Media | None = None


class Change(msgspec.Struct):
    field: str
    value: Value
    time: int


class Mentioning(msgspec.Struct):
    """A post of somebody else that names us."""

    id: str
    timestamp: str
    caption: str | None = None
    username: str | None = None
    permalink: str | None = None
    media_type: str | None = None
    media_url: str | None = None


def to_account(raw: Any) -> Account:
    try:
        name = raw["username"]
        told = clean(raw.get("name") or name)
        return Account(str(raw.get("user_id") or raw["id"]), told, name, f"{WEB}/{name}/")
    except (KeyError, TypeError, AttributeError) as error:
        raise Refused(words("This login opens no professional account of Instagram.")) from error


def to_comment(raw: Any, us: Account, title: str = "", url: str = "") -> IncomingMessage:
    """A comment that was asked for. Instagram has no edits of comments."""
    told = msgspec.convert(raw, Comment)
    url = url or (told.media.permalink or "" if told.media else "")
    return IncomingMessage(
        id=told.id,
        author=_author(told.author, told.username, us, told.id),
        text=clean(told.text or "").strip(),
        at=moment(told.timestamp),
        thread="" if told.parent_id else told.id,
        parent=told.parent_id or "",
        held=told.hidden,
        title=title,
        url=url,
        raw={key: value for key, value in raw.items() if key != "replies"} | ({"permalink": url} if url else {}),
    )


def answers_in(raw: Any) -> list[Any]:
    """The answers that came with a comment."""
    told = raw.get("replies") if isinstance(raw, dict) else None
    found = told.get("data") if isinstance(told, dict) else None
    return (
        [{"parent_id": raw["id"], **one} for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    )


def with_answers(raw: Any, us: Account) -> list[IncomingMessage]:
    return [to_comment(one, us) for one in (raw, *answers_in(raw))]


def to_told(raw: Any, us: Account) -> IncomingMessage:
    """A leftover of a fetch."""
    return to_listed(raw, us.id) if "to" in raw else to_comment(raw, us)


def to_change(raw: Any, us: Account) -> IncomingMessage | None:
    """A comment that a hook tells of; ``None`` for what is nobody's business."""
    if raw["field"] not in HEARD:
        return None
    change = msgspec.convert(raw, Change)
    value = change.value
    return IncomingMessage(
        id=value.id,
        author=_author(value.author, None, us, value.id),
        text=clean(value.text or "").strip(),
        at=moment(change.time),
        thread="" if value.parent_id else value.id,
        parent=value.parent_id or "",
        raw=raw["value"] | ({"live": True} if change.field == "live_comments" else {}),
    )


def mentioned(raw: Any) -> tuple[str, str] | None:
    """The post and the comment (or nothing) that name us."""
    if not isinstance(raw, dict) or raw.get("field") != "mentions":
        return None
    value = raw.get("value")
    media, comment = (value.get("media_id"), value.get("comment_id")) if isinstance(value, dict) else (None, None)
    return str(media or ""), str(comment or "")


def to_mention(raw: Any, us: Account, media: str, comment: str) -> IncomingMessage:
    """What was read of a mention. Instagram tells the name of its author, but no number."""
    marks = {"mention": True, "media_id": media, "comment_id": comment}
    if comment:
        found = to_comment(raw["mentioned_comment"], us)
        return replace(found, raw={**found.raw, **marks})
    told = msgspec.convert(raw["mentioned_media"], Mentioning)
    kind = "video" if told.media_type == "VIDEO" else "image"
    return IncomingMessage(
        id=told.id,
        author=_author(None, told.username, us, told.id),
        text=clean(told.caption or "").strip(),
        at=moment(told.timestamp),
        thread=told.id,
        url=told.permalink or "",
        attachments=(Attachment(told.media_url, kind),) if told.media_url else (),
        raw={**raw["mentioned_media"], **marks, "permalink": told.permalink or ""},
    )


def to_title(media: Any) -> tuple[str, str]:
    """The first line of a post, and its address."""
    if not isinstance(media, dict):
        return "", ""
    return first_line(str(media.get("caption") or "")), str(media.get("permalink") or "")


def to_name(raw: Any) -> Author:
    told = msgspec.convert(raw, Somebody)
    handle = clean(told.username)
    return Author(told.id, clean(told.name).strip() or handle, handle, f"{WEB}/{handle}/" if handle else "")


def _author(author: Somebody | None, username: str | None, us: Account, id: str) -> Author:
    """By number where Instagram tells it, else by name. Our own name is us, whatever number it comes with."""
    handle = clean((author.username if author else "") or username or "")
    if (author is not None and author.id == us.id) or (handle and handle == us.handle):
        return Author(us.id, us.name, us.handle, us.url)
    if not handle and author is None:
        return Author(f"unknown-{id}", words("Somebody"))
    return Author(author.id if author else f"user-{handle}", handle, handle, f"{WEB}/{handle}/" if handle else "")
