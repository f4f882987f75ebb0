"""Telegram keeps the contract of channels, and its double keeps to the specification of the Bot API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from draht.channels.telegram.channel import Telegram
from draht.channels.telegram.mapper import Place, to_event
from draht.channels.telegram.subscription import HEADER, secret_of
from draht.channels.telegram.tests import spec
from draht.channels.telegram.tests.desk import settings
from draht.channels.telegram.tests.double import TOKEN, Double
from draht.channels.telegram.tests.network import GROUP
from draht.contract.channel import Act
from draht.contract.loopback import Loopback
from draht.contract.messages import Hook, Item, Reading
from draht.contract.reading import read_each
from draht.contract.testing import ChannelContract


class TestTelegram(ChannelContract):
    channel = Telegram
    signs_bytes = False

    @pytest.fixture
    def net(self) -> Iterator[Loopback]:
        double = Double()
        loopback = Loopback(double)
        yield loopback
        loopback.close()
        assert double.violations == []

    def double(self) -> Double:
        return Double()

    def connect(self, url: str, double: Any) -> Mapping[str, str]:
        return settings(url)

    def customer_writes(self, double: Any, text: str) -> None:
        double.world.write(text)

    def our_answers(self, double: Any) -> list[str]:
        return list(double.world.ours())

    def our_posts(self, double: Any) -> list[str]:
        return list(double.world.ours(channel=True))

    def acts_on(self, double: Any, id: str) -> list[str]:
        place = (Place(id).chat, Place(id).numbers[0])
        done = [str(double.world.reactions.get(place, "")), "deleted" if place in double.world.deleted else ""]
        return [*done, *(str(ban) for ban in double.world.banned)]

    def forged_and_true(self, double: Any) -> tuple[Hook, Hook]:
        double.world.write("Where is my parcel?")
        [told] = double.hooks()
        secret = secret_of(TOKEN)
        forged, true = ({HEADER: told_secret} for told_secret in (f"{secret[:-1]}!", secret))
        return Hook("POST", forged, {}, told.body), Hook("POST", true, {}, told.body)

    def item(self, **changes: Any) -> Item:
        return super().item(**({"id": "111/5", "thread": "111", "private": True, "at": datetime.now(UTC)} | changes))

    def read_sample(self, payload: Any) -> Reading:
        return Reading(*read_each([payload], to_event))


class TestTelegramInGroups(TestTelegram):
    """The same in a group that the bot administers."""

    def customer_writes(self, double: Any, text: str) -> None:
        double.world.write(text, chat=GROUP)

    def item(self, **changes: Any) -> Item:
        return super().item(**({"id": f"{GROUP['id']}/5", "thread": "", "private": False} | changes))

    def test_there_is_more_to_do_than_in_private_chats(self, opened: Telegram) -> None:
        assert type(opened.may(Act.BAN, self.item())) is not type(opened.may(Act.BAN, self.item(private=True)))


def test_the_double_cannot_drift_from_the_specification() -> None:
    spec.need(spec.API)
    assert spec.faults("request", "sendMessage", {"chat_id": 1, "txt": "no"})
    assert spec.faults("request", "sendMessage", {"chat_id": 1, "text": "yes"}) == []
    assert spec.faults("answer", "getMe", {"id": "1", "is_bot": True, "first_name": "B"})
    assert spec.faults("type", "Update", {"update_id": 1, "massage": {}})
    document = spec.api()
    assert document is not None
    assert (len(document["methods"]), len(document["types"])) == (180, 359)
