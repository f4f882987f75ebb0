"""Facebook's JSON to messages. Pure: no HTTP, no clock.

A top-level comment begins a thread; what answers it joins. Posts of the page itself are nobody's business here: they
are the title of what is said below them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from draht.channels.facebook.shapes import Attached, Change, Comment, Post, Value
from draht.contract.errors import Refused
from draht.contract.graph import moment
from draht.contract.graph_messaging import Somebody, to_author, to_listed
from draht.contract.messages import Account, Attachment, Author, Deletion, Event, IncomingMessage, Item
from draht.contract.text import clean, first_line
from draht.contract.words import words

FILMS = ("video", "animated")


def to_account(raw: Any) -> Account:
    try:
        return Account(raw["id"], clean(raw["name"]), raw.get("username") or "", raw.get("link") or "")
    except (KeyError, TypeError) as error:
        raise Refused(words("This login opens no page. Sign in again and choose a page.")) from error


def to_comment(raw: Any, title: str = "") -> IncomingMessage:
    """A comment that was asked for. Graph does not date edits."""
    told = msgspec.convert(raw, Comment)
    attached = (told.attachment,) if told.attachment else ()
    return IncomingMessage(
        id=told.id,
        author=_author(told.author, told.id),
        text=clean(told.message or "").strip(),
        at=moment(told.created_time),
        thread="" if told.parent else told.id,
        parent=told.parent.id if told.parent else "",
        held=told.is_hidden,
        title=title,
        url=told.permalink_url or "",
        attachments=tuple(file for one in attached if (file := _file(one)) is not None),
        raw=raw,
    )


def to_post(raw: Any, us: str) -> IncomingMessage | None:
    """A post that was asked for; ``None`` if the page wrote it."""
    told = msgspec.convert(raw, Post)
    if told.author is not None and told.author.id == us:
        return None
    shown = told.attachments.data if told.attachments else ()
    attached = [one for album in shown for one in (album.subattachments.data if album.subattachments else (album,))]
    return IncomingMessage(
        id=told.id,
        author=_author(told.author, told.id),
        text=clean(told.message or told.story or "").strip(),
        at=moment(told.created_time),
        thread=told.id,
        held=told.is_hidden,
        url=told.permalink_url or "",
        attachments=tuple(file for one in attached if (file := _file(one)) is not None),
        raw=raw,
    )


def to_mention(raw: Any, us: str) -> IncomingMessage | None:
    """A post elsewhere that names the page: it is not ours to moderate."""
    found = to_post(raw, us)
    return None if found is None else replace(found, raw={**raw, "mention": True})


def to_told(raw: Any, us: str) -> IncomingMessage | None:
    """Whatever a fetch brought, a leftover of it, too."""
    if "to" in raw:
        return to_listed(raw, us)
    is_post = str(raw["id"]).startswith(f"{us}_") or "status_type" in raw
    return to_post(raw, us) if is_post else to_comment(raw)


def to_change(raw: Any, us: str) -> Event | None:
    """What a hook says of the page; ``None`` for reactions, posts of our own and drafts."""
    change = msgspec.convert(raw, Change)
    value = change.value
    id = value.comment_id if value.item == "comment" else value.post_id
    if change.field not in {"feed", "mention"} or value.item in {"reaction", "like", "event", "note"} or not id:
        return None
    if value.verb in {"remove", "block"}:
        return Deletion(id)
    if value.verb not in {"add", "edit", "edited", "hide", "unhide"} or value.published == 0:
        return None
    if value.item != "comment" and value.author is not None and value.author.id == us:
        return None
    return _changed(change, id, raw)


def _changed(change: Change, id: str, raw: Any) -> IncomingMessage:
    value = change.value
    happened = moment(value.created_time if value.created_time is not None else change.time)
    nested = value.item == "comment" and value.parent_id not in {None, value.post_id}
    return IncomingMessage(
        id=id,
        author=_author(value.author or _sender(value), id),
        text=clean(value.message or "").strip(),
        at=happened,
        thread="" if nested else id,
        parent=value.parent_id or "" if nested else "",
        revision=happened if value.verb == "add" else moment(change.time or happened.timestamp()),
        held=value.verb == "hide",
        url=(value.post.permalink_url or "") if value.post else "",
        attachments=tuple(_files(value)),
        raw=raw["value"] | ({"mention": True} if change.field == "mention" else {}),
    )


def act_of_page(raw: Any, us: str) -> str:
    """The id of what the page hid or showed, where the hook names the page in the author's place; else nothing."""
    value = raw.get("value") if isinstance(raw, dict) else None
    if not isinstance(value, dict) or value.get("verb") not in {"hide", "unhide"}:
        return ""
    actor = value.get("from")
    id = value.get("comment_id") or value.get("post_id")
    return id if isinstance(id, str) and isinstance(actor, dict) and actor.get("id") == us else ""


def as_of(message: IncomingMessage, at: datetime) -> IncomingMessage:
    return replace(message, revision=at)


def is_post(item: Item, us: str) -> bool:
    """A post of a visitor on the page, or one elsewhere; else it is a comment or a message."""
    return item.id.startswith(f"{us}_") or "status_type" in item.raw


def to_title(raw: Any) -> str:
    """The first line of a post."""
    return first_line(str(raw.get("message") or raw.get("story") or "")) if isinstance(raw, dict) else ""


def to_names(raw: Any) -> dict[str, Author]:
    """The participants of conversations."""
    people = [person for one in raw.get("data") or () for person in (one.get("participants") or {}).get("data") or ()]
    return {one.id: to_author(one) for one in msgspec.convert(people, list[Somebody])}


def _author(somebody: Somebody | None, id: str) -> Author:
    """Without the right permission Graph does not tell who it was."""
    return to_author(somebody) if somebody is not None else Author(f"unknown-{id}", words("Somebody"))


def _sender(value: Value) -> Somebody | None:
    """Mentions name their author in another way."""
    return Somebody(str(value.sender_id), value.sender_name or "") if value.sender_id is not None else None


def _file(attached: Attached) -> Attachment | None:
    """A picture or a film; the preview of a link is none."""
    shown, film = attached.media, attached.type.startswith(FILMS)
    if shown is None or not (film or attached.type.startswith(("photo", "sticker", "album"))):
        return None
    image = shown.image.src if shown.image else None
    url = (shown.source or image) if film else image
    return Attachment(url, "video" if film and shown.source else "image") if url else None


def _files(value: Value) -> list[Attachment]:
    """Addresses that end within days."""
    pictures = [value.photo, *(value.photos or ()), value.link if value.item in {"photo", "album"} else None]
    films = [value.video, value.link if value.item == "video" else None]
    found = [Attachment(url, "image") for url in dict.fromkeys(pictures) if url]
    return found + [Attachment(url, "video") for url in dict.fromkeys(films) if url]
