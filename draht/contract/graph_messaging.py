"""Direct messages as Messenger and Instagram have them: what a hook and a list of them say, and the time to answer.

Sources: developers.facebook.com/docs/messenger-platform (webhooks, policy, send-messages/message-tags,
discovery/private-replies), instagram-platform/instagram-api-with-instagram-login/messaging-api.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from draht.contract.graph import moment
from draht.contract.messages import (
    Allowed,
    Attachment,
    Author,
    Deletion,
    Event,
    IncomingMessage,
    Item,
    May,
    Media,
    NotAllowed,
)
from draht.contract.text import clean
from draht.contract.words import words

WINDOW = timedelta(hours=24)  # since their last message: anything may be answered
WINDOW_OF_PEOPLE = timedelta(days=7)  # by a person, with the tag HUMAN_AGENT
PRIVATE_REPLY = timedelta(days=7)  # since a comment: one private answer to it
THREAD = "dm-"
KINDS = {"image": "image", "sticker": "image", "video": "video", "ig_reel": "video", "reel": "video", "audio": "audio"}
UNSEEN = words("A message of a kind that only the network's own app shows.")


class Somebody(msgspec.Struct):
    id: str
    name: str = ""
    username: str = ""


class Payload(msgspec.Struct):
    url: str | None = None
    title: str | None = None


class Part(msgspec.Struct):
    type: str = "file"
    payload: Payload | None = None


class Answered(msgspec.Struct):
    mid: str | None = None


class Said(msgspec.Struct):
    mid: str
    text: str | None = None
    is_echo: bool = False
    is_deleted: bool = False
    attachments: list[Part] | None = None
    reply_to: Answered | None = None


class Pressed(msgspec.Struct):
    mid: str = ""
    title: str = ""


class Told(msgspec.Struct):
    """One entry of ``messaging``. It has one of the last three, or what concerns nobody (read, delivered, reaction)."""

    sender: Somebody
    recipient: Somebody
    timestamp: int
    message: Said | None = None
    message_edit: Said | None = None
    postback: Pressed | None = None


def to_direct(raw: Any, us: str, names: Mapping[str, Author] = {}) -> IncomingMessage | Deletion | None:
    """What a hook says of a direct message. ``names``: whom we know by more than a number."""
    told = msgspec.convert(raw, Told)
    said = told.message or told.message_edit or _pressed(told.postback)
    if said is None:
        return None
    if said.is_deleted:
        return Deletion(said.mid)
    at = moment(told.timestamp)
    them = told.recipient.id if said.is_echo or told.sender.id == us else told.sender.id
    author = us if them == told.recipient.id else them
    files = tuple(_file(part) for part in said.attachments or () if part.payload and part.payload.url)
    return IncomingMessage(
        id=said.mid,
        author=names.get(author) or Author(author),
        text=clean(said.text or "").strip() or ("" if files else UNSEEN),
        at=at,
        thread=f"{THREAD}{them}",
        parent=(said.reply_to.mid or "") if said.reply_to else "",
        private=True,
        revision=at,
        attachments=files,
        raw=raw,
    )


def _pressed(button: Pressed | None) -> Said | None:
    """A button of a menu or of a greeting says its title, as if it was typed."""
    return Said(button.mid, button.title) if button is not None and button.mid else None


def _file(part: Part) -> Attachment:
    assert part.payload is not None
    return Attachment(part.payload.url or "", KINDS.get(part.type, "file"), clean(part.payload.title or ""))


class _People(msgspec.Struct):
    data: list[Somebody] = []


class _Shown(msgspec.Struct):
    url: str | None = None


class _File(msgspec.Struct):
    mime_type: str = ""
    name: str = ""
    image_data: _Shown | None = None
    video_data: _Shown | None = None
    file_url: str | None = None


class _Files(msgspec.Struct):
    data: list[_File] = []


class _Listed(msgspec.Struct):
    id: str
    created_time: str
    sender: Somebody = msgspec.field(name="from")
    to: _People = msgspec.field(default_factory=_People)
    message: str | None = None
    sticker: str | None = None
    attachments: _Files | None = None


def to_listed(raw: Any, us: str) -> IncomingMessage:
    """One message of a conversation that was asked for."""
    told = msgspec.convert(raw, _Listed)
    them = told.sender if told.sender.id != us else next((one for one in told.to.data if one.id != us), told.sender)
    files = tuple(_listed_file(one) for one in (told.attachments.data if told.attachments else ()))
    files += (Attachment(told.sticker, "image"),) if told.sticker else ()
    return IncomingMessage(
        id=told.id,
        author=to_author(told.sender),
        text=clean(told.message or "").strip() or ("" if files else UNSEEN),
        at=moment(told.created_time),
        thread=f"{THREAD}{them.id}",
        private=True,
        attachments=tuple(one for one in files if one.url),
        raw=raw,
    )


def _listed_file(one: _File) -> Attachment:
    shown = one.image_data or one.video_data
    kind = one.mime_type.partition("/")[0]
    url = (shown.url if shown else one.file_url) or ""
    return Attachment(url, kind if kind in {"image", "video", "audio"} else "file", clean(one.name))


def to_author(somebody: Somebody) -> Author:
    name = clean(somebody.name or somebody.username).strip()
    return Author(somebody.id, name, clean(somebody.username))


# -- the time to answer ------------------------------------------------------------------------------------------------


def partner_of(item: Item) -> str:
    """Whom an answer to a direct message goes to."""
    return item.thread.removeprefix(THREAD) if item.thread.startswith(THREAD) else item.author.id


def is_message(item: Item) -> bool:
    """A direct message; a private answer to a comment is asked about with ``private`` set, too, and takes only text."""
    return item.private and item.thread.startswith(THREAD)


def attachment(media: Media, url: str = "") -> dict[str, Any]:
    """A file as a message of its own; without ``url`` it is sent along."""
    return {"attachment": {"type": media.kind, "payload": {"url": url} if url else {"is_reusable": False}}}


def has_arrived(files: int, listed: Iterable[Event], us: str, since: datetime | None) -> bool:
    """Whether so many files of ours stand among the messages of a conversation since then."""
    ours = [one for one in listed if isinstance(one, IncomingMessage) and one.author.id == us and one.attachments]
    return len([one for one in ours if since is None or one.at >= since]) >= files


def may_write(item: Item, now: datetime | None = None) -> May:
    """Whether a direct message can be answered: any time within a day, by a person within a week."""
    now = now or datetime.now(UTC)
    if item.ours:
        return NotAllowed(words("This is a message of our own. Answer what they wrote."))
    if now < item.at + WINDOW:
        return Allowed(
            until=item.at + WINDOW,
            note=words(
                "After 24 hours only apps that Meta has granted the feature Human Agent can answer, for 7 days."
            ),
        )
    if now < item.at + WINDOW_OF_PEOPLE:
        return Allowed(
            until=item.at + WINDOW_OF_PEOPLE,
            note=words("More than 24 hours have passed: this goes out as the answer of a person (tag HUMAN_AGENT)."),
        )
    return NotAllowed(
        words("More than 7 days have passed since their message. They have to write again first."),
        until=item.at + WINDOW_OF_PEOPLE,
    )


def kind_of_answer(item: Item, now: datetime | None = None) -> dict[str, str]:
    """The parameters by which the network knows on what grounds we write."""
    if (now or datetime.now(UTC)) < item.at + WINDOW:
        return {"messaging_type": "RESPONSE"}
    return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}


def may_write_privately(item: Item, now: datetime | None = None) -> May:
    """Whether a comment can be answered privately: once, within a week."""
    until = item.at + PRIVATE_REPLY
    if item.private:
        return NotAllowed(words("This is a direct message: the answer is as private."))
    if item.ours:
        return NotAllowed(words("This is a message of our own. Answer what they wrote."))
    if item.answered_privately:
        return NotAllowed(words("This was answered privately already, and the network allows that once."))
    if item.raw.get("can_reply_privately") is False:
        return NotAllowed(words("The network allows no private answer here, or there was one already."))
    if (now or datetime.now(UTC)) >= until:
        return NotAllowed(words("A comment can be answered privately for 7 days. They are over."), until=until)
    return Allowed(until=until, note=words("Only one private answer to a comment is possible, and only with text."))
