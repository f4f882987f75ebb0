"""Connecting in a real Chromium: from the connect page to the network's own page and back, as an administrator does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from draht.conftest import PASSWORD
from draht.connections.models import Connection
from draht.connections.tests.conftest import Guilds
from draht.connections.tests.conftest import guilds as guilds
from draht.core.people.models import User
from draht.project.tests.webchat.house import House

pytestmark = pytest.mark.browser


@pytest.fixture
def house(shared_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, guilds: Guilds) -> Iterator[House]:
    monkeypatch.setattr("draht.core.live.hub.LOOK_EVERY", 0.2)
    house = House()
    settings.BASE_URL = house.url
    settings.CSRF_TRUSTED_ORIGINS = [house.url]
    guilds.guild.redirects = (f"{house.url}/connections/back/",)
    yield house.open()
    house.close()


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def page(request: pytest.FixtureRequest, chromium: Browser, house: House, eve: User) -> Iterator[Page]:
    context = chromium.new_context(locale="en-GB", java_script_enabled=request.param)
    page = context.new_page()
    page.goto(f"{house.url}/accounts/login/")
    page.fill("input[name=login]", eve.email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)
    yield page
    context.close()


def leave(page: Page, guilds: Guilds, house: House, channel: str = "guild") -> None:
    """To the network's page."""
    page.goto(f"{house.url}/connections/new/{channel}/")
    page.get_by_label("Server").fill(guilds.net.url)
    page.get_by_label("Client ID").fill(guilds.app["client_id"])
    page.get_by_label("Client secret").fill(guilds.app["client_secret"])
    shoot(page, "app")
    page.get_by_role("button", name="Sign in at").click()
    link = page.get_by_role("link", name="Sign in at")
    heading = page.get_by_role("heading", name="May app-1 do this?")
    expect(link.or_(heading)).to_be_visible()
    if link.is_visible():
        link.click()
    expect(heading).to_be_visible()


def shoot(page: Page, name: str) -> None:
    """For somebody who wants to look at the pages."""
    if folder := os.environ.get("DRAHT_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_two_accounts_are_connected_in_the_browser(page: Page, guilds: Guilds, house: House) -> None:
    leave(page, guilds, house)
    page.get_by_role("button", name="Agree").click()
    page.get_by_label("Bakery · @p1").check()
    page.get_by_label("Café · @p2").check()
    page.get_by_label("Bring earlier messages").select_option("7")
    shoot(page, "accounts")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("link", name="Guild · @p1")).to_be_visible()
    expect(page.get_by_role("link", name="Guild · @p2")).to_be_visible()
    assert Connection.objects.filter(channel="guild", since_at__isnull=False).count() == 2


def test_somebody_denies_begins_again_and_leaves_a_permission_out(page: Page, guilds: Guilds, house: House) -> None:
    leave(page, guilds, house, "costly")
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_text("The permission was not given.")).to_be_visible()
    shoot(page, "denied")
    page.get_by_role("link", name="Begin again").click()
    leave(page, guilds, house, "costly")
    page.get_by_label("write").uncheck()
    page.get_by_role("button", name="Agree").click()
    page.get_by_label("Bakery").check()
    page.get_by_label("Most that may be spent").fill("12.50")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_text("The permission write was not granted: To write messages.")).to_be_visible()
    expect(page.get_by_text("of $12.50")).to_be_visible()
    shoot(page, "connection")
    page.get_by_role("button", name="Test the connection").click()
    expect(page.get_by_text("The login works.")).to_be_visible()
    page.goto(f"{house.url}/connections/budget/")
    expect(page.get_by_text("of $12.50")).to_be_visible()
    shoot(page, "budget")
