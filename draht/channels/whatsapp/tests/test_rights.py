"""What may be done with an item, until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from draht.channels.whatsapp.rights import WINDOW, may
from draht.channels.whatsapp.tests.network import JANE
from draht.contract.channel import Act
from draht.contract.messages import Allowed, Author, Item, NotAllowed

NOW = datetime.now(UTC)


def item(**changes: Any) -> Item:
    values: dict[str, Any] = {"id": "wamid.x", "thread": JANE, "author": Author(JANE), "at": NOW, "private": True}
    return Item(**(values | changes))


@pytest.mark.parametrize("act", [Act.REPLY, Act.LIKE, Act.BAN])
def test_within_a_day_and_it_says_until_when(act: Act) -> None:
    answer = may(act, item())
    assert isinstance(answer, Allowed)
    assert (answer.until, answer.templates) == (NOW + WINDOW, False)
    assert answer.note


def test_after_a_day_only_templates_go_out() -> None:
    answer = may(Act.REPLY, item(at=NOW - WINDOW))
    assert isinstance(answer, Allowed)
    assert answer.templates
    assert "template" in answer.note
    assert answer.until is None


@pytest.mark.parametrize("act", [Act.LIKE, Act.BAN])
def test_after_a_day_the_rest_is_over_since(act: Act) -> None:
    answer = may(act, item(at=NOW - WINDOW - timedelta(minutes=1)))
    assert isinstance(answer, NotAllowed)
    assert answer.until == NOW - timedelta(minutes=1)


@pytest.mark.parametrize("act", [Act.EDIT, Act.DELETE, Act.HIDE, Act.SPAM, Act.APPROVE, Act.REPLY_PRIVATELY])
def test_what_whatsapp_does_not_have(act: Act) -> None:
    assert isinstance(may(act, item()), NotAllowed)
    assert isinstance(may(act, item(ours=True)), NotAllowed)


@pytest.mark.parametrize("act", [Act.REPLY, Act.BAN])
def test_ours_is_not_answered(act: Act) -> None:
    assert isinstance(may(act, item(ours=True)), NotAllowed)


def test_below_a_notice_of_whatsapp_the_person_can_be_written_to() -> None:
    """It is the newest message that is not ours: without this nobody could answer any more."""
    undeliverable = item(raw={"status": "failed", "errors": [{"code": 131026}]})
    answer = may(Act.REPLY, undeliverable)
    assert isinstance(answer, Allowed)
    assert not answer.templates
    over = may(Act.REPLY, item(raw={"status": "failed", "errors": [{"code": 131047}]}))
    assert isinstance(over, Allowed)
    assert over.templates
    for act in (Act.LIKE, Act.BAN):
        assert isinstance(may(act, undeliverable), NotAllowed)


def test_in_a_group_somebody_can_be_answered_alone() -> None:
    answer = may(Act.REPLY_PRIVATELY, item(private=False, thread="Y2FwaV9n"))
    assert isinstance(answer, Allowed)
    assert answer.until == NOW + WINDOW
    assert isinstance(may(Act.REPLY_PRIVATELY, item(private=False, at=NOW - WINDOW)), NotAllowed)
