"""A number on the double, and the channel that is connected to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest

from draht.channels.whatsapp.channel import WhatsApp
from draht.channels.whatsapp.tests import double
from draht.channels.whatsapp.tests.network import NUMBER, WABA, Network
from draht.contract.http import Http
from draht.contract.loopback import Loopback


def settings_for(url: str, number: str = NUMBER) -> Mapping[str, str]:
    app = {"client_id": double.WhatsApp.app_id, "client_secret": double.WhatsApp.secret, "waba_id": WABA}
    return app | {"access_token": "system-token", "phone_number_id": number, "api": f"{url}/v25.0"}


@pytest.fixture
def cloud() -> double.WhatsApp:
    cloud = double.WhatsApp()
    cloud.net.now = datetime.now(UTC).replace(microsecond=0)  # the window is reckoned by the clock on the wall
    return cloud


@pytest.fixture
def world(cloud: double.WhatsApp) -> Network:
    return cloud.net


@pytest.fixture
def net(cloud: double.WhatsApp) -> Iterator[Loopback]:
    loopback = Loopback(cloud)
    yield loopback
    loopback.close()


@pytest.fixture
def number(net: Loopback) -> Iterator[WhatsApp]:
    http = Http(timeout=5)
    settings = settings_for(net.url)
    channel = WhatsApp(settings, http, WhatsApp(settings, http).whoami())
    net.requests.clear()
    yield channel
    http.close()
