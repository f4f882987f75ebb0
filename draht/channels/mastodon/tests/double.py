"""A strict double of a Mastodon server: it keeps state, says no, and judges both sides by the document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from draht.channels.mastodon.tests import shapes, spec
from draht.channels.mastodon.tests.network import Network, Told, Written

TOKEN = "token-of-brand"
BATCH = 20
IDEMPOTENT_FOR = timedelta(hours=1)
Query = list[tuple[str, str]]
Answer = tuple[int, Any]
Kept = TypeVar("Kept", Told, Written)

UNAUTHORIZED: Answer = (401, {"error": "Der Zugriffs-Token ist ungültig"})
NOT_FOUND: Answer = (404, {"error": "Eintrag nicht gefunden"})
TOO_MANY: Answer = (429, {"error": "Zu viele Anfragen"})


class Double:
    """The server as a WSGI application.

    Args:
        batch: whether it reads several statuses at once (Mastodon since 4.3).
        honours_keys: whether it recognises an Idempotency-Key (not all servers of this API do).
        limit: requests that it answers before it says 429.
    """

    def __init__(self, *, batch: bool = True, honours_keys: bool = True, limit: int = 300) -> None:
        self.net = Network()
        self.batch = batch
        self.honours_keys = honours_keys
        self.remaining = self.limit = limit
        self.max_characters = 500
        self.keys: dict[str, tuple[datetime, str]] = {}
        self.broken_threads = False
        self.hidden: set[str] = set()  # left out of a batch although they exist
        self.violations: list[str] = []
        self.calls: list[str] = []
        self.routes: list[tuple[str, str, Callable[..., Answer]]] = [
            ("GET", "/api/v1/accounts/verify_credentials", self.me),
            ("GET", "/api/v2/instance", self.instance),
            ("GET", "/api/v1/notifications", self.notifications),
            ("GET", "/api/v1/accounts/{id}/statuses", self.of_account),
            ("GET", "/api/v1/statuses", self.several),
            ("POST", "/api/v1/statuses", self.create),
            ("GET", "/api/v1/statuses/{id}", self.one),
            ("GET", "/api/v1/statuses/{id}/context", self.context),
        ]

    # -- HTTP -------------------------------------------------------------------------------------------

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, body = self.answer(environ)
        self.remaining = max(0, self.remaining - 1)
        reset = (datetime.now(UTC) + timedelta(seconds=120)).isoformat().replace("+00:00", "Z")
        headers = [
            ("Content-Type", "application/json; charset=utf-8"),
            ("X-RateLimit-Limit", str(self.limit)),
            ("X-RateLimit-Remaining", str(self.remaining)),
            ("X-RateLimit-Reset", reset),
        ]
        start_response(f"{status} OK", headers)
        return [json.dumps(body, ensure_ascii=False).encode()]

    def answer(self, environ: dict[str, Any]) -> Answer:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        query = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
        raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))
        body = json.loads(raw) if raw else None
        template, id, call = self.route(method, path)
        self.calls.append(f"{method} {template}")
        self.judge(template, spec.request_faults, template, method, query, body)
        if not self.remaining:
            return TOO_MANY
        if template != "/api/v2/instance" and environ.get("HTTP_AUTHORIZATION") != f"Bearer {TOKEN}":
            return UNAUTHORIZED
        key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
        status, told = call(id, query, body, key)
        if status < 500:  # the document promises no fault
            self.judge(template, spec.answer_faults, template, method, status, told)
        return status, told

    def route(self, method: str, path: str) -> tuple[str, str, Callable[..., Answer]]:
        for known, template, call in self.routes:
            pattern = "([^/]+)".join(map(re.escape, template.split("{id}")))
            if known == method and (found := re.fullmatch(pattern, path)):
                return template, "".join(found.groups()), call
        return path, "", lambda *_: NOT_FOUND

    def judge(self, template: str, faults: Callable[..., list[str]], *what: Any) -> None:
        if spec.present():
            self.violations += [f"{template}: {fault}" for fault in faults(*what)]

    # -- the calls --------------------------------------------------------------------------------------

    def me(self, id: str, query: Query, body: Any, key: str) -> Answer:
        return 200, shapes.account(self.net.brand) | shapes.CREDENTIALS

    def instance(self, id: str, query: Query, body: Any, key: str) -> Answer:
        return 200, shapes.instance(self.max_characters)

    def notifications(self, id: str, query: Query, body: Any, key: str) -> Answer:
        asked = dict(query)
        all_of_them = asked.get("include_filtered") == "true"
        shown = [told for told in self.net.told if all_of_them or not told.filtered]
        page = _page(shown, asked, limit=40, most=80)
        return 200, [shapes.notification(self.net, told) for told in page]

    def of_account(self, id: str, query: Query, body: Any, key: str) -> Answer:
        if id != self.net.brand.id:
            return NOT_FOUND
        return 200, [shapes.status(self.net, s) for s in _page(self.net.of_brand(), dict(query), limit=20, most=40)]

    def several(self, id: str, query: Query, body: Any, key: str) -> Answer:
        if not self.batch:
            return NOT_FOUND
        ids = {value for name, value in query if name == "id[]"}
        if len(ids) > BATCH:
            return 422, {"error": "Validierung fehlgeschlagen", "details": {}}
        found = [self.net.seen(each) for each in sorted(ids - self.hidden)]
        return 200, [shapes.status(self.net, status) for status in found if status]

    def one(self, id: str, query: Query, body: Any, key: str) -> Answer:
        status = self.net.seen(id)
        return (200, shapes.status(self.net, status)) if status else NOT_FOUND

    def context(self, id: str, query: Query, body: Any, key: str) -> Answer:
        if not self.net.seen(id):
            return NOT_FOUND
        if self.broken_threads:
            return 500, {"error": "Ein Fehler auf unserer Seite"}
        above, below = self.net.ancestors(id), self.net.descendants(id)
        return 200, {
            "ancestors": [shapes.status(self.net, status) for status in above],
            "descendants": [shapes.status(self.net, status) for status in below],
        }

    def create(self, id: str, query: Query, body: Any, key: str) -> Answer:
        at, known = self.keys.get(key, (None, ""))
        if at is not None and self.net.now - at < IDEMPOTENT_FOR:
            return 200, shapes.status(self.net, self.net.statuses[known])
        text, parent, spoiler = (
            body.get("status", ""),
            body.get("in_reply_to_id"),
            body.get("spoiler_text", ""),
        )
        if not text.strip():
            return 422, {"error": "Validierung fehlgeschlagen: Text muss ausgefüllt werden"}
        if _countable(spoiler + text) > self.max_characters:
            return 422, {"error": f"Validierung fehlgeschlagen: Text ist länger als {self.max_characters} Zeichen"}
        if parent is not None and not self.net.seen(parent):
            return 404, {"error": "Der Beitrag, auf den du antworten möchtest, scheint nicht zu existieren."}
        visibility = body.get("visibility", "public")
        written = self.net.write("brand", text, visibility=visibility, parent=parent, spoiler=spoiler)
        if key and self.honours_keys:
            self.keys[key] = (self.net.now, written.id)
        return 200, shapes.status(self.net, written)


def _page(items: list[Kept], asked: dict[str, str], limit: int, most: int) -> list[Kept]:
    """Mastodon's paging, newest first: ``min_id`` the page right after it, ``max_id`` right before it."""
    size = min(int(asked.get("limit", limit)), most)
    newest_first = sorted(items, key=lambda item: int(item.id), reverse=True)
    if "max_id" in asked:
        newest_first = [item for item in newest_first if int(item.id) < int(asked["max_id"])]
    if "min_id" in asked:
        return [item for item in newest_first if int(item.id) > int(asked["min_id"])][-size:]
    return newest_first[:size]


def _countable(text: str) -> int:
    """A plain count by the letter of the documentation: links weigh 23, mentions lose their server."""
    text = re.sub(r"https?://[^\s]+", "x" * 23, text)
    return len(re.sub(r"@(\w+)@[\w.-]+", r"@\1", text))
