"""A network to connect to, and an account that is connected."""

from __future__ import annotations

import pytest
from django.test import Client

from draht.connections import actions
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.connections.tests.loud.channel import Loud, Network, Told
from draht.contract.messages import Account
from draht.core.people.access import Viewer
from draht.core.people.models import Department, User
from draht.core.people.tests.pages import client_of

TOKEN = "t0ken-of-nordlicht"
FORM = {"setting_server": "loud.example", "setting_token": TOKEN, "setting_notes": "", "setting_hook_secret": "h00k"}


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network({TOKEN: Account("1", "Nordlicht", "@nordlicht", "https://loud.example/nordlicht")})
    monkeypatch.setattr(Loud, "network", network)
    monkeypatch.setitem(channels(), "loud", Loud)
    monkeypatch.setitem(channels(), "told", Told)
    return network


@pytest.fixture
def form(service: Department) -> dict[str, object]:
    """What the connect page sends."""
    return {**FORM, "department": service.pk, "name": ""}


@pytest.fixture
def loud(network: Network, as_eve: Viewer, service: Department) -> Connection:
    values = {key.removeprefix("setting_"): value for key, value in FORM.items()}
    return actions.make(as_eve, "loud", values, service.pk, name="Our loud account")


@pytest.fixture
def page(eve: User) -> Client:
    return client_of(eve)
