"""The double's office: who may call. Tokens that run out and are renewed with a new refresh token each time."""

from __future__ import annotations

import base64
import secrets
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from draht.channels.x.tests import spec
from draht.channels.x.tests.asked import Answer, Asked, Routes, problem
from draht.channels.x.tests.network import Network

CLIENT_ID, CLIENT_SECRET = "app-id", "app-secret"
API_SECRET, BEARER = "api-key-secret", "bearer-of-the-app"
LASTS = 7200  # seconds
ALL = "users.read tweet.read tweet.write tweet.moderate.write dm.read dm.write media.write offline.access"
NEEDED_BY_EVENT = {"dm": "dm.read", "post": "tweet.read"}


@dataclass
class Granted:
    scopes: set[str]
    ends: float


class Office:
    def __init__(self, net: Network) -> None:
        self.net = net
        self.codes: dict[str, tuple[str, str, str]] = {}  # of each code: challenge, address to come back to, scopes
        self.granted: dict[str, Granted] = {}
        self.refresh: dict[str, str] = {}  # a refresh token's scopes; each is good for one renewal

    def routes(self) -> Routes:
        return [("POST", "/2/oauth2/token", self.token), ("GET", "/i/oauth2/authorize", self.page)]

    def grant(self, scopes: str = ALL, lasts: float = LASTS) -> dict[str, Any]:
        token, again = secrets.token_urlsafe(12), secrets.token_urlsafe(12)
        self.granted[token] = Granted(set(scopes.split()), time.time() + lasts)
        told = {"token_type": "bearer", "expires_in": int(lasts), "access_token": token, "scope": scopes}
        if "offline.access" in scopes:
            self.refresh[again] = scopes
            told["refresh_token"] = again
        return told

    def page(self, asked: Asked) -> Answer:
        """X's page, on which a person agrees at once: it sends them back with a code."""
        told = asked.where
        strange = told.get("client_id") != CLIENT_ID or told.get("response_type") != "code" or not told.get("state")
        if (
            strange
            or told.get("code_challenge_method") != "S256"
            or not told.get("redirect_uri", "").startswith(("https://", "http://127.0.0.1:"))
        ):
            return Answer(400, {"error": "invalid_request"})
        code = secrets.token_urlsafe(12)
        self.codes[code] = (told["code_challenge"], told["redirect_uri"], told["scope"])
        back = urlencode({"state": told["state"], "code": code})
        return Answer(302, {}, location=f"{told['redirect_uri']}?{back}")

    def token(self, asked: Asked) -> Answer:
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if asked.authorization != f"Basic {basic}":
            return Answer(
                401, {"error": "unauthorized_client", "error_description": "Missing valid authorization header"}
            )
        form = asked.form
        if form.get("grant_type") == "refresh_token":
            scopes = self.refresh.pop(form.get("refresh_token", ""), None)
            return (
                _invalid("Value passed for the token was invalid.")
                if scopes is None
                else Answer(200, self.grant(scopes))
            )
        challenge, back, scopes = self.codes.pop(form.get("code", ""), ("", "", ""))
        proof = base64.urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if not challenge or proof != challenge or form.get("redirect_uri") != back:
            return _invalid("Value passed for the authorization code was invalid.")
        return Answer(200, self.grant(scopes))

    def refused(self, asked: Asked) -> Answer | None:
        """Whether the caller may not call this at all."""
        if asked.authorization == f"Bearer {BEARER}":
            return None if self._takes(asked, "BearerToken") else _forbidden("Application-Only is forbidden here.")
        granted = self.granted.get(asked.authorization.removeprefix("Bearer "))
        if granted is None or granted.ends < time.time():
            return problem(401, "Unauthorized", "about:blank")
        if not self._takes(asked, "OAuth2UserToken"):
            return _forbidden("Authenticating with OAuth 2.0 User Context is forbidden for this endpoint.")
        lacking = self._needed(asked) - granted.scopes
        return _forbidden(f"Missing scope: {', '.join(sorted(lacking))}") if lacking else None

    def _takes(self, asked: Asked, way: str) -> bool:
        return not spec.present() or any(way in each for each in _security(asked))

    def _needed(self, asked: Asked) -> set[str]:
        if asked.template == "/2/activity/subscriptions":
            kind = str((asked.body or {}).get("event_type", "")).partition(".")[0]
            return {NEEDED_BY_EVENT.get(kind, "tweet.read")}
        found = (
            [each["OAuth2UserToken"] for each in _security(asked) if "OAuth2UserToken" in each]
            if spec.present()
            else []
        )
        return set(found[0]) if found else set()


def _security(asked: Asked) -> list[dict[str, list[str]]]:
    paths = spec.document()["paths"]
    version = spec.OLD if asked.template in paths else spec.NEW
    told: list[dict[str, list[str]]] = spec.document(version)["paths"][asked.template][asked.method.lower()]["security"]
    return told


def _invalid(said: str) -> Answer:
    # not "invalid_grant", as RFC 6749 would have it: github.com/plhery/node-twitter-api-v2/issues/496
    return Answer(400, {"error": "invalid_request", "error_description": said})


def _forbidden(detail: str) -> Answer:
    return problem(403, detail, "about:blank", "Forbidden")
