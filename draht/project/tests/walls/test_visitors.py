"""Every address, asked by everybody who has no business there: nothing is shown, nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from django.http import HttpResponse
from django.test import Client

from draht.core.people.models import Role, User
from draht.project.tests.walls.addresses import OWN, PUBLIC, Address, addresses
from draht.project.tests.walls.conftest import SECRET, Scene

ADDRESSES = addresses()
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
HTMX = {"HX-Request": "true", "HX-Target": "thread"}


def client_of(user: User | None, *, strict: bool = False, htmx: bool = False) -> Client:
    client = Client(enforce_csrf_checks=strict, headers=HTMX if htmx else None, raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def ask(client: Client, method: str, address: Address, scene: Scene) -> HttpResponse:
    path = address.path(scene.values)
    fields = scene.form if method == "post" else None
    response: HttpResponse = getattr(client, method)(path, fields) if fields else getattr(client, method)(path)
    assert response.status_code < 500, path
    return _read(response) if response.streaming else response


def _read(file: HttpResponse) -> HttpResponse:
    """A file, whole, as a browser gets it."""
    content = b"".join(file.streaming_content)  # type: ignore[attr-defined]
    return HttpResponse(content, status=file.status_code, headers=file.headers)


def walk(scene: Scene, user: User | None, methods: Iterable[str] = METHODS) -> Iterator[Asked]:
    """Everything that somebody can ask, in the whole and for a pane. It changes nothing, or the test fails."""
    before = scene.state()
    for address in ADDRESSES:
        clients = [client_of(user), client_of(user, htmx=True)]  # logging out is one of the addresses
        for method in methods:
            for client in clients:
                response = ask(client, method, address, scene)
                assert SECRET not in response.content.decode("utf-8", "replace") + repr(response.headers), (
                    method,
                    address.route,
                )
                yield Asked(address, method, response)
        assert scene.state() == before, address.route


@dataclass(frozen=True, slots=True)
class Asked:
    address: Address
    method: str
    response: HttpResponse

    @property
    def name(self) -> str:
        return self.address.name

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def goes_to(self) -> str:
        return self.response.headers.get("Location", "")


def test_the_walk_finds_every_kind_of_address() -> None:
    names = {address.name for address in ADDRESSES}
    assert {"home", "open", "reply", "moderate", "change", "journal", "one", "profile", "account_login"} <= names
    assert names >= PUBLIC | OWN


def test_strangers_are_sent_to_the_login(scene: Scene) -> None:
    for asked in walk(scene, None):
        if asked.name not in PUBLIC:
            assert asked.status == 302, asked
            assert asked.goes_to.startswith("/accounts/login/?"), asked


def test_who_has_no_role_gets_nowhere(scene: Scene, dan: User) -> None:
    for asked in walk(scene, dan):
        if asked.name not in PUBLIC | OWN | {"home"}:
            assert asked.status in {403, 405}, asked


def test_who_left_is_a_stranger(scene: Scene, bea: User) -> None:
    clients = [client_of(bea) for _ in ADDRESSES]
    User.objects.filter(pk=bea.pk).update(is_active=False)
    before = scene.state()
    for address, client in zip(ADDRESSES, clients, strict=True):
        for method in ("get", "post"):
            response = ask(client, method, address, scene)
            assert address.name in PUBLIC or response.headers["Location"].startswith("/accounts/login/"), address
    assert scene.state() == before


@pytest.mark.parametrize("role", [Role.AGENT, Role.TRAINEE])
def test_another_department_sees_and_changes_nothing(scene: Scene, bea: User, role: Role) -> None:
    User.objects.filter(pk=bea.pk).update(role=role)
    for asked in walk(scene, User.objects.get(pk=bea.pk)):
        about_theirs = asked.address.parameters and asked.name not in {"view", "icon"}
        if about_theirs and asked.method in {"get", "post"}:
            assert asked.status in {403, 404, 405}, asked


def test_no_form_works_without_its_token(scene: Scene, eve: User) -> None:
    before = scene.state()
    for address in ADDRESSES:
        for method in ("post", "put", "patch", "delete"):
            response = ask(client_of(eve, strict=True), method, address, scene)
            if address.name != "home":
                assert response.status_code in {403, 405}, address
            if response.status_code == 403:
                assert "send it once more" in response.content.decode()
    assert scene.state() == before


def test_reading_changes_nothing(scene: Scene, eve: User, writer: User) -> None:
    """A link in a mail, or a browser that looks ahead, must not do anything."""
    before = scene.state()
    for user in (eve, writer):
        for htmx in (False, True):
            client = client_of(user, htmx=htmx)
            for address in ADDRESSES:
                ask(client, "get", address, scene)
            assert client.get("/inbox/mine/").status_code == 200  # still logged in
    assert scene.state() == before


def test_every_page_has_its_guards(scene: Scene, eve: User, dan: User) -> None:
    for user in (None, dan, eve):
        client = client_of(user)
        for address in ADDRESSES:
            response = ask(client, "get", address, scene)
            check_guards(response)
            if user == eve and address.name not in {"icon", "file"} and response.status_code == 200:
                assert "no-store" in response.headers.get("Cache-Control", ""), address


def check_guards(response: HttpResponse) -> None:
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy or "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    page = response.content.decode("utf-8", "replace")
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|<[^>]*\son\w+=|javascript:", page)
    assert "Traceback" not in page
