"""Deliveries of WhatsApp to the contract's messages. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from draht.channels.whatsapp.content import files_of, text_of
from draht.channels.whatsapp.refusals import reason_of
from draht.channels.whatsapp.shapes import Contact, Content, Message, Number, Status, to_piece
from draht.contract.graph import moment
from draht.contract.messages import Account, Author, Deletion, Event, IncomingMessage
from draht.contract.text import clean
from draht.contract.words import words

OUR_MARK = "draht\n"  # before our own words in what WhatsApp sends back with the state of a message
LONGEST_MARK = 512  # bytes; [M], not confirmed
TIME_IS_OVER = 131047
WHATSAPP = Author("whatsapp", "WhatsApp")
READ = {"messages": "message", "message_echoes": "echo", "statuses": "status"}


def to_account(raw: Any) -> Account:
    told = msgspec.convert(raw, Number)
    phone = told.display_phone_number
    return Account(told.id, clean(told.verified_name) or phone or told.id, phone, url_of(phone))


def url_of(phone: str) -> str:
    digits = "".join(one for one in phone if one.isdigit())
    return f"https://wa.me/{digits}" if digits else ""


def to_delivery(body: bytes) -> Any:
    return msgspec.json.decode(body)


class _About(msgspec.Struct):
    phone_number_id: str = ""


class _Value(msgspec.Struct):
    metadata: _About = msgspec.field(default_factory=_About)


class _Change(msgspec.Struct):
    value: _Value = msgspec.field(default_factory=_Value)


class _Entry(msgspec.Struct):
    changes: list[_Change] = []


class _Delivery(msgspec.Struct):
    entry: list[_Entry] = []


def numbers_in(body: bytes) -> list[str]:
    """The ids of our numbers that a delivery tells of, each once."""
    try:
        told = msgspec.json.decode(body, type=_Delivery)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    numbers = (change.value.metadata.phone_number_id for one in told.entry for change in one.changes)
    return list(dict.fromkeys(number for number in numbers if number))


def pieces_of(delivery: Any, us: str) -> list[Any]:
    """What a delivery says to one number, each message and each state with the people who are named beside it."""
    found: list[Any] = []
    for value in _values(delivery):
        if value["metadata"]["phone_number_id"] != us:
            continue
        contacts = value.get("contacts") or []
        parts = [{name: one} for key, name in READ.items() for one in value.get(key) or ()]
        found += [part | {"contacts": contacts} for part in parts]
        if not parts and value.get("errors"):
            found.append({"errors": value["errors"]})
    return found


def _values(delivery: Any) -> Iterator[dict[str, Any]]:
    """Of all fields those with messages; the others tell of templates, groups, the account."""
    for entry in delivery["entry"]:
        for change in entry["changes"]:
            if change["field"] in {"messages", "smb_message_echoes"}:
                yield change["value"]


def to_event(raw: Any, us: str) -> Event | None:
    """What one piece says. Raises ``ValueError`` for a fault of Meta's that is about no message: it is to be seen."""
    piece = to_piece(raw)
    if piece.message is not None:
        return _from_them(piece.message, piece.contacts, raw["message"])
    if piece.echo is not None:
        return _from_us(piece.echo, us, raw["echo"])
    if piece.status is not None:
        return _state(piece.status, us, raw["status"])
    raise ValueError("; ".join(reason_of(fault) for fault in piece.errors) or "neither a message nor a state")


# -- messages --------------------------------------------------------------------------------------------------------


def _from_them(message: Message, contacts: Sequence[Contact], raw: Mapping[str, Any]) -> Event:
    id = message.sender or message.from_user_id
    if not id:
        raise ValueError("it does not say who wrote it")
    return _event(message, _author(id, contacts), id, raw)


def _from_us(message: Message, us: str, raw: Mapping[str, Any]) -> Event:
    """What somebody wrote in our name with the app on a phone."""
    return _event(message, Author(us), message.to or message.to_user_id, raw)


def _event(message: Message, author: Author, with_whom: str, raw: Mapping[str, Any]) -> Event:
    at = moment(message.timestamp)
    thread = message.group_id or with_whom
    if message.revoke is not None:
        return Deletion(message.revoke.original_message_id)
    if message.edit is not None:
        return _message(message.edit.original_message_id, message.edit.message, author, at, thread, raw)
    if message.reaction is None:
        return _message(message.id, message, author, at, thread, raw)
    id = f"{message.reaction.message_id}:{author.id}"  # of one person there is one reaction; it changes, it goes
    if not message.reaction.emoji:
        return Deletion(id, at)
    return _message(id, message, author, at, thread, raw, message.reaction.message_id)


def _message(
    id: str, content: Content, author: Author, at: datetime, thread: str, raw: Mapping[str, Any], parent: str = ""
) -> IncomingMessage:
    return IncomingMessage(
        id=id,
        author=author,
        text=text_of(content),
        at=at,
        thread=thread,
        parent=parent or (content.context.id if content.context else ""),
        private="group_id" not in raw,
        revision=at,
        attachments=files_of(content),
        raw=raw,
    )


def _author(id: str, contacts: Sequence[Contact]) -> Author:
    for one in contacts:
        if id in {one.wa_id, one.user_id}:
            handle = one.profile.username or (f"+{one.wa_id}" if one.wa_id else "")
            name = clean(one.profile.name).strip() or handle
            return Author(id, name, clean(handle), url_of(one.wa_id))
    return Author(id, f"+{id}" if id.isdigit() else "", url=url_of(id) if id.isdigit() else "")


# -- what became of ours ---------------------------------------------------------------------------------------------


def _state(status: Status, us: str, raw: Mapping[str, Any]) -> IncomingMessage | None:
    """That one of ours did not arrive is told in its conversation. One that was taken shows its words once more: of an
    answer whose confirmation was lost nothing else would be known."""
    thread, at = status.recipient_id or status.recipient_user_id, moment(status.timestamp)
    private = status.recipient_type != "group"
    if status.status == "failed":
        reason = "; ".join(map(reason_of, status.errors)) or "?"
        told = clean(words("Our message was not delivered: {reason}").format(reason=reason))
        id = f"{status.id}:failed"
        return IncomingMessage(id, WHATSAPP, told, at, thread, status.id, private, at, raw=raw)
    if status.status == "sent" and status.biz_opaque_callback_data.startswith(OUR_MARK):
        text = clean(status.biz_opaque_callback_data.removeprefix(OUR_MARK)).strip()
        return IncomingMessage(status.id, Author(us), text, at, thread, "", private, at)
    return None


def is_notice(raw: Mapping[str, Any]) -> bool:
    """Of WhatsApp itself, about a message of ours."""
    return raw.get("status") == "failed"


def says_over(raw: Mapping[str, Any]) -> bool:
    """Whether a notice says that the time to answer was over."""
    errors = raw.get("errors")
    return isinstance(errors, list) and any(isinstance(one, dict) and one.get("code") == TIME_IS_OVER for one in errors)


def marked(text: str) -> dict[str, str]:
    """What WhatsApp is to send back with the state of a message; nothing of a text that would have to be cut."""
    mark = OUR_MARK + text
    return {"biz_opaque_callback_data": mark} if len(mark.encode()) <= LONGEST_MARK else {}
