"""The mapper against recordings of real servers and against whatever the OpenAPI document allows."""

from __future__ import annotations

import json
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from draht.channels.mastodon import wording
from draht.channels.mastodon.mapper import (
    StatusLimits,
    to_account,
    to_limits,
    to_mention,
    to_message,
    to_sent,
    to_told,
)
from draht.channels.mastodon.tests import spec
from draht.contract.messages import IncomingMessage
from draht.contract.reading import read_each
from draht.contract.text import clean, from_html

DEPTH = 3  # how deep references are followed: statuses hold statuses
MOMENTS = st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat().replace("+00:00", "Z"))
MARKUP = st.lists(
    st.sampled_from(["<p>", "</p>", '<a href="https://x.example/y">', "</a>", "<br>", "&amp;", "&#0;", "<", ">"])
    | st.text(max_size=8)
).map("".join)
TEXTS = MARKUP | st.text()


def statuses_in(value: Any) -> list[Any]:
    """Every status somewhere in a recording."""
    if isinstance(value, list):
        return [found for each in value for found in statuses_in(each)]
    if not isinstance(value, dict):
        return []
    own = [value] if {"content", "account", "visibility", "uri"} <= set(value) else []
    return own + [found for each in value.values() for found in statuses_in(each)]


def test_every_recorded_status_is_understood() -> None:
    spec.need(spec.PAYLOADS)
    recordings = [json.loads(path.read_text()) for path in sorted(spec.PAYLOADS.glob("*.json"))]
    found = statuses_in(recordings)
    assert len(found) > 30
    events, unread = read_each(found, to_message)
    assert unread == ()
    for event in events:
        assert isinstance(event, IncomingMessage)
        assert event.id
        assert event.text
        assert event.author.handle
        assert "<" not in event.text
        assert event.url.startswith("http")
        assert event.private == (event.raw["visibility"] == "direct")


def test_a_leftover_is_a_notification_or_a_status() -> None:
    notification = json.loads((Path(spec.__file__).parents[1] / "samples/mention.json").read_text())
    assert to_told(notification) == to_mention(notification) == to_told(notification["status"])
    assert to_told(notification | {"type": "favourite"}) is None


@cache
def documented(name: str, depth: int = DEPTH) -> SearchStrategy[Any]:
    """Values of a schema of the document; where references go too deep, there is ``null``."""
    return _values(spec.document()["components"]["schemas"][name], depth)


def _values(schema: Any, depth: int) -> SearchStrategy[Any]:
    if "$ref" in schema:
        return documented(schema["$ref"].rpartition("/")[2], depth - 1) if depth else st.none()
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "oneOf" in schema:
        return st.one_of([_values(each, depth) for each in schema["oneOf"]])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of([_of_type(type_, schema, depth) for type_ in types])


def _of_type(type_: str, schema: Any, depth: int) -> SearchStrategy[Any]:
    match type_:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers()
        case "number":
            return st.floats(allow_nan=False)
        case "array":
            return st.lists(_values(schema["items"], depth), max_size=2)
        case "object":
            fields = {key: _values(each, depth) for key, each in schema.get("properties", {}).items()}
            needed = {key: fields.pop(key) for key in schema.get("required", ()) if key in fields}
            return st.fixed_dictionaries(needed, optional=fields)
    return MOMENTS if schema.get("format") == "date-time" else TEXTS


calm = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@calm
@given(data=st.data())
def test_whatever_the_document_allows_is_a_message(data: st.DataObject) -> None:
    spec.need(spec.SPEC)
    raw = data.draw(documented("Status"))
    events, unread = read_each([raw], to_message)
    assert len(events) + len(unread) == 1
    for event in events:
        assert isinstance(event, IncomingMessage)
        assert event.text == clean(event.text)
        assert event.at.tzinfo is not None
        assert event.id == raw["id"]
    if unread:  # an id is never empty, and a lone half of a surrogate pair is no text
        assert "length >= 1" in unread[0].reason or "surrogates" in unread[0].reason


@calm
@given(data=st.data())
def test_whatever_else_comes_is_left_over(data: st.DataObject) -> None:
    """A notification with one value replaced by anything: it is a message, none of our business, or left over."""
    spec.need(spec.SPEC)
    raw = data.draw(documented("Notification"))
    spoilt = _spoilt(raw, data)
    events, unread = read_each([spoilt], to_mention)
    assert len(events) + len(unread) <= 1
    if not unread and not events:
        assert spoilt["type"] != "mention"
    assert all(left.reason and left.raw for left in unread)


def _spoilt(value: Any, data: st.DataObject) -> Any:
    if isinstance(value, dict) and value and data.draw(st.integers(0, 3)):
        key = data.draw(st.sampled_from(sorted(value)))
        return value | {key: _spoilt(value[key], data)}
    return data.draw(st.none() | st.integers() | st.text() | st.lists(st.integers()) | st.just({}))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (
            '<p><span class="h-card"><a href="https://s.example/@brand" class="u-url mention">@<span>brand'
            "</span></a></span> one<br />two</p><p>three &lt;3</p>",
            "@brand one\ntwo\nthree <3",
        ),
        (
            '<p><a href="https://x.example/a/long/way"><span class="invisible">https://</span>'
            '<span class="ellipsis">x.example/a</span><span class="invisible">/long/way</span></a></p>',
            "https://x.example/a/long/way",
        ),
        (
            '<p>read <a href="https://x.example/?a=1&amp;b=2">our terms</a></p>',
            "read our terms (https://x.example/?a=1&b=2)",
        ),
        (
            '<p><a href="https://evil.example/">https://bank.example</a></p>',
            "https://bank.example (https://evil.example/)",
        ),
        (
            '<p><a href="https://s.example/tags/boots" class="mention hashtag">#<span>boots</span></a></p>',
            "#boots",
        ),
        ('<p>a</p><script>alert("x")</script><ul><li>b</li><li>c</li></ul>', "a\nb\nc"),
        ('<p><a href="javascript:alert(1)">here</a> <b>bold</b></p>', "here bold"),
    ],
)
def test_html_becomes_text_that_can_be_read(markup: str, text: str) -> None:
    assert from_html(wording.show_targets(markup)) == text


@pytest.mark.parametrize(
    ("text", "acct", "there"),
    [
        ("@jane hello", "jane", True),
        ("Hello @Jane.", "jane", True),
        ("@jane@far.example hello", "jane", False),
        ("@jane@far.example, hello", "jane@far.example", True),
        ("@jane@far.example.org hello", "jane@far.example", False),
        ("@janet hello", "jane", False),
        ("x@jane hello", "jane", False),
        ("https://far.example/@jane", "jane", False),
    ],
)
def test_mentions_are_told_apart(text: str, acct: str, there: bool) -> None:
    assert wording.mentions(text, acct) is there


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("häß", 3),
        ("👩🏽‍🚒🇦🇹é", 3),
        ("https://x.example/a/long/way", 23),
        ("(https://x.example/).", 3 + 23),
        ("http://x.example http://y.example", 2 * 23 + 1),
        ("x.example", 9),
        ("@jane@far.example hello", len("@jane hello")),
        ("jane@far.example", len("jane@far.example")),
    ],
)
def test_text_is_counted_as_mastodon_counts(text: str, length: int) -> None:
    assert wording.length(text, 23) == length


def test_the_same_words_are_recognised_however_they_are_shown() -> None:
    sent = "@jane@far.example Yes – see https://x.example/a?b=1 (*now*)!"
    shown = "@jane Yes – see https://x.example/a?b=1 (now)!"
    assert wording.letters(sent) == wording.letters(shown)
    assert wording.letters("Yes") != wording.letters("No")
    assert wording.letters("👍") != wording.letters("👎")


def recorded(name: str, place: int = 0) -> Any:
    spec.need(spec.PAYLOADS)
    recording = json.loads((spec.PAYLOADS / f"{name}.json").read_text())
    if isinstance(recording, list):
        return recording[place]["response"]["body"]
    return recording["response"]


def test_recorded_servers_tell_their_limits_and_our_account() -> None:
    assert to_limits(recorded("stream_user_direct", 2)) == StatusLimits(500, 23)
    assert to_limits(recorded("local_gts_00-instance")) == StatusLimits(5000, 25)
    assert to_account(recorded("stream_user_direct", 0)).name == "admin", "an empty display name"
    ours = to_account(recorded("local_gts_03-verify_credentials"))
    assert (ours.handle, ours.url) == ("brand", "http://localhost:8091/@brand")


def test_a_recorded_answer_is_sent() -> None:
    sent = to_sent(recorded("local_gts_06-reply"))
    assert (sent.id, sent.at.microsecond) == ("01M80CA5NY8KR6NZD30G1VGWK1", 143_000)
