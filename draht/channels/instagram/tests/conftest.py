"""An account on the double, through either login, and the channel that is connected to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from draht.channels.instagram.channel import Instagram
from draht.channels.instagram.tests import double
from draht.channels.instagram.tests.network import Network
from draht.contract.http import Http
from draht.contract.loopback import Loopback


def settings_for(url: str, through: str, token: str = "") -> Mapping[str, str]:
    app = {"client_id": double.Instagram.app_id, "client_secret": double.Instagram.secret, "through": through}
    meta = {"app_id": double.Instagram.app_id, "app_secret": double.Instagram.secret}
    where = {"api": f"{url}/v25.0", "dialog": f"{url}/dialog", "code": f"{url}/oauth/access_token"}
    token = token or (double.PAGE_TOKEN if through == "facebook" else double.DIRECT)
    return app | meta | where | {"access_token": token}


@pytest.fixture
def graph() -> double.Instagram:
    return double.Instagram()


@pytest.fixture
def world(graph: double.Instagram) -> Network:
    return graph.net


@pytest.fixture
def net(graph: double.Instagram) -> Iterator[Loopback]:
    loopback = Loopback(graph)
    yield loopback
    loopback.close()


@pytest.fixture(params=["instagram", "facebook"])
def account(net: Loopback, request: pytest.FixtureRequest) -> Iterator[Instagram]:
    """Every test with it runs through both logins."""
    http = Http(timeout=5)
    settings = settings_for(net.url, request.param)
    yield Instagram(settings, http, Instagram(settings, http).whoami())
    http.close()
