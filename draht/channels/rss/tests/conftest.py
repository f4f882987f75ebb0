"""A feed and the site that it is on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from draht.channels.rss.channel import Rss
from draht.channels.rss.tests.double import Site
from draht.contract.http import Http
from draht.contract.loopback import Loopback


@pytest.fixture
def net() -> Iterator[Loopback]:
    loopback = Loopback(Site())
    yield loopback
    loopback.close()


@pytest.fixture
def site(net: Loopback) -> Site:
    assert isinstance(net.app, Site)
    return net.app


@pytest.fixture
def http() -> Iterator[Http]:
    door = Http(timeout=5)
    yield door
    door.close()


@pytest.fixture
def feed(net: Loopback, http: Http) -> Rss:
    return Rss({"url": net.url + "/feed.atom"}, http)
