"""The mapper on recorded answers, on everything that the document allows and what it does not, and how fast it is."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from draht.channels.youtube.mapper import to_account, to_event, to_events, to_sent
from draht.channels.youtube.round import Round
from draht.contract.errors import Unsure
from draht.contract.http import Http
from draht.contract.messages import Deletion, IncomingMessage
from draht.contract.reading import as_text, read_again, read_each
from draht.contract.testing.discovery import drawn
from draht.contract.testing.google import SHARED, discovery, faults_of, need
from draht.contract.text import clean

PAYLOADS = SHARED / "payloads" / "youtube"
FOLDER = Path(__file__).resolve().parents[1] / "samples"
RECORDED = {
    "comment_threads_comment_threads_all_to_me": ("CommentThreadListResponse", 4),
    "comment_threads_comment_threads_by_video_paged_1": ("CommentThreadListResponse", 5),
    "comment_threads_comment_threads_by_video_paged_2": ("CommentThreadListResponse", 5),
    "comment_threads_insert_response": ("CommentThread", 1),
    "comments_comments_by_parent_paged_1": ("CommentListResponse", 2),
    "comments_comments_by_parent_paged_2": ("CommentListResponse", 1),
    "comments_insert_response": ("Comment", 1),
}


def recorded(name: str) -> Any:
    return json.loads(need(PAYLOADS / f"{name}.json").read_text())


def schema(name: str) -> Any:
    need(SHARED / "specs" / "google" / "youtube.v3.json")
    document = discovery("youtube.v3")
    assert document is not None
    return document.schema(name)


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_answers_become_messages(name: str) -> None:
    payload, (kind, number) = recorded(name), RECORDED[name]
    assert faults_of(schema(kind), payload) == []
    events = to_events(payload)
    assert len(events) == number
    for event in events:
        assert isinstance(event, IncomingMessage)
        assert event.author.id.startswith("UC")
        assert event.text
        assert not event.held
        assert event.thread == event.id.partition(".")[0]
        assert bool(event.parent) == ("." in event.id)


def test_every_recording_is_used() -> None:
    need(PAYLOADS)
    errors = {"error_permission_resp", "error_response"}  # draht/contract/tests/test_google.py has their shapes
    assert {path.stem for path in PAYLOADS.glob("*.json")} == set(RECORDED) | errors


def test_the_words_of_a_recorded_comment() -> None:
    first = to_events(recorded("comment_threads_comment_threads_by_video_paged_1"))[0]
    assert isinstance(first, IncomingMessage)
    assert first.text == "Google.com", "as it was typed, not as HTML"
    assert first.url == "https://www.youtube.com/watch?v=F1UP7wRCPH8&lc=UgyZ1jqkHKYvi1-ruOZ4AaABAg"
    sent = to_sent(recorded("comments_insert_response"))
    assert sent.id == "Ugy_CAftKrIUCyPr9GR4AaABAg.9iPXEClD9lW9iPXLqKy_Pt"


def test_an_answer_without_its_comment_may_have_been_carried_out() -> None:
    with pytest.raises(Unsure):
        to_sent({"kind": "youtube#comment"})


def test_a_channel_without_a_name_is_called_by_its_id() -> None:
    assert to_account({"id": "UC1", "snippet": {}}).name == "UC1"


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_the_document_allows_is_read_or_left_over(data: st.DataObject) -> None:
    thread = data.draw(drawn(schema("CommentThread"))) | {"kind": "youtube#commentThread"}
    events, unread = read_each([thread], to_events)
    assert all(left.reason for left in unread)
    assert all(event.id for event in events)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), at=st.datetimes())
def test_a_comment_with_an_id_and_a_date_is_always_read(data: st.DataObject, at: Any) -> None:
    comment = data.draw(drawn(schema("Comment")))
    snippet = comment.get("snippet", {}) | {"publishedAt": f"{at.isoformat(timespec='milliseconds')}Z"}
    event = to_event({**comment, "id": "Ugx1.2", "snippet": snippet})
    if isinstance(event, Deletion):
        assert snippet["moderationStatus"] == "rejected"
        return
    assert event.author.id
    assert event.text == clean(event.text)
    assert event.revision is not None
    assert event.revision >= event.at
    assert event.held == (snippet.get("moderationStatus") in {"heldForReview", "likelySpam"})


JUNK: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()) | st.just({}) | st.just({"a": [{}]})
)


class Strange:
    """A network that answers with strange threads, everywhere."""

    http = Http()

    def __init__(self, threads: list[Any]) -> None:
        self.items = threads
        self.next = ""

    def threads(self, channel: str, status: str, token: str = "") -> Any:
        return self

    def replies(self, thread: str, token: str = "") -> Any:
        return self

    def comments(self, ids: list[str]) -> list[Any]:
        return self.items

    def titles(self, videos: list[str]) -> dict[str, str]:
        return {}


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), junk=st.lists(JUNK, min_size=1, max_size=3))
def test_strange_threads_never_stop_a_round(data: st.DataObject, junk: list[Any]) -> None:
    """A good thread, into which strange values are put; a good one beside it is read all the same."""
    good = json.loads((FOLDER / "thread.json").read_text())
    bad = json.loads((FOLDER / "thread.json").read_text())
    bad["id"] = bad["snippet"]["topLevelComment"]["id"] = "Ugx99"
    for value in junk:
        node = bad
        for _ in range(data.draw(st.integers(0, 3))):
            inner = [each for each in node.values() if isinstance(each, dict) and each]
            node = data.draw(st.sampled_from(inner)) if inner else node
        node[data.draw(st.sampled_from(sorted(node)))] = copy.deepcopy(value)
    cursor = ""
    now = to_events(good)[0].at
    assert now is not None
    for _ in range(2):
        reading = Round(Strange([bad, good]), "UC", cursor, None, now).run()  # type: ignore[arg-type]
        cursor = reading.cursor or ""
        assert all(isinstance(read_again(left.raw, to_events).unread, tuple) for left in reading.unread)
    first = Round(Strange([bad, good]), "UC", "", None, now).run()  # type: ignore[arg-type]
    assert good["id"] in {event.id for event in first.events}


def test_mapping_is_fast() -> None:
    page = {
        "kind": "youtube#commentThreadListResponse",
        "items": [json.loads((FOLDER / "thread.json").read_text())] * 100,
    }
    best = min(_seconds(page) for _ in range(5))
    assert best / 300 < 100e-6, "a message takes longer than 100 microseconds"


def _seconds(page: Any) -> float:
    begun = perf_counter()
    assert len(to_events(page)) == 300
    return perf_counter() - begun


def test_a_leftover_is_kept_as_text() -> None:
    thread = json.loads((FOLDER / "thread.json").read_text())
    assert read_again(as_text(thread), to_events).unread == ()
