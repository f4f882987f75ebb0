"""Sending: texts, files, templates, reactions. WhatsApp recognises no key of ours and shows no earlier messages: what
was lost on the way is ``Unsure``, until its state is told by hook."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from draht.channels.whatsapp.client import Client
from draht.channels.whatsapp.mapper import is_notice, marked
from draht.channels.whatsapp.rights import is_open
from draht.channels.whatsapp.templates import Approved, pick, to_templates
from draht.contract.channel import Act
from draht.contract.errors import Refused
from draht.contract.graph import to_sent
from draht.contract.messages import Item, Media, OutgoingReply, Sent, Takes
from draht.contract.words import words

LONGEST = 4096  # characters of a text
CAPTION = 1024  # of a text that goes with a file
MEGABYTE = 1024 * 1024
# content type -> kind of message, and its most bytes; everything else goes as a document
KINDS = {
    "image/jpeg": ("image", 5 * MEGABYTE),
    "image/png": ("image", 5 * MEGABYTE),
    "video/mp4": ("video", 16 * MEGABYTE),
    "video/3gpp": ("video", 16 * MEGABYTE),
}
DOCUMENTS = (
    "application/pdf",
    "text/plain",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
)
TAKES = Takes(count=1, types=(*KINDS, *DOCUMENTS), most=16 * MEGABYTE)
LIKED = "👍"
PAGES = 5  # of templates


def send_answer(client: Client, reply: OutgoingReply) -> Sent:
    where = whereto(reply.to, privately=reply.private) | _quoted(reply)
    if not is_open(reply.to):
        if reply.media:
            raise Refused(words("Only a template goes out now, and without files."))
        return _sent(client, {**where, "type": "template", "template": pick(approved(client), reply.text)}, reply.text)
    if reply.media:
        return _send_file(client, where, reply.text, reply.media[0])
    return _sent(client, {**where, "type": "text", "text": {"body": reply.text, "preview_url": True}}, reply.text)


def _send_file(client: Client, where: dict[str, Any], text: str, media: Media) -> Sent:
    if len(text) > CAPTION:
        told = words("With a file WhatsApp takes {limit} characters. Send the text alone, or make it shorter.")
        raise Refused(told.format(limit=CAPTION))
    kind = kind_of(media)
    file = {"id": client.upload(media)} | ({"caption": text} if text else {})
    if kind == "document" and media.name:
        file["filename"] = media.name
    return _sent(client, {**where, "type": kind, kind: file}, text)


def _sent(client: Client, message: dict[str, Any], text: str) -> Sent:
    told = client.send(message | marked(text))
    found = told.get("messages")
    first = found[0] if isinstance(found, list) and found else None
    return to_sent(first, datetime.now(UTC))


def kind_of(media: Media) -> str:
    kind, most = KINDS.get(media.content_type, ("document", 0))
    return kind if len(media.content) <= most else "document"


def whereto(item: Item, privately: bool = False) -> dict[str, Any]:
    """The chat or the group."""
    group = not item.private and not privately
    partner = item.author.id if privately and not item.private else item.thread
    kind = "group" if group else "individual"
    person = {"to": partner} if group or partner.isdigit() else {"recipient": partner}  # an id instead of a number; [M]
    return {"recipient_type": kind, **person}


def _quoted(reply: OutgoingReply) -> dict[str, Any]:
    """What is answered; what stands in a group cannot be quoted outside it, and a notice of WhatsApp nowhere."""
    if (reply.private and not reply.to.private) or is_notice(reply.to.raw):
        return {}
    return {"context": {"message_id": message_of(reply.to)}}


def message_of(item: Item) -> str:
    """Of a reaction, the message that it is about."""
    return item.id.partition(":")[0]


def approved(client: Client) -> list[Approved]:
    found, after = [], ""
    for _ in range(PAGES):
        page = client.templates(after)
        found += to_templates(page.items)
        if not (after := page.after):
            break
    return found


def act_on(client: Client, act: Act, item: Item) -> None:
    match act:
        case Act.LIKE:
            reaction = {"message_id": message_of(item), "emoji": LIKED}
            client.send({**whereto(item), "type": "reaction", "reaction": reaction}, repeatable=True)
        case Act.BAN:
            client.block(item.author.id)
        case _:
            raise Refused(words("{network} has no such function.").format(network="WhatsApp"))
