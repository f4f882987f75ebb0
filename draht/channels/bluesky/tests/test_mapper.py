"""What the mapper makes of recorded payloads, of everything that the lexicons allow, and how fast."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from draht.channels.bluesky.mapper import direct, page_of, parts, to_account, to_any, to_direct, to_post
from draht.channels.bluesky.tests import lexicon, syntax
from draht.channels.bluesky.tests.values import FORMATS, values
from draht.contract.reading import read_each
from draht.contract.text import clean

PAYLOADS = sorted(lexicon.PAYLOADS.glob("*.json"))
POSTS = {  # recorded payload → what its posts say, in its order
    "local_05-listNotifications": ["@acmeboots.test my zipper broke, help? #boots"],
    "local_07-getPostThread": ["@acmeboots.test my zipper broke, help? #boots", "Sorry Jane! DM us your order number."],
    "local_08-listNotifications-reply": ["Sorry Jane! DM us your order number."],
    "local_09-searchPosts": ["@acmeboots.test my zipper broke, help? #boots"],
    "local_09b-searchPosts-tag": ["@acmeboots.test my zipper broke, help? #boots"],
    "local_12-getAuthorFeed": ["@acmeboots.test my zipper broke, help? #boots"],
}


def posts(raw: Any) -> Iterator[Any]:
    """Whatever in a payload is shown as a post."""
    if isinstance(raw, dict):
        if {"uri", "cid", "author", "record", "indexedAt"} <= raw.keys():
            yield raw
        for value in raw.values():
            yield from posts(value)
    elif isinstance(raw, list):
        for value in raw:
            yield from posts(value)


def test_the_recorded_payloads_are_there() -> None:
    lexicon.need(lexicon.PAYLOADS)
    assert len(PAYLOADS) > 20


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_recorded_payloads_become_the_right_messages(path: Any) -> None:
    events, unread = read_each(posts(json.loads(path.read_text())), to_post)
    assert unread == ()
    assert all(event.text == clean(event.text) for event in events)  # type: ignore[union-attr]
    if not path.stem.startswith("marshalx_thread"):
        assert [event.text for event in events] == POSTS.get(path.stem, [])  # type: ignore[union-attr]


def test_a_recorded_thread_of_the_live_network() -> None:
    path = lexicon.PAYLOADS / "marshalx_thread_view_post_with_embed_media.json"
    lexicon.need(path)
    message = to_post(next(posts(json.loads(path.read_text()))))
    assert (message.author.name, message.author.handle) == ("Python SDK", "test.marshal.dev")
    assert message.text.startswith("https://bsky.app/profile/did:plc:kvwvcn5iqfooopmyzvb4qzba/post/")
    (picture,) = message.attachments
    assert (picture.kind, picture.url.startswith("https://cdn.bsky.app/img/feed_fullsize/")) == ("image", True)
    assert message.at.isoformat() == "2023-09-28T12:49:36.735000+00:00"


def test_a_recorded_session_says_who_we_are() -> None:
    path = lexicon.PAYLOADS / "local_13-refreshSession.json"
    lexicon.need(path)
    account = to_account(json.loads(path.read_text())["response"])
    assert (account.id, account.handle) == ("did:plc:imfafl3a4zjw7enisa2omkfv", "acmeboots.test")


# -- everything that the lexicons allow ---------------------------------------------------------------------


def wide(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


@wide(150)
@given(data=st.data())
def test_what_the_lexicons_allow_is_read(data: st.DataObject) -> None:
    lexicon.need(lexicon.LEXICONS)
    ref = data.draw(
        st.sampled_from(["app.bsky.feed.defs#postView", "app.bsky.notification.listNotifications#notification"])
    )
    shown = data.draw(values(ref))
    shown["record"] = {"$type": "app.bsky.feed.post"} | data.draw(values("app.bsky.feed.post"))
    message = to_post(shown)
    assert message.id == shown["uri"]
    assert message.author.id == shown["author"]["did"]
    assert message.at.tzinfo is not None
    assert message.text == clean(message.text)
    assert all(attachment.url for attachment in message.attachments)


@wide(100)
@given(data=st.data())
def test_what_the_lexicons_allow_of_messages_is_read(data: st.DataObject) -> None:
    lexicon.need(lexicon.LEXICONS)
    convo = data.draw(values("chat.bsky.convo.defs#convoView").filter(lambda convo: convo["id"]))
    raw = data.draw(values("chat.bsky.convo.defs#messageView").filter(lambda message: message["id"]))
    message = to_direct(direct(convo, raw))
    assert message.private
    assert message.id == f"{convo['id']}/{raw['id']}"
    assert message.thread == convo["id"]


@wide(100)
@given(data=st.data(), junk=st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2))
def test_one_strange_part_is_read_or_left_over_and_never_breaks(data: st.DataObject, junk: Any) -> None:
    lexicon.need(lexicon.LEXICONS)
    shown = data.draw(values("app.bsky.feed.defs#postView"))
    shown["record"] = data.draw(values("app.bsky.feed.post"))
    part = data.draw(st.sampled_from([shown, shown["author"], shown["record"]]))
    part[data.draw(st.sampled_from(sorted(part)))] = junk
    events, unread = read_each([shown], to_any)
    assert len(events) + len(unread) == 1


@given(uri=FORMATS["at-uri"])
def test_the_judge_and_the_values_agree(uri: str) -> None:
    assert syntax.FORMATS["at-uri"](uri)
    assert page_of(uri).startswith("https://bsky.app/profile/did:plc:")
    assert parts(uri)[1] == "app.bsky.feed.post"


def test_a_message_takes_less_than_100_microseconds() -> None:
    sample = json.loads((Path(__file__).parents[1] / "samples" / "mention.json").read_text())

    def seconds() -> float:
        begin = time.perf_counter()
        for _ in range(500):
            to_post(sample)
        return time.perf_counter() - begin

    assert min(seconds() for _ in range(5)) / 500 < 100e-6
