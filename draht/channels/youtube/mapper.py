"""YouTube's JSON to messages and back. Pure: no HTTP, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec

from draht.contract.errors import Unsure
from draht.contract.messages import Account, Attachment, Author, Deletion, Event, IncomingMessage, OutgoingPost, Sent
from draht.contract.text import clean
from draht.contract.words import words

Id = Annotated[str, msgspec.Meta(min_length=1)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
HELD = frozenset({"heldForReview", "likelySpam"})
WATCH = "https://www.youtube.com/watch?v="


class AuthorChannel(msgspec.Struct):
    value: str = ""


class Snippet(msgspec.Struct, rename="camel"):
    """The part of a comment that we read. ``text_original`` is only told to whom it belongs."""

    published_at: Moment
    updated_at: Moment | None = None
    author_display_name: str = ""
    author_channel_id: AuthorChannel | None = None
    author_channel_url: str = ""
    author_profile_image_url: str = ""
    text_display: str = ""
    text_original: str | None = None
    parent_id: str = ""
    video_id: str = ""
    image_url: str = ""
    moderation_status: str = ""


class Comment(msgspec.Struct):
    id: Id
    snippet: Snippet


class ThreadSnippet(msgspec.Struct, rename="camel"):
    top_level_comment: Comment
    video_id: str = ""
    is_public: bool = True
    total_reply_count: int = 0


class Replies(msgspec.Struct):
    comments: list[Any] = []


class Thread(msgspec.Struct):
    id: Id
    snippet: ThreadSnippet
    replies: Replies | None = None


class _ChannelSnippet(msgspec.Struct, rename="camel"):
    title: str = ""
    custom_url: str = ""


class _Channel(msgspec.Struct):
    id: Id
    snippet: _ChannelSnippet


class _VideoSnippet(msgspec.Struct, rename="camel"):
    published_at: Moment


class _Video(msgspec.Struct):
    id: Id
    snippet: _VideoSnippet


def to_account(raw: Any) -> Account:
    channel = msgspec.convert(raw, _Channel)
    told = channel.snippet
    name = clean(told.title) or channel.id
    return Account(channel.id, name, told.custom_url, f"https://www.youtube.com/channel/{channel.id}")


def to_events(raw: Any) -> list[Event]:
    """A thread (its first comment, then the answers that came with it), one comment, or a list of either."""
    if raw["kind"].endswith("ListResponse"):
        return [event for each in raw["items"] for event in to_events(each)]
    if raw["kind"] == "youtube#comment":
        return [to_event(raw)]
    return [to_first(raw), *(to_event(each, raw["snippet"]) for each in answers_of(raw))]


def answers_of(raw: Any) -> list[Any]:
    """The answers that came along with a thread that ``to_first`` has read."""
    found: list[Any] = (raw.get("replies") or {}).get("comments") or []
    return found


def to_first(raw: Any) -> Event:
    """The comment that a thread begins with."""
    told = msgspec.convert(raw, Thread).snippet
    hidden = not told.is_public and not told.top_level_comment.snippet.moderation_status
    return _event(told.top_level_comment, raw["snippet"]["topLevelComment"], raw["snippet"], hidden)


def to_event(raw: Any, thread: Any = None) -> Event:
    """A comment; ``thread`` is the snippet of its thread, where that is at hand."""
    return _event(msgspec.convert(raw, Comment), raw, thread or {}, False)


def to_sent(raw: Any) -> Sent:
    """Of a comment that we wrote."""
    try:
        told = msgspec.convert(raw, Comment)
    except msgspec.ValidationError as error:
        raise Unsure(words("YouTube took it, but its answer cannot be read.")) from error
    return Sent(told.id, told.snippet.published_at, address(told.id, told.snippet.video_id))


def to_sent_video(raw: Any) -> Sent:
    try:
        video = msgspec.convert(raw, _Video)
    except msgspec.ValidationError as error:
        raise Unsure(words("YouTube took it, but its answer cannot be read.")) from error
    return Sent(video.id, video.snippet.published_at, WATCH + video.id)


def from_post(post: OutgoingPost) -> dict[str, Any]:
    """A video's description. One that waits for its time is private until then."""
    status: dict[str, Any] = {"privacyStatus": "public", "selfDeclaredMadeForKids": False}
    if post.at:
        status |= {"privacyStatus": "private", "publishAt": f"{post.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    return {"snippet": {"title": post.title.strip(), "description": description(post)}, "status": status}


def description(post: OutgoingPost) -> str:
    return "\n\n".join(part for part in (post.text.strip(), post.link) if part)


def address(comment: str, video: str) -> str:
    """Where a comment can be seen."""
    return f"{WATCH}{video}&lc={comment}" if video else ""


def thread_of(id: str) -> str:
    """The id of an answer is that of its thread, a dot, and its own."""
    return id.partition(".")[0]


def _event(comment: Comment, raw: Any, thread: Any, hidden: bool) -> Event:
    told = comment.snippet
    if told.moderation_status == "rejected":
        return Deletion(comment.id)
    video = told.video_id or _text(thread.get("videoId"))
    return IncomingMessage(
        id=comment.id,
        author=_author(told),
        text=clean(told.text_original if told.text_original is not None else told.text_display),
        at=told.published_at,
        thread=told.parent_id or thread_of(comment.id),
        parent=told.parent_id or (thread_of(comment.id) if "." in comment.id else ""),
        revision=max(told.updated_at or told.published_at, told.published_at),
        held=hidden or told.moderation_status in HELD,
        url=address(comment.id, video),
        attachments=(Attachment(told.image_url, "image"),) if told.image_url else (),
        raw={"comment": raw} | {key: thread[key] for key in ("videoId", "canReply") if key in thread},
    )


def _author(told: Snippet) -> Author:
    """Somebody whose account is gone has no channel any more: then the name is all there is."""
    name = clean(told.author_display_name)
    id = told.author_channel_id.value if told.author_channel_id else ""
    return Author(
        id=id or f"name-{name}"[:400],
        name=name.removeprefix("@"),
        handle=name if name.startswith("@") else "",
        url=_link(told.author_channel_url),
        avatar=_link(told.author_profile_image_url),
    )


def _link(told: str) -> str:
    return clean(told) if told.startswith(("https://", "http://")) else ""


def _text(told: Any) -> str:
    return told if isinstance(told, str) else ""


def videos_of(events: Iterable[Event]) -> list[str]:
    """The videos below which these were written."""
    found = (_video(event) for event in events if isinstance(event, IncomingMessage))
    return list(dict.fromkeys(id for id in found if id))


def _video(message: IncomingMessage) -> str:
    return message.url.removeprefix(WATCH).partition("&")[0]


def titled(event: Event, titles: dict[str, str]) -> Event:
    """The message with the title of its video."""
    if isinstance(event, IncomingMessage) and (title := titles.get(_video(event))):
        return replace(event, title=clean(title))
    return event
