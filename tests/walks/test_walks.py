"""Each network in a real browser: connected by an administrator, read, answered, moderated and published on, and what
was done stands on its double."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from draht.channels.email.tests.double import MailServer
from draht.channels.hook.tests.double import call, written
from draht.contract.channel import Act, Channel, Fetches, Hears, Moderates, Publishes, Replies
from draht.contract.http import Http
from draht.contract.login import OffersAccounts, SignsIn
from draht.contract.messages import Allowed, Hook, IncomingMessage, Item, May, NotAllowed
from draht.contract.testing import drain, item_of
from draht.project.demo import ADMIN, PASSWORD
from tests.house import House
from tests.walks.ground import Internet, Peculiar, Place, house_among, internet

pytestmark = pytest.mark.browser
PATIENCE = 20_000  # milliseconds


def finds_us(double: Any, internet: Internet) -> None:
    double.reach = internet


def has_a_server(case: Any) -> None:
    case.server = MailServer()


def signs(double: Any, text: str) -> None:
    double.waiting = [call(written(text))]
    double.hooks = lambda: double.waiting


def hooks(double: Any) -> list[Hook]:
    found: list[Hook] = double.hooks()
    return found


def letters(double: Any) -> list[str]:
    return [one.text for one in double.net.messages.values()]


def told_address(double: Any) -> str:
    address: str = double.subscriptions[0]["callback_url"]
    return address


NETWORKS = {
    "blogger": Peculiar(by_hand=lambda double, text: double.answer_by_hand(text)),
    "bluesky": Peculiar(
        private=lambda double: [one["text"] for convo in double.chat.convos.values() for one in convo.messages]
    ),
    "discourse": Peculiar(told=hooks, private=lambda double: list(double.world.ours())),
    "email": Peculiar(begins=has_a_server),
    "facebook": Peculiar(settles=finds_us, told=hooks, calls=told_address, private=letters),
    "hook": Peculiar(writes=signs, told=hooks),
    "instagram": Peculiar(
        settles=finds_us, told=hooks, calls=told_address, private=letters, silent="needs an https address"
    ),
    "mastodon": Peculiar(private=lambda double: [one.text for one in double.net.of_brand()]),
    "reddit": Peculiar(private=lambda double: double.texts("t4")),
    "telegram": Peculiar(told=hooks, calls=lambda double: "", peeks=False),  # its calls come to https only
    "whatsapp": Peculiar(settles=finds_us, told=hooks, calls=told_address),
    "wordpress": Peculiar(),
    "x": Peculiar(  # its calls come to https only
        typed={"api_secret": "", "bearer_token": ""}, private=lambda double: [one.text for one in double.net.messages]
    ),
    "youtube": Peculiar(),
}
WORDS = {
    Act.APPROVE: "Approve", Act.UNHIDE: "Show again", Act.LIKE: "Like", Act.EDIT: "Change …", Act.HIDE: "Hide",
    Act.HOLD: "Hold back", Act.SPAM: "Spam", Act.DELETE: "Delete", Act.BAN: "Delete and ban",
}  # fmt: skip
DONE = (Act.HIDE, Act.DELETE, Act.HOLD, Act.SPAM, Act.LIKE, Act.BAN)  # the first of them that is possible


@pytest.fixture(scope="module")
def places() -> Iterator[dict[str, Place]]:
    there = {name: Place(name, peculiar) for name, peculiar in NETWORKS.items()}
    yield there
    for place in there.values():
        place.net.close()


@pytest.fixture(scope="module")
def house(places: dict[str, Place], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = house_among(list(places.values()), tmp_path_factory.mktemp("house"))
    yield house
    house.stop()


@pytest.fixture(scope="module")
def login(chromium: Browser, house: House) -> dict[str, object]:
    """The cookies of the administrator."""
    page = chromium.new_context(locale="en-GB").new_page()
    page.goto(house.url)
    page.fill("input[name=login]", ADMIN)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/**")
    state: dict[str, object] = page.context.storage_state()  # type: ignore[assignment]
    page.context.close()
    return state


@pytest.fixture
def page(chromium: Browser, login: dict[str, object]) -> Iterator[Page]:
    size = {"width": 1280, "height": 900}
    context = chromium.new_context(locale="en-GB", storage_state=login, viewport=size)  # type: ignore[arg-type]
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("dialog", lambda asked: asked.accept())
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []
    context.close()


@pytest.mark.parametrize("name", NETWORKS)
def test_a_walk(page: Page, house: House, places: dict[str, Place], name: str) -> None:
    Walk(page, house, places[name]).go()


class Walk:
    """One person's way through one network."""

    def __init__(self, page: Page, house: House, place: Place) -> None:
        self.page = page
        self.house = house
        self.place = place
        self.address = ""  # of the connection's page
        self.hooks: list[Hook] = []  # that did not arrive yet

    def go(self) -> None:
        self.connect()
        item = self.hear(f"Do you deliver to Graz? I ask on {self.place.kind.label}.")
        self.answer(item, "Yes, within two days.")
        self.moderate(item)
        self.publish()
        assert getattr(self.place.double, "violations", []) == []

    # -- connecting -----------------------------------------------------------------------------------------------

    def connect(self) -> None:
        page, place = self.page, self.place
        page.goto(f"{self.house.url}/connections/new/")
        page.get_by_role("link", name=place.kind.label, exact=True).click()
        page.wait_for_url(f"**/new/{place.name}/")
        shoot(page, f"{place.name}-1-connect")
        for setting, value in place.typed:
            field = page.locator(f"[name=setting_{setting.key}]")
            field.select_option(value) if setting.choices else field.fill(value)
        if not chooses_later(place.kind):
            choose_all(page)
        page.locator("#login button[type=submit]").click()
        if chooses_later(place.kind):
            page.wait_for_url("**/connections/accounts/**")
            shoot(page, f"{place.name}-2-accounts")
            choose_all(page)
            with self.opened() as channel:
                assert channel.account is not None
                page.locator(f"input[name=accounts][value='{channel.account.id}']").check()
            page.get_by_role("button", name="Connect", exact=True).click()
        page.wait_for_url(re.compile(r"/connections/\d+/$"))
        self.address = page.url
        expect(page.get_by_text("Connected.")).to_be_visible()
        expect(page.locator("#state .chip").first).to_have_text(re.compile("fine|something is missing"))
        shoot(page, f"{place.name}-3-connected")

    # -- receiving ------------------------------------------------------------------------------------------------

    def hear(self, text: str) -> Item:
        """A customer writes; it appears without reloading. The item, as the network tells of it."""
        page, place = self.page, self.place
        page.goto(f"{self.house.url}/inbox/open/")
        (place.peculiar.writes or place.case.customer_writes)(place.double, text)
        self.hooks += place.peculiar.told(place.double)
        item = self.item(text)
        self.tell()
        row = page.locator("#rows .row", has_text=text)
        expect(row).to_be_visible(timeout=PATIENCE)
        row.locator(".row-link").click()
        expect(page.locator(".entry.is-theirs", has_text=text)).to_be_visible()
        return item

    def tell(self) -> None:
        """The network calls us, and we ask it."""
        address = self.hook_address() if self.hooks else ""
        for hook in self.hooks if address else ():
            told = internet(address, hook)
            assert told is not None
            assert told.status == 200, told
        self.hooks.clear()
        if issubclass(self.place.kind, Fetches):
            beside = self.page.context.new_page()
            beside.goto(self.address)
            beside.get_by_role("button", name="Fetch now").click()
            beside.wait_for_load_state()
            beside.close()

    def hook_address(self) -> str:
        if self.place.peculiar.calls is not None:
            return self.place.peculiar.calls(self.place.double)
        beside = self.page.context.new_page()
        beside.goto(self.address)
        told = beside.locator("#hook-address").input_value()
        beside.close()
        return told

    # -- what the network says, read by a channel of our own -------------------------------------------------------

    @contextmanager
    def opened(self) -> Iterator[Channel]:
        http = Http(timeout=5)
        try:
            channel = self.place.kind(self.place.config, http)
            yield self.place.kind(self.place.config, http, self.place.case.account_of(channel))
        finally:
            http.close()

    def item(self, text: str) -> Item:
        """What a customer wrote."""
        with self.opened() as channel:
            if isinstance(channel, Fetches) and self.place.peculiar.peeks:
                events = drain(channel, "")[0]
            else:
                assert isinstance(channel, Hears)
                events = [event for hook in self.hooks for event in channel.read_hook(hook).events]
        found = [event for event in events if isinstance(event, IncomingMessage) and text in event.text]
        return item_of(found[-1])

    def may(self, item: Item, act: Act) -> May:
        with self.opened() as channel:
            return channel.may(act, item)

    # -- answering ------------------------------------------------------------------------------------------------

    def answer(self, item: Item, text: str) -> None:
        page, place = self.page, self.place
        composer = page.locator(".composer")
        expect(composer).to_be_visible()
        shoot(page, f"{place.name}-4-thread")
        may = self.may(item, Act.REPLY)
        self.told_before_typing(may, item)
        before = len(place.case.our_answers(place.double))
        box = composer.locator("textarea[name=text]").first
        box.fill(text)
        if composer.locator("[data-by-hand]").count():
            with page.expect_popup() as opening:
                composer.get_by_role("button", name="Copy and open").click()
            opening.value.close()
            assert page.evaluate("navigator.clipboard.readText()") == text
            expect(page.locator(".entry.is-by_hand", has_text=text)).to_be_visible()
            shoot(page, f"{place.name}-5-by-hand")
            assert place.peculiar.by_hand is not None
            place.peculiar.by_hand(place.double, text)
            self.tell()
        else:
            box.press("Control+Enter")
        expect(page.locator(".entry.is-ours:not(.is-reply)", has_text=text)).to_be_visible(timeout=PATIENCE)
        shoot(page, f"{place.name}-6-answered")
        assert [text in told for told in place.case.our_answers(place.double)[before:]] == [True]
        privately = self.may(item, Act.REPLY_PRIVATELY)
        if isinstance(may, Allowed) and isinstance(privately, Allowed):
            self.answer_privately(item, privately)

    def answer_privately(self, item: Item, may: Allowed) -> None:
        page, place = self.page, self.place
        page.locator(".reach-choice input[value=yes]").check()
        self.told_before_typing(may, replace(item, private=True))
        shoot(page, f"{place.name}-61-private")
        box = page.locator(".composer textarea[name=text]").first
        asked = "What is your order's number?"
        box.fill(asked)
        box.press("Control+Enter")
        until(lambda: any(asked in told for told in place.peculiar.private(place.double)), "no private answer")
        shoot(page, f"{place.name}-62-privately")

    def told_before_typing(self, may: May, item: Item) -> None:
        """The note, the cost, the time that is left and the limit."""
        composer = self.page.locator(".composer")
        if isinstance(may, NotAllowed):
            expect(composer).to_contain_text(may.why)
        if not isinstance(may, Allowed):
            return
        expect(composer.locator(".reach.is-private" if item.private else ".reach.is-public").first).to_be_visible()
        seen = composer.locator(".composer-to")
        if may.note:
            expect(seen.get_by_text(may.note).filter(visible=True)).to_have_count(1)
        expect(seen.get_by_text("Costs").filter(visible=True)).to_have_count(1 if may.cost_cents else 0)
        expect(composer.locator(".window").filter(visible=True)).to_have_count(1 if may.until else 0)
        with self.opened() as channel:
            assert isinstance(channel, Replies)
            expect(composer.locator(".counter")).to_contain_text(f"{channel.counter(item).limit}")

    # -- moderating -----------------------------------------------------------------------------------------------

    def moderate(self, item: Item) -> None:
        """Each act that is possible is offered, and one is done."""
        page, place = self.page, self.place
        if not issubclass(place.kind, Moderates):
            return
        wanted = [act for act in WORDS if isinstance(self.may(item, act), Allowed)]
        entry = page.locator(".entry.is-theirs", has_text=item.text).first
        if not wanted:
            expect(entry.locator(".moderation")).to_have_count(0)
            return
        entry.locator("summary").click()
        offered = entry.locator(".moderation button")
        expect(offered).to_have_text([re.compile(rf"^\s*{WORDS[act]}\s*$") for act in wanted])
        shoot(page, f"{place.name}-7-menu")
        act = next(act for act in DONE if act in wanted)
        before = place.case.acts_on(place.double, item.id)
        offered.get_by_text(WORDS[act], exact=True).click()
        until(lambda: place.case.acts_on(place.double, item.id) != before, f"{act} leaves no trace on the double")
        expect(page.locator(".toast", has_text="Done on the network.").first).to_be_visible()
        shoot(page, f"{place.name}-8-moderated")

    # -- publishing -----------------------------------------------------------------------------------------------

    def publish(self) -> None:
        page, place = self.page, self.place
        if not issubclass(place.kind, Publishes):
            return
        with self.opened() as channel:
            post = place.case.post(channel)
        page.goto(f"{self.house.url}/posts/new/")
        for box in page.locator("input[name=to]").all():
            box.uncheck()
        page.locator(".outlet", has_text=place.kind.label).last.locator("input[name=to]").check()
        page.locator("textarea[name=text]").fill(post.text)
        if post.title:
            page.locator(".write-more summary").click()
            page.locator("input[name=title]").fill(post.title)
        for media in post.media:
            file = FilePayload(name=media.name, mimeType=media.content_type, buffer=media.content)
            page.set_input_files("input[name=uploaded]", file)
        if place.peculiar.silent:
            expect(page.locator(".outlet", has_text=place.peculiar.silent)).to_be_visible()
            return
        shoot(page, f"{place.name}-9-post")
        page.get_by_role("button", name="Publish").click()
        page.wait_for_url(re.compile(r"/posts/\d+/"))
        until(lambda: any(post.text in told for told in place.case.our_posts(place.double)), "nothing is published")
        expect(page.locator(".chip", has_text="published")).to_be_visible(timeout=PATIENCE)
        shoot(page, f"{place.name}-10-published")


def until(true: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + PATIENCE / 1000
    while not true():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)


def chooses_later(kind: type[Channel]) -> bool:
    return issubclass(kind, SignsIn | OffersAccounts)


def choose_all(page: Page) -> None:
    """All that the network gives."""
    since = page.locator("select[name=since]")
    if since.count():
        since.select_option("all")


def shoot(page: Page, name: str) -> None:
    """For somebody who wants to look at the pages: by day, by night, on a phone."""
    folder = os.environ.get("DRAHT_PICTURES")
    if not folder:
        return
    was = page.viewport_size
    for size, scheme in (((1280, 900), "light"), ((1280, 900), "dark"), ((360, 740), "light")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.wait_for_timeout(150)
        page.screenshot(path=f"{folder}/{name}-{scheme}-{size[0]}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(was or {"width": 1280, "height": 900})
