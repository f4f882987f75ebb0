"""The desk in a real Chromium, over the real program: live, by keyboard, on a phone, and when the line is down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from draht.project.demo import AGENT, PASSWORD
from tests.house import House

pytestmark = pytest.mark.browser

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("desk"))
    yield house
    house.stop()


@pytest.fixture(scope="module")
def login(chromium: Browser, program: House) -> dict[str, object]:
    """The cookies of Bea, logged in by the login page."""
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


def open_desk(chromium: Browser, login: dict[str, object], size: dict[str, int]) -> Page:
    return chromium.new_context(locale="en", storage_state=login, viewport=size).new_page()  # type: ignore[arg-type]


@pytest.fixture
def desk(chromium: Browser, login: dict[str, object], program: House) -> Iterator[Page]:
    """Bea's desk; the browser must have had nothing to complain about, a forbidden inline style for example."""
    page = open_desk(chromium, login, WIDE)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{program.url}/inbox/open/")
    yield page
    assert complaints == []
    page.context.close()


@pytest.fixture
def phone(chromium: Browser, login: dict[str, object], program: House) -> Iterator[Page]:
    page = open_desk(chromium, login, PHONE)
    page.goto(f"{program.url}/inbox/open/")
    yield page
    page.context.close()


def write_as_customer(chromium: Browser, program: House, text: str, name: str = "Ada") -> Page:
    page = chromium.new_context(locale="en").new_page()
    page.goto(f"{program.url}/sandbox/")
    form = page.locator("form[action$='/write']").first
    form.locator("input[name=name]").fill(name)
    form.locator("textarea").fill(text)
    form.locator("button.primary").click()
    expect(page.locator("#posts")).to_contain_text(text)
    return page


def first_at_edge(page: Page) -> list[object]:
    """The row at the upper edge of the list, and where it stands."""
    found: list[object] = page.evaluate(
        """() => {
            const box = document.getElementById("rows"), edge = box.getBoundingClientRect().top
            const row = [...box.querySelectorAll(".row")].find((one) => one.getBoundingClientRect().bottom > edge)
            return [row.id, Math.round(row.getBoundingClientRect().top)]
        }"""
    )
    return found


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_an_answer_is_counted_queued_and_sent_while_one_looks(chromium: Browser, program: House, desk: Page) -> None:
    write_as_customer(chromium, program, "My kettle sings, but it does not boil.")
    desk.get_by_text("My kettle sings").click()
    expect(desk.locator(".head h2")).to_be_focused()
    desk.keyboard.press("r")
    desk.keyboard.type("Please press the red button.")
    expect(desk.locator(".counter")).to_contain_text("28 /")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".is-queued")).to_contain_text("Will be sent in")
    expect(desk.locator(".toast")).to_contain_text("Undo")
    expect(desk.locator(".entry.is-ours .sent")).to_be_visible(timeout=20_000)
    expect(desk.locator(".is-queued")).to_have_count(0)
    expect(desk.locator(".head")).to_contain_text("customer’s turn")


def test_new_conversations_move_nothing_that_somebody_is_at(chromium: Browser, program: House, desk: Page) -> None:
    desk.locator(".row-link").nth(3).click()
    expect(desk.locator(".composer")).to_be_visible()
    desk.keyboard.press("n")
    desk.keyboard.type("half a sen")
    desk.mouse.move(360, 400)
    desk.mouse.wheel(0, 200)
    desk.wait_for_timeout(200)
    before = first_at_edge(desk)
    write_as_customer(chromium, program, "First of all, thank you.", "Grateful")
    write_as_customer(chromium, program, "One question.", "Curious")
    expect(desk.get_by_text("One question.")).to_be_attached()
    expect(desk.get_by_text("First of all, thank you.")).to_be_attached()
    assert first_at_edge(desk) == before
    expect(desk.locator("#newer")).to_be_visible()
    desk.keyboard.type("tence")
    expect(desk.locator(".sheet-note textarea")).to_have_value("half a sentence")
    desk.locator("#newer").click()
    expect(desk.locator("#newer")).to_be_hidden()
    desk.locator(".sheet-note textarea").fill("")


def test_by_keyboard_alone(desk: Page) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    desk.keyboard.press("k")
    assert focused(desk) == desk.locator(".row-link").first.get_attribute("id")
    desk.keyboard.press("Enter")
    expect(desk.locator(".conversation h2").first).to_be_focused()
    desk.keyboard.press("a")
    expect(desk.locator("select[name=colleague] option:checked")).to_contain_text("(me)")
    desk.keyboard.press("n")
    desk.keyboard.type("je ne sais pas")  # letters are letters while typing
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".entry.is-note")).to_contain_text("je ne sais pas")
    desk.keyboard.press("Escape")
    desk.keyboard.press("t")
    desk.keyboard.type("kettle")
    desk.keyboard.press("Enter")
    expect(desk.locator(".tags")).to_contain_text("kettle")
    desk.keyboard.press("Escape")
    desk.keyboard.press("s")
    expect(desk.get_by_role("button", name="In an hour")).to_be_focused()
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.locator(".head")).to_contain_text("back in")
    desk.keyboard.press("e")
    expect(desk.locator(".head")).to_contain_text("resolved")
    desk.keyboard.press("e")
    expect(desk.locator(".head")).not_to_contain_text("resolved")
    desk.keyboard.press("?")
    expect(desk.locator("#keys")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("#keys")).to_be_hidden()
    desk.keyboard.press("g")
    desk.keyboard.press("m")
    expect(desk).to_have_url(desk.url.split("/inbox")[0] + "/inbox/mine/")
    desk.keyboard.press("/")
    assert focused(desk) == "q"


def test_a_draft_outlives_the_page(desk: Page) -> None:
    desk.locator(".row-link").first.click()
    desk.locator(".sheet-reply textarea").fill("I will look into it")
    desk.reload()
    expect(desk.locator(".sheet-reply textarea")).to_have_value("I will look into it")
    desk.locator(".sheet-reply textarea").fill("")


def test_the_tab_for_notes_is_another_sheet(desk: Page) -> None:
    desk.locator(".row-link").first.click()
    desk.locator(".sheet-reply textarea").fill("For the customer")
    desk.keyboard.press("Escape")
    desk.keyboard.press("n")
    expect(desk.locator(".sheet-reply")).to_be_hidden()
    expect(desk.locator(".sheet-note textarea")).to_have_value("")
    desk.keyboard.press("Escape")
    desk.keyboard.press("r")
    expect(desk.locator(".sheet-reply textarea")).to_have_value("For the customer")
    desk.locator(".sheet-reply textarea").fill("")


def test_dark_is_kept_and_set_before_anything_is_painted(desk: Page) -> None:
    desk.locator("#menu-me summary").click()
    desk.locator("input[name=theme][value=dark]").check(force=True)
    desk.reload(wait_until="commit")
    desk.wait_for_selector("body", state="attached")
    assert desk.evaluate("document.documentElement.dataset.theme") == "dark"
    assert desk.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 17, 16)"


def test_on_a_phone_one_pane_at_a_time_and_nothing_sticks_out(phone: Page) -> None:
    expect(phone.locator(".conversation")).to_have_count(0)
    phone.locator(".row-link").first.click()
    expect(phone.locator(".composer")).to_be_visible()
    expect(phone.locator("#list")).to_be_hidden()
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    phone.get_by_label("Back to the list").click()
    expect(phone.locator("#list")).to_be_visible()
    phone.get_by_role("button", name="More", exact=True).click()
    phone.get_by_role("link", name="Snoozed").click()
    expect(phone.locator("#side-more")).to_be_hidden()
    expect(phone.locator(".list-title")).to_contain_text("Snoozed")
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_on_a_phone_a_toast_leaves_the_answer_free(phone: Page) -> None:
    phone.locator(".row-link").first.click()
    answer = phone.locator(".composer").bounding_box()
    phone.get_by_role("button", name="Resolve", exact=True).first.click()
    toast = phone.locator(".toast", has_text="Resolved").bounding_box()
    assert answer
    assert toast
    assert toast["y"] + toast["height"] < answer["y"]
    phone.get_by_role("button", name="Undo").first.click()
    expect(phone.locator(".toast", has_text="Open again")).to_be_visible()


def test_it_says_so_when_the_line_is_down_and_catches_up(chromium: Browser, program: House, phone: Page) -> None:
    expect(phone.locator("#offline")).to_be_hidden()
    program.stop()
    expect(phone.locator("#offline")).to_be_visible(timeout=10_000)
    program.start()
    write_as_customer(chromium, program, "Are you back?", "Patient")
    expect(phone.get_by_text("Are you back?")).to_be_visible(timeout=40_000)
    expect(phone.locator("#offline")).to_be_hidden()
