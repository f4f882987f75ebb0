"""Telegram's updates as our messages. Pure: no HTTP, no clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from draht.channels.telegram.content import files_of, text_of
from draht.channels.telegram.shapes import Chat, Message, Update, User
from draht.contract.errors import Unsure
from draht.contract.messages import Account, Author, IncomingMessage, Item, Sent
from draht.contract.text import clean, first_line
from draht.contract.words import words

SITE = "https://t.me"
SUPERGROUP = "-100"  # begins the ids of supergroups and channels; their addresses leave it out
AFTER = timedelta(milliseconds=1)  # Telegram tells whole seconds; an edit is later than what it changes
BEGIN = "/start"  # what Telegram itself writes when somebody opens the chat for the first time


class Place:
    """Where an item stands: its chat, and its numbers there. An answer of several files has several."""

    __slots__ = ("chat", "numbers")

    def __init__(self, id: str) -> None:
        chat, _, numbers = id.partition("/")
        self.chat = int(chat)
        self.numbers = [int(number) for number in numbers.split(",")]


def to_account(raw: dict[str, Any]) -> Account:
    user = msgspec.convert(raw, User)
    return Account(str(user.id), _name(user), user.username, _site(user.username))


def to_event(raw: Any, groups: bool = True) -> IncomingMessage | None:
    """The message of an update; ``None`` for what is nobody's business. ``groups``: not only private chats."""
    update = msgspec.convert(raw, Update)
    if update.edited_message is not None:
        return to_message(update.edited_message, raw["edited_message"], groups)
    return None if update.message is None else to_message(update.message, raw["message"], groups)


def to_message(message: Message, raw: dict[str, Any], groups: bool = True) -> IncomingMessage | None:
    private = is_private(message.chat)
    if not (private or groups) or message.chat.type == "channel" or message.is_automatic_forward:
        return None  # what stands in a channel was written by its owners, and so was its copy in the discussion
    if message.business_connection_id or message.guest_query_id:
        return None
    text, files = text_of(message), files_of(message)
    if not (text or files) or text == BEGIN:
        return None
    parent = _parent(message)
    at = _time(message.date)
    return IncomingMessage(
        id=f"{message.chat.id}/{message.message_id}",
        author=_author(message, private),
        text=text,
        at=at,
        thread=_thread(message, parent),
        parent=parent,
        private=private,
        revision=at if message.edit_date is None else max(at, _time(message.edit_date)) + AFTER,
        title="" if private else _title(message),
        url="" if private else url_of(message.chat, message.message_id),
        attachments=files,
        raw=raw,
    )


def is_private(chat: Chat) -> bool:
    """A channel's "direct messages" are a group with one topic for each person, which only they and the owners see."""
    return chat.type == "private" or chat.is_direct_messages


def to_sent(told: Any) -> Sent:
    """What was sent: one message, or one for each file. Telegram took it in any case."""
    try:
        sent = msgspec.convert(told if isinstance(told, list) else [told], list[Message])
        first = sent[0]
        at = _time(first.date)
    except (msgspec.ValidationError, IndexError, ValueError, OverflowError, OSError) as error:
        raise Unsure(words("Telegram took it, but did not say where it stands.")) from error
    if not first.message_id:
        raise Unsure(words("Telegram took it and shows it later: it still works on the film."))
    numbers = ",".join(str(message.message_id) for message in sent)
    url = "" if is_private(first.chat) else url_of(first.chat, first.message_id)
    return Sent(f"{first.chat.id}/{numbers}", at, url)


def url_of(chat: Chat, number: int) -> str:
    """Where a message of a group or channel can be seen; basic groups have no addresses."""
    if chat.username:
        return f"{_site(chat.username)}/{number}"
    id = str(chat.id)
    return f"{SITE}/c/{id.removeprefix(SUPERGROUP)}/{number}" if id.startswith(SUPERGROUP) else ""


def place_of_answer(to: Item) -> dict[str, Any]:
    """Parameters that say where an answer to an item goes."""
    place = Place(to.id)
    asked: dict[str, Any] = {"chat_id": place.chat, "reply_parameters": {"message_id": place.numbers[0]}}
    if to.private:  # there it is clear what is answered even if that was deleted
        asked["reply_parameters"]["allow_sending_without_reply"] = True
    topic = to.raw.get("direct_messages_topic")
    if isinstance(topic, dict):
        asked["direct_messages_topic_id"] = topic["topic_id"]
    elif to.raw.get("is_topic_message") and "message_thread_id" in to.raw:
        asked["message_thread_id"] = to.raw["message_thread_id"]
    return asked


def _parent(message: Message) -> str:
    """What is answered. A topic's beginning and a channel's post are not: what stands below them begins a thread."""
    to = message.reply_to_message
    if to is None or to.forum_topic_created or to.is_automatic_forward:
        return ""
    return f"{message.chat.id}/{to.message_id}"


def _thread(message: Message, parent: str) -> str:
    """A private chat is one thread. In groups each message that answers nothing begins one."""
    chat = message.chat
    if message.direct_messages_topic is not None:
        return f"{chat.id}/topic {message.direct_messages_topic.topic_id}"
    if chat.type == "private":
        return str(chat.id)
    if parent:
        return ""
    if message.media_group_id:  # an album is one message for each picture
        return f"{chat.id}/album {message.media_group_id}"
    return f"{chat.id}/{message.message_id}"


def _title(message: Message) -> str:
    to = message.reply_to_message
    if to is not None and to.is_automatic_forward:
        return first_line(to.text or to.caption) or clean(message.chat.title)
    if to is not None and to.forum_topic_created is not None:
        return clean(f"{message.chat.title}: {to.forum_topic_created.name}")
    return clean(message.chat.title)


def _author(message: Message, private: bool) -> Author:
    """Who wrote it; in groups somebody may write as a channel or as the group itself."""
    chat = message.sender_chat
    if chat is not None and not private:
        return Author(str(chat.id), clean(chat.title) or chat.username, chat.username, _site(chat.username))
    if message.sender is None:
        raise ValueError("nobody wrote it")
    return Author(
        str(message.sender.id), _name(message.sender), message.sender.username, _site(message.sender.username)
    )


def _name(user: User) -> str:
    return clean(f"{user.first_name} {user.last_name}").strip() or user.username or str(user.id)


def _site(username: str) -> str:
    return f"{SITE}/{username}" if username else ""


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
