"""Where a network takes agreed texts only, they can be chosen; whether it can be asked or not, the page says so."""

from __future__ import annotations

import pytest
from django.test import Client

from draht.connections.models import Connection
from draht.connections.secrets import encrypt
from draht.core.people.access import Viewer
from draht.core.people.models import Department, User
from draht.flows.tests.answering import ask
from draht.flows.tests.town import Town


@pytest.fixture
def conversation(open_town: Town, service: Department, as_bea: Viewer) -> int:
    open_town.connect(service.pk, "templated")
    return ask(open_town, as_bea)


def test_an_agreed_text_is_offered(conversation: int, bea: User) -> None:
    client = Client()
    client.force_login(bea)
    assert "Choose a template" in client.get(f"/inbox/all/{conversation}/").content.decode()
    offered = client.get(f"/conversation/{conversation}/templates/").content.decode()
    assert 'data-template="Your parcel {{1}} is late."' in offered


def test_a_network_that_cannot_be_asked_says_why(conversation: int, bea: User) -> None:
    Connection.objects.update(secrets=encrypt({"token": "lost"}))
    client = Client()
    client.force_login(bea)
    assert "The token has run out." in client.get(f"/conversation/{conversation}/templates/").content.decode()


def test_dan_gets_none(conversation: int, dan: User) -> None:
    client = Client()
    client.force_login(dan)
    assert client.get(f"/conversation/{conversation}/templates/").status_code == 403
