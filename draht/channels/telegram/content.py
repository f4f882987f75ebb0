"""What a message says, as plain text, and the files that come with it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from draht.channels.telegram.shapes import Entity, File, Location, Message, Origin
from draht.contract.messages import Attachment
from draht.contract.text import clean

MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=17/{0}/{1}"
UNSHOWN = ("story", "paid_media", "giveaway", "gift", "unique_gift", "invoice")  # only their kind is told


def text_of(message: Message) -> str:
    """Empty for a message that is nothing but files, and for one about the chat itself (somebody joined)."""
    text, entities = message.text or message.caption, message.entities or message.caption_entities
    parts = [_shown(text, entities) if entities else text, *_told(message)] if _is_more(message) else [text]
    said = "\n".join(part for part in parts if part)
    if message.forward_origin and said:
        said = f"↪ {_origin(message.forward_origin)}:\n{said}"
    return clean(said).strip()


def files_of(message: Message) -> tuple[Attachment, ...]:
    """They are opened with our login only; ``key`` is Telegram's id of the file."""
    return tuple(_files(message))


def utf16(text: str) -> int:
    """Telegram counts UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _is_more(message: Message) -> bool:
    """Most messages are text alone."""
    return not message.text or bool(message.entities)


def _told(message: Message) -> Iterator[str]:
    if message.sticker:
        yield message.sticker.emoji
    if (contact := message.contact) is not None:
        yield f"👤 {contact.first_name} {contact.last_name}".rstrip()
        yield contact.phone_number
    if (venue := message.venue) is not None:
        yield f"📍 {venue.title}\n{venue.address}\n{_map(venue.location)}"
    elif (place := message.location) is not None:
        yield f"📍 {place.latitude:.6f}, {place.longitude:.6f}\n{_map(place)}"
    if message.poll:
        yield "\n".join([f"📊 {message.poll.question}", *(f"○ {option.text}" for option in message.poll.options)])
    if message.checklist:
        yield "\n".join([f"☑ {message.checklist.title}", *(f"○ {task.text}" for task in message.checklist.tasks)])
    if message.dice:
        yield f"{message.dice.emoji} {message.dice.value}"
    if message.game:
        yield f"🎮 {message.game.title}"
    if message.rich_message:
        yield "\n".join(_lines(message.rich_message.get("blocks")))
    yield from (f"[{kind}]" for kind in UNSHOWN if getattr(message, kind))


def _map(place: Location) -> str:
    return MAP.format(f"{place.latitude:.6f}", f"{place.longitude:.6f}")


def _origin(origin: Origin) -> str:
    chat = origin.sender_chat or origin.chat
    if chat is not None:
        return chat.title or chat.username
    if origin.sender_user is not None:
        return f"{origin.sender_user.first_name} {origin.sender_user.last_name}".rstrip()
    return origin.sender_user_name


def _shown(text: str, entities: list[Entity]) -> str:
    """The text, with the address behind each link that hides one."""
    links = [one for one in entities if one.type == "text_link" and one.url]
    if not links:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    for link in sorted(links, key=lambda one: one.offset, reverse=True):
        end = max(0, 2 * (link.offset + link.length))
        units = units[:end] + f" ({link.url})".encode("utf-16-le", "surrogatepass") + units[end:]
    return units.decode("utf-16-le", "replace")


def _lines(blocks: Any) -> Iterator[str]:
    """The lines of a message that is formatted like a page (``RichBlock``)."""
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, list):  # the cells of a table's row
            yield "\t".join(_run(cell) for cell in block)
        elif isinstance(block, dict):
            if line := _run(block):
                yield line
            for inner in ("blocks", "items", "cells"):
                yield from _lines(block.get(inner))


def _run(told: Any) -> str:
    """The letters of a ``RichText``, however they are nested."""
    if isinstance(told, str):
        return told
    if isinstance(told, list):
        return "".join(map(_run, told))
    if not isinstance(told, dict):
        return ""
    return "".join(_run(told[key]) for key in ("summary", "text", "expression", "caption", "credit") if key in told)


def _files(message: Message) -> Iterator[Attachment]:
    if message.photo:
        yield _file(message.photo[-1], "image")  # the sizes of one picture, the largest last
    for file, kind in ((message.animation, "video"), (message.video, "video"), (message.video_note, "video"),
                       (message.audio, "audio"), (message.voice, "audio")):  # fmt: skip
        if file is not None:
            yield _file(file, kind)
    if message.document is not None and message.animation is None:  # each animation comes as a document, too
        yield _file(message.document, _kind(message.document.mime_type))
    sticker = message.sticker
    if sticker is not None and not sticker.is_animated:  # an animated one is a drawing that no browser shows
        yield Attachment("", "video" if sticker.is_video else "image", alt=clean(sticker.emoji), key=sticker.file_id)


def _file(file: File, kind: str) -> Attachment:
    return Attachment("", kind, name=clean(file.file_name), key=file.file_id)


def _kind(content_type: str) -> str:
    kind = content_type.partition("/")[0]
    return kind if kind in {"image", "video", "audio"} else "file"
