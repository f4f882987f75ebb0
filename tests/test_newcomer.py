"""The newcomer's first minutes in a real browser: write as a customer, answer on the desk, see it there."""

from __future__ import annotations

import re
import signal
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from draht.project.demo import AGENT, PASSWORD
from tests.house import House

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"))
    yield house
    house.stop()


@pytest.fixture
def desk(chromium: Browser, house: House) -> Iterator[Page]:
    page = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB").new_page()
    page.goto(house.url)
    page.fill("input[name=login]", AGENT)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/**")
    yield page
    page.context.close()


@pytest.fixture
def customer(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_context(viewport={"width": 1100, "height": 800}, locale="en-GB").new_page()
    yield page
    page.context.close()


def answer(desk: Page, found: str, words: str) -> None:
    desk.get_by_text(found).first.click()
    box = desk.get_by_placeholder("Write an answer")
    box.fill(words)
    box.press("Control+Enter")


def test_a_conversation_through_the_sandbox(desk: Page, customer: Page, house: House) -> None:
    desk.goto(f"{house.url}/inbox/open/")
    customer.goto(f"{house.url}/sandbox/")
    customer.locator("form.composer input[name=name]").first.fill("Nele Newcomer")
    customer.locator("form.composer textarea").first.fill("Is the Aurora louder than the Polar?")
    customer.locator("form.composer button[type=submit], form.composer button:not([type])").first.click()
    expect(customer.get_by_text("Is the Aurora louder than the Polar?").first).to_be_visible()
    expect(desk.get_by_text("Is the Aurora louder than").first).to_be_visible(timeout=5_000)  # without reloading
    answer(desk, "Is the Aurora louder than", "A little: 52 decibels against 49.")
    expect(customer.get_by_text("A little: 52 decibels against 49.").first).to_be_visible(timeout=15_000)


def test_a_conversation_through_the_chat_widget(desk: Page, customer: Page, house: House) -> None:
    desk.goto(f"{house.url}/inbox/open/")
    customer.goto(f"{house.url}/demo/")
    customer.locator("draht-chat").get_by_role("button").first.click()
    box = customer.locator("draht-chat").get_by_role("textbox").last
    box.fill("Hello, is anybody there?")
    box.press("Enter")
    expect(desk.get_by_text("Hello, is anybody there?").first).to_be_visible(timeout=5_000)
    answer(desk, "Hello, is anybody there?", "Yes: Bea here. What can I do for you?")
    expect(customer.locator("draht-chat").get_by_text("Yes: Bea here.").first).to_be_visible(timeout=15_000)


def test_undo_takes_an_answer_back(desk: Page, customer: Page, house: House) -> None:
    desk.goto(f"{house.url}/inbox/open/")
    answer(desk, "Owen Pritchard", "This was too early.")
    desk.get_by_role("button", name=re.compile("Undo")).first.click()
    expect(desk.get_by_placeholder("Write an answer")).to_have_value("This was too early.")
    desk.wait_for_timeout(4_000)
    customer.goto(f"{house.url}/sandbox/")
    assert "This was too early." not in customer.content()


def test_the_second_start_takes_seconds_and_keeps_the_data(house: House) -> None:
    house.stop(signal.SIGKILL)
    assert house.start() < 15
    with urllib.request.urlopen(f"{house.url}/sandbox/@nordlicht") as page:
        assert "Is the Aurora louder than the Polar?" in page.read().decode()
