"""The customers' pages in a real Chromium: live, by keyboard, narrow and wide, light and dark, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from draht.channels.sandbox.network import Network
from draht.channels.sandbox.network.values import Member, Message
from draht.channels.sandbox.seed import seed
from draht.channels.sandbox.site import serve
from draht.contract.loopback import Loopback

MEANT = re.compile(r"status of (422|503)")  # the console complains of every refusal
CHECKS = (Path(__file__).parent / "checks.js").read_text()

pytestmark = pytest.mark.browser


class Stage:
    """The seeded network behind real HTTP, and the company that answers on it."""

    def __init__(self, data_dir: Path) -> None:
        seed(data_dir, datetime.now(UTC))
        self.app = serve(data_dir)
        self.net = Loopback(self.app)
        self.network = Network(data_dir)
        self.company: Member = self.network.members.company("nordlicht")
        self.wall = self.net.url + "/@nordlicht"

    def last(self) -> Message:
        event = self.network.messages.events(self.company, self.network.messages.last_seq(self.company) - 1, 1)
        return self.network.messages.get(int(event[0]["message"]["id"]))

    def answer(self, text: str, **how: Any) -> Message:
        return self.network.messages.write(self.company, self.company, text, parent=self.last().id, **how)

    def close(self) -> None:
        self.net.close()
        self.app.close()
        self.network.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.close()


@pytest.fixture
def page(chromium: Browser, stage: Stage) -> Iterator[Page]:
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(stage.wall)
    yield page
    context.close()
    assert [words for words in complaints if not MEANT.search(words)] == []


def write_first_post(page: Page, text: str) -> None:
    page.get_by_label("Your name").first.fill("Ben Öztürk")
    page.get_by_label("Write something to").fill(text)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".posts > .item").first.locator("p.text").first).to_have_text(text)


def test_a_conversation_without_reloading(page: Page, stage: Stage) -> None:
    write_first_post(page, "Does the Polar fit under a 38 cm shelf? 🎉")
    assert stage.last().author.name == "Ben Öztürk"
    post = page.locator(".posts > .item").first
    page.evaluate("window.sameDocument = true")
    answer = stage.answer("It does: 36 cm with the lid closed.")
    expect(post.get_by_text("36 cm with the lid closed.")).to_be_visible()
    post.locator(f"#m{answer.id}").get_by_text("Reply").first.click()
    typing = post.get_by_label("Your reply to Nordlicht").first
    typing.fill("half written")
    stage.answer("And the water tank comes out at the front.")
    expect(post.get_by_text("comes out at the front")).to_be_visible()
    expect(typing).to_have_value("half written")
    expect(typing).to_be_focused()
    typing.press("Control+Enter")
    expect(post.locator("p.text", has_text="half written")).to_be_visible()
    assert stage.last().parent == answer.id
    assert page.evaluate("window.sameDocument")


def test_edit_and_delete(page: Page, stage: Stage) -> None:
    write_first_post(page, "Helo")
    post = page.locator(".posts > .item").first
    post.get_by_text("Edit", exact=True).click()
    post.get_by_label("Your text").fill("Hello")
    post.get_by_role("button", name="Save").click()
    expect(post.locator("p.text")).to_have_text("Hello")
    expect(post.get_by_text("edited")).to_be_visible()
    post.get_by_text("Delete", exact=True).click()
    post.get_by_role("button", name="Yes, delete").click()
    expect(page.locator("p.text", has_text="Hello")).to_have_count(0)


def test_a_deletion_by_others_and_a_held_message(page: Page, stage: Stage) -> None:
    write_first_post(page, "See https://example.com")
    expect(page.get_by_text("Only you see this")).to_be_visible()
    stage.network.messages.moderate(stage.company, stage.last().id, "public")
    expect(page.get_by_text("Only you see this")).to_have_count(0)
    stage.network.messages.delete(stage.company, stage.last().id)
    expect(page.locator("p.text", has_text="example.com")).to_have_count(0)


def test_private_messages(page: Page, stage: Stage) -> None:
    write_first_post(page, "My parcel has not come.")
    stage.answer("May we have your order number?", private=True)
    expect(page.locator(".badge")).to_contain_text("1")
    page.get_by_role("link", name="Messages").click()
    expect(page.get_by_text("your order number?")).to_be_visible()
    page.get_by_label("Private message to").fill("NK-40999")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".ours p.text")).to_have_text("NK-40999")
    assert stage.last().private
    stage.answer("Thank you, it is on its way.")
    expect(page.get_by_text("on its way")).to_be_in_viewport()


def test_what_the_network_refuses_is_said_beside_the_text(page: Page, stage: Stage) -> None:
    write_first_post(page, "Hello")
    page.get_by_label("Write something to").fill("x" * 501)
    expect(page.locator(".composer .left")).to_have_text("-1")
    with page.expect_response("**/write"):
        page.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("The text has 501 characters; 500 are allowed.")
    expect(page.get_by_label("Write something to")).to_have_value("x" * 501)


def test_a_lost_connection_is_said_and_made_good(page: Page, stage: Stage) -> None:
    write_first_post(page, "Hello")
    stage.net.fail_next(503, 503)
    expect(page.get_by_role("status")).to_contain_text("No connection", timeout=20_000)
    stage.answer("Are you still there?")
    expect(page.get_by_text("Are you still there?")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("status")).not_to_contain_text("No connection")


def test_by_keyboard_alone(page: Page, stage: Stage) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_text("To the content")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "name":
            break
    page.keyboard.type("Ben")
    page.keyboard.press("Tab")
    page.keyboard.type("No mouse")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("p.text", has_text="No mouse")).to_be_visible()


def test_without_javascript(chromium: Browser, stage: Stage) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="de-DE")
    page = context.new_page()
    page.goto(stage.wall)
    page.get_by_label("Ihr Name").first.fill("Ben")
    page.get_by_label("Schreiben Sie Nordlicht").fill("Ohne Skripte")
    page.get_by_role("button", name="Veröffentlichen").click()
    post = page.locator(".posts > .item").first
    expect(post.locator("p.text")).to_have_text("Ohne Skripte")
    stage.answer("Geht auch.")
    page.reload()
    expect(page.get_by_text("Geht auch.")).to_be_visible()
    post.get_by_text("Löschen", exact=True).click()
    post.get_by_role("button", name="Ja, löschen").click()
    expect(page.locator("p.text", has_text="Ohne Skripte")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "locale"), [(360, "de-DE"), (360, "es-ES"), (768, "en-GB"), (1440, "de-DE")])
def test_every_page_is_readable(chromium: Browser, stage: Stage, width: int, locale: str, scheme: Any) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, locale=locale, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(stage.wall)
    assert page.evaluate(CHECKS) == []
    page.locator("input[name=name]").first.fill("Ben Mitdemlangennamenundnochetwasmehr")
    page.locator("textarea").first.fill("x" * 300 + " https://example.com/" + "y" * 100)
    page.locator("textarea").first.press("Control+Enter")
    page.locator(".waits").wait_for()
    page.goto(stage.wall + "/messages")
    page.locator("textarea").first.fill("z" * 200)
    page.locator("textarea").first.press("Control+Enter")
    page.locator(".ours").wait_for()
    stage.answer("Nummer NK-" + "4" * 100)
    for path in ("", "/messages", "/you"):
        page.goto(stage.wall + path)
        assert page.evaluate(CHECKS) == []
        if path != "/you":
            page.locator("details.tool summary").first.click()
            assert page.evaluate(CHECKS) == []
    context.close()


def test_the_checks_find_what_is_wrong(page: Page, stage: Stage) -> None:
    assert page.evaluate(CHECKS) == []
    page.evaluate("document.querySelector('.profile .handle').style.color = '#bbb'")
    page.evaluate("document.querySelector('.composer').style.minWidth = '120vw'")
    page.evaluate("document.querySelector('.pager a').textContent = ''")
    found = "\n".join(page.evaluate(CHECKS))
    for words in ("handle", "wide in", "no name"):
        assert words in found
