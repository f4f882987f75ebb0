"""Turns comments of WordPress into messages, and our words into what WordPress wants."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from draht.contract.messages import Account, Author, Deletion, IncomingMessage, OutgoingPost, Sent
from draht.contract.text import clean, from_html

GONE = frozenset({"spam", "trash", "post-trashed"})


def to_event(comment: Mapping[str, Any], seen_at: datetime | None = None) -> IncomingMessage | Deletion:
    """A comment; a ``Deletion`` if it lies in the trash or under spam. ``seen_at``: when that was noticed.

    WordPress does not date its edits: there is no revision.
    """
    if comment["status"] in GONE:
        return Deletion(_id(comment["id"]), at=seen_at)
    return IncomingMessage(
        id=_id(comment["id"]),
        author=_author(comment),
        text=text_of(comment),
        at=_moment(comment["date_gmt"]),
        parent=_id(comment["parent"]) if comment.get("parent") else "",
        held=comment["status"] == "hold",
        title=_title(comment),
        url=_address(comment.get("link")),
        raw=comment,
    )


def text_of(comment: Mapping[str, Any]) -> str:
    """What was typed, if we may see it: what is shown has pictures for smileys and other quotation marks."""
    content = comment["content"]
    return clean(from_html(content.get("raw") or content.get("rendered") or "")).strip()


def digest(comment: Mapping[str, Any]) -> str:
    """Changes when something changes that a reader would see."""
    content = comment.get("content") or {}
    told = [content.get("raw", content) if isinstance(content, dict) else content]
    told += [comment.get(key) for key in ("status", "author_name", "author_url", "parent", "post")]
    return blake2b(repr(told).encode("utf-8", "replace"), digest_size=6).hexdigest()


def to_account(user: Mapping[str, Any]) -> Account:
    return Account(
        id=f"user-{user['id']}",
        name=clean(user.get("name") or user["username"]),
        handle=user["username"],
        url=_address(user.get("link")),
    )


def to_sent(comment: Mapping[str, Any]) -> Sent:
    return Sent(_id(comment["id"]), _moment(comment["date_gmt"]), _address(comment.get("link")))


def to_sent_post(post: Mapping[str, Any]) -> Sent:
    """Posts and comments are counted apart, so the id of a post says that it is one."""
    return Sent(f"post-{post['id']}", _moment(post["date_gmt"]), _address(post.get("link")))


def from_text(text: str) -> str:
    """Plain text as WordPress keeps it: it reads HTML, and makes the paragraphs itself."""
    return html.escape(text, quote=False)


def from_post(post: OutgoingPost) -> tuple[str, str]:
    """Title and content. In a post square brackets would be commands (shortcodes)."""
    content = from_text(post.text).replace("[", "&#91;")
    if post.link:
        link = html.escape(post.link)
        content += f'\n\n<a href="{link}">{link}</a>'
    return from_text(post.title), content


def words_of_post(post: Mapping[str, Any]) -> tuple[str, str]:
    """Title and content as they were written."""
    title, content = ((post.get(key) or {}).get("raw", "") for key in ("title", "content"))
    return title, content


def _author(comment: Mapping[str, Any]) -> Author:
    """A user of the site by number; a guest by the mail address, else by name: there is nothing else."""
    user = comment.get("author") or 0
    name, mail = clean(comment.get("author_name") or ""), clean(comment.get("author_email") or "")
    return Author(
        id=f"user-{user}" if user else f"guest-{(mail or name).lower()}"[:400],
        name=name,
        url=_address(comment.get("author_url")),
        avatar=_address((comment.get("author_avatar_urls") or {}).get("96")),
    )


def _title(comment: Mapping[str, Any]) -> str:
    """The title of the post, which comes along with its comment; a post that is gone comes as an error."""
    posts = (comment.get("_embedded") or {}).get("up") or [{}]
    title = (posts[0].get("title") or {}).get("rendered") or ""
    return " ".join(clean(from_html(title)).split())


def _address(told: str | None) -> str:
    """An address of the web, or nothing: of a post that is gone WordPress tells half of one."""
    return clean(told) if told and told.startswith(("http://", "https://")) else ""


def _id(number: Any) -> str:
    return str(int(number))


def _moment(date_gmt: str) -> datetime:
    """WordPress writes UTC without saying so."""
    return datetime.fromisoformat(date_gmt).replace(tzinfo=UTC)
