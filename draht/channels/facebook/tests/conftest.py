"""A page on the double, and the channel that is connected to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from draht.channels.facebook.channel import Facebook
from draht.channels.facebook.tests import double
from draht.channels.facebook.tests.network import Network
from draht.contract.graph_hooks import hub_token
from draht.contract.http import Http
from draht.contract.loopback import Loopback


def settings_for(url: str, token: str = "page-token") -> Mapping[str, str]:
    app = {"client_id": double.Facebook.app_id, "client_secret": double.Facebook.secret}
    return app | {"api": f"{url}/v25.0", "dialog": f"{url}/dialog", "access_token": token}


@pytest.fixture
def graph() -> double.Facebook:
    return double.Facebook()


@pytest.fixture
def world(graph: double.Facebook) -> Network:
    return graph.net


@pytest.fixture
def net(graph: double.Facebook) -> Iterator[Loopback]:
    loopback = Loopback(graph)
    yield loopback
    loopback.close()


@pytest.fixture
def page(net: Loopback) -> Iterator[Facebook]:
    http = Http(timeout=5)
    settings = settings_for(net.url)
    channel = Facebook(settings, http, Facebook(settings, http).whoami())
    assert hub_token(double.Facebook.secret)
    net.requests.clear()
    yield channel
    http.close()
