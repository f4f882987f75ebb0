"""What a call costs is spent before it is made, and given back if the network certainly did not do it."""

from __future__ import annotations

from typing import Any

import pytest

from draht.contract.errors import ChannelError, TryLater, Unsure
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.purse import Purse


def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"{}"]


class Empty(Purse):
    """A cap that is reached."""

    def spend(self, units: int = 1, cents: float = 0.0, bucket: str = "") -> None:
        raise TryLater("The month's money is used up.")


@pytest.mark.parametrize("fault", [400, 401, 403, 404, 429, 503])
def test_an_error_costs_nothing(fault: int) -> None:
    loopback, http = Loopback(app), Http(timeout=5)
    loopback.fail_next(fault)
    with pytest.raises(ChannelError):
        http.post(loopback.url, cents=2.5)
    assert (http.purse.cents, http.purse.spent) == (0.0, 1)
    http.close()
    loopback.close()


@pytest.mark.parametrize("fault", [500, "lost"])
def test_what_may_have_been_done_is_paid_for(fault: int | str) -> None:
    loopback, http = Loopback(app), Http(timeout=5)
    loopback.fail_next(fault)
    with pytest.raises(Unsure):
        http.post(loopback.url, cents=2.5)
    assert http.purse.cents == 2.5
    loopback.fail_next(fault)
    with pytest.raises(TryLater):  # it is asked again, and counted then
        http.get(loopback.url, cents=2.5)
    assert http.purse.cents == 2.5
    http.close()
    loopback.close()


def test_who_cannot_be_reached_charges_nothing() -> None:
    http = Http(timeout=1)
    with pytest.raises(TryLater):
        http.post("http://127.0.0.1:9/", cents=2.5)
    assert http.purse.cents == 0.0
    http.close()


def test_what_the_purse_refuses_is_neither_made_nor_given_back() -> None:
    loopback, http = Loopback(app), Http(timeout=5, purse=Empty())
    with pytest.raises(TryLater):
        http.post(loopback.url, cents=2.5)
    assert loopback.requests == []
    assert http.purse.cents == 0.0
    http.close()
    loopback.close()
