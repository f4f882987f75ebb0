"""The JSON API for companies, with bearer tokens."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from draht.channels.sandbox.network import Network
from draht.channels.sandbox.network.rules import No
from draht.channels.sandbox.network.values import Member
from draht.channels.sandbox.network.wire import as_member, as_message
from draht.channels.sandbox.site.wsgi import Request, Response, as_json

MOST_EVENTS = 500
LATER = 20  # seconds
Call = Callable[["Api", Request, Member, int], Response]


class Api:
    """Answers the calls under ``/api/``."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def answer(self, request: Request) -> Response:
        company = self._company(request)
        for pattern, calls in ROUTES:
            if found := re.fullmatch(pattern, request.path):
                call = calls.get("GET" if request.method == "HEAD" else request.method)
                if call is None:
                    raise No(405, "This call does not exist.")
                return call(self, request, company, int(found[1]) if found.groups() else 0)
        raise No(404, "There is nothing at this address.")

    def _company(self, request: Request) -> Member:
        kind, _, token = request.header("Authorization").partition(" ")
        company = self._network.members.of_token(token.strip()) if kind.lower() == "bearer" else None
        if company is None:
            raise No(401, "This token is not known.")
        return company

    def whoami(self, request: Request, company: Member, _: int) -> Response:
        return as_json(200, as_member(company))

    def events(self, request: Request, company: Member, _: int) -> Response:
        after = _number(request.query.get("after", "0"))
        limit = min(MOST_EVENTS, max(1, _number(request.query.get("limit", "100"))))
        events = self._network.messages.events(company, after, limit + 1)
        kept = events[:limit]
        last = kept[-1]["seq"] if kept else after
        return as_json(200, {"events": kept, "last": last, "more": len(events) > limit})

    def find(self, request: Request, company: Member, _: int) -> Response:
        found = self._network.messages.by_key(company, request.query.get("client_key", ""))
        return as_json(200, {"messages": [as_message(message) for message in found]})

    def write(self, request: Request, company: Member, _: int) -> Response:
        """Writes a post or an answer, in the weather that somebody chose on the network's pages."""
        wish = request.json()
        weather = self._network.members.take_weather(company)
        if weather == "refuse":
            raise No(403, "The network refuses this message, as you asked it to on its page.")
        if weather == "later":
            raise No(429, "Too many messages at once. Try again in {wait} seconds.", LATER)
        once = request.header("Idempotency-Key")
        message = self._network.messages.write(
            company,
            company,
            wish.get("text"),
            parent=None if wish.get("parent") is None else _number(wish["parent"]),
            private=wish.get("private") is True,
            client_key=_key(once or wish.get("client_key") or ""),
            once=bool(once),
        )
        if weather == "lost":
            raise No(504, "The message was taken, and this confirmation of it is lost.")
        return as_json(201, as_message(message))

    def get(self, request: Request, company: Member, message: int) -> Response:
        return as_json(200, as_message(self._network.messages.on_wall(company, message)))

    def edit(self, request: Request, company: Member, message: int) -> Response:
        text = request.json().get("text")
        return as_json(200, as_message(self._network.messages.edit(company, message, text)))

    def delete(self, request: Request, company: Member, message: int) -> Response:
        self._network.messages.on_wall(company, message)
        self._network.messages.delete(company, message)
        return Response(204)

    def set_state(self, request: Request, company: Member, message: int) -> Response:
        state = request.json().get("state")
        return as_json(200, as_message(self._network.messages.moderate(company, message, str(state))))

    def hook(self, request: Request, company: Member, _: int) -> Response:
        state = self._network.hooks.state(company)
        if state is None:
            raise No(404, "There is no hook.")
        told = {"url": state.url, "waiting": state.waiting}
        return as_json(200, told | {"attempts": state.attempts, "trouble": state.trouble})

    def set_hook(self, request: Request, company: Member, _: int) -> Response:
        wish = request.json()
        self._network.hooks.subscribe(company, wish.get("url"), wish.get("secret"))
        return self.hook(request, company, 0)

    def drop_hook(self, request: Request, company: Member, _: int) -> Response:
        self._network.hooks.unsubscribe(company)
        return Response(204)


ROUTES: tuple[tuple[str, dict[str, Call]], ...] = (
    ("/api/whoami", {"GET": Api.whoami}),
    ("/api/events", {"GET": Api.events}),
    ("/api/messages", {"GET": Api.find, "POST": Api.write}),
    (r"/api/messages/([0-9]{1,18})", {"GET": Api.get, "PATCH": Api.edit, "DELETE": Api.delete}),
    (r"/api/messages/([0-9]{1,18})/state", {"PUT": Api.set_state}),
    ("/api/hook", {"GET": Api.hook, "PUT": Api.set_hook, "DELETE": Api.drop_hook}),
)


def _number(value: Any) -> int:
    if re.fullmatch("[0-9]{1,18}", str(value)):
        return int(value)
    raise No(422, "“{value}” is not a number of this network.", value=str(value)[:40])


def _key(value: Any) -> str:
    if isinstance(value, str) and len(value) <= 200:
        return value
    raise No(422, "A client key has at most 200 characters.")
