"""X's JSON to messages and back. Pure: no HTTP, no client, no clock.

What comes by hook and what is asked for is read in one shape, that of the Activity API:
``{"event_type": …, "payload": …, "includes": {"users": […], "media": […], "tweets": […]}}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from typing import Annotated, Any

import msgspec

from draht.channels.x.media import Media, attachment, best, legacy
from draht.channels.x.times import when
from draht.contract.messages import Account, Attachment, Author, Deletion, Event, IncomingMessage, Item, Sent
from draht.contract.text import clean

SITE = "https://x.com"
MESSAGE = "dm:"  # before the ids of direct messages: they have a series of their own
POSTED = frozenset({"post.create", "post.mention.create", "post.reply.create", "post.quote.create"})
ASKED_POST, ASKED_MESSAGE = "asked.post", "asked.message"  # our own names for what came by poll

Id = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,19}$")]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Link(msgspec.Struct):
    url: str
    expanded_url: str | None = None
    media_key: str | None = None


class Entities(msgspec.Struct):
    urls: list[Link] | None = None


class Note(msgspec.Struct):
    """The whole of a long post."""

    text: str = ""
    entities: Entities | None = None


class Reference(msgspec.Struct):
    type: str
    id: Id


class Attached(msgspec.Struct):
    media_keys: list[str] | None = None


class Post(msgspec.Struct):
    """The part of a post that we read."""

    id: Id
    author_id: Id
    text: str
    created_at: Moment | None = None
    conversation_id: Id | None = None
    referenced_tweets: list[Reference] | None = None
    edit_history_tweet_ids: list[Id] | None = None
    entities: Entities | None = None
    note_tweet: Note | None = None
    attachments: Attached | None = None
    lang: str | None = None


class Person(msgspec.Struct):
    id: Id
    name: str = ""
    username: str = ""
    profile_image_url: str | None = None


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


def to_account(raw: Any) -> Account:
    person = msgspec.convert(raw["data"], Person)
    return Account(person.id, clean(person.name) or person.username, person.username, _page(person.username))


def to_events(told: Any) -> Event | list[Event] | None:
    """What one event says; ``None`` for likes, follows and everything else that is no message."""
    kind = told["event_type"]
    if kind in POSTED or kind == ASKED_POST:
        return to_post(told)
    if kind == "post.delete":
        return Deletion(msgspec.convert(told["payload"]["id"], Id))
    if kind in {"dm.received", "dm.sent"}:
        payload = told["payload"]
        return [_legacy_message(each, payload.get("users") or {}, told) for each in payload["direct_message_events"]]
    return to_message(told) if kind == ASKED_MESSAGE else None


def to_post(told: Any) -> IncomingMessage | None:
    """A post as a message. Each edit is a post of its own; the first id of the chain names them all."""
    post = msgspec.convert(told["payload"], Post)
    along = told.get("includes") or {}
    references = {reference.type: reference.id for reference in post.referenced_tweets or ()}
    if "retweeted" in references:
        return None  # a repost says nothing of its own
    first = (post.edit_history_tweet_ids or [post.id])[0]
    edited = first != post.id
    at = when(first).replace(microsecond=0) if edited else post.created_at or when(first)
    author = _author(post.author_id, _person(along, post.author_id))
    return IncomingMessage(
        id=first,
        author=author,
        text=_text(post),
        at=at,
        thread=post.conversation_id or "",
        parent=references.get("replied_to", ""),
        revision=max(when(post.id), at + timedelta(milliseconds=1)) if edited else at,
        url=address(author.handle, post.id),
        language="" if post.lang in {None, "und"} else str(post.lang),
        attachments=_attachments(post.attachments, along),
        raw=told,
    )


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
        author=_author(event.sender_id, _person(told.get("includes") or {}, event.sender_id)),
        text=_plain(event.text, links),
        at=at,
        thread=MESSAGE + (event.dm_conversation_id or event.id),
        private=True,
        revision=at,
        attachments=_attachments(event.attachments, told.get("includes") or {}),
        raw=told,
    )


def _legacy_message(raw: Any, people: Mapping[str, Any], told: Any) -> IncomingMessage:
    event = msgspec.convert(raw, LegacyEvent)
    said, sender = event.message_create.message_data, event.message_create.sender_id
    file = legacy(said.attachment)
    links = [link for link in (said.entities and said.entities.urls) or () if not file or link.url != file.link]
    at = when(event.id)
    return IncomingMessage(
        id=MESSAGE + event.id,
        author=_author(sender, _unwrapped(people.get(sender))),
        text=_plain(said.text.replace(file.link, "") if file and file.link else said.text, links),
        at=at,
        thread=MESSAGE + conversation(sender, event.message_create.target.recipient_id),
        private=True,
        revision=at,
        attachments=(file.attachment,) if file else (),
        raw={"event_type": told["event_type"], "payload": {"direct_message_events": [raw]}},
    )


def to_sent(raw: Any, handle: str = "") -> Sent:
    id = msgspec.convert(raw["data"]["id"], Id)
    return Sent(id, when(id), address(handle, id))


def to_sent_message(raw: Any) -> Sent:
    id = msgspec.convert(raw["data"]["dm_event_id"], Id)
    return Sent(MESSAGE + id, when(id))


def conversation(one: str, other: str) -> str:
    """X's name of the conversation of two people: the older account first."""
    return "-".join(sorted((one, other), key=int))


def newest_id(item: Item) -> str:
    """The id by which X knows the version that we know: an edit has one of its own."""
    payload = item.raw.get("payload")
    id = payload.get("id") if isinstance(payload, dict) else None
    return id if isinstance(id, str) and id.isdigit() else item.id


def is_alone(event: Event, us: str) -> bool:
    """Whether it is a post of our own that answers nobody: nothing for an inbox."""
    if not isinstance(event, IncomingMessage) or event.private:
        return False
    return event.author.id == us and not event.parent


def signed(message: IncomingMessage, us: Account) -> IncomingMessage:
    """A post of ours with our name, which X would charge for."""
    if message.author.id != us.id:
        return message
    author = Author(us.id, us.name, us.handle, us.url, message.author.avatar)
    url = address(us.handle, message.raw["payload"]["id"]) if message.url else ""
    return replace(message, author=author, url=url)


def address(handle: str, id: str) -> str:
    return f"{SITE}/{handle or 'i'}/status/{id}"


def _text(post: Post) -> str:
    whole = post.note_tweet if post.note_tweet and post.note_tweet.text else post
    return _plain(whole.text, (whole.entities and whole.entities.urls) or ())


def _plain(text: str, links: Any) -> str:
    """The text with the addresses that X has shortened, without those of the pictures that hang on it."""
    text = unescape(text)  # X escapes &, < and >
    for link in links:
        shown = "" if link.media_key else link.expanded_url or link.url
        text = text.replace(link.url, shown)
    return clean(text).strip()


def _attachments(attached: Attached | None, along: Any) -> tuple[Attachment, ...]:
    known = {each.get("media_key"): each for each in along.get("media") or ()}
    files = [known[key] for key in (attached and attached.media_keys) or () if key in known]
    return tuple(attachment(best(msgspec.convert(file, Media))) for file in files)


def _person(along: Any, id: str) -> Person | None:
    people = map(_unwrapped, along.get("users") or ())
    return next((person for person in people if person and person.id == id), None)


def _unwrapped(raw: Any) -> Person | None:
    """A person; some events put one more layer around them."""
    if not isinstance(raw, dict):
        return None
    return msgspec.convert(raw.get("data", raw), Person)


def _author(id: str, person: Person | None) -> Author:
    if person is None:
        return Author(id)
    return Author(
        id,
        name=clean(person.name).strip() or person.username,
        handle=person.username,
        url=_page(person.username),
        avatar=person.profile_image_url or "",
    )


def _page(handle: str) -> str:
    return f"{SITE}/{handle}" if handle else ""
