"""The mapper on whatever Meta's descriptions allow, on hooks of every shape, and how fast it is."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from draht.channels.facebook.client import COMMENT, POST
from draht.channels.facebook.mapper import act_of_page, to_change, to_comment, to_post, to_title
from draht.channels.facebook.tests.double import SPECS
from draht.channels.facebook.tests.network import PAGE
from draht.contract.graph_messaging import to_direct
from draht.contract.messages import Deletion, IncomingMessage
from draht.contract.reading import read_each
from draht.contract.testing.graph import parse_fields
from draht.contract.testing.graph_spec import GraphSpec, need
from draht.contract.text import clean

SPEC = GraphSpec(SPECS)
FUZZ = settings(max_examples=70, deadline=None, suppress_health_check=list(HealthCheck))
IDS = st.from_regex(r"\A[0-9]{1,20}(_[0-9]{1,20})?\Z")
SEEN = st.integers(min_value=1, max_value=4_000_000_000)
SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture(scope="module", autouse=True)
def described() -> None:
    need(SPECS)


@FUZZ
@given(st.data())
@pytest.mark.parametrize("node", ["Comment", "PagePost"])
def test_every_node_of_the_description_is_read_or_left_over(node: str, data: st.DataObject) -> None:
    asked = COMMENT if node == "Comment" else POST
    raw = data.draw(SPEC.drawn(node, parse_fields(asked))) | {"id": data.draw(IDS)}
    [*events], [*unread] = read_each([raw], to_comment if node == "Comment" else lambda one: to_post(one, PAGE))
    assert len(events) + len(unread) <= 1
    for event in events:
        assert isinstance(event, IncomingMessage)
        assert event.id == raw["id"]
        assert event.text == clean(event.text)
        assert event.at.tzinfo is not None
        assert event.held == raw.get("is_hidden", False)
    assert not unread or "created_time" not in raw or "id" not in raw["from"], "only a date or an id can be missed"


VALUES = st.fixed_dictionaries(
    {"item": st.sampled_from(["comment", "post", "status", "photo", "video", "share", "album", "reaction", "like"])},
    optional={
        "verb": st.sampled_from(["add", "edited", "remove", "hide", "unhide", "mute"]),
        "comment_id": IDS,
        "post_id": IDS,
        "parent_id": IDS,
        "from": st.fixed_dictionaries({"id": IDS, "name": st.text()}) | st.just({"id": PAGE, "name": "Boots"}),
        "message": st.text(),
        "created_time": SEEN,
        "published": st.sampled_from([0, 1, True, False]),
        "photo": st.just("https://scontent.example/1.jpg"),
        "photos": st.lists(st.just("https://scontent.example/2.jpg"), max_size=3),
        "link": st.just("https://video.example/3.mp4"),
        "post": st.fixed_dictionaries({}, optional={"permalink_url": st.text(), "is_published": st.booleans()}),
    },
)


@FUZZ
@given(value=VALUES, at=SEEN, field=st.sampled_from(["feed", "mention", "ratings"]))
def test_every_change_is_read_left_over_or_nobodys_business(value: dict[str, Any], at: int, field: str) -> None:
    payload = {"field": field, "value": value, "time": at}
    assert isinstance(act_of_page(payload, PAGE), str)
    [*events], [*unread] = read_each([payload], lambda one: to_change(one, PAGE))
    assert not unread or "verb" not in value
    for event in events:
        assert field != "ratings"
        assert value["item"] not in {"reaction", "like"}
        assert event.id == value["comment_id" if value["item"] == "comment" else "post_id"]
        assert isinstance(event, Deletion) == (value["verb"] == "remove")
        if isinstance(event, IncomingMessage):
            assert value.get("published") not in {0}
            assert event.held == (value["verb"] == "hide")
            assert bool(event.thread) != bool(event.parent)
            assert event.text == clean(event.text)


PARTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["image", "video", "audio", "file", "fallback", "template", "reel"])},
    optional={"payload": st.fixed_dictionaries({}, optional={"url": st.text(), "title": st.text()})},
)
ANSWERED = st.fixed_dictionaries({}, optional={"mid": st.text(), "story": st.dictionaries(st.text(), st.text())})
SAID = st.fixed_dictionaries(
    {"mid": st.text(min_size=1)},
    optional={
        "text": st.text(),
        "is_echo": st.booleans(),
        "is_deleted": st.booleans(),
        "attachments": st.lists(PARTS, max_size=3),
        "reply_to": ANSWERED,
    },
)
MESSAGES = st.fixed_dictionaries(
    {
        "sender": st.fixed_dictionaries({"id": IDS | st.just(PAGE)}),
        "recipient": st.fixed_dictionaries({"id": IDS | st.just(PAGE)}),
        "timestamp": st.integers(min_value=1_000_000_000_000, max_value=4_000_000_000_000),
    },
    optional={
        "message": SAID,
        "postback": st.fixed_dictionaries({}, optional={"mid": st.text(), "title": st.text(), "payload": st.text()}),
        "read": st.fixed_dictionaries({"watermark": SEEN}),
        "reaction": st.fixed_dictionaries({"mid": st.text(), "action": st.just("react")}),
    },
)


@FUZZ
@given(MESSAGES)
def test_every_message_of_messenger_is_read_or_nobodys_business(raw: dict[str, Any]) -> None:
    [*events], [*unread] = read_each([raw], lambda one: to_direct(one, PAGE))
    assert unread == []
    assert not events or "message" in raw or raw["postback"]["mid"]
    for event in events:
        if isinstance(event, IncomingMessage):
            assert event.private
            assert event.thread.startswith("dm-")
            assert event.text or event.attachments or not event.text.strip()
            assert all(file.url for file in event.attachments)


def test_a_title_is_the_first_line_of_a_post() -> None:
    assert to_title({"message": "\n  Winter boots!  \nNow here."}) == "Winter boots!"
    assert to_title({"message": "x" * 200}) == "x" * 79 + "…"
    assert to_title({"story": "Boots updated their cover photo."}) == "Boots updated their cover photo."
    assert to_title({}) == to_title(None) == ""


def test_all_pictures_of_a_post_are_read() -> None:
    pictures = [{"type": "photo", "media": {"image": {"src": f"https://x.example/{n}.jpg"}}} for n in range(3)]
    album = {"type": "album", "media": pictures[0]["media"], "subattachments": {"data": pictures}}
    raw = {"id": "9_1", "created_time": "2026-11-20T10:00:00+0000", "attachments": {"data": [album]}}
    found = to_post(raw, PAGE)
    assert found is not None
    assert [file.url[-5] for file in found.attachments] == ["0", "1", "2"]
    link = {"type": "share", "media": pictures[0]["media"], "url": "https://elsewhere.example"}
    shared = to_post(raw | {"attachments": {"data": [link]}}, PAGE)
    assert shared is not None
    assert shared.attachments == (), "the preview of a link is none of theirs"


def test_a_mention_may_name_its_author_in_another_way() -> None:
    value = {"item": "post", "verb": "add", "post_id": "9_1", "sender_id": 77, "sender_name": "Ravi", "created_time": 1}
    found = to_change({"field": "mention", "time": 1, "value": value}, PAGE)
    assert isinstance(found, IncomingMessage)
    assert (found.author.id, found.author.name) == ("77", "Ravi")


def test_mapping_takes_less_than_a_tenth_of_a_millisecond() -> None:
    hook = json.loads((SAMPLES / "hook-comment.json").read_text())["entry"][0]
    change = hook["changes"][0] | {"time": hook["time"]}
    direct = json.loads((SAMPLES / "messenger-message.json").read_text())["entry"][0]["messaging"][0]
    comment = json.loads((SAMPLES / "comment-photo.json").read_text())
    for map_ in (lambda: to_change(change, PAGE), lambda: to_direct(direct, PAGE), lambda: to_comment(comment)):
        assert min(_seconds(map_) for _ in range(5)) < 100e-6


def _seconds(map_: Any) -> float:
    started = time.perf_counter()
    for _ in range(200):
        map_()
    return (time.perf_counter() - started) / 200
