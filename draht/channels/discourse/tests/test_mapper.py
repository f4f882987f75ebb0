"""The mapper on recorded posts, on everything that the document allows, and how fast it is."""

from __future__ import annotations

import json
from datetime import UTC
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from draht.channels.discourse.mapper import to_event, to_sent
from draht.channels.discourse.rights import may
from draht.channels.discourse.round import Mark, Round
from draht.channels.discourse.tests import shapes, spec
from draht.channels.discourse.tests.desk import Desk
from draht.channels.discourse.tests.network import SITE, World
from draht.channels.discourse.tests.network import Post as Written
from draht.contract.channel import Act
from draht.contract.errors import Unsure
from draht.contract.messages import Deletion, IncomingMessage
from draht.contract.reading import as_text, read_again, read_each
from draht.contract.testing import item_of
from draht.contract.text import clean

POSTS = {"api_posts_latest": 2, "api_topic": 4, "api_topic_posts": 1}
CALLS = {
    "webhook_post_post_created_1": IncomingMessage,
    "webhook_post_post_edited_2": IncomingMessage,
    "webhook_post_post_recovered_3": IncomingMessage,
    "webhook_post_post_destroyed_4": Deletion,
    "webhook_topic_topic_created_1": None,
    "webhook_topic_topic_edited_2": None,
    "webhook_topic_topic_destroyed_3": None,
    "webhook_topic_topic_recovered_4": None,
    "webhook_like_post_liked_1": None,
    "webhook_solved_accepted_solution_1": None,
}
LISTS = {"api_latest", "api_notifications", "api_private_messages", "api_search", "api_post"}


def recorded(name: str) -> Any:
    return json.loads(spec.need(spec.PAYLOADS / f"{name}.json").read_text())


def posts(name: str) -> list[Any]:
    told = recorded(name)
    return list(told["latest_posts"] if "latest_posts" in told else told["post_stream"]["posts"])


@pytest.mark.parametrize("name", POSTS)
def test_recorded_posts_become_messages(name: str) -> None:
    events, unread = read_each(posts(name), lambda raw: to_event(raw, SITE))
    assert unread == ()
    messages = [event for event in events if isinstance(event, IncomingMessage)]
    assert len(messages) == POSTS[name]
    for message in messages:
        assert message.text or message.attachments
        assert "<p>" not in message.text
        assert message.at.tzinfo
        assert message.thread.startswith("topic-")
        assert message.url.startswith(f"{SITE}/t/")
        assert not message.private


def test_what_the_system_itself_writes_is_nobodys_business() -> None:
    assert to_event(recorded("api_post"), SITE) is None
    assert isinstance(to_event(recorded("api_post") | {"user_id": 5}, SITE), IncomingMessage)


@pytest.mark.parametrize("name", CALLS)
def test_recorded_calls(desk: Desk, name: str) -> None:
    """Fedora's forum leaves the words out of its calls: they are asked for, and so is what became of a deletion."""
    call = recorded(name)
    event, body = call["webhook_headers"]["X-Discourse-Event"], call["webhook_body"]
    if CALLS[name] is IncomingMessage:
        told, world = body["post"], desk.world
        topic = world.open(told["topic_title"], id=told["topic_id"])
        world.topics[topic.id] = topic
        world.posts[told["id"]] = Written(told["id"], topic, told["post_number"], 7, "The words.", world.now, world.now)
    reading = desk.channel.read_hook(desk.net.hook(event, body))
    assert reading.unread == ()
    assert [type(found) for found in reading.events] == ([CALLS[name]] if CALLS[name] else [])
    for found in reading.events:
        assert found.id == str(body["post"]["id"])
    for found in reading.events:
        if isinstance(found, IncomingMessage):
            assert found.text == "The words."
            assert found.title == body["post"]["topic_title"]


def test_every_recording_is_used() -> None:
    known = {path.stem for path in spec.need(spec.PAYLOADS).glob("*.json")}
    assert known == set(POSTS) | set(CALLS) | LISTS


def test_a_recorded_list_of_private_messages_is_understood(desk: Desk) -> None:
    [topic] = recorded("api_private_messages")["topic_list"]["topics"]
    desk.channel.fetch("")
    one = Round(desk.channel.client, "", None, desk.world.now.astimezone(UTC))
    one.mark = Mark(letter_at="2014-09-13T14:27:20.000+00:00")
    assert one._is_new(topic)
    one.mark = Mark(letter_at="2014-09-13T14:27:20.140+00:00")
    assert not one._is_new(topic)


def test_pictures_of_others_and_emoji_are_no_attachments() -> None:
    world = World()
    raw = shapes.post(world.write("Look"), True)
    cooked = '<img class="emoji" src="/e.png"><img class="avatar" src="/a.png"><img src="javascript:x"><img alt="x">'
    found = to_event(raw | {"cooked": cooked}, SITE)
    assert isinstance(found, IncomingMessage)
    assert found.attachments == ()


def test_a_post_without_words_is_a_leftover() -> None:
    raw = shapes.hook(World().write("Look"), True)["post"]
    assert read_each([raw], lambda one: to_event(one, SITE))[1]


@pytest.mark.parametrize("told", [None, [], {}, {"id": 1}, {"pending_post": {}}])
def test_an_answer_that_nobody_can_read_may_have_been_carried_out(told: Any) -> None:
    with pytest.raises(Unsure):
        to_sent(told, SITE)


def drawn(schema: Any) -> SearchStrategy[Any]:
    """Values of a schema of the document, with all that it needs."""
    types = schema.get("type", [])
    kinds = types if isinstance(types, list) else [types]
    return st.one_of([_drawn(kind, schema) for kind in kinds] or [st.none()])


def _drawn(kind: str, schema: Any) -> SearchStrategy[Any]:
    match kind:
        case "object":
            return st.fixed_dictionaries({key: drawn(each) for key, each in schema.get("properties", {}).items()})
        case "array":
            return st.lists(drawn(schema["items"]), max_size=2)
        case "integer":
            return st.integers(-5, 2**40)
        case "number":
            return st.floats(allow_nan=False)
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
    times = st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat())
    return st.text(max_size=30) | times | st.sampled_from(["<p>a</p>", "private_message", '<img src="//[x">', "\x00"])


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_the_document_allows_is_read(data: st.DataObject) -> None:
    spec.need(spec.SPEC)
    schema = spec.answer_schema("get", "/posts.json")["properties"]["latest_posts"]["items"]
    raw = data.draw(drawn(schema))
    times = {"created_at": "2026-11-20T08:00:00.000Z", "updated_at": "2026-11-20T08:00:00.000Z"}
    for post in (raw, raw | times, raw | times | {"deleted_at": None}):
        events, unread = read_each([post], lambda one: to_event(one, SITE))
        for found in events:
            assert found.id
            if isinstance(found, IncomingMessage):
                assert found.text == clean(found.text)
                assert all(may(act, item_of(found), SITE) for act in Act)
        for left in unread:
            assert left.reason
            assert not read_again(as_text(post), lambda one: to_event(one, SITE)).events


def test_mapping_takes_less_than_100_microseconds() -> None:
    raw, rounds = shapes.post(World().write("Do you deliver to Graz? " * 10), True), 2000
    begun = process_time()
    for _ in range(rounds):
        to_event(raw, SITE)
    assert (process_time() - begun) / rounds < 100e-6
