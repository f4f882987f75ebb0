"""What an agent is offered, and told, before anything is done; and what Telegram's refusals mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from draht.channels.telegram.refusals import refusal_of
from draht.channels.telegram.rights import may
from draht.contract.channel import Act
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater
from draht.contract.messages import Allowed, Author, Item, NotAllowed

NOW = datetime.now(UTC)


def item(**changes: Any) -> Item:
    values: dict[str, Any] = {
        "id": "111/5",
        "thread": "111",
        "author": Author("111", "Ada"),
        "at": NOW,
        "private": True,
    }
    return Item(**(values | changes))


def in_group(**changes: Any) -> Item:
    return item(**({"id": "-1001234/5", "private": False, "raw": {}} | changes))


@pytest.mark.parametrize("ours", [True, False])
def test_for_48_hours_all_in_a_private_chat_can_be_deleted(ours: bool) -> None:
    young = may(Act.DELETE, item(ours=ours, at=NOW - timedelta(hours=47)))
    assert isinstance(young, Allowed)
    assert young.until == NOW + timedelta(hours=1)
    old = may(Act.DELETE, item(ours=ours, at=NOW - timedelta(hours=49)))
    assert isinstance(old, NotAllowed)
    assert old.until == NOW - timedelta(hours=1)


def test_in_groups_rights_decide() -> None:
    unknown = may(Act.DELETE, in_group())
    assert isinstance(unknown, Allowed)
    assert "administrator" in unknown.note
    given = may(Act.DELETE, in_group(raw={"our_rights": ["can_delete_messages"]}, at=NOW - timedelta(days=9)))
    assert given == Allowed()
    refused = may(Act.BAN, in_group(raw={"our_rights": ["can_delete_messages"], "chat": {"username": "friends"}}))
    assert isinstance(refused, NotAllowed)
    assert refused.by_hand == "https://t.me/friends/5"
    hidden = may(Act.BAN, in_group(raw={"our_rights": []}))
    assert isinstance(hidden, NotAllowed)
    assert hidden.by_hand == "https://t.me/c/1234/5"
    basic = may(Act.BAN, in_group(id="-44/5", raw={"our_rights": []}))
    assert isinstance(basic, NotAllowed)
    assert basic.by_hand == ""


@pytest.mark.parametrize(
    ("act", "asked", "why"),
    [
        (Act.REPLY, item(deleted=True), "gone"),
        (Act.REPLY, item(id="1"), "not known where"),
        (Act.BAN, item(), "cannot block"),
        (Act.BAN, in_group(ours=True), "our own"),
        (Act.BAN, in_group(author=Author("-1001234")), "administrator of the group"),
        (Act.REPLY_PRIVATELY, item(), "as private"),
        (Act.REPLY_PRIVATELY, in_group(ours=True), "our own"),
        (Act.REPLY_PRIVATELY, in_group(author=Author("-1009")), "nobody is known"),
        (Act.EDIT, item(), "Only what we wrote"),
        (Act.HIDE, in_group(), "no such function"),
    ],
)
def test_what_may_not_be_done_says_why(act: Act, asked: Item, why: str) -> None:
    answer = may(act, asked)
    assert isinstance(answer, NotAllowed)
    assert why in answer.why


@pytest.mark.parametrize("act", [Act.REPLY, Act.LIKE])
def test_answering_and_liking_are_always_possible(act: Act) -> None:
    assert may(act, item()) == may(act, in_group()) == Allowed()


@pytest.mark.parametrize(
    ("code", "words", "more", "error", "told"),
    [
        (400, "Bad Request: chat not found", {}, Refused, "chat not found"),
        (400, "Bad Request: message to be replied not found", {}, Refused, "gone from Telegram"),
        (400, "Bad Request: message is too long", {}, Refused, "too long"),
        (400, "Bad Request: message can't be deleted for everyone", {}, Refused, "does not let the bot delete"),
        (400, "Bad Request: not enough rights to send text messages to the chat", {}, Refused, "not been given"),
        (400, "Bad Request: CHAT_ADMIN_REQUIRED", {}, Refused, "not been given"),
        (400, "Bad Request: REACTION_INVALID", {}, Refused, "does not allow this reaction"),
        (400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -100}, Refused, "upgraded"),
        (401, "Unauthorized", {}, LoginExpired, "BotFather"),
        (404, "Not Found", {}, LoginExpired, "BotFather"),
        (403, "Forbidden: bot was blocked by the user", {}, Refused, "blocked the bot"),
        (403, "Forbidden: user is deactivated", {}, Refused, "does not exist"),
        (403, "Forbidden: bot was kicked from the supergroup chat", {}, Refused, "no longer in"),
        (403, "Forbidden: bot can't initiate conversation with a user", {}, Refused, "written to it before"),
        (409, "Conflict: terminated by other getUpdates request", {}, TryLater, "Another program"),
        (409, "Conflict: can't use getUpdates method while webhook is active", {}, TryLater, "webhook is active"),
        (413, "Request Entity Too Large", {}, Refused, "Too Large"),
        (429, "Too Many Requests: retry after 9", {"retry_after": 9}, TryLater, "Too Many"),
        (429, "Too Many Requests", {}, TryLater, "Too Many"),
    ],
)
def test_each_refusal_is_one_of_the_four(
    code: int, words: str, more: dict[str, int], error: type[ChannelError], told: str
) -> None:
    found = refusal_of({"ok": False, "error_code": code, "description": words, "parameters": more}, code)
    assert isinstance(found, error)
    assert told in found.reason
    if isinstance(found, TryLater):
        assert found.after == more.get("retry_after")
