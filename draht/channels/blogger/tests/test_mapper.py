"""The mapper on what Google documents, on all that its document allows and what it does not, and how fast it is."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from draht.channels.blogger.client import Page
from draht.channels.blogger.mapper import digest, from_post, to_event, to_sent, words_of
from draht.channels.blogger.round import Round
from draht.contract.errors import Unsure
from draht.contract.http import Http
from draht.contract.messages import Deletion, IncomingMessage, OutgoingPost
from draht.contract.reading import read_each
from draht.contract.testing.discovery import drawn
from draht.contract.testing.google import SHARED, discovery, faults_of, need
from draht.contract.text import clean

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "comment.json"


def schema(name: str) -> Any:
    need(SHARED / "specs" / "google" / "blogger.v3.json")
    document = discovery("blogger.v3")
    assert document is not None
    return document.schema(name)


def test_googles_own_example_is_read() -> None:
    payload = json.loads(need(SHARED / "payloads" / "blogger" / "comment_list_documented.json").read_text())
    assert faults_of(schema("CommentList"), payload) == []
    (event,) = [to_event(raw) for raw in payload["items"]]
    assert isinstance(event, IncomingMessage)
    assert (event.id, event.thread, event.author.id) == ("9200761938824362519", "6069922188027612413", "530579030283")
    assert event.at == datetime(2011, 7, 28, 19, 19, 57, 740_000, UTC)
    assert event.author.url == "", "the example's address is none"


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), at=st.datetimes())
def test_what_the_document_allows_is_read(data: st.DataObject, at: datetime) -> None:
    comment = data.draw(drawn(schema("Comment")))
    comment |= {"id": "1", "published": f"{at.isoformat(timespec='milliseconds')}Z", "post": {"id": "2"}}
    event = to_event(comment)
    if isinstance(event, Deletion):
        assert comment["status"] == "EMPTIED"
        return
    assert event.author.id
    assert event.text == clean(event.text)
    assert event.held == (comment.get("status") in {"PENDING", "SPAM"})
    assert digest(comment) == digest(json.loads(json.dumps(comment)))


JUNK: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()) | st.just({}) | st.just({"a": [{}]})
)


class Strange:
    """A network that answers with strange comments."""

    http = Http()

    def __init__(self, comments: list[Any]) -> None:
        self.items = comments

    def comments(self, since: Any, token: str) -> Page:
        return Page(self.items, "")

    def comment(self, post: str, id: str) -> Any:
        return None

    def post(self, id: str) -> Any:
        return {"title": id, "url": 7}


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), junk=st.lists(JUNK, min_size=1, max_size=3))
def test_strange_comments_never_stop_a_round(data: st.DataObject, junk: list[Any]) -> None:
    good = json.loads(SAMPLE.read_text())
    bad: Any = json.loads(SAMPLE.read_text()) | {"id": "99"}
    for value in junk:
        inner = [bad, *(each for each in bad.values() if isinstance(each, dict) and each)]
        node = data.draw(st.sampled_from(inner))
        node[data.draw(st.sampled_from(sorted(node)))] = copy.deepcopy(value)
    whole = data.draw(st.sampled_from([bad, junk[0]]))
    cursor, found = "", set()
    for _ in range(12):
        reading = Round(Strange([whole, good]), ("1", "2"), cursor, None).run()  # type: ignore[arg-type]
        cursor = reading.cursor or ""
        found |= {event.id for event in reading.events}
    assert good["id"] in found
    assert reading.unread == (), "a leftover is left over once"


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=200), title=st.text(max_size=60))
def test_what_we_publish_is_known_again(text: str, title: str) -> None:
    post = OutgoingPost("key", text, title, "https://n.example/")
    told = from_post(post)
    assert faults_of(schema("Post"), told) == []
    assert words_of(told) == words_of(json.loads(json.dumps(told)))
    assert "".join(clean(text).split()) in words_of(told)[1].replace(" ", "")


def test_an_answer_without_its_post_may_have_been_carried_out() -> None:
    with pytest.raises(Unsure):
        to_sent({"kind": "blogger#post"})


def test_mapping_is_fast() -> None:
    comment = json.loads(SAMPLE.read_text())
    assert min(_seconds(comment) for _ in range(5)) / 500 < 100e-6, "a message takes longer than 100 microseconds"


def _seconds(comment: Any) -> float:
    begun = perf_counter()
    events, _ = read_each([comment] * 500, to_event)
    assert len(events) == 500
    return perf_counter() - begun
