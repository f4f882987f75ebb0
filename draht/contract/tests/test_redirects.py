"""Redirects are followed by hand, a few of them, and never from the public network into our own."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import httpx2 as httpx
import pytest

from draht.contract.addresses import is_public, public_address
from draht.contract.errors import Refused, TryLater
from draht.contract.http import Http
from draht.contract.redirects import get_following

OUT_THERE = "http://93.184.216.34/feed"  # a numeric address of the public network: nobody has to be asked


def network(*answers: tuple[int, str]) -> tuple[Http, list[httpx.Request]]:
    """A network that gives these answers one after another: status and the address that it sends us to."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        status, target = answers[len(asked) - 1]
        return httpx.Response(status, headers={"Location": target} if target else {}, text="here")

    return Http(transport=httpx.MockTransport(answer)), asked


def test_a_lasting_redirect_moves_the_address() -> None:
    http, asked = network((301, "/new"), (308, "http://93.184.216.35/newer"), (200, ""))
    followed = get_following(http, OUT_THERE, headers={"If-None-Match": "x"})
    assert followed.lasting == "http://93.184.216.35/newer"
    assert followed.answer.body == b"here"
    assert [request.headers["If-None-Match"] for request in asked] == ["x", "x", "x"]


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_passing_redirect_does_not(status: int) -> None:
    http, _ = network((301, "/new"), (status, "/today"), (301, "/elsewhere"), (200, ""))
    assert get_following(http, OUT_THERE).lasting == "http://93.184.216.34/new"


def test_a_circle_ends() -> None:
    http, asked = network(*[(302, "/feed")] * 20)
    with pytest.raises(Refused, match="more than 5 times"):
        get_following(http, OUT_THERE)
    assert len(asked) == 6


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/admin",
        "http://localhost:8000/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://0/",
        "http://2130706433/",
        "file:///etc/passwd",
        "http://[not-an-address/",
    ],
)
def test_nobody_out_there_sends_us_inside(target: str) -> None:
    http, asked = network((302, target), (200, ""))
    with pytest.raises(Refused):
        get_following(http, OUT_THERE)
    assert len(asked) == 1


def test_the_way_inside_stays_closed_over_several_steps() -> None:
    http, asked = network((302, "http://93.184.216.35/"), (302, "http://10.0.0.1/"), (200, ""))
    with pytest.raises(Refused, match="not an address of the public network"):
        get_following(http, OUT_THERE)
    assert len(asked) == 2


def test_inside_may_lead_inside() -> None:
    http, _ = network((302, "http://127.0.0.1/other"), (200, ""))
    assert get_following(http, "http://127.0.0.1/feed").answer.status == 200


def looked_up(answers: dict[str, str]) -> Callable[..., list[Any]]:
    def getaddrinfo(host: str, *_: Any, **__: Any) -> list[Any]:
        if host not in answers:
            raise socket.gaierror("no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers[host], 0))]

    return getaddrinfo


def test_a_checked_name_is_called_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a name could be public while it is checked and private while it is called."""
    monkeypatch.setattr(socket, "getaddrinfo", looked_up({"feeds.example": "93.184.216.36"}))
    http, asked = network((200, ""))
    http.get("https://feeds.example:8443/a?b=c", public=True)
    assert str(asked[0].url) == "https://93.184.216.36:8443/a?b=c"
    assert asked[0].headers["Host"] == "feeds.example:8443"
    assert asked[0].extensions["sni_hostname"] == "feeds.example"


def test_names_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", looked_up({"inside.example": "192.168.1.2"}))
    assert not is_public("inside.example")
    assert is_public("unknown.example")
    with pytest.raises(Refused):
        public_address("inside.example")
    with pytest.raises(TryLater):
        public_address("unknown.example")
