"""The mapper on things of every shape, and how fast it is."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from draht.channels.reddit.client import subreddits_of
from draht.channels.reddit.mapper import children_of, to_event
from draht.channels.reddit.refusals import to_error, wait_in
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater
from draht.contract.messages import Deletion, IncomingMessage
from draht.contract.reading import read_each
from draht.contract.text import clean

SAMPLES = Path(__file__).parents[1] / "samples"
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
WORDS = st.text(max_size=40) | st.sampled_from(["[deleted]", "[removed]"])
SECONDS = st.floats(0, 4_000_000_000, allow_nan=False)
THINGS = st.fixed_dictionaries(
    {"name": st.from_regex(r"\At[134]_[a-z0-9]{1,8}\Z"), "created_utc": SECONDS},
    optional={
        "author": st.none() | WORDS,
        "body": st.none() | WORDS,
        "selftext": st.none() | WORDS,
        "title": WORDS,
        "url": st.none() | st.sampled_from(["https://i.redd.it/a.png", "https://x.example", "/r/x"]),
        "permalink": st.none() | st.just("/r/x/comments/1/a/"),
        "parent_id": st.none() | st.from_regex(r"\At[13]_[a-z0-9]{1,8}\Z"),
        "subreddit": st.none() | st.just("boots"),
        "edited": st.booleans() | SECONDS,
        "banned_by": st.none() | st.booleans() | st.text(max_size=5),
        "removed": st.booleans(),
        "banned_at_utc": st.none() | SECONDS,
        "approved_at_utc": st.none() | SECONDS,
    },
)


@FUZZ
@given(data=THINGS, kind=st.sampled_from(["t1", "t3", "t4", "t5", "more"]))
def test_every_thing_is_read_or_nobodys_business(data: dict[str, Any], kind: str) -> None:
    [*events], [*unread] = read_each([{"kind": kind, "data": data}], to_event)
    assert unread == []
    assert bool(events) == (kind in {"t1", "t3", "t4"})
    for event in events:
        assert event.id == data["name"]
        if isinstance(event, Deletion):
            assert data.get("author") in {None, "", "[deleted]"}
            continue
        assert event.text == clean(event.text)
        assert event.private == (kind == "t4")
        assert event.revision is not None
        assert event.revision >= event.at
        assert event.held == any(data.get(one) for one in ("banned_by", "removed"))


@pytest.mark.parametrize("strange", [{}, {"kind": "t1"}, {"kind": "t1", "data": {"name": 7}}, [], "x", None])
def test_what_is_no_thing_is_left_over(strange: Any) -> None:
    assert len(read_each([strange], to_event)[1]) == 1


def test_words_that_only_look_deleted_stay() -> None:
    thing = {"name": "t1_a", "created_utc": 1.0, "author": "jane", "body": "[deleted]"}
    assert isinstance(to_event({"kind": "t1", "data": thing}), IncomingMessage)
    gone = to_event({"kind": "t1", "data": thing | {"author": "[deleted]", "body": "still here"}})
    assert isinstance(gone, IncomingMessage), "only the account was deleted"


def test_taking_away_and_approving_are_later_versions() -> None:
    thing = {"name": "t1_a", "created_utc": 10.0, "author": "jane", "body": "x"}
    first = to_event({"kind": "t1", "data": thing})
    held = to_event({"kind": "t1", "data": thing | {"banned_by": True, "banned_at_utc": 20.0}})
    back = to_event({"kind": "t1", "data": thing | {"banned_by": None, "approved_at_utc": 30.0}})
    assert isinstance(first, IncomingMessage)
    assert isinstance(held, IncomingMessage)
    assert isinstance(back, IncomingMessage)
    assert [one.held for one in (first, held, back)] == [False, True, False]
    assert first.revision < held.revision < back.revision  # type: ignore[operator]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("RATELIMIT", TryLater),
        ("USER_REQUIRED", LoginExpired),
        ("DELETED_COMMENT", Refused),
        ("THREAD_LOCKED", Refused),
        ("TOO_LONG", Refused),
        ("TOO_OLD", Refused),
        ("SOMETHING_NEW", Refused),
    ],
)
def test_each_code_is_one_of_the_four(code: str, error: type[ChannelError]) -> None:
    told = to_error({"json": {"errors": [[code, "some words", "field"]]}})
    assert type(told) is error
    assert told.reason


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("Looks like you've been doing that a lot. Take a break for 3 minutes before trying again.", 180),
        ("Take a break for 1 minute before trying again.", 60),
        ("Take a break for 9 seconds before trying again.", 9),
        ("Take a break for 600 milliseconds before trying again.", 0.6),
        ("you are doing that too much", 600),
    ],
)
def test_how_long_to_wait(said: str, seconds: float) -> None:
    assert wait_in(said) == pytest.approx(seconds)


def test_subreddits_as_people_write_them() -> None:
    told = "r/boots, Shoes /r/boots;https://www.reddit.com/r/hats/ - not-one!"
    assert subreddits_of(told) == ["boots", "Shoes", "hats"]


def test_mapping_takes_less_than_a_tenth_of_a_millisecond() -> None:
    for name in ("comment", "post", "message", "comment-held"):
        [thing] = children_of(json.loads((SAMPLES / f"{name}.json").read_text()))
        assert min(_seconds(thing) for _ in range(5)) < 100e-6


def _seconds(thing: Any) -> float:
    started = time.perf_counter()
    for _ in range(200):
        to_event(thing)
    return (time.perf_counter() - started) / 200
