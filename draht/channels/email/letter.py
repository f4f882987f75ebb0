"""Writes an answer as a mail. Whatever a customer wrote cannot become a header of ours. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from draht.channels.email.machine import Kind
from draht.channels.email.mapper import MOST_REFERENCES, PROOF, Us, domain_of
from draht.channels.email.parts import ADDRESS
from draht.contract.messages import Item, Media, OutgoingReply
from draht.contract.text import clean

POLICY = SMTP.clone(max_line_length=900)  # bytes; ids are never cut. RFC 5322 allows 998
LONGEST_SUBJECT = 200  # characters
_REPLY = re.compile(r"\s*(?:re|aw|sv|antw|odp|rif|tr)(?:\[\d+\])?\s*:", re.IGNORECASE)
_ID = re.compile(r"(?!hash-)(?!.*=\?)[\x21-\x3b\x3d\x3f-\x7e]{1,300}")
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


def recipient(item: Item) -> str:
    """Where an answer goes: where the author wants it, else to the author; empty if nowhere."""
    raw = item.raw
    wanted: Sequence[str] = raw.get("to", ()) if item.ours else raw.get("reply_to", ())
    if raw.get("kind") == Kind.BOUNCE:
        return ""
    candidates = [*wanted] if item.ours else [*wanted, item.author.handle, item.author.id]
    return next((one for one in map(_sendable, candidates) if one), "")


def _sendable(address: str) -> str:
    """An address as it goes over the line, with the domain as DNS knows it."""
    if not ADDRESS.fullmatch(address) or not address.isprintable() or "=?" in address or len(address) > 254:
        return ""
    return f"{address.rpartition('@')[0]}@{domain_of(address)}"


def compose(reply: OutgoingReply, us: Us, name: str, now: datetime) -> EmailMessage:
    """The answer as a mail. The same key gives the same Message-ID in every attempt."""
    item, id = reply.to, us.message_id(reply.key)
    letter = EmailMessage(policy=POLICY)
    letter["From"] = Address(_one_line(name), addr_spec=us.address)
    letter["To"] = recipient(item)
    letter["Subject"] = _subject(item)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{id}>"
    if parent := _id(str(item.raw.get("message_id") or item.id)):
        letter["In-Reply-To"] = parent
        letter["References"] = " ".join(_references(item, parent))
    text = clean(reply.text).strip() + "\n"
    letter.set_content(text, cte="quoted-printable")
    for one in reply.media:
        _attach(letter, one)
    letter[PROOF] = us.proof(id, text)
    return letter


def _subject(item: Item) -> str:
    told = _one_line(str(item.raw.get("subject") or ""))[:LONGEST_SUBJECT]
    return told if _REPLY.match(told) else f"Re: {told}".strip()


def _references(item: Item, parent: str) -> list[str]:
    """The first of the thread and the latest, as RFC 5322 wants them."""
    chain = [id for id in map(_id, map(str, item.raw.get("references") or ())) if id and id != parent]
    if len(chain) >= MOST_REFERENCES:
        chain = [chain[0], *chain[2 - MOST_REFERENCES :]]
    return [*chain, parent]


def _id(told: str) -> str:
    """In angle brackets, if it is an id at all."""
    return f"<{told}>" if _ID.fullmatch(told) else ""


def _attach(letter: EmailMessage, media: Media) -> None:
    kind = media.content_type if _TYPE.fullmatch(media.content_type) else "application/octet-stream"
    maintype, _, subtype = kind.partition("/")
    if maintype in {"text", "message", "multipart"}:  # bytes as they are: no other line ends, no parts of our mail
        maintype, subtype = "application", "octet-stream"
    name = _one_line(media.name).replace("/", "_").replace("\\", "_") or "file"
    letter.add_attachment(media.content, maintype=maintype, subtype=subtype, filename=name)
    if alt := _one_line(media.alt):
        [*letter.iter_attachments()][-1]["Content-Description"] = alt


def _one_line(text: str) -> str:
    """Text for a header. Python decodes what looks like an encoded word, and in it might be the end of the line."""
    return " ".join(clean(text).split()).replace("=?", "= ?")
