"""The real server runs once for all tests here; each test finds it as it was installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from draht.channels.wordpress.channel import WordPress
from draht.channels.wordpress.tests.real.server import RealWordPress
from draht.contract.http import Http


@pytest.fixture(scope="session")
def running() -> Iterator[RealWordPress]:
    server = RealWordPress()
    yield server
    server.close()


@pytest.fixture
def site(running: RealWordPress) -> RealWordPress:
    running.forget()
    return running


@pytest.fixture
def wordpress(site: RealWordPress) -> Iterator[WordPress]:
    http = Http(timeout=30)
    settings = {"url": site.url, "username": "agent", "password": site.passwords["agent"]}
    yield WordPress(settings, http, WordPress(settings, http).whoami())
    http.close()
