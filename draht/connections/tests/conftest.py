"""A network to connect to, and an account that is connected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from draht.connections import actions
from draht.connections.actions import trying
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.connections.tests.guild import double
from draht.connections.tests.guild.channel import Costly, Guild, Off
from draht.connections.tests.loud.channel import Loud, Network, Told
from draht.contract.loopback import Loopback
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
    return {**FORM, "department": service.pk, "name": "", "since": "30"}


@pytest.fixture
def loud(network: Network, as_eve: Viewer, service: Department) -> Connection:
    values = {key.removeprefix("setting_"): value for key, value in FORM.items()}
    return actions.make(as_eve, "loud", values, service.pk, name="Our loud account")


@pytest.fixture
def page(eve: User) -> Client:
    return client_of(eve)


@dataclass(frozen=True, slots=True)
class Guilds:
    """The guild behind real HTTP, and what somebody types in to connect an account there."""

    net: Loopback
    guild: double.Guild

    @property
    def app(self) -> dict[str, str]:
        return {"server": self.net.url, "client_id": double.APP[0], "client_secret": double.APP[1]}

    def tokens(self, user: str = "ada", scopes: tuple[str, ...] = double.SCOPES) -> dict[str, str]:
        """What a login of this person stores."""
        verifier = "v" * 43
        with trying.tried("guild", self.app) as one:
            assert isinstance(one, Guild)
            address = one.sign_in_address(BACK, "s" * 20, verifier)
            code = dict(parse_qsl(urlsplit(self.guild.agree(address, scopes, user)).query))["code"]
            return dict(one.sign_in(code, BACK, verifier))

    def connect(self, channel: str = "guild", page: str = "p1", tokens: Mapping[str, str] | None = None) -> Connection:
        values = self.app | dict(tokens or self.tokens()) | {"page": page}
        return actions.make(None, channel, values, Department.objects.get(name="Service").pk)


BACK = "http://localhost:8000/connections/back/"


@pytest.fixture
def guilds(monkeypatch: pytest.MonkeyPatch, service: Department) -> Iterator[Guilds]:
    for name, kind in {"guild": Guild, "costly": Costly, "off": Off}.items():
        monkeypatch.setitem(channels(), name, kind)
    guild = double.Guild(redirects=(BACK,))
    net = Loopback(guild)
    yield Guilds(net, guild)
    net.close()
