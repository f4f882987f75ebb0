"""The whole contract of channels, kept on a real WordPress. Faults are made on the way there."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from draht.channels.wordpress.tests.contract import WordPressContract
from draht.channels.wordpress.tests.real.server import RealWordPress

pytestmark = pytest.mark.real


class Way:
    """The way to the server: a WSGI application that passes everything on, so that ``Loopback`` can lose it."""

    def __init__(self, site: RealWordPress) -> None:
        self.site = site

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        there = http.client.HTTPConnection(self.site.url.removeprefix("http://"), timeout=60)
        headers = {"Content-Type": environ["CONTENT_TYPE"], "Authorization": environ.get("HTTP_AUTHORIZATION", "")}
        path = f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        there.request(environ["REQUEST_METHOD"], path, environ["wsgi.input"].read(), headers)
        answer = there.getresponse()
        body = answer.read()
        there.close()
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in {"connection", "host"}]
        start(f"{answer.status} ", kept)
        return [body]


class TestRealWordPress(WordPressContract):
    """On the real server."""

    @pytest.fixture(autouse=True)
    def fresh(self, site: RealWordPress) -> None:
        self.site = site

    def double(self) -> Way:
        return Way(self.site)

    def connect(self, url: str, double: Way) -> Mapping[str, str]:
        return {"url": url, "username": "agent", "password": double.site.passwords["agent"]}

    def customer_writes(self, double: Way, text: str) -> None:
        double.site.comment(text)

    def acts_on(self, double: Way, id: str) -> list[str]:
        return [str(double.site.php(f"return wp_get_comment_status({int(id)});"))]

    def our_posts(self, double: Way) -> list[str]:
        found = double.site.php("return wp_list_pluck(get_posts(['author' => 2, 'numberposts' => 9]), 'post_content');")
        assert isinstance(found, list)
        return found

    def our_answers(self, double: Way) -> list[str]:
        found = double.site.php("return wp_list_pluck(get_comments(['user_id' => 2]), 'comment_content');")
        assert isinstance(found, list)
        return found
