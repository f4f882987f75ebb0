"""Logging in, and asking what may be done."""

from __future__ import annotations

import pytest

from draht.contract.channel import (
    Act,
    Channel,
    RereadsItems,
)
from draht.contract.messages import (
    Allowed,
    NotAllowed,
)
from draht.contract.testing.ground import Ground


class Login(Ground):
    def test_it_knows_who_it_is(self, opened: Channel) -> None:
        assert opened.account is not None
        assert opened.account.id
        assert opened.account.name

    def test_every_act_gets_an_answer_with_a_reason(self, opened: Channel) -> None:
        for act in Act:
            answer = opened.may(act, self.item())
            assert isinstance(answer, Allowed | NotAllowed)
            assert isinstance(answer, Allowed) or answer.why

    def test_nothing_can_be_done_with_what_is_gone(self, opened: Channel) -> None:
        for act in Act:
            assert isinstance(opened.may(act, self.item(deleted=True)), NotAllowed)

    @pytest.mark.parametrize("raw", ["", "{", "[1]", "\x00", "null"])
    def test_a_leftover_read_again_may_stay_one(self, opened: Channel, raw: str) -> None:
        if not isinstance(opened, RereadsItems):
            return
        reading = opened.read_item(raw)
        assert not reading.events
        assert all(left.raw == raw and left.reason for left in reading.unread)
        assert reading.unread
