"""What doubles of Google's interfaces share: the sign-in, tokens that run out, the quota of a day, the shape of errors.

Each request and each answer is held against the discovery document, if it lies beside the repository.
"""

from __future__ import annotations

import base64
import json
import math
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

import pytest
from jsonschema import Draft202012Validator

from draht.contract.testing.discovery import Call, Discovery

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
JSON = "application/json; charset=UTF-8"


class No(Exception):
    """A refusal, in Google's words."""

    def __init__(self, status: int, reason: str, message: str = "", domain: str = "global") -> None:
        super().__init__(message or reason)
        self.status = status
        error = {"message": message or reason, "domain": domain, "reason": reason}
        self.body = {"error": {"code": status, "message": message or reason, "errors": [error]}}


@dataclass
class Asked:
    """A request: what its path named, its parameters as the document types them, its body, and whole."""

    named: tuple[str, ...]
    query: list[tuple[str, str]]
    body: Any
    environ: dict[str, Any]

    def one(self, name: str, otherwise: str = "") -> str:
        return next((value for key, value in self.query if key == name), otherwise)

    def several(self, name: str) -> list[str]:
        """A parameter that may be repeated, or written with commas."""
        return [one for key, value in self.query if key == name for one in value.split(",")]


@dataclass
class Told:
    """An answer; ``body`` is JSON, or nothing."""

    body: Any = None
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)


Route = tuple[str, str, Callable[[Asked], Told], int]


class GoogleDouble:
    """A network of Google's. ``now`` is its clock; it stands still until somebody moves it."""

    document = ""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 8, tzinfo=UTC)
        self.app = ("client-1", "secret-1")
        self.granted = ""
        self.tokens: dict[str, datetime] = {"access-1": self.now + timedelta(hours=1)}
        self.refresh = {"refresh-1"}
        self.codes: dict[str, tuple[str, str]] = {}
        self.quota = math.inf
        self.spent = 0
        self.calls: list[str] = []
        self.violations: list[str] = []

    def routes(self) -> Iterable[Route]:
        """Method, pattern of the path, what answers, and what it costs."""
        raise NotImplementedError

    def pass_time(self, **span: float) -> None:
        self.now += timedelta(**span)

    def time(self, at: datetime | None = None) -> str:
        return (at or self.now).strftime("%Y-%m-%dT%H:%M:%SZ")

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        try:
            told = self._answer(environ)
        except No as no:
            told = Told(no.body, no.status)
        body = b"" if told.body is None else json.dumps(told.body).encode()
        start(f"{told.status} as Google", [("Content-Type", JSON), *told.headers])
        return [body]

    def _answer(self, environ: dict[str, Any]) -> Told:
        path, method = environ["PATH_INFO"].lstrip("/"), environ["REQUEST_METHOD"]
        query = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
        if path == "authorize":
            return self._agree(dict(query))
        raw = environ["wsgi.input"].read()
        if path == "token":
            return self._token({key: values[0] for key, values in parse_qs(raw.decode()).items()})
        self._let_in(environ.get("HTTP_AUTHORIZATION", ""))
        for verb, shape, answer, cost in self.routes():
            if verb == method and (match := re.fullmatch(shape, path)):
                self.calls.append(f"{method} {path}")
                self._spend(cost)
                is_json = "json" in environ.get("CONTENT_TYPE", "")
                asked = Asked(match.groups(), query, json.loads(raw) if is_json and raw else raw, environ)
                return self._judged(method, path, asked, answer)
        raise No(404, "notFound", f"There is nothing at {path}.")

    def _let_in(self, header: str) -> None:
        if self.tokens.get(header.removeprefix("Bearer "), self.now) <= self.now:
            raise No(401, "authError", "Request had invalid authentication credentials.")

    def _spend(self, cost: int) -> None:
        if cost and self.spent + cost > self.quota:
            words = "The request cannot be completed because you have exceeded your quota."
            raise No(403, "quotaExceeded", words, "youtube.quota")
        self.spent += cost

    # -- the document as a judge ----------------------------------------------------------------------------------

    def _judged(self, method: str, path: str, asked: Asked, answer: Callable[[Asked], Told]) -> Told:
        document = discovery(self.document)
        call = document.call(method, path) if document else None
        if document and call is None and method != "PUT":  # the PUTs of an upload go to an address of its own
            self._note([f"{method} {path} is not in the document"])
        if document and call:
            self._note(request_faults(document, call, asked))
        told = answer(asked)
        if call and call.response and told.body is not None:
            faults = faults_of(call.response, told.body)
            assert not faults, f"the double answers {call.name} as Google never would: {faults}"
        return told

    def _note(self, faults: Sequence[str]) -> None:
        if faults:
            self.violations += faults
            raise No(400, "invalidParameter", "; ".join(faults))

    # -- the sign-in --------------------------------------------------------------------------------------------------

    def _agree(self, query: dict[str, str]) -> Told:
        """The page on which a person agrees; this person always does."""
        wanted = {"response_type": "code", "access_type": "offline", "code_challenge_method": "S256"}
        if any(query.get(key) != value for key, value in wanted.items()) or query.get("client_id") != self.app[0]:
            raise No(400, "invalid_request")
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = (query["code_challenge"], query["redirect_uri"])
        self.granted = query["scope"]
        back = urlencode({"code": code, "state": query["state"], "scope": self.granted})
        return Told(None, 302, [("Location", f"{query['redirect_uri']}?{back}")])

    def _token(self, form: dict[str, str]) -> Told:
        if (form.get("client_id"), form.get("client_secret")) != self.app:
            return Told({"error": "invalid_client", "error_description": "The OAuth client was not found."}, 401)
        new: dict[str, Any] = {"expires_in": 3599, "token_type": "Bearer", "scope": self.granted}
        if form.get("grant_type") == "authorization_code":
            digest = sha256(form.get("code_verifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if self.codes.pop(form.get("code", ""), None) != (challenge, form.get("redirect_uri")):
                return Told({"error": "invalid_grant", "error_description": "Bad Request"}, 400)
            new["refresh_token"] = f"refresh-{len(self.refresh) + 1}"
            self.refresh.add(new["refresh_token"])
        elif form.get("refresh_token") not in self.refresh:
            return Told({"error": "invalid_grant", "error_description": "Token has been expired or revoked."}, 400)
        new["access_token"] = f"access-{len(self.tokens) + 1}"
        self.tokens[new["access_token"]] = self.now + timedelta(hours=1)
        return Told(new)


@cache
def discovery(name: str) -> Discovery | None:
    path = SHARED / "specs" / "google" / f"{name}.json"
    return Discovery(path) if path.exists() else None


def need(path: Path) -> Path:
    """Skips what needs a file beside the repository and does not find it. In CI that is a failure."""
    if not path.exists():
        reason = f"{path} is missing: nothing to hold the channel against"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return path


def request_faults(document: Discovery, call: Call, asked: Asked) -> list[str]:
    faults = faults_of(call.query, document.typed(call, asked.query))
    body = asked.body or None
    if call.request is None:
        return faults + ([f"{call.name} takes no body"] if body is not None else [])
    return faults + faults_of(call.request, body)


def faults_of(schema: dict[str, Any], value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}"[:300] for error in Draft202012Validator(schema).iter_errors(value)]
