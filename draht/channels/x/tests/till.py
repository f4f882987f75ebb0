"""X's till: what it charges for what it gave. Prices by the letter of docs.x.com, August 2026, in US cents."""

from __future__ import annotations

import re
from typing import Any

from draht.channels.x.tests.asked import Answer

READ = {"tweets": 0.5, "users": 1.0, "media": 0.5, "dm_events": 1.0}
OWNED = {"/2/users/{id}/mentions": 0.1, "/2/users/{id}/tweets": 0.1}


class Till:
    """Charges each thing once a day; failed calls cost nothing. ``credits`` in cents, ``None`` without end."""

    def __init__(self) -> None:
        self.charged = 0.0
        self.credits: float | None = None
        self.seen: set[tuple[str, str]] = set()
        self.summoned: set[str] = set()  # answers that were summoned, by the posts that they answer

    def is_empty(self) -> bool:
        return self.credits is not None and self.charged >= self.credits

    def charge(self, method: str, template: str, body: Any, answer: Answer) -> None:
        if answer.status >= 400 or isinstance(answer.body, bytes):
            return
        if method == "GET":
            self._read(template, answer.body)
        elif (method, template) == ("POST", "/2/tweets"):
            self.charged += self._post(body)
        elif template.endswith("/messages"):
            self.charged += 1.5
        elif template.endswith("/hidden"):
            self.charged += 0.5
        elif (method, template) == ("DELETE", "/2/tweets/{id}"):
            self.charged += 1.0

    def _post(self, body: Any) -> float:
        parent = body.get("reply", {}).get("in_reply_to_tweet_id")
        if re.search(r"(?<![@\w])\w+\.(?:com|org|net|at|example)\b|https?://", body["text"]):
            return 20.0
        return 1.0 if parent in self.summoned else 1.5

    def _read(self, template: str, body: Any) -> None:
        if template.startswith(("/2/webhooks", "/2/activity")):
            return
        data = body.get("data") or []
        kind = "users" if template == "/2/users/me" else "dm_events" if "dm_" in template else "tweets"
        for each in data if isinstance(data, list) else [data]:
            self._once(kind, each["id"], OWNED.get(template, READ[kind]))
        for kind, each_of in (body.get("includes") or {}).items():
            for each in each_of:
                self._once(kind, each.get("id") or each["media_key"], READ[kind])

    def _once(self, kind: str, id: str, price: float) -> None:
        if (kind, id) not in self.seen:
            self.charged += price
        self.seen.add((kind, id))
