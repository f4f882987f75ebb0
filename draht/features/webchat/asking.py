"""A request of a widget, and answers that the page around it may read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from draht.connections.door import read_body
from draht.contract.http import NO_JSON
from draht.features.webchat.limits import address_of

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Wanted = TypeVar("Wanted")
MOST_BYTES = 64 * 1024  # of a request


class Refusal(Exception):
    """A no. ``code`` is for the widget, ``words`` for who reads the browser's console; ``after`` in seconds."""

    def __init__(self, status: int, code: str, words: str, after: float = 0.0) -> None:
        super().__init__(words)
        self.status = status
        self.code = code
        self.words = words
        self.after = after


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: ``/webchat/<key>/<what>``."""

    method: str
    key: str
    what: str
    headers: Mapping[str, str]  # names in lower case
    address: str

    @classmethod
    def of(cls, scope: Scope) -> Asked:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        key, _, what = scope["path"].removeprefix("/webchat/").partition("/")
        peer = (scope.get("client") or ("",))[0]
        return cls(scope["method"], key, what, headers, address_of(peer, headers.get("x-forwarded-for", "")))

    @property
    def origin(self) -> str:
        return self.headers.get("origin", "").lower()

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    def comes_from(self, origins: frozenset[str]) -> bool:
        """Whether the page around the widget is one of these, or our own. A browser always tells another's origin."""
        host = urlsplit(self.origin).netloc
        own = host != "" and host == self.headers.get("host", "").lower()
        return not self.origin or own or self.origin in origins

    def cors(self) -> Headers:
        """Lets the page read the answer, also a refusal: there is no cookie, and who may not ask gets nothing else."""
        return [
            (b"access-control-allow-origin", self.origin.encode("latin-1") or b"*"),
            (b"access-control-expose-headers", b"retry-after"),
            (b"cross-origin-resource-policy", b"cross-origin"),
            (b"vary", b"origin"),
        ]


async def read(receive: Receive, kind: type[Wanted]) -> Wanted:
    """The JSON of a request. Raises ``Refusal``."""
    body = await read_body(receive, MOST_BYTES)
    if body is None:
        raise Refusal(413, "too_large", f"A request may have {MOST_BYTES} bytes.")
    try:
        return msgspec.json.decode(body, type=kind)
    except NO_JSON as error:
        raise Refusal(400, "not_understood", f"This cannot be read: {error}") from error


async def say(send: Send, asked: Asked, value: Mapping[str, object], status: int = 200, after: float = 0.0) -> None:
    """Answers with JSON."""
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    headers += [(b"retry-after", str(ceil(after)).encode())] if after else []
    await answer(send, status, [*headers, *asked.cors()], msgspec.json.encode(value))


async def allow(send: Send, asked: Asked) -> None:
    """Answers the question of a browser before the request itself. Whether its page may ask is looked at then."""
    headers = [
        (b"access-control-allow-methods", b"GET, POST"),
        (b"access-control-allow-headers", b"authorization, content-type, last-event-id"),
        (b"access-control-max-age", b"7200"),
    ]
    await answer(send, 204, [*headers, *asked.cors()], b"")


async def answer(send: Send, status: int, headers: Headers, body: bytes) -> None:
    closed = [(b"x-content-type-options", b"nosniff"), (b"content-security-policy", b"default-src 'none'")]
    length = [] if status in {204, 304} else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *closed, *length]})
    await send({"type": "http.response.body", "body": body})
