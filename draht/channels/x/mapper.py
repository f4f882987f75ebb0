"""X's JSON to messages and back. Pure: no HTTP, no client, no clock.

What comes by hook and what is asked for is read in one shape, that of the Activity API:
``{"event_type": …, "payload": …, "includes": {"users": […], "media": […], "tweets": […]}}``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from draht.channels.x.direct import to_message, to_told_message
from draht.channels.x.parts import SITE, Attached, Entities, Id, Person, attachments, author, page, person, plain
from draht.channels.x.times import when
from draht.contract.messages import Account, Author, Deletion, Event, IncomingMessage, Item, Sent
from draht.contract.text import clean

POSTED = frozenset({"post.create", "post.mention.create", "post.reply.create", "post.quote.create"})
ASKED_POST, ASKED_MESSAGE = "asked.post", "asked.message"  # our own names for what came by poll

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Note(msgspec.Struct):
    """The whole of a long post."""

    text: str = ""
    entities: Entities | None = None


class Reference(msgspec.Struct):
    type: str
    id: Id


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


def to_account(raw: Any) -> Account:
    us = msgspec.convert(raw["data"], Person)
    return Account(us.id, clean(us.name) or us.username, us.username, page(us.username))


def to_events(told: Any) -> Event | list[Event] | None:
    """What one event says; ``None`` for likes, follows and everything else that is no message."""
    kind = told["event_type"]
    if kind in POSTED or kind == ASKED_POST:
        return to_post(told)
    if kind == "post.delete":
        return Deletion(msgspec.convert(told["payload"]["id"], Id))
    if kind in {"dm.received", "dm.sent"}:
        payload = told["payload"]
        return [to_told_message(each, payload.get("users") or {}, told) for each in payload["direct_message_events"]]
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
    who = author(post.author_id, person(along, post.author_id))
    return IncomingMessage(
        id=first,
        author=who,
        text=_text(post),
        at=at,
        thread=post.conversation_id or "",
        parent=references.get("replied_to", ""),
        revision=max(when(post.id), at + timedelta(milliseconds=1)) if edited else at,
        url=address(who.handle, post.id),
        language="" if post.lang in {None, "und"} else str(post.lang),
        attachments=attachments(post.attachments, along),
        raw=told,
    )


def to_sent(raw: Any, handle: str = "") -> Sent:
    id = msgspec.convert(raw["data"]["id"], Id)
    return Sent(id, when(id), address(handle, id))


def newest_id(item: Item) -> str:
    """The id by which X knows the version that we know: an edit has one of its own."""
    payload = item.raw.get("payload")
    id = payload.get("id") if isinstance(payload, dict) else None
    return id if isinstance(id, str) and id.isdigit() else item.id


def chain(item: Item) -> set[str]:
    """The ids of all its versions that we know: an answer may stand below any of them."""
    payload = item.raw.get("payload")
    known = payload.get("edit_history_tweet_ids") if isinstance(payload, dict) else None
    return {item.id, newest_id(item), *(known or ())}


def is_alone(event: Event, us: str) -> bool:
    """Whether it is a post of our own that answers nobody: nothing for an inbox."""
    if not isinstance(event, IncomingMessage) or event.private:
        return False
    return event.author.id == us and not event.parent


def signed(message: IncomingMessage, us: Account) -> IncomingMessage:
    """A post of ours with our name, which X would charge for."""
    if message.author.id != us.id:
        return message
    us_too = Author(us.id, us.name, us.handle, us.url, message.author.avatar)
    url = address(us.handle, message.raw["payload"]["id"]) if message.url else ""
    return replace(message, author=us_too, url=url)


def address(handle: str, id: str) -> str:
    return f"{SITE}/{handle or 'i'}/status/{id}"


def _text(post: Post) -> str:
    whole = post.note_tweet if post.note_tweet and post.note_tweet.text else post
    return plain(whole.text, (whole.entities and whole.entities.urls) or ())
