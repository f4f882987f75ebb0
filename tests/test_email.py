"""A conversation by mail over real servers: connected on the connect page, answered on the desk, read by the
customer; a bounce says so, and quotes can be unfolded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from draht.channels.email.tests.contract import letter, settings_for, words_of
from draht.channels.email.tests.real.server import CUSTOMER, PASSWORDS, US, RealMail
from draht.project.demo import ADMIN, PASSWORD
from tests.house import House

pytestmark = pytest.mark.real


@pytest.fixture
def mail() -> Iterator[RealMail]:
    server = RealMail()
    yield server
    server.close()


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


def connect(desk: Page, house: House, mail: RealMail) -> None:
    desk.goto(f"{house.url}/connections/new/email/")
    for key, value in settings_for(f"{mail.imap}/{mail.smtp}", US, "not the password").items():
        field = desk.locator(f"[name=setting_{key}]")
        field.select_option(value) if key in {"imap_security", "smtp_security", "copy"} else field.fill(value)
    desk.get_by_role("button", name="Test and connect").click()
    expect(desk.locator("main")).to_contain_text("AUTHENTICATIONFAILED", timeout=30_000)
    desk.fill("input[name=setting_password]", PASSWORDS[US])
    desk.get_by_role("button", name="Test and connect").click()
    desk.wait_for_url(re.compile(r"/connections/\d+/"), timeout=30_000)


def answer(desk: Page, text: str) -> None:
    box = desk.get_by_placeholder("Write an answer")
    box.fill(text)
    box.press("Control+Enter")
    expect(desk.locator(".entry.is-ours", has_text=text).locator(".sent")).to_be_visible(timeout=30_000)


def test_a_conversation_by_mail(mail: RealMail, house: House, desk: Page) -> None:
    connect(desk, house, mail)
    mail.deliver(letter("Does the Aurora steam and brew at once?", "The Aurora"))
    desk.goto(f"{house.url}/inbox/open/")
    desk.get_by_text("Does the Aurora steam").first.click(timeout=30_000)  # nobody fetched: the server called
    answer(desk, "Yes: it has two boilers.")
    [got] = mail.read(CUSTOMER)
    assert words_of(got).strip() == "Yes: it has two boilers."

    id = str(message_from_bytes(got)["Message-ID"])
    quoted = "Good!\n\nOn Sunday, 22 Nov 2026, Acme wrote:\n> Yes: it has two boilers.\n"
    mail.deliver(letter(quoted, "Re: The Aurora", In_Reply_To=id, References=id, Reply_To="nobody@customer.test"))
    entry = desk.locator(".entry.is-theirs", has_text="Good!")
    expect(entry).to_be_visible(timeout=30_000)
    expect(entry.get_by_text("> Yes: it has two boilers.")).not_to_be_visible()
    entry.locator("summary", has_text="whole message").click()
    expect(entry.get_by_text("> Yes: it has two boilers.")).to_be_visible()

    expect(desk.get_by_text("The answer goes to nobody@customer.test.").first).to_be_attached()
    answer(desk, "See you on Saturday.")
    notice = desk.locator(".entry.is-theirs", has_text="Our mail did not arrive at nobody@customer.test")
    expect(notice).to_be_visible(timeout=30_000)
    assert len(desk.locator(".entry.is-ours").all()) == 2, "our own copies are no further answers"
