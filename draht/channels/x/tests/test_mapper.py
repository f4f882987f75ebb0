"""The mapper against recordings of X and against whatever the OpenAPI document allows."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from draht.channels.x.direct import conversation
from draht.channels.x.mapper import ASKED_MESSAGE, ASKED_POST, to_account, to_events, to_sent
from draht.channels.x.tests import spec
from draht.channels.x.tests.values import documented
from draht.channels.x.times import id_at, when
from draht.contract.messages import Deletion, IncomingMessage
from draht.contract.reading import as_text, read_again, read_each
from draht.contract.text import clean

SAMPLES = Path(__file__).parents[1] / "samples"
NO_MESSAGE = [
    "follow_follow",
    "follow_unfollow",
    "like_create",
    "profile_update_bio",
    "profile_update_screenname",
    "profile_update_geo",
    "profile_update_url",
    "profile_update_profile_picture",
    "profile_update_banner_picture",
    "news_new",
    "spaces_start",
    "spaces_end",
    "broadcast_start",
    "broadcast_end",
    "broadcast_chat",
    "oauth_revoke",
    "chat_received",
    "chat_sent",
]
POSTS = {
    "post_create": "Hello from the Activity API",
    "post_mention_create": "hey @ExampleUser",
    "post_reply_create": "@ExampleUser Great post — thanks for sharing!",
    "post_quote_create": "Adding some context to this. https://twitter.com/ExampleUser/status/2080761390344937796",
}


def told(name: str) -> Any:
    return spec.payload(f"xaa_{name}")["data"]


def message(payload: Any) -> IncomingMessage:
    event = to_events(payload)
    event = event[0] if isinstance(event, list) else event
    assert isinstance(event, IncomingMessage)
    return event


def test_every_recorded_event_is_tried_here() -> None:
    spec.need(spec.PAYLOADS)
    there = {path.stem.removeprefix("xaa_") for path in spec.PAYLOADS.glob("xaa_*.json")}
    others = {"post_delete", "post_repost_create", "dm_received", "dm_sent", "event_envelope"}
    assert there == {*NO_MESSAGE, *POSTS, *others}


@pytest.mark.parametrize("name", NO_MESSAGE)
def test_what_is_no_message_is_nobodys_business(name: str) -> None:
    assert to_events(told(name)) is None


@pytest.mark.parametrize("name", POSTS)
def test_a_recorded_post_is_understood(name: str) -> None:
    found, payload = message(told(name)), told(name)["payload"]
    assert found.text == POSTS[name]
    assert found.id == payload["id"]
    assert found.author.id == payload["author_id"]
    assert found.thread == payload["conversation_id"]
    assert found.at == datetime.fromisoformat(payload["created_at"]) == found.revision
    assert found.language in {"en", ""}
    assert not found.private
    assert found.url.endswith(f"/status/{found.id}")


def test_a_recorded_mention_has_its_author() -> None:
    author = message(told("post_mention_create")).author
    assert (author.name, author.handle, author.url) == ("OtherUser", "OtherUser", "https://x.com/OtherUser")
    assert author.avatar.startswith("https://pbs.twimg.com/")


def test_a_recorded_answer_has_its_parent() -> None:
    assert message(told("post_reply_create")).parent == "2080761390344937796"
    assert message(told("post_quote_create")).parent == ""


def test_a_recorded_repost_says_nothing() -> None:
    assert to_events(told("post_repost_create")) is None


def test_a_recorded_deletion_names_the_post() -> None:
    assert to_events(told("post_delete")) == Deletion("2080761269309813134")


def test_an_empty_envelope_is_a_leftover() -> None:
    events, unread = read_each([told("event_envelope")], to_events)
    assert events == ()
    assert "id" in unread[0].reason


@pytest.mark.parametrize(
    ("name", "text", "handle", "thread"),
    [
        ("dm_received", "hello!", "OtherUser", "dm:1111111111111111111-2222222222222222222"),
        ("dm_sent", "Thanks for the update!", "ExampleUser", "dm:2244994945-1111111111111111111"),
    ],
)
def test_a_recorded_direct_message_is_private(name: str, text: str, handle: str, thread: str) -> None:
    found = message(told(name))
    assert (found.text, found.author.handle, found.thread) == (text, handle, thread)
    assert found.private
    stamp = int(told(name)["payload"]["direct_message_events"][0]["created_timestamp"])
    assert abs(found.at.timestamp() * 1000 - stamp) < 1000


def test_recorded_answers_without_authors_are_leftovers_and_no_guesses() -> None:
    """They were asked for without fields; we always ask for the author."""
    for name in ("get_users_mentions", "get_tweets", "search_recent_tweets"):
        posts = spec.payload(f"tweepy_client_{name}")[0]["response"]["body"]["data"]
        events, unread = read_each([{"event_type": ASKED_POST, "payload": each} for each in posts], to_events)
        assert events == ()
        assert len(unread) == len(posts)
        with_author = [{"event_type": ASKED_POST, "payload": each | {"author_id": "7"}} for each in posts]
        events, unread = read_each(with_author, to_events)
        assert unread == ()
        assert [event.id for event in events] == [each["id"] for each in posts]


def test_recorded_direct_messages_of_the_api_are_understood() -> None:
    recording = spec.payload("tweepy_asyncclient_manage_and_lookup_direct_messages")
    for each in recording[4]["response"]["body"]["data"]:
        found = message({"event_type": ASKED_MESSAGE, "payload": each | {"sender_id": "750362064426721281"}})
        assert found.text.startswith("Testing")
        assert found.at.year == 2022
    created = recording[0]["response"]["body"]["data"]["dm_conversation_id"]
    assert created == conversation("1072250532645998596", "750362064426721281")


def test_recorded_answers_about_ourselves() -> None:
    me = spec.payload("tweepy_client_get_me")[0]["response"]["body"]
    assert to_account(me).handle == "TweepyDev"
    sent = to_sent(spec.payload("tweepy_client_create_and_delete_tweet")[0]["response"]["body"], "TweepyDev")
    assert (sent.id, sent.at.year) == ("1456012973835788293", 2021)
    assert sent.url == "https://x.com/TweepyDev/status/1456012973835788293"


def test_the_deprecated_format_is_nobodys_business() -> None:
    for path in ("direct_message_events", "tweet_delete_events", "user_event"):
        events, unread = read_each([spec.payload(f"aaa_legacy_{path}")], to_events)
        assert events == ()
        assert len(unread) == 1


def post(**more: Any) -> Any:
    id = id_at(datetime(2026, 11, 20, 10, tzinfo=UTC))
    made = {"id": id, "author_id": "7", "text": "Hello", "created_at": "2026-11-20T10:00:00.000Z"}
    return {"event_type": ASKED_POST, "payload": made | {"edit_history_tweet_ids": [id]} | more}


def test_an_edit_has_the_id_of_the_first_version_and_a_later_revision() -> None:
    original = message(post())
    newer = id_at(datetime(2026, 11, 20, 10, 20, tzinfo=UTC))
    edited = message(post(id=newer, edit_history_tweet_ids=[original.id, newer], text="Hello!"))
    assert edited.id == original.id
    assert edited.at == original.at
    assert edited.revision is not None
    assert original.revision is not None
    assert edited.revision > original.revision
    assert edited.url.endswith(newer)


def test_a_long_post_is_read_whole() -> None:
    whole = "word " * 200 + "https://t.co/a"
    entities = {"urls": [{"url": "https://t.co/a", "expanded_url": "https://example.org/long"}]}
    found = message(post(text="word … https://t.co/x", note_tweet={"text": whole, "entities": entities}))
    assert found.text.endswith("word https://example.org/long")
    assert len(found.text) > 900


def test_signs_of_html_are_signs_again() -> None:
    assert message(post(text="1 &lt; 2 &amp;&amp; 3 &gt; 2")).text == "1 < 2 && 3 > 2"


def test_ids_tell_their_time() -> None:
    assert abs((when("2080765813578191303") - datetime(2026, 7, 24, 21, 23, 23, tzinfo=UTC)).total_seconds()) < 1
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert when(id_at(at)) == at


def test_a_film_shows_its_best_version() -> None:
    sample = json.loads((SAMPLES / "asked-mention.json").read_text())["data"]
    assert [(file.kind, file.url) for file in message(sample).attachments] == [
        ("image", "https://pbs.twimg.com/media/box.jpg"),
        ("video", "https://video.twimg.com/film.mp4"),
    ]


def test_a_leftover_can_be_read_again() -> None:
    sample = json.loads((SAMPLES / "mention.json").read_text())["data"]
    assert read_again(as_text(sample), to_events).events == (message(sample),)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_the_document_allows_becomes_a_message_or_a_leftover(data: st.DataObject) -> None:
    spec.need(spec.SPECS)
    kind, schema = data.draw(st.sampled_from([(ASKED_POST, "Tweet"), (ASKED_MESSAGE, "DmEvent")]))
    payload = data.draw(documented(schema))
    along = {"users": data.draw(st.lists(documented("User"), max_size=2)), "media": [data.draw(documented("Photo"))]}
    events, unread = read_each([{"event_type": kind, "payload": payload, "includes": along}], to_events)
    if isinstance(payload.get("author_id"), str) and "text" in payload and "id" in payload and kind == ASKED_POST:
        assert unread == (), unread
    for event in events:
        assert isinstance(event, IncomingMessage)
        assert event.id
        assert event.at.tzinfo is not None
        assert event.text == clean(event.text)


def test_mapping_takes_less_than_100_microseconds() -> None:
    samples = [json.loads((SAMPLES / f"{name}.json").read_text())["data"] for name in ("mention", "direct-message")]
    best = min(_seconds(samples) for _ in range(5))
    assert best / 200 < 100e-6


def _seconds(samples: list[Any]) -> float:
    start = time.perf_counter()
    for _ in range(100):
        for sample in samples:
            to_events(sample)
    return time.perf_counter() - start
