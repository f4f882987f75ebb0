"""Tells mails that no person wrote to us: automatic answers, lists, newsletters, and what mail servers say. Pure.

Sources: RFC 3834 (automatic answers), RFC 3464 (delivery status), RFC 2919 (List-Id), RFC 8058 (newsletters).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from enum import StrEnum

from draht.contract.words import words

MOST_RECIPIENTS = 5  # of one notice that are told


class Kind(StrEnum):
    """Who wrote it, if it was no person; kept in ``raw["kind"]``."""

    PERSON = ""
    BOUNCE = "bounce"  # a mail server about a mail of ours
    AUTOMATIC = "automatic"  # an absence notice, a ticket system
    LIST = "list"  # a person, to everybody on a list
    BULK = "bulk"  # a newsletter


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mail for one recipient: ``action`` is failed, delayed, delivered, relayed or expanded."""

    address: str
    action: str
    reason: str

    def told(self) -> str:
        if self.action == "failed":
            said = words("Our mail did not arrive at {address}: {reason}")
        elif self.action == "delayed":
            said = words("Our mail has not arrived at {address} yet; the mail servers go on trying: {reason}")
        else:
            said = words("Our mail arrived at {address}: {reason}")
        return said.format(address=self.address, reason=self.reason)


def kind_of(mail: Message, told: Mapping[str, str]) -> Kind:
    """``told``: the headers, names in lower case, of each the first."""
    if _is_notice(mail, told):
        return Kind.BOUNCE
    precedence = told.get("precedence", "").strip().lower()
    if told.get("auto-submitted", "no").partition(";")[0].partition("(")[0].strip().lower() != "no":
        return Kind.AUTOMATIC
    if precedence in {"auto_reply", "auto-reply"} or {"x-autoreply", "x-autorespond"} & told.keys():
        return Kind.AUTOMATIC
    if {"list-id", "list-post"} & told.keys() or precedence == "list":
        return Kind.LIST
    if "list-unsubscribe" in told or precedence in {"bulk", "junk"}:
        return Kind.BULK
    return Kind.AUTOMATIC if "x-auto-response-suppress" in told else Kind.PERSON


def _is_notice(mail: Message, told: Mapping[str, str]) -> bool:
    if "multipart/report" in told.get("content-type", "").lower():
        return str(mail.get_param("report-type", "delivery-status")).lower() == "delivery-status"
    return told.get("return-path", "").strip() == "<>" and "mailer-daemon@" in told.get("from", "").lower()


def fates(mail: Message) -> list[Fate]:
    """What a notice says about each recipient."""
    blocks = [
        block
        for part in mail.walk()
        if part.get_content_type() == "message/delivery-status"
        for block in inner_of(part)
    ]
    found = [_fate(block) for block in blocks if block.get("Final-Recipient") or block.get("Original-Recipient")]
    return found[:MOST_RECIPIENTS]


def _fate(block: Message) -> Fate:
    status = _of(block, "Status")
    action = _of(block, "Action").lower() or {"4": "delayed", "2": "delivered"}.get(status[:1], "failed")
    address = _typed(block, "Original-Recipient") or _typed(block, "Final-Recipient")
    return Fate(address, action, _typed(block, "Diagnostic-Code") or status or action)


def returned(mail: Message) -> Message | None:
    """The mail that a notice is about, or its headers alone."""
    for part in mail.walk():
        inner = inner_of(part)
        if inner and part.get_content_type() in {"message/rfc822", "message/rfc822-headers"}:
            return inner[0]
        if part.get_content_type() == "text/rfc822-headers":
            return message_from_string(str(part.get_payload()))
    return None


def inner_of(part: Message) -> list[Message]:
    """What a part that is a container holds."""
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _of(block: Message, name: str) -> str:
    return " ".join(str(block.get(name) or "").split())


def _typed(block: Message, name: str) -> str:
    """The value behind its type: ``smtp; 550 5.1.1 …``."""
    told = _of(block, name)
    return told.partition(";")[2].strip() or told
