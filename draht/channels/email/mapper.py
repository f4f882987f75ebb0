"""Turns mails into messages. Pure: what lies in the mailbox goes in, what the house keeps comes out."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from typing import Any

import msgspec

from draht.channels.email.machine import Kind, fates, kind_of, returned
from draht.channels.email.parts import addresses, attachments_of, headers_of, message_ids, text_of, words_of
from draht.channels.email.quotes import split
from draht.contract.messages import Author, IncomingMessage
from draht.contract.reading import MAX_RAW
from draht.contract.text import clean

PROOF = "X-Draht-Proof"  # of a mail that we sent ourselves; anybody can write our address into From
OUR_IDS = "draht."  # how ids that we give begin
FUTURE = timedelta(minutes=10)  # a writer's clock may be that fast
MOST_REFERENCES = 40
FORWARDED = re.compile(r"\s*(?:fwd?|wg|rv|tr|i|enc)\s*:", re.IGNORECASE)
_FAILED = re.compile(r"\b(?:dmarc|spf|dkim)\s*=\s*(?:fail|permerror)\b", re.IGNORECASE)
_PASSED = re.compile(r"\b(?:dmarc|dkim)\s*=\s*pass\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it lies in the mailbox.

    Attributes:
        place: UIDVALIDITY and UID, with a dot between.
        received: when our server took it (INTERNALDATE).
        content: its bytes; of an enormous one only the beginning.
    """

    place: str
    received: datetime
    content: bytes

    def as_leftover(self) -> str:
        """JSON text that ``of_leftover`` reads again: the beginning of a long mail says what it is."""
        content = self.content[: MAX_RAW // 6].decode("latin-1")
        return msgspec.json.encode([self.place, self.received, content]).decode()


def of_leftover(payload: Any) -> Mail:
    place, received, content = msgspec.convert(payload, tuple[str, datetime, str])
    return Mail(place, received.astimezone(UTC), content.encode("latin-1"))


@dataclass(frozen=True, slots=True)
class Us:
    """Our address, in lower case, and the key that our own mails are known by."""

    address: str
    key: bytes

    def message_id(self, key: str) -> str:
        """The id of an answer, without angle brackets: the same in every attempt."""
        safe = re.sub(r"[^A-Za-z0-9-]", "", key)
        return f"{OUR_IDS}{safe}@{domain_of(self.address)}"

    def owns(self, message_id: str) -> bool:
        """Whether the id has the form of ours."""
        return message_id.startswith(OUR_IDS) and message_id.endswith(f"@{domain_of(self.address)}")

    def proof(self, message_id: str, text: str) -> str:
        told = f"{message_id}\n{' '.join(text.split())}"
        return hmac.new(self.key, told.encode("utf-8", "replace"), "sha256").hexdigest()


def domain_of(address: str) -> str:
    """The domain as DNS knows it."""
    domain = address.rpartition("@")[2]
    try:
        return domain if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        return "invalid"


def to_message(mail: Mail, us: Us) -> IncomingMessage | None:
    """One mail; ``None`` for a changed copy of one of ours. Raises ``ValueError`` if there is nothing in it at all."""
    if not mail.content.strip():
        raise ValueError("an empty mail")
    parsed = message_from_bytes(mail.content)
    told = headers_of(parsed)
    kind = kind_of(parsed, told)
    whole = clean(text_of(parsed)).strip()
    subject = clean(words_of(told.get("subject", "")))
    author, unproven = _author(told, us)
    id, ours = _identity(mail, told, whole, author, us)
    if id is None:
        return None
    if ours:
        author, unproven = Author(us.address, author.name, us.address), False
    new, folded = (whole, False) if ours else _shown(parsed, kind, whole, subject)
    parent, thread, references = _place_in_thread(parsed, told, kind, us)
    at = _written(told, mail.received)
    raw = {
        "place": mail.place,
        "subject": subject,
        "message_id": (message_ids(told.get("message-id", "")) or [""])[0],
        "references": references,
        "reply_to": [address for _, address in addresses(told.get("reply-to", ""))][:1],
        "to": [address for _, address in addresses(told.get("to", ""))][:10],
        "cc": len(addresses(told.get("cc", ""))),
        "kind": kind.value,
    }
    if folded:
        raw["whole"] = whole
    if unproven:
        raw["unproven"] = True
    return IncomingMessage(
        id=id, author=author, text=new, at=at, thread=thread, parent=parent, private=True, revision=at, title=subject,
        attachments=attachments_of(parsed, mail.place), raw=raw,
    )  # fmt: skip


def _shown(parsed: Message, kind: Kind, whole: str, subject: str) -> tuple[str, bool]:
    """The words that are new, and whether more can be read in ``raw["whole"]``."""
    said = "\n".join(fate.told() for fate in fates(parsed)) if kind is Kind.BOUNCE else ""
    if said:
        return clean(said), bool(whole)
    found = split(whole, forwarded=bool(FORWARDED.match(subject)))
    return found.new, found.folded


def _author(told: Mapping[str, str], us: Us) -> tuple[Author, bool]:
    """Who wrote it by their own account, and whether our server found that this is not so."""
    named = addresses(told.get("from", "")) or addresses(told.get("sender", "") or told.get("return-path", ""))
    results = told.get("authentication-results", "")
    unproven = bool(_FAILED.search(results)) and not _PASSED.search(results)
    if not named:
        return Author("unknown", clean(words_of(told.get("from", "")))), True
    name, address = named[0]
    address = clean(address).lower()
    if unproven and address == us.address:
        return Author(f"unproven {address}", clean(name) or address, address), True
    return Author(address, clean(name) or address, address), unproven


def _identity(mail: Mail, told: Mapping[str, str], whole: str, author: Author, us: Us) -> tuple[str | None, bool]:
    """The id of a mail, and whether we certainly sent it. Nobody else's mail gets the id of one of ours.

    ``None`` for one that came back from a list or a forger with other words under our name.
    """
    ids = message_ids(told.get("message-id", ""))
    if ids and us.owns(ids[0]):
        if hmac.compare_digest(told.get(PROOF.lower(), "").encode(), us.proof(ids[0], whole).encode()):
            return ids[0], True
        if author.handle == us.address:
            return None, False
        ids = []
    if ids:
        return clean(ids[0]), False
    seen = f"{told.get('date', '')}\n{told.get('from', '')}\n{told.get('subject', '')}\n".encode("utf-8", "replace")
    body = mail.content.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    return f"hash-{blake2b(seen + body, digest_size=16).hexdigest()}", False


def _place_in_thread(
    parsed: Message, told: Mapping[str, str], kind: Kind, us: Us
) -> tuple[str, str, list[str]]:  # fmt: skip
    """The id of the mail that it answers, of the first of its thread, and all that it refers to.

    An answer to a mail of ours belongs where that one is, whatever a program left of the references.
    """
    if kind is Kind.BOUNCE and (about := returned(parsed)):
        told = headers_of(about)
        parents, chain = message_ids(told.get("message-id", "")), message_ids(told.get("references", ""))
    else:
        chain = message_ids(told.get("references", ""))
        parents = message_ids(told.get("in-reply-to", "")) or chain[-1:]
    parent = clean(parents[0]) if parents else ""
    if len(chain) > MOST_REFERENCES:
        chain = [chain[0], *chain[1 - MOST_REFERENCES :]]
    if not chain or us.owns(parent):
        return parent, "", chain
    return parent, clean(chain[0]), chain


def _written(told: Mapping[str, str], received: datetime) -> datetime:
    """When it was written; when it was received if that is not told or lies in the future."""
    try:
        at = parsedate_to_datetime(told.get("date", ""))
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return received
    return at if at <= received + FUTURE else received
