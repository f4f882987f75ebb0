"""What nobody types: odd numbers, null characters, endless words. A page says so calmly; nothing breaks."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from draht.core.people.models import User
from draht.project.tests.walls.addresses import Address, addresses
from draht.project.tests.walls.conftest import Scene
from draht.project.tests.walls.test_visitors import client_of

ODD = [
    "",
    "²",
    "٣",
    "-1",
    "9" * 18,
    "9" * 19,
    "9" * 5000,
    "1e9",
    "1-²",
    f"{'9' * 19}-{'9' * 19}",
    "1-2-3",
    "\x00",
    "a\x00b",
    "💥",
    "x" * 5000,
    "'; DROP TABLE x; --",
    "%00",
    "../../etc/passwd",
    "<script>",
    "{{7*7}}",
    "\r\nX: y",
]
ASKED = ("q", "tag", "before", "older", "around", "limit", "at", "by", "fact", "from", "next", "reply", "message")
FIELDS = ("text", "reply", "message", "act", "colleague", "department", "until", "at", "tag", "name", "next")
HEADERS = ("HX-Target", "HX-Current-URL", "HX-Request", "Accept-Language", "Referer", "X-Forwarded-For", "Cookie")
HOSTS = ("evil.example", "localhost:x", "a\x00b", "localhost@evil.example", "[::1", "127.0.0.1.evil")
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "/x\r\nSet-Cookie: a=b",
    " //evil.example",
    "inbox:home",
)
NUMBERS = ["0", "9" * 18, "9" * 19, "9" * 30]


def check_calm(response: Any, told: object) -> None:
    assert response.status_code < 500, told
    page = b"".join(response.streaming_content) if response.streaming else response.content
    assert b"Traceback" not in page, told


def but_logging_out() -> list[Address]:
    return [address for address in addresses() if address.name != "account_logout"]


def test_odd_questions(scene: Scene, writer: User, eve: User) -> None:
    clients = [client_of(writer), client_of(writer, htmx=True), client_of(eve)]
    for address in but_logging_out():
        path = address.path(scene.values)
        for odd in ODD:
            for client in clients:
                check_calm(client.get(path, dict.fromkeys(ASKED, odd)), (path, odd))


@pytest.mark.parametrize("name", ASKED)
def test_one_odd_question(scene: Scene, writer: User, name: str) -> None:
    """Each on its own: one may hide the other."""
    client = client_of(writer)
    for path in ("/inbox/all/", f"/inbox/all/{scene.conversation}/", "/inbox/search/?q=word"):
        for odd in ODD:
            check_calm(client.get(path, {"q": "word", name: odd}), (path, name, odd))


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_that_are_nobodys(scene: Scene, eve: User, number: str) -> None:
    client = client_of(eve)
    for address in addresses():
        if any(name.endswith("_id") for name in address.parameters):
            path = address.path(scene.values | {name: number for name in address.parameters if name.endswith("_id")})
            for method in ("get", "post"):
                response = getattr(client, method)(path, scene.form if method == "post" else {})
                check_calm(response, path)
                assert response.status_code in {302, 400, 403, 404, 405, 422}, (method, path)


def test_odd_forms(scene: Scene, writer: User, eve: User) -> None:
    for user in (writer, eve):
        client = client_of(user)
        for address in but_logging_out():
            for odd in ODD:
                check_calm(client.post(address.path(scene.values), dict.fromkeys(scene.form, odd)), (address.name, odd))


@pytest.mark.parametrize("field", FIELDS)
def test_one_odd_field(scene: Scene, writer: User, field: str) -> None:
    client = client_of(writer)
    for address in addresses():
        if address.route.startswith("conversation/"):
            for odd in ODD:
                check_calm(
                    client.post(address.path(scene.values), scene.form | {field: odd}), (address.name, field, odd)
                )
    assert client.get(f"/inbox/all/{scene.conversation}/").status_code == 200


def test_odd_headers(scene: Scene, writer: User) -> None:
    for odd in ODD:
        for name in HEADERS:
            client = client_of(writer)
            try:
                response = client.get("/inbox/all/", headers={name: odd})
            except UnicodeEncodeError:  # no client can say that
                continue
            check_calm(response, (name, odd))


def test_odd_hosts(writer: User) -> None:
    for host in HOSTS:
        response = Client(raise_request_exception=False).get("/accounts/login/", headers={"Host": host})
        assert response.status_code == 400, host
        assert "evil.example" not in response.content.decode()


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_sent_elsewhere(scene: Scene, writer: User, address: str) -> None:
    client = client_of(writer)
    stays = client.post(f"/conversation/{scene.conversation}/take/", {"next": address})
    assert stays.status_code == 302
    assert_here(stays)
    fresh = Client()
    for way in (f"/accounts/login/?next={address}", "/accounts/login/"):
        fields = {"login": writer.email, "password": "correct horse battery", "next": address}
        assert_here(fresh.post(way, fields))
    assert_here(client.post("/accounts/logout/", {"next": address}))


def assert_here(response: Any) -> None:
    target = response.headers.get("Location", "/")
    assert target.startswith("/"), target
    assert not target.startswith(("//", "/\\")), target
    assert "\n" not in target
    assert "a" not in response.cookies
