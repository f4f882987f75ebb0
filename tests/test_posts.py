"""Posts in a real Chromium, over the real program: written, counted, published and seen on the network; on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect

from draht.project.demo import AGENT, PASSWORD
from tests.house import House

pytestmark = pytest.mark.browser

WORDS = "The Aurora is back in stock. Come by on Saturday."


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("posts"))
    yield house
    house.stop()


@pytest.fixture(scope="module")
def cookies(chromium: Browser, program: House) -> dict[str, object]:
    context = chromium.new_context(locale="en")
    page = context.new_page()
    page.goto(program.url)
    page.get_by_label("E-mail").fill(AGENT)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/inbox/mine/")
    state: dict[str, object] = context.storage_state()  # type: ignore[assignment]
    context.close()
    return state


@pytest.fixture
def page(chromium: Browser, cookies: dict[str, object], request: pytest.FixtureRequest) -> Iterator[Page]:
    """The browser of somebody in Tokyo. It must have had nothing to complain about."""
    width = getattr(request, "param", 1280)
    context = chromium.new_context(
        locale="en", timezone_id="Asia/Tokyo", viewport={"width": width, "height": 800},
        storage_state=cookies,  # type: ignore[arg-type]
    )  # fmt: skip
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []
    context.close()


def begin(page: Page, program: House, words: str) -> None:
    page.goto(f"{program.url}/posts/new/")
    page.locator("input[name=to]").check()
    page.get_by_label("Your words").fill(words)
    expect(page.locator(".counter")).to_contain_text(f"{len(words)} / 500")


def test_a_post_is_published_by_keyboard_and_seen_on_the_network(page: Page, program: House, chromium: Browser) -> None:
    page.goto(f"{program.url}/inbox/open/")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/posts/")
    page.keyboard.press("c")
    page.wait_for_url("**/posts/new/")
    expect(page.get_by_label("Your words")).to_be_focused()
    page.locator("input[name=to]").check()
    page.get_by_label("Your words").fill("x" * 501)
    expect(page.locator(".outlets")).to_contain_text("1 too many")
    page.get_by_label("Your words").fill(WORDS)
    expect(page.locator(".outlets")).to_contain_text(f"{len(WORDS)} / 500")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/posts/\d+/"))
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    link = page.get_by_role("link", name="See it there")
    expect(link).to_be_visible(timeout=15_000)  # the page itself sees that it has left
    public = chromium.new_context().new_page()
    public.goto(str(link.get_attribute("href")))
    expect(public.locator("body")).to_contain_text(WORDS)
    public.context.close()
    page.goto(f"{program.url}/posts/published/")
    expect(page.locator(".post-line").first).to_contain_text(WORDS)


def test_what_was_let_go_can_be_taken_back_and_written_better(page: Page, program: House) -> None:
    begin(page, program, "Too early.")
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Your words")).to_have_value("Too early.")
    page.get_by_role("button", name="Throw away").click()
    expect(page.locator("#toasts")).to_contain_text("Thrown away.")
    page.wait_for_timeout(4000)
    page.goto(f"{program.url}/sandbox/")
    expect(page.locator("body")).not_to_contain_text("Too early.")


def test_a_time_is_that_of_the_readers_own_clock(page: Page, program: House) -> None:
    year = date.today().year + 1
    begin(page, program, "Happy new year.")
    page.get_by_text("At a time").click()
    page.get_by_label("Day and time").fill(f"{year}-01-01T09:30")
    expect(page.locator("[data-zone]")).to_have_text("Asia/Tokyo")
    page.get_by_role("button", name="Plan").click()
    expect(page.locator(".publication")).to_contain_text(f"Appears Jan 1, {year}, 9:30 AM")
    [shown] = page.locator(".publication time").all()
    assert shown.get_attribute("datetime") == f"{year}-01-01T00:30:00.000Z"
    page.get_by_role("button", name="Take back and change").click()
    expect(page.get_by_label("Day and time")).to_have_value(f"{year}-01-01T09:30")


def test_a_file_is_kept_with_its_words(page: Page, program: House) -> None:
    begin(page, program, "Look.")
    page.set_input_files("input[name=uploaded]", {"name": "dot.txt", "mimeType": "text/plain", "buffer": b"dot"})
    expect(page.locator(".outlets")).to_contain_text("It takes no files with a post.")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("#toasts")).to_contain_text("It takes no files with a post.")
    expect(page.locator(".kept-file")).to_contain_text("dot.txt")
    page.locator(".kept-file label").click()
    expect(page.locator(".outlets")).not_to_contain_text("It takes no files")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.locator(".kept-file")).to_have_count(0)


@pytest.mark.parametrize("page", [360], indirect=True)
def test_everything_has_its_place_on_a_phone(page: Page, program: House) -> None:
    begin(page, program, "A word. " * 30 + "End.")
    page.get_by_text("At a time").click()
    page.get_by_text("Title and link").click()
    page.get_by_text("Other words here").click()
    for address in ("", "/posts/", "/posts/drafts/"):
        if address:
            page.on("dialog", lambda dialog: dialog.accept())
            page.goto(program.url + address)
        edges = "[...document.querySelectorAll('main *')].map((one) => one.getBoundingClientRect().right)"
        width = page.evaluate(f"Math.max(...{edges})")
        assert width <= 360, address


def test_a_slip_loses_nothing(page: Page, program: House) -> None:
    begin(page, program, "Not kept yet.")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Posts").first.click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Your words")).to_have_value("Not kept yet.")
