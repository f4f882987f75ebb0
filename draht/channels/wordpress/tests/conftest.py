"""A blog and the channel that is connected to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from draht.channels.wordpress.channel import WordPress
from draht.channels.wordpress.tests.double import Blog
from draht.contract.http import Http
from draht.contract.loopback import Loopback


@pytest.fixture
def blog() -> Blog:
    return Blog()


@pytest.fixture
def net(blog: Blog) -> Iterator[Loopback]:
    loopback = Loopback(blog)
    yield loopback
    loopback.close()


@pytest.fixture
def wordpress(net: Loopback) -> Iterator[WordPress]:
    http = Http(timeout=5)
    settings = {"url": net.url, "username": "agent", "password": "abcd EFGH ijkl"}
    yield WordPress(settings, http, WordPress(settings, http).whoami())
    http.close()
