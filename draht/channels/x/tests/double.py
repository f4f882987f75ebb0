"""A strict double of X: it keeps state, counts limits and money, says no, and judges both sides by the documents."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from draht.channels.x.tests import spec
from draht.channels.x.tests.asked import Answer, Asked, problem
from draht.channels.x.tests.darkroom import Darkroom
from draht.channels.x.tests.exchange import Exchange
from draht.channels.x.tests.network import Network
from draht.channels.x.tests.office import API_SECRET, Office
from draht.channels.x.tests.till import Till
from draht.channels.x.tests.wire import Wire

WINDOW = 900  # seconds
# a user's calls in a window; docs.x.com/x-api/fundamentals/rate-limits
LIMITS = {
    "GET /2/users/me": 75,
    "GET /2/users/{id}/mentions": 300,
    "GET /2/users/{id}/tweets": 900,
    "GET /2/tweets": 5000,
    "POST /2/tweets": 100,
    "DELETE /2/tweets/{id}": 50,
    "PUT /2/tweets/{tweet_id}/hidden": 50,
    "GET /2/dm_events": 15,
    "GET /2/dm_conversations/with/{participant_id}/dm_events": 15,
    "GET /2/dm_conversations/{id}/dm_events": 15,
    "POST /2/dm_conversations/with/{participant_id}/messages": 15,
    "POST /2/dm_conversations/{dm_conversation_id}/messages": 15,
}
NOT_IN_THE_DOCUMENT = {"/2/oauth2/token", "/i/oauth2/authorize"}


class Double:
    """The API behind one address, for one app. ``enterprise`` lifts the rules for ordinary customers."""

    def __init__(self, *, enterprise: bool = False, bare_webhooks: bool = True) -> None:
        self.net = Network()
        self.till = Till()
        self.office = Office(self.net)
        self.wire = Wire(self.net, self.till, enterprise=enterprise)
        self.darkroom = Darkroom(self.wire.uploaded)
        self.exchange = Exchange(self.net, API_SECRET, bare=bare_webhooks)
        self.used: dict[str, int] = {}
        self.begun = time.time()
        self.calls: list[str] = []
        self.violations: list[str] = []
        self.routes = [
            *self.office.routes(),
            *self.wire.routes(),
            *self.darkroom.routes(),
            *self.exchange.routes(),
        ]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = self._asked(environ)
        self.calls.append(f"{asked.method} {asked.template}")
        answer = self._answer(asked)
        headers = [("Content-Type", answer.content_type), *self._limit_headers(asked)]
        headers += [("Location", answer.location)] if answer.location else []
        start_response(f"{answer.status} OK", headers)
        return [answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()]

    def _answer(self, asked: Asked) -> Answer:
        if asked.call is None:
            return problem(404, "Not Found", "about:blank")
        if asked.template in NOT_IN_THE_DOCUMENT:
            return asked.call(asked)
        faults = self._judge(asked, spec.request_faults, asked.template, asked.method, asked.query, asked.body)
        refused = self.office.refused(asked) or self._over_the_limit(asked)
        if refused:
            return refused
        if faults:
            return problem(400, faults[0], "https://api.twitter.com/2/problems/invalid-request")
        if self.till.is_empty():
            return problem(402, "Your enrolled account does not have any credits.", "about:blank", "CreditsDepleted")
        answer = asked.call(asked)
        if not isinstance(answer.body, bytes):
            self._judge(asked, spec.answer_faults, asked.template, asked.method, answer.status, answer.body)
        self.till.charge(asked.method, asked.template, asked.body, answer)
        return answer

    def _asked(self, environ: dict[str, Any]) -> Asked:
        raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))
        json_body = raw and environ["CONTENT_TYPE"].startswith("application/json")
        asked = Asked(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            parse_qsl(environ["QUERY_STRING"], keep_blank_values=True),
            json.loads(raw) if json_body else None,
            dict(parse_qsl(raw.decode())) if raw and not json_body else {},
            environ.get("HTTP_AUTHORIZATION", ""),
        )
        for method, template, call in self.routes:
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
            if method == asked.method and (found := re.fullmatch(pattern, asked.path)):
                asked.template, asked.ids, asked.call = template, found.groupdict(), call
                break
        return asked

    def _judge(self, asked: Asked, faults: Callable[..., list[str]], *what: Any) -> list[str]:
        if not spec.present():
            return []
        found = faults(*what)
        self.violations += [f"{asked.method} {asked.template}: {fault}" for fault in found]
        return found

    # -- limits -----------------------------------------------------------------------------------------

    def exhaust(self, call: str) -> None:
        self.used[call] = LIMITS[call]

    def _over_the_limit(self, asked: Asked) -> Answer | None:
        key = f"{asked.method} {asked.template}"
        if time.time() - self.begun > WINDOW:
            self.begun, self.used = time.time(), {}
        self.used[key] = self.used.get(key, 0) + 1
        if self.used[key] <= LIMITS.get(key, 1_000_000):
            return None
        return problem(429, "Too Many Requests", "about:blank")

    def _limit_headers(self, asked: Asked) -> list[tuple[str, str]]:
        key = f"{asked.method} {asked.template}"
        limit = LIMITS.get(key)
        if limit is None:
            return []
        left = max(0, limit - self.used.get(key, 0))
        reset = str(int(self.begun + WINDOW))
        names = ("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset")
        return list(zip(names, (str(limit), str(left), reset), strict=True))
