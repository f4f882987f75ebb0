"""Our answers: sent once, found again, counted."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from draht.contract.channel import (
    Act,
    Channel,
    Fetches,
    HasTemplates,
    LooksBack,
    Replies,
)
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, Unsure
from draht.contract.messages import (
    Allowed,
    IncomingMessage,
    Item,
)
from draht.contract.testing.ground import Ground, Net
from draht.contract.testing.tools import drain

GAP = re.compile(r"{{\w+}}")


class Answering(Ground):
    def for_templates_only(self, item: Item) -> Item:
        """For a channel that ``HasTemplates``: an item that only a template can answer."""
        raise AssertionError("A channel with templates must show an item that takes nothing else.")

    def test_it_answers(self, net: Net, opened: Channel) -> None:
        if not isinstance(opened, Replies):
            return
        reply = self.reply_to(net, opened)
        sent = opened.reply(reply)
        assert sent.id
        assert sent.at.tzinfo is not None
        assert any(reply.text in text for text in self.our_answers(net.app))

    def test_its_own_answer_comes_back_as_ours(self, net: Net, opened: Channel) -> None:
        if not (isinstance(opened, Replies) and isinstance(opened, Fetches)):
            return
        assert opened.account is not None
        sent = opened.reply(self.reply_to(net, opened))
        echoes = [e for e in drain(opened, "")[0] if e.id == sent.id]
        assert all(isinstance(e, IncomingMessage) and e.author.id == opened.account.id for e in echoes)

    @pytest.mark.parametrize(("fault", "error"), [(401, LoginExpired), (429, TryLater), (403, Refused), (422, Refused)])
    def test_a_no_while_answering_sends_nothing(
        self, net: Net, opened: Channel, fault: int, error: type[ChannelError]
    ) -> None:
        if not isinstance(opened, Replies):
            return
        reply = self.reply_to(net, opened)
        net.fail_next(fault)
        with pytest.raises(error):
            opened.reply(reply)
        assert self.our_answers(net.app) == []

    def test_a_lost_answer_never_becomes_a_second_copy(self, net: Net, opened: Channel) -> None:
        if not isinstance(opened, Replies):
            return
        reply = self.reply_to(net, opened)
        net.fail_next("lost")
        try:
            opened.reply(reply)
        except TryLater:
            assert opened.repeats_for, "only a network that recognises our key may be asked again"
        except Unsure:
            pass  # the worker looks before it acts
        if opened.repeats_for:
            opened.reply(reply)
        elif isinstance(opened, LooksBack):
            assert opened.find_reply(reply) is not None
        assert len(self.our_answers(net.app)) == 1

    def test_it_finds_only_what_is_there(self, net: Net, opened: Channel) -> None:
        if not (isinstance(opened, LooksBack) and isinstance(opened, Replies)):
            return
        reply = self.reply_to(net, opened)
        assert opened.find_reply(reply) is None
        sent = opened.reply(reply)
        found = opened.find_reply(reply)
        assert found is not None
        assert found.id == sent.id

    def test_where_only_templates_go_out_nothing_else_does(self, net: Net, opened: Channel) -> None:
        if not (isinstance(opened, HasTemplates) and isinstance(opened, Replies)):
            return
        reply = self.reply_to(net, opened)
        reply = replace(reply, to=self.for_templates_only(reply.to))
        may = opened.may(Act.REPLY, reply.to)
        assert isinstance(may, Allowed)
        assert may.templates
        templates = opened.templates()
        assert any(GAP.search(one.text) for one in templates), "show one with a gap"
        for text in (reply.text, *(one.text for one in templates if GAP.search(one.text))):
            with pytest.raises(Refused):
                opened.reply(replace(reply, text=text))
        assert self.our_answers(net.app) == []
        for one in templates:
            filled = GAP.sub("Ada", one.text)
            opened.reply(replace(reply, text=filled))
            assert self.our_answers(net.app)[-1] == filled

    def test_it_counts_text(self, opened: Channel) -> None:
        if not isinstance(opened, Replies):
            return
        counter = opened.counter(self.item())
        assert counter.limit > 0
        assert counter.unit
        assert counter.count("") == 0 or counter.count("") < counter.limit
        assert counter.count("a" * 10) > counter.count("a")
