"""Signing in, choosing a page, the hook, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from draht.channels.facebook.channel import SCOPES, Facebook
from draht.channels.facebook.client import HEARD
from draht.channels.facebook.tests import double
from draht.channels.facebook.tests.conftest import settings_for
from draht.channels.facebook.tests.network import PAGE
from draht.contract.errors import LoginExpired, Refused
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import Hook, HookAnswer

ADDRESS = "https://desk.example/hook/abc"


@pytest.fixture
def stranger(net: Loopback) -> Iterator[Facebook]:
    """The app before anybody signed in."""
    http = Http(timeout=5)
    yield Facebook({**settings_for(net.url), "access_token": ""}, http)
    http.close()


def reach(graph: double.Facebook, page: Facebook) -> list[str]:
    """Meta finds our address; which ones it called."""
    called: list[str] = []

    def call(address: str, hook: Hook) -> HookAnswer | None:
        called.append(address)
        return page.handshake(hook)

    graph.reach = call
    return called


def test_a_person_signs_in_and_chooses_a_page(net: Loopback, stranger: Facebook) -> None:
    address = urlsplit(stranger.sign_in_address("https://desk.example/back", "state", "v" * 43))
    asked = parse_qs(address.query)
    assert asked["scope"] == [",".join(scope.name for scope in SCOPES)]
    assert (asked["state"], asked["client_id"]) == (["state"], [double.Facebook.app_id])
    login = stranger.sign_in("the-code", "https://desk.example/back", "v" * 43)
    owner = Facebook({**stranger.config, **login}, stranger.http)
    assert owner.renew_at() is not None
    [offer] = owner.accounts()
    assert (offer.account.id, offer.account.name, offer.account.handle) == (PAGE, "Boots & More", "bootsandmore")
    page = Facebook({**owner.config, **offer.settings}, stranger.http)
    assert page.whoami() == offer.account
    assert page.renew_at() is None, "the token of a page does not run out"
    assert not any("the-app-secret" in path for _, path in net.requests)


def test_every_permission_has_its_reason() -> None:
    assert all(scope.why for scope in SCOPES)
    assert {scope.name for scope in SCOPES} == double.ALL


def test_a_code_that_was_used_is_refused(stranger: Facebook) -> None:
    with pytest.raises(Refused, match="has been used"):
        stranger.sign_in("old", "https://desk.example/back", "v" * 43)


def test_the_login_of_a_person_is_no_page(net: Loopback, stranger: Facebook) -> None:
    with pytest.raises(LoginExpired, match="Nobody has signed in"):
        stranger.whoami()
    owner = Facebook({**settings_for(net.url), "access_token": "owner-token"}, stranger.http)
    with pytest.raises(Refused, match="choose a page"):
        owner.whoami()


def test_a_login_that_ended_has_to_be_made_again(graph: double.Facebook, page: Facebook) -> None:
    graph.ended.add("page-token")
    for ask in (page.whoami, lambda: page.fetch("")):
        with pytest.raises(LoginExpired, match="Session has expired"):
            ask()
    with pytest.raises(LoginExpired):
        page.renew()


# -- the hook -----------------------------------------------------------------------------------------------------


def test_the_hook_is_set_up_without_typing(graph: double.Facebook, page: Facebook) -> None:
    called = reach(graph, page)
    assert not page.is_subscribed(ADDRESS)
    page.subscribe(ADDRESS)
    page.subscribe(ADDRESS)
    assert called == [ADDRESS, ADDRESS]
    assert page.is_subscribed(ADDRESS)
    assert set(graph.subscribed) == set(HEARD)


def test_another_page_of_ours_may_have_set_the_address(graph: double.Facebook, page: Facebook) -> None:
    """An app has one address for all its pages."""
    reach(graph, page)
    page.subscribe("https://desk.example/hook/another")
    assert page.is_subscribed(ADDRESS)
    assert not page.is_subscribed("https://elsewhere.example/hook/abc")


@pytest.mark.parametrize(
    "change",
    [{"active": False}, {"object": "user"}, {"fields": [{"name": "feed"}]}, {"callback_url": "https://old.example/hook/abc"}],
)  # fmt: skip
def test_a_hook_that_meta_switched_off_is_seen(graph: double.Facebook, page: Facebook, change: dict[str, Any]) -> None:
    reach(graph, page)
    page.subscribe(ADDRESS)
    graph.subscriptions[0] |= change
    assert not page.is_subscribed(ADDRESS)
    page.subscribe(ADDRESS)
    assert page.is_subscribed(ADDRESS)


def test_what_others_ask_of_the_page_stays(graph: double.Facebook, page: Facebook) -> None:
    """The same app may hear the page's account on another network of Meta's."""
    reach(graph, page)
    graph.subscribed = ["message_reactions"]
    page.subscribe(ADDRESS)
    assert set(graph.subscribed) == {"message_reactions", *HEARD}


def test_a_page_that_no_longer_tells_the_app_is_seen(graph: double.Facebook, page: Facebook) -> None:
    reach(graph, page)
    page.subscribe(ADDRESS)
    graph.subscribed.remove("messages")
    assert not page.is_subscribed(ADDRESS)


def test_an_address_that_meta_cannot_reach_is_refused(page: Facebook) -> None:
    with pytest.raises(Refused, match="Callback verification failed"):
        page.subscribe(ADDRESS)


# -- what is missing ----------------------------------------------------------------------------------------------


def test_nothing_is_missing(graph: double.Facebook, page: Facebook) -> None:
    reach(graph, page)
    page.subscribe(ADDRESS)
    assert page.lacks() == ()


def test_what_is_missing_is_named_with_its_reason(graph: double.Facebook, page: Facebook) -> None:
    graph.granted -= {"pages_messaging", "pages_manage_posts"}
    posts, messages, hook = page.lacks()
    assert "pages_manage_posts" in posts
    assert "to publish posts" in posts
    assert "Messenger" in messages
    assert "feed, mention, message_echoes" in hook


def test_the_end_of_access_to_data_is_told_in_time(
    graph: double.Facebook, page: Facebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach(graph, page)
    page.subscribe(ADDRESS)
    ends = datetime.now(UTC) + timedelta(days=3)
    monkeypatch.setattr(page.client, "token_info", lambda: {"data_access_expires_at": int(ends.timestamp())})
    [told] = page.lacks()
    assert ends.date().isoformat() in told
