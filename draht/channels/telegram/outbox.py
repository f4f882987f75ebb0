"""Sending: texts, files, albums; changing and taking away what stands there.

Telegram recognises no key of ours and shows a bot no earlier messages: what was lost is ``Unsure``, and a person looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from draht.channels.telegram.client import Client
from draht.channels.telegram.content import utf16
from draht.channels.telegram.mapper import Place, place_of_answer, to_sent
from draht.channels.telegram.refusals import PLAIN, Moved
from draht.contract.channel import Act
from draht.contract.errors import Refused
from draht.contract.messages import Item, Media, OutgoingReply, Sent, Takes
from draht.contract.words import words

LONGEST = 4096  # UTF-16 units
CAPTION = 1024  # of a text that goes with a file
MOST_FILES = 10  # of an album
MOST_BYTES = 50_000_000
MOST_OF_A_PHOTO = 10_000_000  # larger ones go as documents
KINDS = {
    "image/jpeg": "photo", "image/png": "photo", "image/webp": "photo", "image/gif": "animation",
    "video/mp4": "video", "audio/mpeg": "audio", "audio/mp4": "audio", "audio/x-m4a": "audio",
}  # fmt: skip
SENT = (*KINDS, "video/webm", "audio/ogg", "audio/wav", "application/pdf", "application/octet-stream")
TAKES = Takes(count=MOST_FILES, types=SENT, most=MOST_BYTES)
LIKED = [{"type": "emoji", "emoji": "👍"}]
TOO_LONG_A_CAPTION = PLAIN["caption is too long"]


def send_answer(client: Client, reply: OutgoingReply) -> Sent:
    if reply.private and not reply.to.private:
        return send(client, {"chat_id": int(reply.to.author.id)}, reply.text, reply.media)
    where = place_of_answer(reply.to)
    try:
        return send(client, where, reply.text, reply.media)
    except Moved as moved:  # nothing was sent; the old numbers mean other messages there
        return send(client, {"chat_id": moved.chat}, reply.text, reply.media)


def send(client: Client, where: Mapping[str, Any], text: str, media: Sequence[Media]) -> Sent:
    if not media:
        return to_sent(client.call("sendMessage", {**where, "text": text}))
    if utf16(text) > CAPTION:
        raise Refused(TOO_LONG_A_CAPTION)
    caption = {"caption": text} if text else {}
    if len(media) == 1:
        kind = kind_of(media[0])
        values = {**where, **caption, kind: "attach://file0"}
        return to_sent(client.call(f"send{kind.capitalize()}", values, files={"file0": media[0]}, timeout=120.0))
    return to_sent(_album(client, where, caption, media))


def kind_of(media: Media) -> str:
    kind = KINDS.get(media.content_type, "document")
    return "document" if kind == "photo" and len(media.content) > MOST_OF_A_PHOTO else kind


def _album(client: Client, where: Mapping[str, Any], caption: Mapping[str, str], media: Sequence[Media]) -> Any:
    """An album has pictures and films, or sounds, or documents; whatever else is together goes as documents."""
    kinds = [kind_of(one) for one in media]
    if not (set(kinds) <= {"photo", "video"} or set(kinds) == {"audio"}):
        kinds = ["document"] * len(media)
    parts = [{"type": kind, "media": f"attach://file{n}"} for n, kind in enumerate(kinds)]
    parts[0] |= caption
    files = {f"file{n}": one for n, one in enumerate(media)}
    return client.call("sendMediaGroup", {**where, "media": parts}, files=files, timeout=120.0)


def edit(client: Client, item: Item, text: str) -> None:
    """The text, or, of files, the words that go with them."""
    place = Place(item.id)
    where = {"chat_id": place.chat, "message_id": place.numbers[0]}
    try:
        _unless_done(partial(client.ask, "editMessageText", **where, text=text), "message is not modified")
    except Refused as error:
        if "no text in the message" not in error.reason:
            raise
        if utf16(text) > CAPTION:
            raise Refused(TOO_LONG_A_CAPTION) from error
        _unless_done(partial(client.ask, "editMessageCaption", **where, caption=text), "message is not modified")


def act_on(client: Client, act: Act, item: Item) -> None:
    place = Place(item.id)
    match act:
        case Act.LIKE:
            asked = {"chat_id": place.chat, "message_id": place.numbers[0], "reaction": LIKED}
            client.ask("setMessageReaction", **asked)
        case Act.DELETE:
            _delete(client, place)
        case Act.BAN:
            _ban(client, place.chat, item.author.id)
            _delete(client, place)
        case _:
            raise Refused(words("{network} has no such function.").format(network="Telegram"))


def _ban(client: Client, chat: int, author: str) -> None:
    """Who wrote in the name of a channel has the channel's id, which is below 0."""
    if author.startswith("-"):
        client.ask("banChatSenderChat", chat_id=chat, sender_chat_id=int(author))
    else:
        client.ask("banChatMember", chat_id=chat, user_id=int(author))


def _delete(client: Client, place: Place) -> None:
    for number in place.numbers:
        asked = {"chat_id": place.chat, "message_id": number}
        _unless_done(partial(client.ask, "deleteMessage", **asked), "message to delete not found")


def _unless_done(ask: Callable[[], Any], sign: str) -> None:
    try:
        ask()
    except Refused as error:
        if sign not in error.reason:
            raise
