"""A running house with a web chat, and Bea who answers in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import draht.connections.actions as connections
from draht.connections.models import Connection
from draht.core.people.models import Department
from draht.project.tests.webchat.house import House
from draht.project.tests.webchat.widget import PAGE, Widget

SECRET = "the site secret of the tests"


@pytest.fixture
def chat(shared_db: None, service: Department) -> Connection:
    values = {"title": "Nordlicht", "greeting": "Moin!", "origins": PAGE, "secret": SECRET}
    return connections.make(None, "webchat", values, service.pk)


@pytest.fixture
def house(shared_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    settings.UNDO_SECONDS = 0
    monkeypatch.setattr("draht.core.live.hub.LOOK_EVERY", 0.2)  # so long it takes to close
    monkeypatch.setattr("draht.connections.door.REMEMBERED", 0.2)
    house = House().open()
    yield house
    house.close()


@pytest.fixture
def ada(house: House, chat: Connection) -> Iterator[Widget]:
    widget = Widget(house.url, chat.hook_key)
    assert widget.hello().status_code == 200
    yield widget
    widget.close()
