"""What may be done with a mail, and what the composer says before anyone types."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from draht.channels.email.machine import Kind
from draht.channels.email.rights import may
from draht.contract.channel import Act
from draht.contract.messages import Allowed, Author, Item, NotAllowed


def item(address: str = "jane@customer.test", *, ours: bool = False, deleted: bool = False, **raw: Any) -> Item:
    author = Author(address, "Jane", address)
    return Item("1", "1", author, datetime.now(UTC), private=True, ours=ours, deleted=deleted, raw=raw)


def test_an_ordinary_mail_is_answered_without_ado() -> None:
    assert may(Act.REPLY, item()) == Allowed()


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (item("no-reply@shop.example"), "nobody reads answers"),
        (item("DoNotReply@shop.example"), "nobody reads answers"),
        (item("noreply-orders@shop.example"), "nobody reads answers"),
        (item(reply_to=["no_reply@shop.example"]), "nobody reads answers"),
        (item(kind=Kind.AUTOMATIC), "A machine wrote this"),
        (item(kind=Kind.BULK), "newsletter"),
        (item(kind=Kind.LIST, reply_to=["zip@lists.example"]), "everybody on it"),
        (item(reply_to=["home@customer.test"]), "goes to home@customer.test"),
        (item(cc=2), "they do not get the answer"),
        (item(unproven=True), "doubts"),
    ],
)
def test_the_note_warns(found: Item, words: str) -> None:
    answer = may(Act.REPLY, found)
    assert isinstance(answer, Allowed)
    assert words in answer.note


def test_a_reply_to_that_is_the_sender_needs_no_word() -> None:
    assert may(Act.REPLY, item(reply_to=["Jane@Customer.test"])) == Allowed()
    assert may(Act.REPLY, item("norbert.reply@shop.example")) == Allowed()


@pytest.mark.parametrize(
    ("act", "found", "why"),
    [
        (Act.REPLY, item(kind=Kind.BOUNCE), "mail server"),
        (Act.REPLY, item("unknown"), "address"),
        (Act.REPLY, item(ours=True), "address"),
        (Act.REPLY, item(deleted=True), "taken away"),
        (Act.REPLY_PRIVATELY, item(), "as private"),
        (Act.DELETE, item(ours=True), "taken back"),
        (Act.SPAM, item(ours=True), "taken back"),
        (Act.HIDE, item(), "no such function"),
    ],
)
def test_what_cannot_be_done_says_why(act: Act, found: Item, why: str) -> None:
    answer = may(act, found)
    assert isinstance(answer, NotAllowed)
    assert why in answer.why


@pytest.mark.parametrize(("act", "where"), [(Act.DELETE, "trash"), (Act.SPAM, "spam folder")])
def test_taking_away_says_where_it_goes(act: Act, where: str) -> None:
    answer = may(act, item())
    assert isinstance(answer, Allowed)
    assert where in answer.note
