"""A small WhatsApp: people with phones, who write to the numbers of a company; and what it tells by hook."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

WABA = "102290129340398"
NUMBER, OTHER = "106540352242922", "106540352242999"
PHONES = {NUMBER: "15550783881", OTHER: "15550783882"}
JANE, RAVI = "16505551234", "16505555678"
NAMES = {JANE: "Jane Customer", RAVI: "Ravi Customer"}
WINDOW = timedelta(hours=24)


@dataclass
class Message:
    id: str
    sender: str
    to: str
    raw: dict[str, Any]
    at: datetime
    reaction: str = ""
    rendered: str = ""

    @property
    def text(self) -> str:
        if self.rendered:
            return self.rendered
        kind = self.raw["type"]
        return str(self.raw[kind].get("body" if kind == "text" else "caption", ""))


@dataclass
class Network:
    """``told`` are deliveries that nobody has fetched yet."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 20, 10, tzinfo=UTC))
    messages: dict[str, Message] = field(default_factory=dict)
    last: dict[tuple[str, str], datetime] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    told: list[Any] = field(default_factory=list)
    count: int = 0

    # -- what people do -----------------------------------------------------------------------------------------

    def write(self, text: str, sender: str = JANE, to: str = NUMBER, **more: Any) -> Message:
        return self.send({"type": "text", "text": {"body": text}} | more, sender, to)

    def send(self, content: dict[str, Any], sender: str = JANE, to: str = NUMBER) -> Message:
        message = Message(self.next_id(), sender, to, content, self.now)
        self.messages[message.id] = message
        self.last[sender, to] = self.now
        self.tell(message, {"from": sender, "id": message.id, "timestamp": self.stamp(), **content})
        return message

    def send_file(self, content: bytes, kind: str, content_type: str, caption: str = "") -> Message:
        id = str(1_003_383_421_387_000 + len(self.files))
        self.files[id] = (content_type, content)
        told = {"id": id, "mime_type": content_type, "sha256": "x"} | ({"caption": caption} if caption else {})
        return self.send({"type": kind, kind: told})

    def edit(self, message: Message, text: str) -> None:
        message.raw["text"] = {"body": text}
        edited = {"original_message_id": message.id, "message": {"type": "text", "text": {"body": text}}}
        told = {"id": self.next_id(), "timestamp": self.stamp(), "type": "edit", "edit": edited}
        self.tell(message, {"from": message.sender, **told})

    def take_back(self, message: Message) -> None:
        del self.messages[message.id]
        told = {"id": self.next_id(), "timestamp": self.stamp(), "type": "revoke"}
        self.tell(message, {"from": message.sender, **told, "revoke": {"original_message_id": message.id}})

    def is_open(self, number: str, person: str) -> bool:
        last = self.last.get((person, number))
        return last is not None and self.now < last + WINDOW

    # -- what is told -------------------------------------------------------------------------------------------

    def tell(self, about: Message, told: dict[str, Any], sort: str = "messages", to: str = "") -> None:
        number = to or about.to
        contacts = [{"profile": {"name": NAMES[about.sender]}, "wa_id": about.sender}] if about.sender in NAMES else []
        self.told.append(delivery(number, {"contacts": contacts, sort: [told]}))

    def tell_state(self, message: Message, status: str, mark: str = "", code: int = 0, details: str = "") -> None:
        told: dict[str, Any] = {"id": message.id, "status": status, "timestamp": self.stamp()}
        told |= {"recipient_id": message.to} | ({"biz_opaque_callback_data": mark} if mark else {})
        if code:
            told["errors"] = [{"code": code, "title": details, "message": details, "error_data": {"details": details}}]
        self.tell(message, told, "statuses", message.sender)

    def stamp(self) -> str:
        return str(int(self.now.timestamp()))

    def next_id(self) -> str:
        self.count += 1
        self.now += timedelta(seconds=1)
        return f"wamid.{base64.b64encode(f'HBg{self.count:06}'.encode()).decode()}"


def delivery(number: str, value: dict[str, Any], field: str = "messages") -> dict[str, Any]:
    about = {"display_phone_number": PHONES.get(number, number), "phone_number_id": number}
    told = {"messaging_product": "whatsapp", "metadata": about} | {key: one for key, one in value.items() if one}
    return together([{"value": told, "field": field}])


def together(changes: Iterable[Any]) -> dict[str, Any]:
    return {"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": list(changes)}]}
