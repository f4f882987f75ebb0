"""Blogger's JSON to messages and back. Pure: no HTTP, no clock."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit
from zlib import crc32

import msgspec

from draht.contract.errors import Unsure
from draht.contract.messages import Account, Author, Deletion, Event, IncomingMessage, OutgoingPost, Sent
from draht.contract.text import clean, from_html
from draht.contract.words import words

Id = Annotated[str, msgspec.Meta(min_length=1)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
HELD = frozenset({"PENDING", "SPAM"})
LABEL = re.compile(r"(?<![\w&/#])#(\w[\w-]*)")
MOST_LABELS = 20  # of a post; from memory, not confirmed


class Named(msgspec.Struct):
    id: str = ""


class Picture(msgspec.Struct):
    url: str = ""


class Person(msgspec.Struct, rename="camel"):
    id: str = ""
    display_name: str = ""
    url: str = ""
    image: Picture | None = None


class Comment(msgspec.Struct, rename="camel"):
    """The part of a comment that we read. ``status`` is told to administrators only."""

    id: Id
    published: Moment
    post: Named
    content: str = ""
    author: Person | None = None
    in_reply_to: Named | None = None
    status: str = "LIVE"


class Blog(msgspec.Struct):
    id: Id
    name: str = ""
    url: str = ""


class _User(msgspec.Struct, rename="camel"):
    user_id: str = ""
    has_admin_access: bool = False


class BlogAndUser(msgspec.Struct):
    """A blog, and what this login may do there."""

    blog: Blog
    blog_user_info: _User


class _Post(msgspec.Struct):
    id: Id
    published: Moment
    url: str = ""


def to_blog(raw: Any) -> BlogAndUser:
    return msgspec.convert(raw, BlogAndUser)


def to_account(blog: Blog) -> Account:
    host = urlsplit(blog.url).hostname or "" if blog.url.startswith("http") else ""
    return Account(blog.id, clean(blog.name) or host or blog.id, host, _link(blog.url))


def to_event(raw: Any, us: tuple[str, str] = ("", ""), post: tuple[str, str] = ("", "")) -> Event:
    """A comment.

    Args:
        us: our id as an author of comments, and the id of the blog, by which the house knows us.
        post: title and address of the post below which it stands.

    All comments of a post are one thread: what is written with the blog's own form answers nobody in particular.
    Comments cannot be edited and changes of state are not dated, so there is no revision.
    """
    told = msgspec.convert(raw, Comment)
    if told.status == "EMPTIED":
        return Deletion(told.id)
    return IncomingMessage(
        id=told.id,
        author=_author(told.author or Person(), us),
        text=clean(from_html(told.content)),
        at=told.published,
        thread=told.post.id or told.id,
        parent=told.in_reply_to.id if told.in_reply_to else "",
        held=told.status in HELD,
        title=clean(post[0]),
        url=f"{post[1]}#c{told.id}" if _link(post[1]) else "",
        raw=raw,
    )


def digest(raw: Any) -> int:
    """Changes when something changes that a reader would see."""
    told = (raw.get("status"), raw.get("content")) if isinstance(raw, dict) and "id" in raw else raw
    return crc32(repr(told).encode("utf-8", "replace"))


def to_sent(raw: Any) -> Sent:
    try:
        post = msgspec.convert(raw, _Post)
    except msgspec.ValidationError as error:
        raise Unsure(words("Blogger took it, but its answer cannot be read.")) from error
    return Sent(post.id, post.published, _link(post.url))


def from_post(post: OutgoingPost) -> dict[str, Any]:
    """Text as HTML; words with # before them become labels, too."""
    labels = list(dict.fromkeys(LABEL.findall(post.text)))[:MOST_LABELS]
    told = {"title": post.title.strip(), "content": _to_html(post.text, post.link)}
    return told | ({"labels": labels} if labels else {})


def words_of(raw: Mapping[str, Any]) -> tuple[str, str]:
    """Title and text of a post, to compare: Blogger changes the HTML that it is given."""
    title, content = str(raw.get("title") or ""), str(raw.get("content") or "")
    return _letters(html.unescape(title)), _letters(from_html(content))


def _letters(text: str) -> str:
    return " ".join(clean(text).split())


def _to_html(text: str, link: str) -> str:
    parts = [html.escape(part, quote=False).replace("\n", "<br />") for part in re.split(r"\n{2,}", text.strip())]
    if link:
        parts.append(f'<a href="{html.escape(link)}">{html.escape(link)}</a>')
    return "".join(f"<p>{part}</p>" for part in parts)


def _author(told: Person, us: tuple[str, str]) -> Author:
    """Who writes without an account has a name at most."""
    name = clean(told.display_name)
    id = us[1] if us[0] and told.id == us[0] else told.id
    avatar = told.image.url if told.image else ""
    return Author(
        id=id or f"name-{name}"[:400],
        name=name,
        url=_link(told.url),
        avatar=_link(f"https:{avatar}" if avatar.startswith("//") else avatar),
    )


def _link(told: str) -> str:
    return clean(told) if told.startswith(("https://", "http://")) else ""
