"""The whole contract of channels, kept on the real network. Faults are made on the way there."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from draht.channels.bluesky.tests.contract import BlueskyContract
from draht.channels.bluesky.tests.network import BLOCK, GATE, LIKE
from draht.channels.bluesky.tests.real.world import World

pytestmark = pytest.mark.real


class Way:
    """The way to the server: a WSGI application that passes everything on, so that ``Loopback`` can lose it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        there = http.client.HTTPConnection(self.world.network.pds.removeprefix("http://"), timeout=60)
        names = {"HTTP_AUTHORIZATION": "Authorization", "HTTP_ATPROTO_PROXY": "atproto-proxy"}
        headers = {name: environ[key] for key, name in names.items() if key in environ}
        headers |= {"Content-Type": environ["CONTENT_TYPE"]} if environ["CONTENT_TYPE"] else {}
        path = environ["PATH_INFO"] + (f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else "")
        there.request(environ["REQUEST_METHOD"], path, environ["wsgi.input"].read() or None, headers)
        answer = there.getresponse()
        body = answer.read()
        there.close()
        dropped = {"connection", "host", "transfer-encoding", "keep-alive"}
        start(f"{answer.status} ", [(n, v) for n, v in answer.getheaders() if n.lower() not in dropped])
        return [body]


class TestRealBluesky(BlueskyContract):
    """On the real network."""

    @pytest.fixture(autouse=True)
    def fresh(self, request: pytest.FixtureRequest) -> None:
        self.request = request

    def double(self) -> Way:
        return Way(self.request.getfixturevalue("world"))

    def connect(self, url: str, double: Way) -> Mapping[str, str]:
        """With the session that the account began with: logging in takes the server a while, on purpose."""
        return double.world.settings(server=url, password="not asked for", **double.world.us.session)

    def customer_writes(self, double: Way, text: str) -> None:
        double.world.jane.say(text, mentions=double.world.us)

    def our_answers(self, double: Way) -> list[str]:
        return [record["value"]["text"] for record in double.world.us.records()]

    def customer_edits(self, double: Way, id: str, text: str) -> None:
        double.world.jane.edit(id, text)

    def customer_deletes(self, double: Way, id: str) -> None:
        double.world.jane.delete(id)

    def acts_on(self, double: Way, id: str) -> list[str]:
        return [record["uri"] for kind in (LIKE, BLOCK, GATE) for record in double.world.us.records(kind)]
