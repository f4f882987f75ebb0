"""WhatsApp's Cloud API over a small network: it keeps state, says no, and holds itself against Meta's own document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from draht.channels.whatsapp.tests import spec
from draht.channels.whatsapp.tests.network import NUMBER, PHONES, WABA, Message, Network
from draht.channels.whatsapp.tests.samples import TEMPLATES
from draht.contract.messages import Hook, HookAnswer
from draht.contract.testing.graph import Asked, GraphDouble, No, gone
from draht.contract.testing.graph_spec import GraphSpec

LOOKASIDE = "/whatsapp_business/attachments"
LIVES = timedelta(minutes=5)  # of a file's address
CAPTION, TEXT = 1024, 4096
IMAGES = {"image/jpeg", "image/png"}
GAP = re.compile(r"{{\w+}}")
Reach = Callable[[str, Hook], HookAnswer | None]
ALL = {"whatsapp_business_messaging", "whatsapp_business_management"}


class WhatsApp(GraphDouble):
    """``reach`` stands for the way to our address: it answers the handshake.

    Attributes:
        refuses: what the next messages are answered with: code, status, details.
        loses: what the next messages come to after they were taken: code, details.
    """

    version = "v25.0"

    def __init__(self) -> None:
        super().__init__(GraphSpec(Path("/nowhere")))  # Meta's document of WhatsApp is the judge here
        self.net = Network()
        self.tokens |= {"system-token": "system", f"{self.app_id}|{self.secret}": "app"}
        self.usage = {"X-Business-Use-Case-Usage": json.dumps({WABA: [{"type": "whatsapp", "call_count": 2}]})}
        self.granted, self.expires_at = set(ALL), 0
        self.numbers = {id: {"quality_rating": "GREEN", "name_status": "APPROVED"} for id in PHONES}
        self.subscriptions: list[dict[str, Any]] = []
        self.overridden: str | None = None
        self.uploaded: dict[str, tuple[str, bytes]] = {}
        self.refuses: list[tuple[int, int, str]] = []
        self.loses: list[tuple[int, str]] = []
        self.addresses: dict[str, Any] = {}
        self.templates = [dict(one) for one in TEMPLATES]
        self.reach: Reach = lambda address, hook: None

    def hooks(self) -> list[Hook]:
        """What was told since the last time, signed."""
        told, self.net.told = self.net.told, []
        return [self.hook(one) for one in told]

    # -- HTTP ---------------------------------------------------------------------------------------------------

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(LOOKASIDE):
            return self._file(environ, start)
        self.here = f"http://{environ['HTTP_HOST']}"
        return super().__call__(environ, start)

    def _file(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        name = environ["PATH_INFO"].rpartition("/")[2]
        id, until = self.addresses.get(name, ("", None))
        if environ.get("HTTP_AUTHORIZATION") != "Bearer system-token":
            start("401 ", [("Content-Type", "text/html")])
            return [b"<html>who are you?"]
        if until is None or self.net.now >= until:
            start("404 ", [("Content-Type", "text/html")])
            return [b"<html>not found"]
        kind, content = self.net.files[id]
        start("200 ", [("Content-Type", kind)])
        return [content]

    # -- routes -------------------------------------------------------------------------------------------------

    def route(self, asked: Asked) -> Any:
        match asked.method, *asked.path:
            case "GET", "debug_token":
                told = {"is_valid": True, "scopes": sorted(self.granted), "expires_at": self.expires_at}
                return {"data": {"type": "SYSTEM_USER", "app_id": self.app_id, **told}}
            case method, self.app_id, "subscriptions":
                return {"data": self.subscriptions} if method == "GET" else self._subscribe_app(asked)
            case _, id, *rest if id in self.numbers:
                return self._judged("{Phone-Number-ID}", rest, asked)
            case _, id, *rest if id == WABA:
                return self._judged("{WABA-ID}", rest, asked)
            case "GET", id if id in self.net.files:
                return self._judged("{Media-ID}", [], asked)
        raise gone("/".join(asked.path))

    def _judged(self, what: str, rest: list[str], asked: Asked) -> Any:
        """Answers what the document allows; an answer of ours that it does not allow is a fault of the double."""
        template = "/".join([what, *rest])
        body = {**asked.params, "file": "bytes"} if asked.files else asked.body
        if body and "recipient" in body:  # newer than the document: somebody whose number is not told
            body["to"] = body.pop("recipient")
        if asked.method == "POST" and body is None:
            raise No("(#100) The request body is no JSON")
        if faults := spec.request_faults(asked.method, template, {} if asked.files else asked.params, body):
            raise No(f"(#100) {'; '.join(faults)}")
        name = f"_{asked.method.lower()}_{'_'.join(rest) or what.strip('{}').partition('-')[0].lower()}"
        answer = getattr(self, name)(asked)
        faults = spec.answer_faults(asked.method, template, answer)
        assert not faults, f"the double has drifted from {template}: {faults}"
        return answer

    def needs(self, scope: str) -> None:
        if scope not in self.granted:
            raise No("(#200) You do not have the necessary permissions", 200, status=403)

    # -- the account --------------------------------------------------------------------------------------------

    def _get_phone(self, asked: Asked) -> Any:
        self.needs("whatsapp_business_management")
        return self._number(asked.path[0], asked.params.get("fields", ""))

    def _get_phone_numbers(self, asked: Asked) -> Any:
        self.needs("whatsapp_business_management")
        return self.paged(list(self.numbers), asked.params, lambda id: self._number(id, asked.params["fields"]))

    def _number(self, id: str, fields: str) -> dict[str, Any]:
        phone = PHONES[id]
        told = {"display_phone_number": f"+{phone[0]} {phone[1:4]}-{phone[4:7]}-{phone[7:]}"}
        told |= {"verified_name": "Boots & More" if id == NUMBER else "Boots Repair"}
        whole = told | {"code_verification_status": "VERIFIED", "status": "LINKED"} | self.numbers[id]
        return {"id": id} | {name: whole[name] for name in fields.split(",") if name in whole}

    def _get_message_templates(self, asked: Asked) -> Any:
        self.needs("whatsapp_business_management")
        return self.paged(self.templates, asked.params, lambda one: one)

    # -- messages -----------------------------------------------------------------------------------------------

    def _post_messages(self, asked: Asked) -> Any:
        self.needs("whatsapp_business_messaging")
        if self.refuses:
            code, status, details = self.refuses.pop(0)
            raise _no(code, status, details)
        told, number = asked.body, asked.path[0]
        _check(told, self.uploaded, self.templates)
        answer = {"messaging_product": "whatsapp", "contacts": [{"input": told["to"], "wa_id": told["to"]}]}
        if told["type"] == "reaction":
            self._react(told["reaction"])
            return answer | {"messages": [{"id": self.net.next_id()}]}
        message = Message(self.net.next_id(), number, told["to"], told, self.net.now)
        if told["type"] == "template":
            message.rendered = rendered(told["template"], self.templates)
        self._deliver(message, told.get("biz_opaque_callback_data", ""))
        return answer | {"messages": [{"id": message.id}]}

    def _react(self, reaction: dict[str, str]) -> None:
        if reaction["message_id"] not in self.net.messages:
            raise _no(131009, 400, "The message to react to was not found")
        self.net.messages[reaction["message_id"]].reaction = reaction["emoji"]

    def _deliver(self, message: Message, mark: str) -> None:
        """It is taken first; whether it arrives is told later, as the network does."""
        if self.loses:
            code, details = self.loses.pop(0)
            self.net.tell_state(message, "failed", mark, code, details)
            return
        if message.raw["type"] != "template" and not self.net.is_open(message.sender, message.to):
            why = "Message failed to send because more than 24 hours have passed since the customer last replied"
            self.net.tell_state(message, "failed", mark, 131047, why)
            return
        self.net.messages[message.id] = message
        for status in ("sent", "delivered", "read"):
            self.net.tell_state(message, status, mark)

    def _post_media(self, asked: Asked) -> Any:
        self.needs("whatsapp_business_messaging")
        kind, content = asked.files.get("file", ("", b""))
        if asked.params.get("messaging_product") != "whatsapp" or asked.params.get("type") != kind or not content:
            raise No("(#100) Param file must be a file with one of the following types")
        id = str(4_490_709_327_384_000 + len(self.uploaded))
        self.uploaded[id] = (kind, content)
        return {"id": id}

    def _get_media(self, asked: Asked) -> Any:
        """The address of a file, for five minutes."""
        self.needs("whatsapp_business_messaging")
        id = asked.path[0]
        kind, content = self.net.files[id]
        name = f"{id}-{len(self.addresses)}"
        self.addresses[name] = (id, self.net.now + LIVES)
        told = {"url": f"{self.here}{LOOKASIDE}/{name}", "mime_type": kind, "sha256": "x", "id": id}
        return told | {"file_size": str(len(content)), "messaging_product": "whatsapp"}

    def _post_block_users(self, asked: Asked) -> Any:
        people = [one["user"].lstrip("+") for one in asked.body["block_users"]]
        if not all(self.net.is_open(asked.path[0], one) for one in people):
            raise _no(139100, 400, "Only people who wrote within the last 24 hours can be blocked")
        self.net.blocked.update(people)
        added = [{"input": one, "wa_id": one} for one in people]
        return {"messaging_product": "whatsapp", "block_users": {"added_users": added}}

    # -- hooks --------------------------------------------------------------------------------------------------

    def _subscribe_app(self, asked: Asked) -> Any:
        if self.who(asked) != "app":
            raise No("(#15) This method must be called with an app access_token.", 15)
        address = asked.params["callback_url"]
        self._shake(address, asked.params["verify_token"])
        fields = [{"name": name, "version": self.version} for name in json.loads(asked.params["fields"])]
        about = {"object": asked.params["object"], "callback_url": address, "active": True}
        self.subscriptions = [about | {"fields": fields}]
        return {"success": True}

    def _post_subscribed_apps(self, asked: Asked) -> Any:
        self.needs("whatsapp_business_management")
        self._shake(asked.body["override_callback_uri"], asked.body["verify_token"])
        self.overridden = asked.body["override_callback_uri"]
        return {"success": True}

    def _get_subscribed_apps(self, asked: Asked) -> Any:
        ours = {"id": self.app_id, "name": "Draht", "link": "https://www.facebook.com/games/?app_id=4242"}
        others = {"whatsapp_business_api_data": {**ours, "id": "77"}}
        here = {"whatsapp_business_api_data": ours, "override_callback_uri": self.overridden}
        return {"data": [others, here] if self.overridden else [others]}

    def _shake(self, address: str, told: str) -> None:
        query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": told}
        answer = self.reach(address, Hook("GET", {}, query, b""))
        if answer is None or answer.body != b"1158201444":
            raise No("(#2200) Callback verification failed", 2200)


def _check(told: dict[str, Any], uploaded: dict[str, tuple[str, bytes]], templates: list[dict[str, Any]]) -> None:
    """What the document does not say."""
    kind = told["type"]
    content = told[kind]
    if kind == "text" and not 0 < len(content.get("body", "")) <= TEXT:
        raise _no(100, 400, "Param text['body'] must be at most 4096 characters long.")
    if len(content.get("caption", "")) > CAPTION:
        raise _no(100, 400, "Param caption must be at most 1024 characters long.")
    if kind in {"image", "video", "document"}:
        if content.get("id") not in uploaded:
            raise _no(131053, 400, "Media upload error")
        type_, bytes_ = uploaded[content["id"]]
        if kind == "image" and (type_ not in IMAGES or len(bytes_) > 5 * 1024 * 1024):
            raise _no(131053, 400, "Media upload error: unsupported image")
    if kind == "template":
        _check_template(content, templates)


def _check_template(told: dict[str, Any], templates: list[dict[str, Any]]) -> None:
    wanted = (told["name"], told["language"]["code"])
    found = [one for one in templates if (one["name"], one["language"]) == wanted and one["status"] == "APPROVED"]
    if not found:
        raise _no(132001, 404, "Template name does not exist in the translation")
    given = {one["type"]: one["parameters"] for one in told.get("components", ())}
    for part in found[0]["components"]:
        gaps, values = GAP.findall(part.get("text", "")), given.get(part["type"].lower(), [])
        if len(gaps) != len(values):
            raise _no(132000, 400, "Number of parameters does not match the expected number of params")
        names = [gap.strip("{}") for gap in gaps if not gap.strip("{}").isdigit()]
        if names != [one["parameter_name"] for one in values if "parameter_name" in one]:
            raise _no(132000, 400, "Parameter names do not match")


def rendered(told: dict[str, Any], templates: list[dict[str, Any]]) -> str:
    """What the customer reads."""
    [template] = [one for one in templates if one["name"] == told["name"]]
    given = {one["type"]: [value["text"] for value in one["parameters"]] for one in told.get("components", ())}
    parts = [part for part in template["components"] if part.get("text")]
    return "\n\n".join(_filled(part["text"], given.get(part["type"].lower(), [])) for part in parts)


def _filled(text: str, values: list[str]) -> str:
    left = iter(values)
    return GAP.sub(lambda gap: next(left), text)


def _no(code: int, status: int, details: str) -> No:
    no = No(f"(#{code}) {details}", code, status=status)
    no.error["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return no
