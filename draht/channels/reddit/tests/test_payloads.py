"""Every recorded answer is read rightly; and the double answers with fields that were recorded, of the same types."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from draht.channels.reddit.mapper import children_of, link_of, to_event, to_sent
from draht.channels.reddit.refusals import to_error
from draht.channels.reddit.tests.conftest import fresh
from draht.contract.messages import Deletion, IncomingMessage
from draht.contract.purse import limit_of
from draht.contract.reading import read_each

PAYLOADS = Path(__file__).resolve().parents[4].parent / "shared/payloads/reddit"
LATER = {
    "can_mod_post",
    "locked",
    "archived",
    "removed",
    "banned_at_utc",
    "approved_at_utc",
    "permalink",
    "link_title",
    "link_author",
}


def recorded(name: str) -> list[Any]:
    if not PAYLOADS.exists():
        reason = f"{PAYLOADS} is missing: nothing to hold the channel against"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    told: list[Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return told


def bodies(name: str) -> list[Any]:
    return [one["response"]["body"] for one in recorded(name)]


def test_an_answer_of_ours_stands_where_reddit_says() -> None:
    [told] = bodies("TestComment_reply")
    assert to_error(told) is None
    sent = to_sent(told, None)  # type: ignore[arg-type]
    assert (sent.id, sent.at.timestamp()) == ("t1_d1680wu", 1458434031.0)


def test_an_edit_is_a_later_version() -> None:
    [told] = bodies("TestComment_edit")
    [thing] = told["json"]["data"]["things"]
    event = to_event(thing)
    assert isinstance(event, IncomingMessage)
    assert event.revision is not None
    assert (event.text, event.revision.timestamp()) == ("New text", 1458444463.0)
    assert event.at.timestamp() == 1458421476.0
    assert link_of(thing["data"]) == "4b1tfm"


def test_what_its_author_deleted_is_gone() -> None:
    _, told = bodies("TestComment_delete")
    assert [to_event(one) for one in children_of(told)] == [Deletion("t1_d1616q2")]


def test_of_what_is_unknown_nothing_is_said() -> None:
    [told] = bodies("TestComment_invalid")
    assert children_of(told) == []


@pytest.mark.parametrize("act", ["approve", "lock", "remove"])
def test_moderating_is_answered_with_nothing(act: str) -> None:
    [told] = bodies(f"TestCommentModeration_{act}")
    assert told == {}
    assert to_error(told) is None


def test_private_messages() -> None:
    [told] = bodies("TestInbox_message")
    [event] = map(to_event, children_of(told))
    assert isinstance(event, IncomingMessage)
    assert (event.id, event.author.id, event.private) == ("t4_30rhflk", "Lil_SpazTest", True)
    assert (event.text, event.title, event.thread) == ("Test", "Test", "t4_30rhflk")


def test_the_inbox() -> None:
    first, _, _ = bodies("TestInbox_mark_read")
    things = children_of(first)
    events, unread = read_each(things, to_event)
    assert (len(events), unread) == (10, ())
    answer = events[0]
    assert isinstance(answer, IncomingMessage)
    assert (answer.text, answer.parent, answer.title) == ("submission reply 61", "t3_1j7g9uj", "Test post pls ignore")
    assert not answer.private
    assert answer.thread == answer.id, "it is below a post of ours"
    assert answer.url == "https://www.reddit.com/r/Lil_SpazJoekp/comments/1j7g9uj/test_post_pls_ignore/mynkj7r/"
    assert link_of(things[0]["data"]) == "1j7g9uj"


def test_limits_are_read() -> None:
    [one] = recorded("TestComment_reply")
    limit = limit_of({name.lower(): value for name, value in one["response"]["headers"].items()})
    assert limit is not None
    assert limit.remaining == 599


@pytest.mark.parametrize("kind", ["t1", "t4", "mail"])
def test_the_double_speaks_as_recorded(kind: str) -> None:
    reddit = fresh()
    things = {
        "t1": (reddit.comment("x"), bodies("TestComment_reply")[0]["json"]["data"]["things"][0]["data"]),
        "t4": (reddit.message("x"), children_of(bodies("TestInbox_message")[0])[0]["data"]),
        "mail": (reddit._as_mail(reddit.comment("x")), children_of(bodies("TestInbox_mark_read")[0])[0]["data"]),
    }
    ours, theirs = things[kind]
    assert set(ours) - set(theirs) <= LATER
    for name in set(ours) & set(theirs):
        values = {type(one) for one in (ours[name], theirs[name]) if one is not None}
        assert len(values) <= 1, name
