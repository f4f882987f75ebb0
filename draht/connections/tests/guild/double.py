"""A network with OAuth 2 (RFC 6749, 7636, 9700), many accounts behind one login, a quota and prices. It can say no."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

APP = ("app-1", "app-s3cret")
SCOPES = ("read", "write")
HOURS = 3600.0


@dataclass
class Grant:
    """What somebody agreed to: a code that is good once, or the tokens that came of it."""

    user: str
    scopes: tuple[str, ...]
    redirect: str = ""
    challenge: str = ""
    access: dict[str, float] = field(default_factory=dict)  # token → when it ends
    refresh: list[str] = field(default_factory=list)  # the newest is last
    used: bool = False  # somebody has come with the newest access token


@dataclass
class Guild:
    """The network. ``lifetime`` in seconds; ``pages`` by user; ``limit`` calls a window, told in headers."""

    redirects: tuple[str, ...] = ()
    lifetime: float = 2 * HOURS
    pages: dict[str, dict[str, str]] = field(default_factory=lambda: {"ada": {"p1": "Bakery", "p2": "Café"}})
    slow: float = 0.0
    limit: int = 0

    def __post_init__(self) -> None:
        self.codes: dict[str, Grant] = {}
        self.grants: list[Grant] = []
        self.renewals = 0
        self.calls = 0
        self.lock = threading.Lock()

    # -- what a person does on the network's page ---------------------------------------------------------------------

    def page(self, query: str) -> str:
        """The page as a browser gets it: the permissions to tick, yes and no."""
        asked = self._asked(query)
        boxes = "".join(
            f'<p><label><input type="checkbox" name="scope" value="{one}" checked>{one}</label></p>'
            for one in asked["scope"].split()
        )
        return (
            f"<!doctype html><title>Guild</title><h1>May {asked['client_id']} do this?</h1>"
            f'<form method="post" action="/authorize?{escape(query)}">{boxes}'
            '<button name="answer" value="yes">Agree</button> <button name="answer" value="no">Deny</button></form>'
        )

    def agree(self, address: str, scopes: tuple[str, ...] = SCOPES, user: str = "ada") -> str:
        """Somebody opens the page, ticks ``scopes`` and agrees; where their browser is sent then."""
        path, _, query = address.partition("?")
        assert path.endswith("/authorize"), path
        asked = self._asked(query)
        code = secrets.token_urlsafe(12)
        self.codes[code] = Grant(user, scopes, asked["redirect_uri"], asked["code_challenge"])
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def _asked(self, query: str) -> dict[str, str]:
        """What the page is asked for, refused where a strict network would."""
        asked = dict(parse_qsl(query, strict_parsing=True))
        assert asked["client_id"] == APP[0], "There is no such app."
        assert asked["redirect_uri"] in self.redirects, "The app does not know this redirect address."
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["code_challenge"]) == 43, "The challenge is no SHA-256."
        assert len(asked["state"]) >= 20, "The state can be guessed."
        assert set(asked["scope"].split()) <= set(SCOPES)
        return asked

    def deny(self, address: str) -> str:
        asked = dict(parse_qsl(address.partition("?")[2]))
        return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"

    def forget_access(self) -> None:
        """Access tokens end long before they said."""
        for grant in self.grants:
            grant.access = dict.fromkeys(grant.access, 0.0)

    def revoke(self) -> None:
        """Somebody takes all permissions back."""
        with self.lock:
            self.grants.clear()

    # -- what the app does --------------------------------------------------------------------------------------------

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        time.sleep(self.slow)
        body = environ["wsgi.input"].read().decode()
        headers = [("Content-Type", "application/json")]
        if environ["PATH_INFO"] == "/authorize":
            return self._browse(environ, body, start_response)
        with self.lock:
            if environ["PATH_INFO"] == "/token":
                status, answer = self._token({key: one[0] for key, one in parse_qs(body).items()})
            else:
                status, answer, more = self._api(environ)
                headers += more
        start_response(f"{status} told", headers)
        return [json.dumps(answer).encode()]

    def _browse(self, environ: dict[str, Any], body: str, start_response: Callable[..., Any]) -> Iterable[bytes]:
        query = environ["QUERY_STRING"]
        if environ["REQUEST_METHOD"] == "GET":
            start_response("200 Fine", [("Content-Type", "text/html; charset=utf-8")])
            return [self.page(query).encode()]
        told = parse_qs(body)
        address = f"/authorize?{query}"
        agreed = told["answer"] == ["yes"]
        where = self.agree(address, tuple(told.get("scope", []))) if agreed else self.deny(address)
        start_response("302 Found", [("Location", where)])
        return [b""]

    def _token(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if (asked.get("client_id"), asked.get("client_secret")) != APP:
            return 401, {"error": "invalid_client", "error_description": "Unknown app."}
        if asked.get("grant_type") == "authorization_code":
            return self._by_code(asked)
        if asked.get("grant_type") == "refresh_token":
            return self._by_refresh(asked.get("refresh_token", ""))
        return 400, {"error": "unsupported_grant_type"}

    def _by_code(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        grant = self.codes.pop(asked.get("code", ""), None)
        digest = sha256(asked.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if grant is None or grant.redirect != asked.get("redirect_uri") or grant.challenge != proof:
            return 400, {"error": "invalid_grant", "error_description": "The code is not good any more."}
        self.grants.append(grant)
        return self._issue(grant)

    def _by_refresh(self, token: str) -> tuple[int, dict[str, Any]]:
        """Each refresh token is good once, and once more if the answer seems to have been lost. One that comes when
        its successor was used already was stolen: everything is taken back."""
        grant = next((one for one in self.grants if token in one.refresh), None)
        if grant and token != grant.refresh[-1] and (grant.used or token != grant.refresh[-2]):
            self.grants.remove(grant)
            grant = None
        if grant is None:
            return 400, {"error": "invalid_grant", "error_description": "The refresh token is not good any more."}
        self.renewals += 1
        return self._issue(grant)

    def _issue(self, grant: Grant) -> tuple[int, dict[str, Any]]:
        access, refresh, grant.used = secrets.token_urlsafe(16), secrets.token_urlsafe(16), False
        grant.access[access] = time.time() + self.lifetime
        grant.refresh.append(refresh)
        return 200, {
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": self.lifetime,
            "scope": " ".join(grant.scopes),
            "token_type": "bearer",
        }

    def _api(self, environ: dict[str, Any]) -> tuple[int, Any, list[tuple[str, str]]]:
        token = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        grant = next((one for one in self.grants if one.access.get(token, 0) > time.time()), None)
        if grant is None:
            return 401, {"message": "This token is not good any more."}, []
        grant.used = grant.used or token == list(grant.access)[-1]
        self.calls += 1
        headers = []
        if self.limit:
            left, ends = self.limit - self.calls, str(int(time.time()) // 900 * 900 + 900)
            headers = [("x-rate-limit-limit", str(self.limit)), ("x-rate-limit-remaining", str(left))]
            headers.append(("x-rate-limit-reset", ends))
            if left < 0:
                return 429, {"message": "Too many calls."}, headers
        pages = self.pages.get(grant.user, {})
        return 200, {"pages": [{"id": id, "name": name} for id, name in pages.items()]}, headers
