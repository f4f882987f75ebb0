"""Telegram's calls: the secret, and what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from draht.channels.telegram.subscription import HEADER
from draht.channels.telegram.tests.desk import Desk, texts
from draht.channels.telegram.tests.network import GROUP
from draht.contract.errors import Forged
from draht.contract.messages import Hook
from draht.contract.reading import read_each

HERE = "https://desk.nordlicht.example/hook/abc"


@pytest.fixture
def hook(desk: Desk) -> Hook:
    desk.channel.subscribe(HERE)
    desk.world.write("Where is my parcel?", chat=GROUP)
    [told] = desk.net.hooks()
    return told


def test_telegram_shows_the_secret_that_we_gave_it(desk: Desk, hook: Hook) -> None:
    desk.channel.verify(hook)
    reading = desk.channel.read_hook(hook)
    assert texts(list(reading.events)) == ["Where is my parcel?"]
    assert reading.cursor is None
    assert reading.events[0].raw["our_rights"]  # type: ignore[union-attr]


@pytest.mark.parametrize("secret", ["", "x", "ü", "0" * 64])
def test_another_secret_is_forged(desk: Desk, hook: Hook, secret: str) -> None:
    with pytest.raises(Forged):
        desk.channel.verify(replace(hook, headers={HEADER: secret}))
    with pytest.raises(Forged):
        desk.channel.verify(replace(hook, headers={}))


def test_the_secret_is_one_that_telegram_takes(desk: Desk, hook: Hook) -> None:
    secret = desk.net.secret
    assert 1 <= len(secret) <= 256
    assert secret.isascii()
    assert secret.replace("_", "").replace("-", "").isalnum()
    assert secret not in desk.channel.client.token


def test_another_bot_has_another_secret(desk: Desk, hook: Hook) -> None:
    other = Desk()
    other.channel.client.token = "7002:" + "B" * 35
    with pytest.raises(Forged):
        other.channel.verify(hook)
    other.close()


def test_a_repeated_call_says_the_same(desk: Desk, hook: Hook) -> None:
    assert desk.channel.read_hook(hook).events == desk.channel.read_hook(hook).events


def test_a_call_that_nobody_understands_is_kept(desk: Desk, hook: Hook) -> None:
    for body in (b"", b"[1]", b'{"update_id": "x"}', b"\xff"):
        reading = desk.channel.read_hook(replace(hook, body=body))
        assert len(reading.unread) == 1
        assert reading.events == ()
    kept = desk.channel.read_item('{"update_id":1,"message":{"message_id":"?"}}')
    assert kept.unread
    assert read_each([], lambda _: None) == ((), ())


def test_subscribing_twice_changes_nothing(desk: Desk, hook: Hook) -> None:
    before = (dict(desk.net.hook), desk.net.secret)
    desk.channel.subscribe(HERE)
    assert (desk.net.hook, desk.net.secret) == before
    assert desk.channel.is_subscribed(HERE)
