"""Another system: it calls, and takes our calls only if they are signed, new, and in the form of README.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from jsonschema import Draft202012Validator
from standardwebhooks import Webhook

from draht.contract.messages import Hook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TEXT = {"type": "string"}
AUTHOR = {"type": "object", "required": ["id", "name", "handle"], "additionalProperties": False,
          "properties": {"id": TEXT, "name": TEXT, "handle": TEXT}}  # fmt: skip
ITEM = {"type": "object", "required": ["id", "thread", "author", "text"], "additionalProperties": False,
        "properties": {"id": {"type": "string", "minLength": 1}, "thread": TEXT, "author": AUTHOR, "text": TEXT},
        }  # fmt: skip
FILES = {"type": "array", "items": {"type": "object", "required": ["url", "kind", "name", "alt", "content_type"]}}
DATA = {
    "reply.created": {"required": ["id", "text", "private", "to", "attachments"],
                      "properties": {"text": {"type": "string", "minLength": 1}, "to": ITEM, "attachments": FILES}},
    "post.created": {"required": ["id", "text", "title", "link", "attachments"]},
    "message.updated": ITEM,
    "message.deleted": {"required": ["id", "thread"]},
}  # fmt: skip


@dataclass
class System:
    """What it was told, by the id of the call: a repeated call changes nothing."""

    said: dict[str, str] = field(default_factory=dict)
    posts: dict[str, str] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        headers = {name: environ.get(f"HTTP_{name.upper().replace('-', '_')}", "") for name in NAMES}
        try:
            Webhook(SECRET).verify(body, headers)
        except Exception as error:
            start("403 Forbidden", [("Content-Type", "application/json")])
            return [json.dumps({"message": str(error)}).encode()]
        call = json.loads(body)
        faults = [error.message for error in Draft202012Validator(DATA[call["type"]]).iter_errors(call["data"])]
        if faults:
            start("422 Unprocessable", [("Content-Type", "application/json")])
            return [json.dumps({"message": faults[0]}).encode()]
        if headers["webhook-id"] not in self.seen:
            self.seen.add(headers["webhook-id"])
            self._take(call)
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"id": call["data"]["id"], "url": f"https://shop.example/{call['data']['id']}"}).encode()]

    def _take(self, call: dict[str, Any]) -> None:
        self.calls.append(call)
        data = call["data"]
        match call["type"]:
            case "reply.created" | "message.updated":
                self.said[data["id"]] = data["text"]
            case "post.created":
                self.posts[data["id"]] = data["text"]
            case "message.deleted":
                self.said.pop(data["id"], None)


NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")


def call(payload: Any, *, secret: str = SECRET, id: str = "msg_1", at: datetime | None = None) -> Hook:
    """A signed call, as the door gets it."""
    at = at or datetime.now(UTC)
    body = json.dumps(payload)
    signature = Webhook(secret).sign(id, at, body)
    headers = {"webhook-id": id, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
    return Hook("POST", headers, {}, body.encode())


def written(text: str = "Where is my parcel?", **more: Any) -> dict[str, Any]:
    data = {"id": "42", "text": text, "at": "2026-11-20T09:59:58Z", "author": {"id": "ada", "name": "Ada"}}
    return {"type": "message.created", "timestamp": "2026-11-20T10:00:00Z", "data": data | more}
