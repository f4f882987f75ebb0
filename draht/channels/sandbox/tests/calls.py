"""Calls the site without a server: as a company's program, or as somebody's browser without JavaScript."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from draht.contract.channel import WSGIApp


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call(app: WSGIApp, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
    path, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "/sandbox",
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "desk.example",
        "SERVER_PORT": "443",
        "HTTP_HOST": "desk.example",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "https",
    }
    for name, value in (headers or {}).items():
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else "HTTP_" + key] = value
    told: list[Any] = []
    answer = b"".join(app(environ, lambda status, headers: told.extend((status, headers))))
    return Answer(int(told[0].split()[0]), dict(told[1]), answer)


@dataclass
class Program:
    """A company's program with a token."""

    app: WSGIApp
    token: str

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = b"" if body is None else json.dumps(body).encode()
        told = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return call(self.app, method, "/api/" + path, sent, told | more)


@dataclass
class Browser:
    """Somebody's browser: keeps the cookie, follows one redirect after a form."""

    app: WSGIApp
    language: str = "en"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return call(self.app, "GET", path, headers=self._headers())

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        told = self._headers() | {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": "https://desk.example",
        }
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = call(self.app, "POST", path, urlencode(fields).encode(), told)
        for cookie in SimpleCookie(answer.headers.get("Set-Cookie", "")).values():
            self.cookies[cookie.key] = cookie.value
        return answer

    def submit(self, path: str, **fields: str) -> Answer:
        """Sends a form and looks at the page that it leads to."""
        answer = self.post(path, fields)
        if answer.status != 303:
            return answer
        return self.get(answer.headers["Location"].removeprefix("/sandbox").partition("#")[0])

    def _headers(self) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Accept-Language": self.language} | ({"Cookie": cookie} if cookie else {})
