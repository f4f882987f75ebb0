"""What may be done with an item."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from draht.channels.reddit.rights import MODERATION, may
from draht.contract.channel import Act
from draht.contract.messages import Allowed, Author, Item, NotAllowed


def item(raw: dict[str, Any] | None = None, **changes: Any) -> Item:
    place = {"subreddit": "Boots", "permalink": "/r/Boots/comments/1/x/a/", "can_mod_post": True}
    values: dict[str, Any] = {"id": "t1_a", "thread": "", "author": Author("jane_c"), "at": datetime.now(UTC)}
    return Item(**(values | {"raw": place | (raw or {})} | changes))


def test_answering() -> None:
    assert isinstance(may(Act.REPLY, item()), Allowed)
    assert isinstance(may(Act.REPLY, item(private=True)), Allowed)
    assert isinstance(may(Act.REPLY, item({"archived": True})), NotAllowed)
    assert isinstance(may(Act.REPLY, item({"locked": True})), Allowed), "moderators may"
    assert isinstance(may(Act.REPLY, item({"locked": True, "can_mod_post": False})), NotAllowed)
    held = may(Act.REPLY, item(held=True))
    assert isinstance(held, Allowed)
    assert held.note


def test_a_private_answer_is_begun_by_hand() -> None:
    answer = may(Act.REPLY_PRIVATELY, item(author=Author("a b")))
    assert isinstance(answer, NotAllowed)
    assert answer.by_hand == "https://www.reddit.com/message/compose?to=a%20b&message={text}"
    assert not may(Act.REPLY_PRIVATELY, item(author=Author("[deleted]"))).by_hand  # type: ignore[union-attr]


@pytest.mark.parametrize("act", [Act.APPROVE, Act.HIDE, Act.HOLD, Act.SPAM, Act.BAN])
def test_moderating_is_for_moderators(act: Act) -> None:
    assert isinstance(may(act, item()), Allowed)
    elsewhere = may(act, item({"can_mod_post": False}), {"boots"})
    assert isinstance(elsewhere, NotAllowed)
    assert elsewhere.by_hand == "https://www.reddit.com/r/Boots/comments/1/x/a/"
    in_the_inbox = item({"can_mod_post": None})  # which does not tell it
    assert isinstance(may(act, in_the_inbox, {"boots"}), Allowed)
    assert isinstance(may(act, in_the_inbox, {"shoes"}), NotAllowed)
    assert isinstance(may(act, item(ours=True)), NotAllowed)


def test_hiding_and_showing_again() -> None:
    assert isinstance(may(Act.HIDE, item(held=True)), NotAllowed)
    assert isinstance(may(Act.UNHIDE, item(held=True)), Allowed)
    assert isinstance(may(Act.UNHIDE, item()), NotAllowed)


def test_of_private_messages_only_the_author_can_be_blocked() -> None:
    allowed = {act for act in MODERATION if isinstance(may(act, item(private=True)), Allowed)}
    assert allowed == {Act.BAN}


def test_what_we_wrote() -> None:
    for act in (Act.EDIT, Act.DELETE):
        assert isinstance(may(act, item(ours=True)), Allowed)
        assert isinstance(may(act, item()), NotAllowed)
        assert isinstance(may(act, item(ours=True, private=True)), NotAllowed)


def test_votes_are_left_to_people() -> None:
    answer = may(Act.LIKE, item())
    assert isinstance(answer, NotAllowed)
    assert answer.by_hand
