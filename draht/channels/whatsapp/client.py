"""Talks to Graph as one phone number of a WhatsApp Business account, and as the app around it. Raw JSON in and out.

Source: developers.facebook.com/docs/whatsapp/cloud-api/reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote

from draht.channels.whatsapp.refusals import SAYS
from draht.contract.graph import BASE, Graph, Page
from draht.contract.graph_hooks import hub_token
from draht.contract.http import Answer, Http
from draht.contract.messages import Media

OBJECT = "whatsapp_business_account"
HEARD = ("messages", "smb_message_echoes")  # the second: what somebody writes in the app WhatsApp Business
NUMBERS = "id,display_phone_number,verified_name,status"
NUMBER = "id,display_phone_number,verified_name,quality_rating,code_verification_status,name_status"
TEMPLATE = "name,language,status,components,parameter_format"
TEMPLATES = 100  # of one page
PRODUCT = {"messaging_product": "whatsapp"}


class Client:
    """One number's login."""

    def __init__(self, http: Http, config: Mapping[str, str]) -> None:
        base = config.get("api") or BASE
        self.http = http
        self.app_id, self.secret = config.get("client_id", "").strip(), config.get("client_secret", "").strip()
        self.waba, self.number = config.get("waba_id", "").strip(), config.get("phone_number_id", "").strip()
        self.graph = Graph(http, config.get("access_token", ""), self.secret, base, SAYS)
        self._app = (http, f"{self.app_id}|{self.secret}", self.secret, base)

    @cached_property
    def app(self) -> Graph:
        return Graph(*self._app)

    def me(self) -> dict[str, Any]:
        return self.graph.get(_safe(self.number), fields=NUMBER)

    def numbers(self, after: str = "") -> Page:
        return self.graph.page(f"{_safe(self.waba)}/phone_numbers", after, fields=NUMBERS)

    def templates(self, after: str = "") -> Page:
        asked = {"fields": TEMPLATE, "limit": TEMPLATES}
        return self.graph.page(f"{_safe(self.waba)}/message_templates", after, **asked)

    # -- writing ------------------------------------------------------------------------------------------------

    def send(self, message: Mapping[str, Any], *, repeatable: bool = False) -> dict[str, Any]:
        return self.graph.post_json(f"{_safe(self.number)}/messages", {**PRODUCT, **message}, repeatable=repeatable)

    def upload(self, media: Media) -> str:
        """A file that nobody sees yet; its id, for 30 days."""
        file = (media.name or "file", media.content, media.content_type)
        told = self.graph.post(
            f"{_safe(self.number)}/media", PRODUCT | {"type": media.content_type}, files={"file": file}, repeatable=True
        )
        return str(told.get("id") or "")

    def block(self, person: str) -> None:
        told = PRODUCT | {"block_users": [{"user": person}]}
        self.graph.post_json(f"{_safe(self.number)}/block_users", told, repeatable=True)

    # -- files --------------------------------------------------------------------------------------------------

    def file(self, id: str) -> dict[str, Any]:
        """Where a file lies for five minutes ([M], not confirmed), its type and its size."""
        return self.graph.get(_safe(id), phone_number_id=self.number)

    def download(self, url: str, most: int) -> Answer:
        return self.http.get(url, headers={"Authorization": f"Bearer {self.graph.token}"}, most=most)

    # -- hooks, and what the login may do -----------------------------------------------------------------------

    def subscribe(self, address: str) -> None:
        """The app has one address for all; ours is that of this business account. An app's own stays as it is."""
        verify = {"verify_token": hub_token(self.secret)}
        if not self.app_hears():
            asked = {"object": OBJECT, "callback_url": address, "fields": list(HEARD), "include_values": True}
            self.app.post(f"{_safe(self.app_id)}/subscriptions", asked | verify, repeatable=True)
        told = {"override_callback_uri": address} | verify
        self.graph.post_json(f"{_safe(self.waba)}/subscribed_apps", told, repeatable=True)

    def app_hears(self) -> bool:
        """Whether the app is told of messages at all, wherever."""
        subscriptions = self.app.page(f"{_safe(self.app_id)}/subscriptions").items
        return any(
            one.get("object") == OBJECT and one.get("active") is True and "messages" in _names(one.get("fields"))
            for one in subscriptions
        )

    def address(self) -> str:
        """Where this business account's messages are told to our app; empty = nowhere of its own."""
        for one in self.graph.page(f"{_safe(self.waba)}/subscribed_apps").items:
            app = one.get("whatsapp_business_api_data") or one
            if isinstance(app, dict) and str(app.get("id")) == self.app_id:
                return str(one.get("override_callback_uri") or "")
        return ""

    def token_info(self) -> dict[str, Any]:
        told = self.app.get("debug_token", input_token=self.graph.token)
        return told["data"] if isinstance(told.get("data"), dict) else {}


def _names(fields: Any) -> set[str]:
    return {str(one.get("name")) if isinstance(one, dict) else str(one) for one in fields or ()}


def _safe(id: str) -> str:
    return quote(id, safe="")
