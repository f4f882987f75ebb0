"""The forum's calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from draht.channels.discourse.tests.desk import Desk, settings, texts
from draht.contract.errors import Forged, TryLater
from draht.contract.messages import Deletion, Hook, IncomingMessage


def calls(desk: Desk) -> Hook:
    return desk.net.hooks()[-1]


def test_a_new_post_is_read_without_asking(desk: Desk) -> None:
    desk.world.write("Where is my parcel?")
    desk.channel.verify(calls(desk))
    assert texts(list(desk.channel.read_hook(calls(desk)).events)) == ["Where is my parcel?"]
    assert desk.net.calls == []


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "ü"])
def test_a_forged_call_is_turned_away(desk: Desk, signature: str) -> None:
    desk.world.write("Where is my parcel?")
    hook = calls(desk)
    with pytest.raises(Forged):
        desk.channel.verify(replace(hook, headers={**hook.headers, "x-discourse-event-signature": signature}))
    with pytest.raises(Forged):
        desk.channel.verify(replace(hook, headers={}))


def test_without_a_secret_nobody_is_believed() -> None:
    desk = Desk(hook_secret="")
    desk.world.write("Where is my parcel?")
    with pytest.raises(Forged):
        desk.channel.verify(calls(desk))
    assert "hook_secret" in settings("")
    desk.close()


def test_an_edit_is_the_same_post_later(desk: Desk) -> None:
    post = desk.world.write("Where is my parcel?")
    [first] = desk.channel.read_hook(calls(desk)).events
    desk.world.rewrite(post, "Where is my letter?")
    [second] = desk.channel.read_hook(calls(desk)).events
    assert isinstance(first, IncomingMessage)
    assert isinstance(second, IncomingMessage)
    assert first.id == second.id
    assert first.revision
    assert second.revision
    assert first.revision < second.revision


@pytest.mark.parametrize("moderator", [True, False])
def test_deleted_and_brought_back(desk: Desk, moderator: bool) -> None:
    desk.net.moderator = moderator
    desk.world.write("The first one.")
    post = desk.world.write("Where is my parcel?")
    desk.world.remove(post)
    [gone] = desk.channel.read_hook(calls(desk)).events
    assert isinstance(gone, Deletion)
    assert gone.at
    desk.world.bring_back(post)
    [back] = desk.channel.read_hook(calls(desk)).events
    assert isinstance(back, IncomingMessage)
    assert back.revision
    assert back.revision > gone.at, "the forum dates it as before the deletion"


def test_an_old_call_that_is_repeated_deletes_nothing(desk: Desk) -> None:
    desk.world.write("The first one.")
    post = desk.world.write("Where is my parcel?")
    desk.world.remove(post)
    old = calls(desk)
    desk.world.bring_back(post)
    [found] = desk.channel.read_hook(old).events
    assert isinstance(found, IncomingMessage)


def test_words_that_a_call_leaves_out_are_asked_for(desk: Desk) -> None:
    desk.net.wordless = True
    topic = desk.world.open("My order 4711", private=True)
    desk.world.write("Please look at it.", topic=topic)
    [found] = desk.channel.read_hook(calls(desk)).events
    assert isinstance(found, IncomingMessage)
    assert (found.text, found.private, found.title) == ("Please look at it.", True, "My order 4711")
    topic.members.clear()
    assert desk.channel.read_hook(calls(desk)).events == ()
    desk.net.crowded = 5
    with pytest.raises(TryLater):
        desk.channel.read_hook(calls(desk))


@pytest.mark.parametrize("event", ["ping", "user_created", "topic_created", "post_liked", "accepted_solution", ""])
def test_other_events_are_nobodys_business(desk: Desk, event: str) -> None:
    reading = desk.channel.read_hook(desk.net.hook(event, {"ping": "OK"}))
    assert (reading.events, reading.unread) == ((), ())


@pytest.mark.parametrize("event", ["post_created", "post_destroyed"])
@pytest.mark.parametrize("body", [{}, [], {"post": None}, {"post": {"id": "x"}}, {"post": {"id": 1, "cooked": "<p>a"}}])
def test_what_nobody_understands_is_kept(desk: Desk, event: str, body: object) -> None:
    desk.net.moderator = False
    reading = desk.channel.read_hook(desk.net.hook(event, body))
    assert len(reading.unread) + len(reading.events) == 1
    broken = desk.channel.read_hook(Hook("POST", {"x-discourse-event": event}, {}, b"\xff"))
    assert broken.unread
    assert all(event.at and event.at <= datetime.now(UTC) for event in reading.events)
