"""A forum's posts as our messages. Pure: no HTTP, no clock."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import msgspec
from msgspec import Struct

from draht.contract.errors import Unsure
from draht.contract.messages import Account, Attachment, Author, Deletion, IncomingMessage, Item, Sent
from draht.contract.text import clean, from_html
from draht.contract.words import words

PRIVATE = "private_message"
WRITTEN = {1, 2}  # kinds of posts: an ordinary one, and a moderator's; others tell what was done, or are for staff
AVATAR = "96"  # pixels
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_LINKED_FILE = re.compile(r'<a\b[^>]*class="attachment"[^>]*>(?P<name>[^<]*)</a>', re.IGNORECASE)
_VALUE = re.compile(r'\b(src|href|alt|class)="([^"]*)"', re.IGNORECASE)


class Post(Struct):
    id: int
    topic_id: int
    post_number: int
    username: str
    created_at: datetime
    updated_at: datetime
    user_id: int | None = None
    name: str | None = None
    avatar_template: str | None = ""
    post_type: int = 1
    topic_slug: str | None = ""
    topic_title: str | None = ""
    topic_archetype: str | None = ""
    cooked: str | None = None  # HTML
    raw: Any = None  # Markdown; some plugins put something else here
    hidden: bool = False
    user_deleted: bool = False
    deleted_at: datetime | None = None


class User(Struct):
    id: int
    username: str
    name: str | None = None


class Created(Struct):
    id: int
    topic_id: int
    post_number: int
    created_at: datetime
    topic_slug: str | None = ""


class Pending(Struct):
    """What waits for a moderator of the forum before it appears."""

    id: int
    created_at: datetime


class Queued(Struct):
    pending_post: Pending


def to_account(raw: dict[str, Any], base: str) -> Account:
    user = msgspec.convert(raw, User)
    return Account(str(user.id), clean(user.name or "") or user.username, user.username, base)


def placed(raw: Any, private: bool, title: str = "") -> Any:
    """A post with what it may leave out about its topic; so it can be read again alone."""
    if not isinstance(raw, dict):
        return raw
    return {**raw, "topic_title": raw.get("topic_title") or title, "topic_archetype": PRIVATE if private else "regular"}


def to_event(raw: Any, base: str) -> IncomingMessage | Deletion | None:
    """A post; ``None`` for what nobody wrote to anybody."""
    post = msgspec.convert(raw, Post)
    if post.post_type not in WRITTEN or (post.user_id or 0) < 0:
        return None
    if post.deleted_at is not None or post.user_deleted:
        return Deletion(str(post.id), _zoned(post.deleted_at or post.updated_at))
    if post.cooked is None and not isinstance(post.raw, str):
        raise ValueError("a post without its words")
    at = _zoned(post.created_at)
    return IncomingMessage(
        id=str(post.id),
        author=_author(post, base),
        text=clean(post.raw if post.cooked is None else from_html(post.cooked)).strip(),
        at=at,
        thread=f"topic-{post.topic_id}",
        private=post.topic_archetype == PRIVATE,
        revision=max(at, _zoned(post.updated_at)),
        held=post.hidden,
        title=clean(post.topic_title or ""),
        url=url_of(base, post.topic_slug, post.topic_id, post.post_number),
        attachments=tuple(_files(post.cooked or "", base)),
        raw=raw,
    )


def to_sent(raw: Any, base: str) -> Sent:
    """What the forum took: a post, or one that a moderator looks at first. It was taken in any case."""
    try:
        if isinstance(raw, dict) and "pending_post" in raw:
            pending = msgspec.convert(raw, Queued).pending_post
            return Sent(f"pending-{pending.id}", _zoned(pending.created_at), f"{base}/review")
        post = msgspec.convert(raw, Created)
        url = url_of(base, post.topic_slug, post.topic_id, post.post_number)
        return Sent(str(post.id), _zoned(post.created_at), url)
    except (msgspec.ValidationError, ValueError) as error:
        raise Unsure(words("The forum took it, but did not say where it stands.")) from error


def url_of(base: str, slug: str | None, topic: int, number: int) -> str:
    return f"{base}/t/{slug or '-'}/{topic}/{number}"


def topic_of(item: Item) -> int | None:
    """The number of the topic in which an item stands."""
    number = item.thread.removeprefix("topic-")
    if item.thread.startswith("topic-") and number.isdigit():
        return int(number)
    told = item.raw.get("topic_id")
    return told if isinstance(told, int) else None


def number_of(item: Item) -> int | None:
    """Which post of its topic it is."""
    told = item.raw.get("post_number")
    return told if isinstance(told, int) else None


def _author(post: Post, base: str) -> Author:
    avatar = (post.avatar_template or "").replace("{size}", AVATAR)
    return Author(
        id=post.username if post.user_id is None else str(post.user_id),
        name=clean(post.name or "").strip() or post.username,
        handle=post.username,
        url=f"{base}/u/{post.username}",
        avatar=_address(base, avatar) if avatar else "",
    )


def _files(cooked: str, base: str) -> list[Attachment]:
    """Pictures but for emoji and avatars, and files that were attached."""
    if "<img" not in cooked and "attachment" not in cooked:
        return []
    found = []
    for told in _IMAGE.findall(cooked):
        values = {key.lower(): value for key, value in _VALUE.findall(told)}
        if values.get("src") and not {"emoji", "avatar"} & set(values.get("class", "").split()):
            found.append(Attachment(_address(base, values["src"]), "image", alt=from_html(values.get("alt", ""))))
    for link in _LINKED_FILE.finditer(cooked):
        values = {key.lower(): value for key, value in _VALUE.findall(link[0])}
        if values.get("href"):
            found.append(Attachment(_address(base, values["href"]), name=clean(from_html(link["name"]))))
    return [one for one in found if one.url]


def _address(base: str, told: str) -> str:
    """The whole address: forums tell theirs without the host, or without the protocol."""
    try:
        whole = urljoin(f"{base}/", told.replace("&amp;", "&"))
    except ValueError:
        return ""
    return whole if whole.startswith(("https://", "http://")) else ""


def _zoned(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at
