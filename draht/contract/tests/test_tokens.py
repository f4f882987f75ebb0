"""A token endpoint that is out of order for a while is no lost login, and nothing that a person has to look into."""

from __future__ import annotations

from typing import Any

import pytest

from draht.contract.channel import Act, Channel
from draht.contract.errors import TryLater
from draht.contract.http import Http
from draht.contract.login import OAuth2, SignsIn
from draht.contract.loopback import Loopback
from draht.contract.messages import Account, Item, May, NotAllowed


class Door(SignsIn, Channel):
    """A channel of which only the login is asked."""

    label = "Door"
    oauth = OAuth2(authorize="{api}/authorize", token="{api}/token", scopes=())

    def whoami(self) -> Account:
        return Account("1", "Door")

    def may(self, act: Act, item: Item) -> May:
        return NotAllowed("no")


def tokens(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b'{"access_token": "a", "refresh_token": "b", "expires_in": 3600}']


@pytest.mark.parametrize("fault", [500, 502, 503, "garbage", "hang up", "lost"])
def test_a_short_fault_is_tried_again(fault: int | str) -> None:
    loopback, http = Loopback(tokens), Http(timeout=5)
    door = Door({"api": loopback.url, "client_id": "c", "refresh_token": "old"}, http)
    loopback.fail_next(fault)
    with pytest.raises(TryLater):
        door.renew()
    assert door.renew()["refresh_token"] == "b"
    http.close()
    loopback.close()
