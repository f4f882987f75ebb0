"""A running house with a web chat, and Bea who answers in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import SettingsWrapper

import draht.connections.actions as connections
from draht.connections.models import Connection
from draht.core.people.models import Department
from draht.project.tests.house import House
from draht.project.tests.widget import PAGE, Widget

SECRET = "the site secret of the tests"


@pytest.fixture
def chat(transactional_db: None, service: Department) -> Connection:
    values = {"title": "Nordlicht", "greeting": "Moin!", "origins": PAGE, "secret": SECRET}
    return connections.make(None, "webchat", values, service.pk)


@pytest.fixture
def house(transactional_db: None, settings: SettingsWrapper) -> Iterator[House]:
    settings.UNDO_SECONDS = 0
    house = House().open()
    yield house
    house.close()


@pytest.fixture
def ada(house: House, chat: Connection) -> Iterator[Widget]:
    widget = Widget(house.url, chat.hook_key)
    assert widget.hello().status_code == 200
    yield widget
    widget.close()
