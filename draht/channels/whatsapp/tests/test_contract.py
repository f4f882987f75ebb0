"""The channel keeps the contract of channels on a number that behaves as WhatsApp's do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from draht.channels.whatsapp.channel import WhatsApp
from draht.channels.whatsapp.mapper import pieces_of, to_event
from draht.channels.whatsapp.tests import double
from draht.channels.whatsapp.tests.conftest import settings_for
from draht.channels.whatsapp.tests.network import JANE, NUMBER, PHONES
from draht.contract.channel import Channel
from draht.contract.messages import Author, Hook, IncomingMessage, Item, OutgoingReply, Reading, Unread
from draht.contract.reading import as_text, read_each
from draht.contract.testing import ChannelContract, Net, item_of


class TestWhatsApp(ChannelContract):
    channel = WhatsApp

    def double(self) -> double.WhatsApp:
        cloud = double.WhatsApp()
        cloud.net.now = datetime.now(UTC).replace(microsecond=0)
        return cloud

    def connect(self, url: str, double: Any) -> Mapping[str, str]:
        return settings_for(url)

    def customer_writes(self, double: Any, text: str) -> None:
        double.net.write(text)

    def our_answers(self, double: Any) -> list[str]:
        return [one.text for one in double.net.messages.values() if one.sender in PHONES]

    def acts_on(self, double: Any, id: str) -> list[str]:
        return [double.net.messages[id].reaction, *double.net.blocked]

    def forged_and_true(self, double: Any) -> tuple[Hook, Hook]:
        double.net.write("Where is my parcel?")
        *_, true = double.hooks()
        return Hook("POST", {"x-hub-signature-256": "sha256=" + "0" * 64}, {}, true.body), true

    def item(self, **changes: Any) -> Item:
        values = {"thread": JANE, "author": Author(JANE, "Jane"), "at": datetime.now(UTC), "private": True}
        return super().item(**(values | changes))

    def written(self, net: Net, opened: Channel, text: str) -> Item:
        """What comes comes by hook."""
        self.customer_writes(net.app, text)
        assert isinstance(opened, WhatsApp)
        [event] = opened.read_hook(net.app.hooks()[-1]).events
        assert isinstance(event, IncomingMessage)
        return item_of(event)

    def reply_to(self, net: Net, opened: Channel) -> OutgoingReply:
        item = self.written(net, opened, "Do you deliver to Graz?")
        net.requests.clear()
        return OutgoingReply(key="0190c3f2-0000-7000-8000-000000000001", text="Yes, within two days.", to=item)

    def for_templates_only(self, item: Item) -> Item:
        return replace(item, at=item.at - timedelta(days=2))

    def read_sample(self, payload: Any) -> Reading:
        """A delivery of the hook."""
        try:
            pieces = pieces_of(payload, NUMBER)
        except (LookupError, TypeError, AttributeError) as error:
            return Reading(unread=(Unread(as_text(payload), str(error) or "strange"),))
        return Reading(*read_each(pieces, lambda piece: to_event(piece, NUMBER)))
