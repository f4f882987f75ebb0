"""Hiding and showing again, and deleting what we wrote."""

from __future__ import annotations

from dataclasses import replace

import pytest

from draht.channels.x.tests.desk import Desk, answer, messages
from draht.channels.x.tests.test_outgoing import ours
from draht.contract.channel import Act
from draht.contract.errors import Refused
from draht.contract.messages import Allowed
from draht.contract.testing import item_of


def test_an_answer_to_our_post_is_hidden_and_shown_again(desk: Desk) -> None:
    root = desk.net.write("brand", "Our new parcels are here.")
    written, item = desk.hear("you are thieves", parent=root.id)
    desk.channel.moderate(Act.HIDE, item)
    desk.channel.moderate(Act.HIDE, item)
    assert desk.net.hidden == {written.id}
    assert isinstance(desk.channel.may(Act.UNHIDE, replace(item, held=True)), Allowed)
    desk.channel.moderate(Act.UNHIDE, item)
    assert desk.net.hidden == set()


def test_below_others_posts_x_hides_nothing(desk: Desk) -> None:
    root = desk.net.write("cleo", "@brand is late")
    mine = desk.net.write("brand", "Sorry", parent=root.id)
    _, item = desk.hear("indeed", parent=mine.id)
    allowed = desk.channel.may(Act.HIDE, item)
    assert isinstance(allowed, Allowed)
    assert allowed.note
    with pytest.raises(Refused, match="not allowed to hide"):
        desk.channel.moderate(Act.HIDE, item)


def test_our_own_answer_is_deleted_once_and_for_all(desk: Desk) -> None:
    _, item = desk.hear("hello")
    sent = desk.channel.reply(answer(item))
    mine = item_of(next(message for message in messages(desk.fetch()) if message.id == sent.id))
    assert isinstance(desk.channel.may(Act.DELETE, mine), Allowed)
    desk.channel.moderate(Act.DELETE, mine)
    desk.channel.moderate(Act.DELETE, mine)
    assert ours(desk) == []


@pytest.mark.parametrize("act", [Act.LIKE, Act.BAN, Act.SPAM, Act.APPROVE, Act.HOLD])
def test_what_x_does_not_have_is_refused(desk: Desk, act: Act) -> None:
    _, item = desk.hear("hello")
    with pytest.raises(Refused):
        desk.channel.moderate(act, item)
