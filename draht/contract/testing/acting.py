"""What we do to messages on the network: moderate, edit, and look at again."""

from __future__ import annotations

from typing import Any

import pytest

from draht.contract.channel import Act, Channel, Edits, Fetches, Moderates, Reconciles, Replies
from draht.contract.errors import LoginExpired, TryLater
from draht.contract.messages import Allowed, Author, Deletion, IncomingMessage, Item
from draht.contract.testing.ground import Ground, Net
from draht.contract.testing.tools import drain, item_of

MODERATION = [Act.APPROVE, Act.HOLD, Act.SPAM, Act.DELETE, Act.HIDE, Act.UNHIDE, Act.LIKE, Act.BAN]


class Acting(Ground):
    def customer_edits(self, double: Any, id: str, text: str) -> None:
        """For a channel that ``Reconciles``: a customer changes a message. ``False`` if the network has no edits."""
        raise AssertionError("A channel that reconciles must show an edit on its double; pass where there are none.")

    def customer_deletes(self, double: Any, id: str) -> None:
        """For a channel that ``Reconciles``: a customer takes a message away."""
        raise AssertionError("A channel that reconciles must show a deletion on its double.")

    def acts_on(self, double: Any, id: str) -> list[str]:
        """For a channel that ``Moderates``: what the double remembers of an item: its state, or what was done to it."""
        raise AssertionError("A channel that moderates must show what the double remembers.")

    @pytest.mark.parametrize("act", MODERATION)
    def test_what_may_be_done_is_done_and_nothing_else(self, net: Net, opened: Channel, act: Act) -> None:
        if not isinstance(opened, Moderates):
            assert not isinstance(opened.may(act, self.item()), Allowed)
            return
        item = self.written(net, opened, "You are all thieves!")
        if not isinstance(opened.may(act, item), Allowed):
            return
        before = self.acts_on(net.app, item.id)
        opened.moderate(act, item)
        assert self.acts_on(net.app, item.id) != before, f"{act} leaves no trace on the double"
        opened.moderate(act, item)

    def test_our_own_words_can_be_changed(self, net: Net, opened: Channel) -> None:
        if not (isinstance(opened, Edits) and isinstance(opened, Replies)):
            return
        assert opened.account is not None
        us = Author(opened.account.id, opened.account.name)
        reply = self.reply_to(net, opened)
        sent = opened.reply(reply)
        ours = Item(
            id=sent.id, thread=reply.to.thread, author=us, at=sent.at, text=reply.text, parent=reply.to.id,
            private=reply.to.private, ours=True,
        )  # fmt: skip
        assert isinstance(opened.may(Act.EDIT, ours), Allowed)
        assert not isinstance(opened.may(Act.EDIT, reply.to), Allowed), "others' words are theirs"
        opened.edit(ours, "Yes, within three days.")
        opened.edit(ours, "Yes, within three days.")
        assert any("three days" in text for text in self.our_answers(net.app))
        assert not any("two days" in text for text in self.our_answers(net.app))

    def test_it_sees_what_nobody_told(self, net: Net, opened: Channel) -> None:
        if not isinstance(opened, Reconciles):
            return
        kept = self.written(net, opened, "This one stays.")
        gone = self.written(net, opened, "This one goes.")
        self.customer_deletes(net.app, gone.id)
        reading = opened.look_again([kept, gone])
        assert [e.id for e in reading.events if isinstance(e, Deletion)] == [gone.id]
        self.customer_edits(net.app, kept.id, "This one stays as it is.")
        texts = {e.id: e.text for e in opened.look_again([kept]).events if isinstance(e, IncomingMessage)}
        assert texts.get(kept.id) in {"This one stays as it is.", "This one stays."}

    @pytest.mark.parametrize("fault", [401, 429, 500, 503, "garbage", "hang up"])
    def test_a_fault_is_not_a_deletion(self, net: Net, opened: Channel, fault: int | str) -> None:
        if not isinstance(opened, Reconciles):
            return
        item = self.written(net, opened, "I am still here.")
        net.fail_next(fault, fault, fault, fault)
        try:
            reading = opened.look_again([item])
        except (LoginExpired, TryLater):
            return
        assert not [e for e in reading.events if isinstance(e, Deletion)]

    def written(self, net: Net, opened: Channel, text: str) -> Item:
        """What a customer just wrote, as the house keeps it."""
        if not isinstance(opened, Fetches):
            return self.item(text=text)
        cursor = drain(opened, "")[1]
        self.customer_writes(net.app, text)
        found = [e for e in drain(opened, cursor)[0] if isinstance(e, IncomingMessage) and text in e.text]
        return item_of(found[-1])
