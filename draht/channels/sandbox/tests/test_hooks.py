"""Hooks are signed, in order, and brought again until they are taken."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from draht.channels.sandbox.network import Network, subscribe_hook
from draht.channels.sandbox.network.hooks import LEASE
from draht.channels.sandbox.network.postman import Postman
from draht.channels.sandbox.network.rules import No
from draht.channels.sandbox.site import serve
from draht.channels.sandbox.tests.calls import Browser
from draht.channels.sandbox.tests.conftest import Town
from draht.contract.loopback import Loopback
from draht.contract.signatures import fits

SECRET = "a-secret-of-the-hook"


@dataclass
class House:
    """Takes hooks and keeps them."""

    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        headers = {k: v for k, v in environ.items() if k.startswith("HTTP_X_SANDBOX")}
        self.taken.append((headers, environ["wsgi.input"].read()))
        start_response("204 No Content", [])
        return []

    @property
    def texts(self) -> list[str]:
        return [json.loads(body)["message"].get("text", "") for _, body in self.taken]


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def street(house: House) -> Iterator[Loopback]:
    loopback = Loopback(house)
    yield loopback
    loopback.close()


@pytest.fixture
def postman(town: Town) -> Iterator[Postman]:
    postman = Postman(town.network)
    yield postman
    postman.stop()


def test_they_are_signed_and_in_order(town: Town, house: House, street: Loopback, postman: Postman) -> None:
    town.network.messages.write(town.ada, town.company, "before")
    town.network.hooks.subscribe(town.company, street.url + "/hook/1", SECRET)
    for text in ("one", "two", "three"):
        town.network.messages.write(town.ada, town.company, text)
    assert postman.deliver_due() == 3
    assert postman.deliver_due() == 0
    assert house.texts == ["one", "two", "three"]
    ids = set()
    for headers, body in house.taken:
        assert fits(SECRET, body, headers["HTTP_X_SANDBOX_SIGNATURE"])
        ids.add(headers["HTTP_X_SANDBOX_DELIVERY"])
    assert len(ids) == 3


@pytest.mark.parametrize("fault", [500, 404, "hang up", "lost"])
def test_they_come_again_with_growing_pauses_until_they_are_taken(
    town: Town, house: House, street: Loopback, postman: Postman, fault: int | str
) -> None:
    town.network.hooks.subscribe(town.company, street.url + "/hook/1", SECRET)
    town.network.messages.write(town.ada, town.company, "Hello?")
    street.fail_next(fault, fault, fault)
    for pause in (1_000, 2_000, 4_000):
        assert postman.deliver_due() == 0
        town.clock.ms += pause - 1
        assert postman.deliver_due() == 0, "too early"
        town.clock.ms += 1
    state = town.network.hooks.state(town.company)
    assert state
    assert (state.waiting, state.attempts) == (1, 3)
    assert state.trouble
    assert postman.deliver_due() == 1
    assert set(house.texts) == {"Hello?"}
    state = town.network.hooks.state(town.company)
    assert state
    assert (state.waiting, state.attempts, state.trouble) == (0, 0, "")


def test_pauses_have_an_end_and_survive_a_clock_that_is_set_back(
    town: Town, house: House, street: Loopback, postman: Postman
) -> None:
    town.network.hooks.subscribe(town.company, street.url + "/hook/1", SECRET)
    town.network.messages.write(town.ada, town.company, "Hello?")
    street.fail_next(*[500] * 30)
    for _ in range(30):
        assert postman.deliver_due() == 0
        town.clock.ms += 300_000
    assert postman.deliver_due() == 1
    town.network.messages.write(town.ada, town.company, "Hello again?")
    street.fail_next(500)
    postman.deliver_due()
    town.clock.ms -= 86_400_000
    assert postman.deliver_due() == 1


def test_a_new_process_goes_on_where_the_old_one_died(town: Town, house: House, street: Loopback) -> None:
    town.network.hooks.subscribe(town.company, street.url + "/hook/1", SECRET)
    town.network.messages.write(town.ada, town.company, "one")
    assert town.network.hooks.claim() is not None  # and then it dies with the delivery in its hands
    again = Network(town.data_dir, town.clock)
    postman = Postman(again)
    assert postman.deliver_due() == 0  # the lease still stands
    town.clock.ms += LEASE
    assert postman.deliver_due() == 1
    assert house.texts == ["one"]
    postman.stop()
    again.close()


def test_what_was_deleted_before_it_was_told_is_not_told(
    town: Town, house: House, street: Loopback, postman: Postman
) -> None:
    town.network.hooks.subscribe(town.company, street.url + "/hook/1", SECRET)
    post = town.network.messages.write(town.ada, town.company, "secret")
    town.network.messages.delete(town.ada, post.id)
    assert postman.deliver_due() == 1
    assert json.loads(house.taken[0][1])["event"] == "deleted"
    assert b"secret" not in house.taken[0][1]


def test_a_dead_hook_does_not_hold_up_another_companys(
    town: Town, house: House, street: Loopback, postman: Postman
) -> None:
    other = town.network.members.open_company("Südlicht", "suedlicht")
    town.network.hooks.subscribe(town.company, "http://127.0.0.1:9/hook", SECRET)
    town.network.hooks.subscribe(other, street.url + "/hook/2", SECRET)
    town.network.messages.write(town.ada, town.company, "to the dead one")
    town.network.messages.write(town.ada, other, "to the living one")
    assert postman.deliver_due() == 1
    assert house.texts == ["to the living one"]
    town.network.hooks.unsubscribe(town.company)
    assert town.network.hooks.state(town.company) is None


@pytest.mark.parametrize(
    ("url", "secret"),
    [("ftp://x", SECRET), ("javascript:alert(1)", SECRET), (None, SECRET), ("http://x", "short"), ("http://x", 1)],
)
def test_a_hook_needs_an_address_and_a_secret(town: Town, url: object, secret: object) -> None:
    with pytest.raises(No):
        town.network.hooks.subscribe(town.company, url, secret)


def test_the_served_site_brings_hooks_by_itself(town: Town, house: House, street: Loopback) -> None:
    app = serve(town.data_dir)
    assert serve(town.data_dir) is app
    subscribe_hook(town.data_dir, "nordlicht", street.url + "/hook/1", SECRET)
    try:
        browser = Browser(app)
        browser.submit("/@nordlicht/write", name="Ben", text="Is anybody there?")
        _wait_for(lambda: house.texts == ["Is anybody there?"])
        town.network.messages.write(town.ada, town.company, "from another process")
        _wait_for(lambda: len(house.texts) == 2)
    finally:
        app.close()


def _wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)
