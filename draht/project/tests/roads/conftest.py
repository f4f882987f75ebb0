"""The whole way: the sandbox with its postman on one side, the running house, and Bea's browser on the other side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from draht.conftest import PASSWORD
from draht.core.people.models import Department, User
from draht.flows.tests.town import Town, open_postman
from draht.project.tests.webchat.house import House

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Desk:
    """A colleague's browser, without JavaScript."""

    def __init__(self, house: House, email: str) -> None:
        self._client = httpx.Client(base_url=house.url, follow_redirects=True, timeout=20)
        self._post("/accounts/login/", "/accounts/login/", login=email, password=PASSWORD)

    def get(self, path: str) -> str:
        answer = self._client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def act(self, verb: str, conversation_id: int, **fields: str) -> str:
        """Sends one of the forms of a conversation; the page that follows."""
        page = f"/inbox/all/{conversation_id}/"
        return self._post(page, f"/conversation/{conversation_id}/{verb}/", next=page, **fields)

    def cookie(self) -> str:
        return f"sessionid={self._client.cookies['sessionid']}"

    def close(self) -> None:
        self._client.close()

    def _post(self, page: str, path: str, **fields: str) -> str:
        token = TOKEN.search(self.get(page))
        assert token
        answer = self._client.post(path, data=fields | {"csrfmiddlewaretoken": token[1]})
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture
def house(shared_db: None, settings: Any) -> Iterator[House]:
    settings.UNDO_SECONDS = 1
    house = House().open()
    yield house
    house.close()


@pytest.fixture
def town(house: House, service: Department, tmp_path: Path) -> Iterator[Town]:
    town = Town.build(tmp_path / "network")
    with open_postman(town):
        town.connect(service.pk, house=house.url)
        yield town
    town.close()


@pytest.fixture
def desk(house: House, bea: User) -> Iterator[Desk]:
    desk = Desk(house, bea.email)
    yield desk
    desk.close()
