"""The mapper on whatever Meta's descriptions allow, on hooks of every shape, and how fast it is."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from draht.channels.instagram.mapper import mentioned, to_change, to_comment, to_mention, with_answers
from draht.channels.instagram.paths import COMMENT
from draht.channels.instagram.tests.double import SPECS
from draht.channels.instagram.tests.network import ACCOUNT
from draht.contract.graph_messaging import to_direct
from draht.contract.messages import Account, IncomingMessage
from draht.contract.reading import read_each
from draht.contract.testing.graph import parse_fields
from draht.contract.testing.graph_spec import GraphSpec, need
from draht.contract.text import clean

SPEC = GraphSpec(SPECS)
WE = Account(ACCOUNT, "Boots & More", "bootsandmore")
FUZZ = settings(max_examples=70, deadline=None, suppress_health_check=list(HealthCheck))
IDS = st.from_regex(r"\A[0-9]{1,20}\Z")
NAMES = st.text(max_size=20) | st.just("bootsandmore")
SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture(scope="module", autouse=True)
def described() -> None:
    need(SPECS)


@FUZZ
@given(st.data())
def test_every_comment_of_the_description_is_read_or_left_over(data: st.DataObject) -> None:
    raw = data.draw(SPEC.drawn("IGComment", parse_fields(COMMENT))) | {"id": data.draw(IDS)}
    below = data.draw(st.lists(SPEC.drawn("IGComment", parse_fields(COMMENT)), max_size=2))
    [*events], [*unread] = read_each([raw | {"replies": {"data": below}}], lambda one: with_answers(one, WE))
    assert bool(events) != bool(unread)
    assert not unread or any(
        "timestamp" not in one or "id" not in one or "id" not in one.get("from", raw) for one in (raw, *below)
    )
    for event in events:
        assert isinstance(event, IncomingMessage)
        assert event.text == clean(event.text)
        assert event.author.id
        assert bool(event.thread) != bool(event.parent)
        assert "replies" not in event.raw


FIELDS = st.sampled_from(["comments", "live_comments", "mentions", "story_insights"])
VALUES = st.fixed_dictionaries(
    {"id": IDS},
    optional={
        "from": st.fixed_dictionaries({"id": IDS}, optional={"username": NAMES}),
        "media": st.fixed_dictionaries({}, optional={"id": IDS, "media_product_type": st.text(max_size=5)}),
        "text": st.text(),
        "parent_id": IDS,
        "media_id": IDS,
        "comment_id": IDS,
    },
)


@FUZZ
@given(
    value=VALUES,
    at=st.integers(1, 4_000_000_000),
    field=st.sampled_from(["comments", "live_comments", "mentions", "story_insights"]),
)
def test_every_change_is_read_or_nobodys_business(value: dict[str, Any], at: int, field: str) -> None:
    payload = {"field": field, "value": value, "time": at}
    assert (mentioned(payload) is not None) == (field == "mentions")
    [*events], [*unread] = read_each([payload], lambda one: to_change(one, WE))
    assert unread == []
    assert len(events) == field.endswith("comments")
    for event in events:
        assert isinstance(event, IncomingMessage)
        assert (event.author.id == ACCOUNT) == (
            value.get("from", {}).get("id") == ACCOUNT or clean(value.get("from", {}).get("username", "")) == WE.handle
        )
        assert event.parent == value.get("parent_id", "")
        assert bool(event.raw.get("live")) == (field == "live_comments")


@FUZZ
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=10),
        lambda inner: st.dictionaries(
            st.sampled_from(["mentioned_comment", "mentioned_media", "id", "timestamp", "username", "caption"]), inner
        ),
    )
)
def test_a_strange_mention_is_left_over(raw: Any) -> None:
    for comment in ("", "17"):
        events, unread = read_each([raw], partial(_mention, comment))
        assert len(events) + len(unread) == 1


def test_mapping_takes_less_than_a_tenth_of_a_millisecond() -> None:
    hook = json.loads((SAMPLES / "hook-comment.json").read_text())["entry"][0]
    change = hook["changes"][0] | {"time": hook["time"]}
    direct = json.loads((SAMPLES / "direct-message.json").read_text())["entry"][0]["messaging"][0]
    comment = json.loads((SAMPLES / "answer.json").read_text())
    for map_ in (lambda: to_change(change, WE), lambda: to_direct(direct, ACCOUNT), lambda: to_comment(comment, WE)):
        assert min(_seconds(map_) for _ in range(5)) < 100e-6


def _mention(comment: str, raw: Any) -> IncomingMessage:
    return to_mention(raw, WE, "1", comment)


def _seconds(map_: Any) -> float:
    started = time.perf_counter()
    for _ in range(200):
        map_()
    return (time.perf_counter() - started) / 200
