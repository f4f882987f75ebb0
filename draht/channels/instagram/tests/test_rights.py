"""What each item says may be done with it: until when, why not, and where a person can do it instead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from draht.channels.instagram.rights import may
from draht.channels.instagram.tests.network import ACCOUNT, JANE, WEB
from draht.contract.channel import Act
from draht.contract.messages import Allowed, Author, Item, NotAllowed

NOW = datetime.now(UTC)
PROFILE = f"{WEB}/jane_customer/"
PLACE = f"{WEB}/p/1/"
THEIRS = {Act.REPLY, Act.REPLY_PRIVATELY, Act.HIDE, Act.DELETE}


def item(**changes: Any) -> Item:
    author = Author(JANE.id, "Jane", "jane_customer", PROFILE)
    values: dict[str, Any] = {"id": "17867301270523379", "thread": "17867301270523379", "author": author, "at": NOW}
    return Item(**(values | changes))


def message(**changes: Any) -> Item:
    return item(**({"id": "m_1", "thread": f"dm-{JANE.id}", "private": True} | changes))


@pytest.mark.parametrize(
    ("what", "acts"),
    [
        (item(), THEIRS),
        (item(held=True), {Act.REPLY_PRIVATELY, Act.UNHIDE, Act.DELETE}),
        (item(parent="1"), THEIRS),
        (item(at=NOW - timedelta(days=8)), THEIRS - {Act.REPLY_PRIVATELY}),
        (item(raw={"live": True}), THEIRS - {Act.REPLY}),
        (item(raw={"mention": True}), {Act.REPLY}),
        (item(ours=True, author=Author(ACCOUNT)), {Act.REPLY, Act.DELETE}),
        (item(deleted=True), set()),
        (message(), {Act.REPLY}),
        (message(at=NOW - timedelta(days=6)), {Act.REPLY}),
        (message(at=NOW - timedelta(days=8)), set()),
        (message(ours=True, author=Author(ACCOUNT)), set()),
    ],
)
def test_what_may_be_done(what: Item, acts: set[Act]) -> None:
    assert {act for act in Act if isinstance(may(act, what), Allowed)} == acts


@pytest.mark.parametrize(
    ("act", "what", "note"),
    [
        (Act.REPLY, item(parent="1"), "below that one"),
        (Act.REPLY, item(raw={"mention": True}), "publicly"),
        (Act.REPLY, message(at=NOW - timedelta(days=2)), "HUMAN_AGENT"),
        (Act.REPLY_PRIVATELY, item(), "Only one"),
        (Act.HIDE, item(), "Only its author"),
        (Act.DELETE, item(), "cannot be undone"),
    ],
)
def test_what_to_know_before(act: Act, what: Item, note: str) -> None:
    told = may(act, what)
    assert isinstance(told, Allowed)
    assert note in told.note


@pytest.mark.parametrize(
    ("act", "what", "until"),
    [
        (Act.REPLY, message(), timedelta(days=1)),
        (Act.REPLY, message(at=NOW - timedelta(days=2)), timedelta(days=7)),
        (Act.REPLY, message(at=NOW - timedelta(days=8)), timedelta(days=7)),
        (Act.REPLY_PRIVATELY, item(), timedelta(days=7)),
        (Act.REPLY_PRIVATELY, item(at=NOW - timedelta(days=8)), timedelta(days=7)),
    ],
)
def test_until_when(act: Act, what: Item, until: timedelta) -> None:
    assert may(act, what).until == what.at + until


@pytest.mark.parametrize(
    ("act", "raw", "place"),
    [
        (Act.LIKE, {"permalink": PLACE}, PLACE),
        (Act.SPAM, {"permalink": PLACE}, PLACE),
        (Act.SPAM, {"permalink": "javascript:alert(1)"}, WEB),
        (Act.BAN, {}, PROFILE),
        (Act.HIDE, {"mention": True, "permalink": PLACE}, PLACE),
        (Act.REPLY, {"live": True, "permalink": PLACE}, PLACE),
    ],
)
def test_where_a_person_can_do_it_instead(act: Act, raw: dict[str, Any], place: str) -> None:
    told = may(act, item(raw=raw))
    assert isinstance(told, NotAllowed)
    assert told.by_hand == place
