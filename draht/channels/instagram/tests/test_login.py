"""Signing in at Instagram or at Facebook, choosing an account, the hook, and what is missing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from draht.channels.instagram.channel import Instagram
from draht.channels.instagram.client import HEARD, PAGE_HEARS
from draht.channels.instagram.login import PAGE_SCOPES, SCOPES, WEEK
from draht.channels.instagram.tests import double
from draht.channels.instagram.tests.conftest import settings_for
from draht.channels.instagram.tests.network import ACCOUNT
from draht.contract.errors import Forged, LoginExpired, Refused
from draht.contract.graph_hooks import hub_token
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import Hook, HookAnswer

ADDRESS = "https://desk.example/hook/abc"
BACK = "https://desk.example/back"


@pytest.fixture(params=["instagram", "facebook"])
def stranger(net: Loopback, request: pytest.FixtureRequest) -> Iterator[Instagram]:
    """The app before anybody signed in."""
    http = Http(timeout=5)
    yield Instagram({**settings_for(net.url, request.param), "access_token": ""}, http)
    http.close()


def reach(graph: double.Instagram, account: Instagram) -> list[str]:
    called: list[str] = []

    def call(address: str, hook: Hook) -> HookAnswer | None:
        called.append(address)
        return account.handshake(hook)

    graph.reach = call
    return called


def test_a_person_signs_in_and_chooses_an_account(net: Loopback, stranger: Instagram) -> None:
    asked = parse_qs(urlsplit(stranger.sign_in_address(BACK, "state", "v" * 43)).query)
    scopes = PAGE_SCOPES if stranger.through_page else SCOPES
    assert asked["scope"] == [",".join(scope.name for scope in scopes)]
    assert all(scope.why for scope in scopes)
    login = stranger.sign_in("the-code", BACK, "v" * 43)
    assert float(login["expires_at"]) > time.time() + 59 * 86_400
    person = Instagram({**stranger.config, **login}, stranger.http)
    [offer] = person.accounts()
    assert (offer.account.id, offer.account.handle) == (ACCOUNT, "bootsandmore")
    account = Instagram({**person.config, **offer.settings}, stranger.http)
    assert account.whoami() == offer.account
    assert (account.renew_at() is None) == stranger.through_page, "the token of a page does not run out"
    assert not any("the-code" in path for _, path in net.requests)


def test_a_login_at_instagram_is_renewed_a_week_before(net: Loopback) -> None:
    http = Http(timeout=5)
    ends = time.time() + 30 * 86_400
    account = Instagram({**settings_for(net.url, "instagram"), "expires_at": str(int(ends))}, http)
    assert account.renew_at() == datetime.fromtimestamp(int(ends) - WEEK, UTC)
    renewed = account.renew()
    assert renewed["access_token"] == double.DIRECT
    assert float(renewed["expires_at"]) > ends
    http.close()


def test_an_ended_login_has_to_be_made_again(graph: double.Instagram, account: Instagram) -> None:
    graph.ended |= {double.DIRECT, double.PAGE_TOKEN}
    for ask in (account.whoami, lambda: account.fetch(""), account.renew):
        with pytest.raises(LoginExpired):
            ask()


def test_without_a_login_it_says_so(stranger: Instagram) -> None:
    for ask in (stranger.whoami, stranger.renew):
        with pytest.raises(LoginExpired):
            ask()


def test_a_code_that_was_used_is_refused(net: Loopback) -> None:
    http = Http(timeout=5)
    with pytest.raises(Refused, match="already used"):
        Instagram(settings_for(net.url, "instagram"), http).sign_in("old", BACK, "v" * 43)
    http.close()


def test_a_page_without_an_account_is_no_login(net: Loopback) -> None:
    http = Http(timeout=5)
    owner = Instagram(settings_for(net.url, "facebook", "owner-token"), http)
    with pytest.raises(Refused, match="no professional account"):
        owner.whoami()
    http.close()


# -- the hook -----------------------------------------------------------------------------------------------------


def test_the_hook_is_set_up_without_typing(graph: double.Instagram, account: Instagram) -> None:
    called = reach(graph, account)
    assert not account.is_subscribed(ADDRESS)
    account.subscribe(ADDRESS)
    account.subscribe(ADDRESS)
    assert called == [ADDRESS, ADDRESS]
    assert account.is_subscribed(ADDRESS)
    assert account.is_subscribed("https://desk.example/hook/another"), "another account of ours may have set it"
    assert not account.is_subscribed("https://elsewhere.example/hook/abc")
    assert set(graph.subscribed) == set(PAGE_HEARS if account.through_page else HEARD)
    assert account.lacks() == ()


def test_what_others_ask_of_the_page_stays(graph: double.Instagram, account: Instagram) -> None:
    """The same app may hear the page itself, too."""
    reach(graph, account)
    graph.subscribed = ["messaging_optins"]
    account.subscribe(ADDRESS)
    assert "messaging_optins" in graph.subscribed


@pytest.mark.parametrize("change", [{"active": False}, {"object": "page"}, {"fields": [{"name": "comments"}]}])
def test_a_hook_that_meta_switched_off_is_seen(
    graph: double.Instagram, account: Instagram, change: dict[str, Any]
) -> None:
    reach(graph, account)
    account.subscribe(ADDRESS)
    graph.subscriptions[0] |= change
    assert not account.is_subscribed(ADDRESS)


def test_without_the_meta_app_there_is_no_hook_and_it_says_so(graph: double.Instagram, net: Loopback) -> None:
    http = Http(timeout=5)
    config = {**settings_for(net.url, "instagram"), "app_id": "", "app_secret": ""}
    account = Instagram(config, http, Instagram(config, http).whoami())
    account.subscribe(ADDRESS)
    assert graph.subscriptions == []
    assert account.is_subscribed(ADDRESS), "the account tells the app; more cannot be asked"
    [told] = account.lacks()
    assert "Meta app" in told
    http.close()


def test_a_stranger_shakes_no_hands(account: Instagram) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "7", "hub.verify_token": "guess"}
    with pytest.raises(Forged):
        account.handshake(Hook("GET", {}, asked, b""))
    answer = account.handshake(Hook("GET", {}, asked | {"hub.verify_token": hub_token(double.Instagram.secret)}, b""))
    assert answer is not None
    assert answer.body == b"7"


def test_what_is_missing_is_named(graph: double.Instagram, net: Loopback, account: Instagram) -> None:
    graph.granted.remove("content_publish")
    config = {**account.config, "scope": "instagram_business_basic,instagram_business_manage_comments"}
    told = Instagram(config, account.http, account.account).lacks()
    assert any("content_publish" in one and "to publish posts" in one for one in told)
    assert "new things come in by asking" in told[-1]
