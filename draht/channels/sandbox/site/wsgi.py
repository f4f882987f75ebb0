"""Requests and answers over plain WSGI, with bounds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import msgspec

from draht.channels.sandbox.network.rules import No

MAX_BODY = 64 * 1024  # bytes
ID = "([0-9]{1,18})"
SECURITY = [
    (
        "Content-Security-Policy",
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
]


class Request:
    """One request. Reading its body, form or JSON raises ``No`` when it is too large or makes no sense."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self._environ = environ
        self.method: str = environ["REQUEST_METHOD"]
        self.base: str = environ.get("SCRIPT_NAME", "").rstrip("/")
        self.path = _decoded(environ.get("PATH_INFO", ""))
        self.query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))

    def header(self, name: str) -> str:
        return str(self._environ.get("HTTP_" + name.upper().replace("-", "_"), ""))

    def cookie(self, name: str) -> str:
        try:
            found = SimpleCookie(self.header("Cookie")).get(name)
        except CookieError:
            return ""
        return found.value if found else ""

    @property
    def secure(self) -> bool:
        return bool(self._environ.get("wsgi.url_scheme") == "https")

    @property
    def same_origin(self) -> bool:
        """Whether a page of ours sent this. Browsers say so on every POST; other sites cannot forge it."""
        if site := self.header("Sec-Fetch-Site"):
            return site == "same-origin"
        host = self.header("Host") or self._environ.get("SERVER_NAME", "")
        return bool(host) and urlsplit(self.header("Origin")).netloc == host

    def form(self) -> dict[str, str]:
        kind = self._environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise No(415, "This form cannot be read.")
        try:
            fields = parse_qs(self._body().decode("utf-8", "replace"), max_num_fields=30)
        except ValueError as error:
            raise No(400, "This form cannot be read.") from error
        return {name: values[-1] for name, values in fields.items()}

    def json(self) -> dict[str, Any]:
        try:
            found = msgspec.json.decode(self._body())
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise No(400, "The body is not JSON.") from error
        if not isinstance(found, dict):
            raise No(400, "The body is not a JSON object.")
        return found

    def _body(self) -> bytes:
        told = self._environ.get("CONTENT_LENGTH") or ""
        if not told.isdigit():
            raise No(411, "The length of the body is missing.")
        if int(told) > MAX_BODY:
            raise No(413, "This is too large.")
        return bytes(self._environ["wsgi.input"].read(int(told)))


@dataclass(frozen=True, slots=True)
class Response:
    """A status, headers and a body."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)

    def start(self, start_response: Any, with_body: bool) -> Iterable[bytes]:
        length = [] if self.status == 204 else [("Content-Length", str(len(self.body)))]
        start_response(f"{self.status} {HTTPStatus(self.status).phrase}", [*self.headers, *length, *SECURITY])
        return [self.body] if with_body and self.body else []


def page(status: int, html: str) -> Response:
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Vary", "Accept-Language, Cookie"),
    ]
    return Response(status, html.encode(), headers)


def as_json(status: int, body: Any, wait: int | None = None) -> Response:
    headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    if wait is not None:
        headers.append(("Retry-After", str(wait)))
    if status == 401:
        headers.append(("WWW-Authenticate", "Bearer"))
    return Response(status, msgspec.json.encode(body), headers)


def redirect(to: str, cookies: Iterable[str] = ()) -> Response:
    return Response(303, b"", [("Location", to), *(("Set-Cookie", cookie) for cookie in cookies)])


def _decoded(path: str) -> str:
    """WSGI hands bytes over as Latin-1."""
    return path.encode("latin-1", "replace").decode("utf-8", "replace")
