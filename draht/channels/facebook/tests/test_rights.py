"""What each item says may be done with it: until when, why not, and where a person can do it instead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from draht.channels.facebook.rights import may
from draht.channels.facebook.tests.network import JANE, PAGE, US
from draht.contract.channel import Act
from draht.contract.graph_messaging import kind_of_answer
from draht.contract.messages import Allowed, Author, Item, NotAllowed

NOW = datetime.now(UTC)
COMMENT = "150691160110518_150691160110519"
LINK = "https://www.facebook.com/boots/posts/1?comment_id=2"
THEIRS = {Act.REPLY, Act.REPLY_PRIVATELY, Act.HIDE, Act.DELETE, Act.LIKE, Act.BAN}


def item(**changes: Any) -> Item:
    values: dict[str, Any] = {"id": COMMENT, "thread": COMMENT, "author": Author(JANE.id, JANE.name), "at": NOW}
    return Item(**(values | changes))


def message(**changes: Any) -> Item:
    return item(**({"id": "m_1", "thread": f"dm-{JANE.id}", "private": True} | changes))


def allowed(what: Item) -> set[Act]:
    return {act for act in Act if isinstance(may(act, what, PAGE), Allowed)}


@pytest.mark.parametrize(
    ("what", "acts"),
    [
        (item(), THEIRS),
        (item(held=True), THEIRS - {Act.HIDE} | {Act.UNHIDE}),
        (item(parent="1_2"), THEIRS),
        (item(id=f"{PAGE}_7"), THEIRS),
        (item(at=NOW - timedelta(days=8)), THEIRS - {Act.REPLY_PRIVATELY}),
        (item(raw={"can_reply_privately": False}), THEIRS - {Act.REPLY_PRIVATELY}),
        (item(raw={"can_hide": False}), THEIRS - {Act.HIDE}),
        (item(raw={"can_remove": False}), THEIRS - {Act.DELETE, Act.BAN}),
        (item(author=Author("unknown-1", "Somebody")), THEIRS - {Act.BAN}),
        (item(ours=True, author=Author(PAGE)), {Act.REPLY, Act.EDIT, Act.DELETE}),
        (item(raw={"mention": True}), {Act.REPLY, Act.LIKE}),
        (item(deleted=True), set()),
        (message(), {Act.REPLY, Act.BAN}),
        (message(at=NOW - timedelta(days=2)), {Act.REPLY, Act.BAN}),
        (message(at=NOW - timedelta(days=8)), {Act.BAN}),
        (message(ours=True, author=Author(PAGE)), set()),
        (message(deleted=True), set()),
    ],
)
def test_what_may_be_done(what: Item, acts: set[Act]) -> None:
    assert allowed(what) == acts


@pytest.mark.parametrize(
    ("age", "until", "grounds"),
    [
        (timedelta(hours=1), timedelta(days=1), "RESPONSE"),
        (timedelta(hours=23, minutes=59), timedelta(days=1), "RESPONSE"),
        (timedelta(hours=24, minutes=1), timedelta(days=7), "MESSAGE_TAG"),
        (timedelta(days=6, hours=23), timedelta(days=7), "MESSAGE_TAG"),
    ],
)
def test_the_windows_of_messenger(age: timedelta, until: timedelta, grounds: str) -> None:
    what = message(at=datetime.now(UTC) - age)  # NOW is when the tests were collected, minutes ago
    told = may(Act.REPLY, what, PAGE)
    assert isinstance(told, Allowed)
    assert told.until == what.at + until
    assert "24 hours" in told.note
    assert kind_of_answer(what)["messaging_type"] == grounds
    assert kind_of_answer(what).get("tag") == (None if grounds == "RESPONSE" else "HUMAN_AGENT")


def test_a_window_that_is_over_says_since_when() -> None:
    what = message(at=NOW - timedelta(days=8))
    told = may(Act.REPLY, what, PAGE)
    assert isinstance(told, NotAllowed)
    assert told.until == what.at + timedelta(days=7)
    assert "write again first" in told.why


def test_a_private_answer_has_a_week_and_is_one() -> None:
    told = may(Act.REPLY_PRIVATELY, item(), PAGE)
    assert isinstance(told, Allowed)
    assert told.until == NOW + timedelta(days=7)
    assert "Only one" in told.note


@pytest.mark.parametrize(
    ("act", "what", "note"),
    [
        (Act.REPLY, item(parent="1_2"), "two levels"),
        (Act.REPLY, item(held=True), "hidden"),
        (Act.HIDE, item(), "friends still see it"),
        (Act.DELETE, item(), "cannot be undone"),
        (Act.BAN, item(), "blocked"),
        (Act.BAN, message(), "stays"),
        (Act.EDIT, item(ours=True), "edited"),
    ],
)
def test_what_to_know_before(act: Act, what: Item, note: str) -> None:
    told = may(act, what, PAGE)
    assert isinstance(told, Allowed)
    assert note in told.note


@pytest.mark.parametrize(
    ("act", "raw", "place"),
    [
        (Act.SPAM, {"permalink_url": LINK}, LINK),
        (Act.SPAM, {"post": {"permalink_url": LINK}}, LINK),
        (Act.SPAM, {"permalink_url": "javascript:alert(1)"}, f"https://www.facebook.com/{COMMENT}"),
        (Act.DELETE, {"can_remove": False}, f"https://www.facebook.com/{COMMENT}"),
        (Act.HIDE, {"mention": True}, f"https://www.facebook.com/{COMMENT}"),
    ],
)
def test_where_a_person_can_do_it_instead(act: Act, raw: dict[str, Any], place: str) -> None:
    told = may(act, item(raw=raw), PAGE)
    assert isinstance(told, NotAllowed)
    assert told.by_hand == place


def test_nothing_asks_the_network_or_needs_the_payload() -> None:
    """The payload of an item is erased by and by."""
    assert US.id == PAGE
    for act in Act:
        assert may(act, item(raw={}), PAGE) == may(act, item(raw={"post": None, "can_hide": True}), PAGE)
