"""The double's webhooks: handshakes, subscriptions, signed deliveries, and what was missed told again."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from draht.channels.x.tests import shapes
from draht.channels.x.tests.asked import Answer, Asked, Routes, problem
from draht.channels.x.tests.network import Network, Told
from draht.contract.messages import Hook, HookAnswer

INVALID = "https://api.twitter.com/2/problems/invalid-request"
MOST_WEBHOOKS = 1  # of an ordinary app


class Exchange:
    """``internet`` is whoever listens at an address: it gets a hook and may answer. ``bare``: a new webhook is answered
    as the document says, else as the guide shows it."""

    def __init__(self, net: Network, api_secret: str, *, bare: bool) -> None:
        self.net = net
        self.api_secret = api_secret
        self.bare = bare
        self.internet: Callable[[str, Hook], HookAnswer | None] = lambda address, hook: None
        self.webhooks: dict[str, dict[str, Any]] = {}
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.numbers = 0
        self.delivered: list[Hook] = []
        self.missed: list[tuple[datetime, Hook]] = []
        self.replays: list[dict[str, Any]] = []
        net.listeners.append(self._tell)

    def routes(self) -> Routes:
        return [
            ("GET", "/2/webhooks", self.list),
            ("POST", "/2/webhooks", self.register),
            ("POST", "/2/webhooks/replay", self.replay),
            ("PUT", "/2/webhooks/{webhook_id}", self.validate),
            ("DELETE", "/2/webhooks/{webhook_id}", self.unregister),
            ("GET", "/2/activity/subscriptions", self.list_subscriptions),
            ("POST", "/2/activity/subscriptions", self.subscribe),
        ]

    # -- webhooks ---------------------------------------------------------------------------------------

    def list(self, asked: Asked) -> Answer:
        found = list(self.webhooks.values())
        return Answer(200, ({"data": found} if found else {}) | {"meta": {"result_count": len(found)}})

    def register(self, asked: Asked) -> Answer:
        url = asked.body["url"]
        if not url.startswith("https://") or ":" in url.removeprefix("https://").partition("/")[0]:
            return problem(400, "UrlValidationFailed: the url must be https and without a port", INVALID)
        if any(each["url"] == url for each in self.webhooks.values()):
            return problem(400, "DuplicateUrlFailed: the webhook exists already", INVALID)
        if len(self.webhooks) >= MOST_WEBHOOKS:
            return problem(400, "WebhookLimitExceeded: too many webhooks", INVALID)
        if not self._shakes_hands(url):
            return problem(400, "CrcValidationFailed: the callback url did not answer", INVALID)
        self.numbers += 1
        id = str(1_976_325_569_252_868_000 + self.numbers)
        self.webhooks[id] = {"id": id, "url": url, "valid": True, "created_at": shapes.time(self.net.now)}
        return Answer(200, self.webhooks[id] if self.bare else self.webhooks[id] | {"data": self.webhooks[id]})

    def validate(self, asked: Asked) -> Answer:
        webhook = self.webhooks.get(asked.ids["webhook_id"])
        if webhook is None:
            return problem(400, "WebhookIdInvalid", INVALID)
        webhook["valid"] = self._shakes_hands(webhook["url"])
        return Answer(200, {"data": {"attempted": True}})

    def unregister(self, asked: Asked) -> Answer:
        id = asked.ids["webhook_id"]
        if self.webhooks.pop(id, None) is None:
            return problem(400, "WebhookIdInvalid", INVALID)
        self.subscriptions = {key: each for key, each in self.subscriptions.items() if each["webhook_id"] != id}
        return Answer(200, {"data": {"deleted": True}})

    def ask_hourly(self) -> None:
        for webhook in self.webhooks.values():
            webhook["valid"] = self._shakes_hands(webhook["url"])

    def replay(self, asked: Asked) -> Answer:
        first, last = (
            datetime.strptime(asked.body[key], "%Y%m%d%H%M").replace(tzinfo=UTC) for key in ("from_date", "to_date")
        )
        if datetime.now(UTC) - first > timedelta(hours=24) or first >= last:
            return problem(400, "from_date must be within the past 24 hours", INVALID)
        self.replays.append(asked.body)
        for _, hook in [each for each in self.missed if first <= each[0] <= last + timedelta(minutes=1)]:
            self._deliver(self.webhooks[asked.body["webhook_id"]], hook)
        return Answer(200, {"job_id": "1915510368169844736", "created_at": shapes.time(datetime.now(UTC))})

    # -- subscriptions ----------------------------------------------------------------------------------

    def list_subscriptions(self, asked: Asked) -> Answer:
        found = list(self.subscriptions.values())
        size = int(asked.where.get("max_results", 100))
        start = int(asked.where.get("pagination_token", "0").removeprefix("page0000000000000"))
        meta: dict[str, Any] = {"result_count": len(found[start : start + size])}
        if len(found) > start + size:
            meta["next_token"] = f"page0000000000000{start + size}"
        return Answer(200, {"data": found[start : start + size], "meta": meta})

    def subscribe(self, asked: Asked) -> Answer:
        body = asked.body
        if body["webhook_id"] not in self.webhooks:
            return problem(400, "webhook_id is not known", INVALID)
        wanted = (body["event_type"], body["filter"], body["webhook_id"])
        if any((s["event_type"], s["filter"], s["webhook_id"]) == wanted for s in self.subscriptions.values()):
            return problem(400, "DuplicateSubscription", INVALID)
        self.numbers += 1
        id = str(1_976_325_569_252_868_000 + self.numbers)
        now = shapes.time(self.net.now)
        self.subscriptions[id] = {**body, "subscription_id": id, "created_at": now, "updated_at": now}
        total = len(self.subscriptions)
        data = {"subscription": self.subscriptions[id], "total_subscriptions_for_instance_id": total}
        return Answer(200, {"data": data, "meta": {"total_subscriptions": total}})

    # -- deliveries -------------------------------------------------------------------------------------

    def hook(self, body: bytes, signature: str = "") -> Hook:
        """A delivery as X signs it."""
        headers = {"x-twitter-webhooks-signature": signature or self.sign(body), "content-type": "application/json"}
        return Hook("POST", headers, {}, body)

    def sign(self, body: bytes) -> str:
        return "sha256=" + base64.b64encode(hmac.new(self.api_secret.encode(), body, sha256).digest()).decode()

    def _tell(self, told: Told) -> None:
        for each in self.subscriptions.values():
            if each["event_type"] == told.kind and each["filter"] == {"user_id": told.about}:
                hook = self.hook(json.dumps(shapes.event(self.net, told)).encode())
                self._deliver(self.webhooks[each["webhook_id"]], hook)

    def _deliver(self, webhook: dict[str, Any], hook: Hook) -> None:
        if webhook["valid"]:
            self.delivered.append(hook)
            self.internet(webhook["url"], hook)
        else:
            self.missed.append((datetime.now(UTC), hook))

    def _shakes_hands(self, url: str) -> bool:
        token = secrets.token_urlsafe(24)
        answer = self.internet(url, Hook("GET", {}, {"crc_token": token}, b""))
        if answer is None or answer.status != 200:
            return False
        return bool(json.loads(answer.body) == {"response_token": self.sign(token.encode())})
