"""The widget in a real Chromium: on a page of another origin whose policy allows our scripts and connections alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

import draht.connections.actions as connections
import draht.features.inbox.actions as inbox
from draht.connections.models import Connection
from draht.connections.queries import embed_snippet
from draht.contract.channel import Act
from draht.contract.loopback import Loopback
from draht.contract.signatures import sign
from draht.core.people.access import Viewer
from draht.core.people.models import Department
from draht.features.inbox import queries
from draht.project.tests.webchat.conftest import SECRET
from draht.project.tests.webchat.house import House, until
from draht.project.tests.webchat.website import Website

SEEN = (Path(__file__).parent / "seen.js").read_text()

pytestmark = pytest.mark.browser


class Shop:
    """A website of the company, and whoever comes to it."""

    def __init__(self, browser: Browser, house: House, service: Department) -> None:
        self._browser = browser
        self.pages = Website(house.url)
        self.server = Loopback(self.pages)
        values = {"title": "Nordlicht", "greeting": "Moin!", "origins": self.server.url, "secret": SECRET}
        self.chat: Connection = connections.make(None, "webchat", values, service.pk)
        self.pages.snippet = embed_snippet(house.url, self.chat.hook_key)
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def visitor(self, **settings: Any) -> Page:
        """Somebody with a browser of their own, on the page."""
        context = self._browser.new_context(**({"locale": "en-GB"} | settings))
        self.contexts.append(context)
        return self.come(context)

    def come(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{self.server.url}/machines")
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.server.close()


@pytest.fixture
def shop(chromium: Browser, house: House, service: Department) -> Iterator[Shop]:
    shop = Shop(chromium, house, service)
    yield shop
    shop.close()


@pytest.fixture
def ada(shop: Shop) -> Iterator[Page]:
    """Ada, whose browser has nothing to complain of."""
    page = shop.visitor()
    yield page
    assert shop.complaints == []


def launcher(page: Page) -> Locator:
    return page.locator("draht-chat .launcher")


def write(page: Page, text: str) -> None:
    if launcher(page).get_attribute("aria-expanded") == "false":
        launcher(page).click()
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Your message").press("Enter")


def letter(page: Page, text: str) -> Locator:
    return page.locator("draht-chat .letter", has_text=text)


def answer(viewer: Viewer, text: str) -> None:
    until(lambda: queries.conversations(viewer, "all").rows, "somebody has written")
    inbox.queue_reply(viewer, queries.conversations(viewer, "all").rows[0].id, text)


def texts(viewer: Viewer) -> list[str]:
    rows = queries.conversations(viewer, "all").rows
    return [entry.text for entry in queries.thread(viewer, rows[0].id).entries] if rows else []


# -- a conversation ---------------------------------------------------------------------------------------------------


def test_a_conversation_on_a_page_with_a_strict_policy(ada: Page, shop: Shop, as_bea: Viewer) -> None:
    requests: list[str] = []
    ada.on("request", lambda request: requests.append(request.url))
    launcher(ada).click()
    expect(ada.get_by_role("heading", name="Nordlicht")).to_be_visible()
    expect(letter(ada, "Moin!")).to_be_visible()
    expect(ada.get_by_label("Your message")).to_be_focused()
    write(ada, "My Polar drips. See https://shop.example/1.")
    expect(letter(ada, "My Polar drips").locator(".state")).to_have_text("sent")
    expect(ada.get_by_role("link", name="https://shop.example/1")).to_have_attribute(
        "rel", "noopener noreferrer nofollow"
    )
    answer(as_bea, "That is the seal.\n<b>2.40 €</b>")
    expect(letter(ada, "That is the seal.")).to_contain_text("<b>2.40 €</b>")
    expect(letter(ada, "That is the seal.").locator(".who")).to_have_text("Bea")
    [entry] = queries.thread(as_bea, queries.conversations(as_bea, "all").rows[0].id).entries[:1]
    assert entry.url == f"{shop.server.url}/machines"
    assert requests
    assert all(url.startswith(shop.pages.house) for url in requests), "somebody else was asked"
    assert ada.context.cookies() == []


def test_a_visitor_who_does_not_write_asks_for_nothing(shop: Shop) -> None:
    requests: list[str] = []
    context = shop.visitor().context
    context.on("request", lambda request: requests.append(request.url))
    page = shop.come(context)
    expect(launcher(page)).to_be_visible()
    page.wait_for_timeout(300)
    asked = [url for url in requests if "/webchat/" in url]
    assert [url.rpartition("/")[2] for url in asked] == ["widget.js"]
    assert page.evaluate("localStorage.length") == 0


def test_what_was_said_is_there_on_the_next_page_and_new_answers_are_counted(
    ada: Page, shop: Shop, as_bea: Viewer
) -> None:
    write(ada, "Do you ship to Graz?")
    answer(as_bea, "Yes.")
    expect(letter(ada, "Yes.")).to_be_visible()
    ada.reload()
    expect(launcher(ada)).to_have_attribute("aria-label", "Open the chat")
    answer(as_bea, "In two days.")
    expect(launcher(ada)).to_have_attribute("aria-label", "Open the chat, 1 new message")
    expect(ada.locator("draht-chat .badge")).to_have_text("1")
    launcher(ada).click()
    expect(ada.locator("draht-chat .letter .bubble")).to_contain_text(["Moin!", "Graz", "Yes.", "In two days."])
    expect(ada.locator("draht-chat .badge")).to_be_hidden()


def test_our_edits_and_deletions_appear(ada: Page, shop: Shop, as_bea: Viewer) -> None:
    write(ada, "How long?")
    answer(as_bea, "Two weeks.")
    expect(letter(ada, "Two weeks.")).to_be_visible()
    ours = queries.thread(as_bea, queries.conversations(as_bea, "all").rows[0].id).entries[1]
    inbox.moderate(as_bea, ours.id, Act.DELETE)
    expect(letter(ada, "Message deleted")).to_be_visible()
    expect(letter(ada, "Two weeks.")).to_have_count(0)


def test_visitors_change_and_delete_what_they_wrote(ada: Page, as_bea: Viewer) -> None:
    write(ada, "I have a Pola.")
    letter(ada, "I have a Pola.").hover()
    ada.get_by_role("button", name="Change or delete").click()
    ada.get_by_role("button", name="Edit", exact=True).click()
    expect(ada.get_by_label("Your message")).to_have_value("I have a Pola.")
    write(ada, "I have a Polar.")
    expect(letter(ada, "I have a Polar.").locator(".meta")).to_contain_text("edited")
    until(lambda: texts(as_bea) == ["I have a Polar."], "the edit is in the inbox")
    letter(ada, "I have a Polar.").hover()
    ada.get_by_role("button", name="Change or delete").click()
    ada.get_by_role("button", name="Delete", exact=True).click()
    ada.get_by_role("button", name="Really delete?").click()
    expect(letter(ada, "Message deleted")).to_be_visible()
    until(
        lambda: queries.thread(as_bea, queries.conversations(as_bea, "all").rows[0].id).entries[0].deleted_at,
        "the deletion is in the inbox",
    )


# -- lost connections -------------------------------------------------------------------------------------------------


def test_a_restart_in_the_middle(shop: Shop, house: House, as_bea: Viewer) -> None:
    page = shop.visitor()
    write(page, "Before")
    expect(letter(page, "Before").locator(".state")).to_have_text("sent")
    house.close()
    write(page, "In between")
    expect(page.locator("draht-chat .strip")).to_contain_text("No connection")
    expect(letter(page, "In between").locator(".state")).to_have_text("sending …")
    write(page, "And more")
    house.open()
    expect(letter(page, "And more").locator(".state")).to_have_text("sent", timeout=20_000)
    expect(page.locator("draht-chat .strip")).to_be_hidden(timeout=20_000)
    until(lambda: texts(as_bea) == ["Before", "In between", "And more"], "all is in the inbox, once and in order")
    answer(as_bea, "Here we are.")
    expect(letter(page, "Here we are.")).to_be_visible(timeout=20_000)
    bubbles = page.locator("draht-chat .letter .bubble")
    expect(bubbles).to_contain_text(["Moin!", "Before", "In between", "And more", "Here we are."])


def test_what_waits_is_sent_by_the_next_page(shop: Shop, house: House, as_bea: Viewer) -> None:
    page = shop.visitor()
    launcher(page).click()
    expect(letter(page, "Moin!")).to_be_visible()
    house.close()
    write(page, "Do not lose me")
    expect(page.locator("draht-chat .strip")).to_contain_text("No connection")
    page.close()
    house.open()
    again = shop.come(shop.contexts[0])
    until(lambda: texts(as_bea) == ["Do not lose me"], "it is in the inbox")
    launcher(again).click()
    expect(letter(again, "Do not lose me").locator(".state")).to_have_text("sent")


def test_an_answer_that_is_lost_does_not_make_a_second_message(shop: Shop, as_bea: Viewer) -> None:
    page = shop.visitor()
    lost: list[str] = []

    def lose(route: Route) -> None:
        route.fetch()  # it arrives, and the house keeps it
        lost.append(route.request.post_data or "")
        route.abort()

    page.route("**/send", lose, times=1)  # once: letting a request pass needs this thread, which waits for the store
    write(page, "Once")
    expect(letter(page, "Once").locator(".state")).to_have_text("sent", timeout=10_000)
    assert '"Once"' in lost[0]
    write(page, "Twice")
    until(lambda: "Twice" in texts(as_bea), "the second is there")
    assert texts(as_bea) == ["Once", "Twice"]
    expect(letter(page, "Once")).to_have_count(1)


def test_two_pages_of_one_visitor_show_the_same(ada: Page, shop: Shop) -> None:
    write(ada, "From the first page")
    expect(letter(ada, "From the first page").locator(".state")).to_have_text("sent")
    other = shop.come(ada.context)
    write(other, "From the second page")
    ada.bring_to_front()
    expect(letter(ada, "From the second page")).to_be_visible()
    expect(letter(other, "From the first page")).to_be_visible()


# -- who it is --------------------------------------------------------------------------------------------------------


def user(shop: Shop, proof: str) -> None:
    attributes = f'data-user-id="42" data-user-name="Ada Lovelace" data-user-hash="{proof}"'
    shop.pages.snippet = shop.pages.snippet.replace("></script>", f" {attributes}></script>")


def test_a_user_of_the_website_is_known_and_their_chat_goes_with_them(shop: Shop, as_bea: Viewer) -> None:
    anonymous = shop.pages.snippet
    user(shop, sign(SECRET, b"42"))
    page = shop.visitor()
    write(page, "My order?")
    expect(letter(page, "My order?").locator(".state")).to_have_text("sent")
    until(lambda: texts(as_bea), "it is in the inbox")
    assert queries.conversations(as_bea, "all").rows[0].person_name == "Ada Lovelace"
    laptop = shop.visitor()
    answer(as_bea, "On its way.")
    expect(laptop.locator("draht-chat .badge")).to_have_text("1")
    shop.pages.snippet = anonymous  # logged out: who sits here next sees nothing
    page.reload()
    launcher(page).click()
    expect(letter(page, "Moin!")).to_be_visible()
    expect(letter(page, "My order?")).to_have_count(0)
    assert shop.complaints == []


def test_a_forged_identity_is_told_in_the_console_and_the_chat_goes_on(shop: Shop, as_bea: Viewer) -> None:
    user(shop, "0" * 64)
    page = shop.visitor()
    write(page, "I am Ada!")
    expect(letter(page, "I am Ada!").locator(".state")).to_have_text("sent")
    until(lambda: texts(as_bea), "it is in the inbox")
    assert queries.conversations(as_bea, "all").rows[0].person_name.startswith("visitor-")
    assert any("data-user-hash does not prove" in words for words in shop.complaints)


def test_a_foreign_website_hears_why_in_the_console(shop: Shop, as_bea: Viewer) -> None:
    connection = shop.chat
    connection.settings = connection.settings | {"origins": "https://elsewhere.example"}
    connection.save()
    page = shop.visitor()
    launcher(page).click()
    expect(page.locator("draht-chat .strip")).to_have_text("This chat is closed.")
    expect(page.get_by_label("Your message")).to_be_disabled()
    assert any("is not among the websites" in words for words in shop.complaints)
    assert texts(as_bea) == []


# -- for everybody ----------------------------------------------------------------------------------------------------


def test_by_keyboard_and_by_ear(ada: Page, as_bea: Viewer) -> None:
    ada.get_by_role("button", name="Buy").focus()
    ada.keyboard.press("Tab")
    expect(launcher(ada)).to_be_focused()
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("dialog", name="Nordlicht")).to_be_visible()
    log = ada.get_by_role("log", name="Messages")
    expect(log).to_have_attribute("aria-live", "polite")
    ada.keyboard.type("No mouse")
    ada.keyboard.press("Shift+Enter")
    ada.keyboard.type("two lines")
    ada.keyboard.press("Enter")
    expect(log).to_contain_text("You: No mouse\ntwo lines", use_inner_text=True)
    answer(as_bea, "Heard.")
    expect(log).to_contain_text("Bea: Heard.")
    ada.keyboard.press("Shift+Tab")
    expect(ada.get_by_role("button", name="Change or delete")).to_be_focused()
    ada.keyboard.press("Escape")
    expect(ada.get_by_role("dialog")).to_have_count(0)
    expect(launcher(ada)).to_be_focused()


@pytest.mark.parametrize(
    ("lang", "locale", "label"),
    [("de-AT", "en-GB", "Chat öffnen"), ("", "es-ES", "Abrir el chat"), ("fr", "pl-PL", "Open the chat")],
)
def test_it_speaks_the_language_of_the_page_else_of_the_browser(shop: Shop, lang: str, locale: str, label: str) -> None:
    shop.pages.lang = lang
    expect(launcher(shop.visitor(locale=locale))).to_have_attribute("aria-label", label)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(360, 640), (1280, 800)], ids=["phone", "desk"])
def test_it_fits_and_can_be_read(shop: Shop, as_bea: Viewer, scheme: Any, size: tuple[int, int]) -> None:
    width, height = size
    page = shop.visitor(viewport={"width": width, "height": height}, color_scheme=scheme)
    write(page, "https://shop.example/" + "a" * 300)
    answer(as_bea, "A long answer. " * 40)
    expect(letter(page, "A long answer.")).to_be_visible()
    expect(letter(page, "A long answer.").locator(".meta")).to_be_in_viewport()
    box = page.locator("draht-chat .panel").bounding_box()
    assert box is not None
    if width == 360:
        assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, width, height)
    else:
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
    assert page.evaluate(SEEN) == []


def test_the_page_chooses_the_colour_and_the_light(shop: Shop) -> None:
    shop.pages.snippet = shop.pages.snippet.replace("></script>", ' data-theme="dark"></script>')
    page = shop.visitor(color_scheme="light")
    assert page.evaluate("getComputedStyle(document.querySelector('draht-chat')).colorScheme") == "dark"
    for colour, on in (("#0b6a74", "oklch(1 "), ("#ffd54a", "oklch(0 ")):
        page.evaluate("(c) => document.querySelector('draht-chat').style.setProperty('--draht-chat-color', c)", colour)
        style = launcher(page).evaluate("(e) => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]")
        assert style[1].startswith(on), style
    page.evaluate("document.querySelector('draht-chat').open()")
    expect(page.get_by_role("dialog", name="Nordlicht")).to_be_visible()
