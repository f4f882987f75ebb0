"""A conversation and a post through a real WordPress: connected on the connect page, answered, published, and seen on
the blog."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from draht.channels.wordpress.tests.real.server import RealWordPress
from draht.project.demo import ADMIN, PASSWORD
from tests.house import House

pytestmark = pytest.mark.real


@pytest.fixture
def blog() -> Iterator[RealWordPress]:
    blog = RealWordPress()
    yield blog
    blog.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.stop()


@pytest.fixture
def desk(chromium: Browser, house: House) -> Page:
    page = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB").new_page()
    page.goto(house.url)
    page.fill("input[name=login]", ADMIN)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/**")
    return page


def test_a_conversation_and_a_post_through_a_real_wordpress(blog: RealWordPress, house: House, desk: Page) -> None:
    desk.goto(f"{house.url}/connections/new/wordpress/")
    desk.fill("input[name=setting_url]", blog.url)
    desk.fill("input[name=setting_username]", "agent")
    desk.fill("input[name=setting_password]", "not the password")
    desk.get_by_role("button", name="Test and connect").click()
    expect(desk.locator("main")).to_contain_text("401", timeout=30_000)
    desk.fill("input[name=setting_password]", blog.passwords["agent"])
    desk.get_by_role("button", name="Test and connect").click()
    desk.wait_for_url(re.compile(r"/connections/\d+/"), timeout=30_000)

    blog.comment("Does the Aurora steam and brew at once?", name="Jane")
    desk.get_by_role("button", name="Fetch now").click()
    desk.goto(f"{house.url}/inbox/open/")
    desk.get_by_text("Does the Aurora steam").first.click(timeout=90_000)
    box = desk.get_by_placeholder("Write an answer")
    box.fill("Yes: it has two boilers.")
    box.press("Control+Enter")
    expect(desk.locator(".entry.is-ours .sent")).to_be_visible(timeout=30_000)
    assert "Yes: it has two boilers." in blog.visit("/?p=1")

    desk.goto(f"{house.url}/posts/new/")
    desk.locator(".outlet", has_text="WordPress").locator("input[name=to]").check()
    desk.get_by_label("Your words").fill("Come by on Saturday: [the coffee] is on us.")
    desk.get_by_text("Title and link").click()
    desk.get_by_label("Title", exact=False).first.fill("The Aurora is back")
    desk.get_by_role("button", name="Publish").click()
    link = desk.get_by_role("link", name="See it there")
    expect(link).to_be_visible(timeout=30_000)
    path = str(link.get_attribute("href")).removeprefix(blog.url)
    shown = unescape(blog.visit(path))
    assert "The Aurora is back" in shown
    assert "Come by on Saturday: [the coffee] is on us." in shown
