"""What is new: nothing is lost, nothing is confirmed before it is stored, and hook and poll never hinder each other."""

from __future__ import annotations

import itertools
import time

import pytest

from draht.channels.telegram.tests.desk import Desk, texts
from draht.channels.telegram.tests.network import CHANNEL, GROUP
from draht.contract.errors import LoginExpired, Refused, TryLater
from draht.contract.messages import Attachment

HERE = "https://desk.nordlicht.example/hook/abc"


def test_nothing_is_confirmed_before_it_is_stored(desk: Desk) -> None:
    desk.world.write("One")
    first = desk.channel.fetch("")
    assert texts(list(first.events)) == ["One"]
    assert len(desk.world.updates) == 1, "Telegram still has it"
    again = desk.channel.fetch("")  # the store failed: the cursor did not move
    assert texts(list(again.events)) == ["One"]
    assert first.cursor
    after = desk.channel.fetch(first.cursor)
    assert after.events == ()
    assert desk.world.updates == []


def test_waiting_confirms_only_what_was_stored(desk: Desk) -> None:
    desk.world.write("One")
    assert desk.channel.wait("", 1)
    assert len(desk.world.updates) == 1
    stored = desk.channel.fetch("")
    assert stored.cursor
    desk.world.write("Two")
    assert desk.channel.wait(stored.cursor, 1)
    assert [update["message"]["text"] for update in desk.world.updates] == ["Two"]


def test_more_than_a_page_comes_whole(desk: Desk) -> None:
    for number in range(230):
        desk.world.write(f"Message {number}")
    assert texts(desk.fetch()) == [f"Message {number}" for number in range(230)]


def test_after_a_quiet_week_telegram_counts_anew(desk: Desk) -> None:
    desk.world.write("One")
    desk.fetch()
    desk.fetch()
    assert desk.cursor == "", "all is confirmed: no number has to be remembered"
    desk.world._updates = itertools.count(3)
    desk.world.write("Two")
    assert texts(desk.fetch()) == ["Two"]


def test_what_nobody_understands_does_not_stop_the_others(desk: Desk) -> None:
    desk.world.write("One")
    desk.world.write("Who am I?", chat=GROUP, author=None)
    desk.world.write("Two")
    reading = desk.channel.fetch("")
    assert texts(list(reading.events)) == ["One", "Two"]
    [left] = reading.unread
    assert "Who am I?" in left.raw
    assert reading.cursor == str(desk.world.updates[-1]["update_id"] + 1)


def test_with_a_hook_nobody_asks(desk: Desk) -> None:
    desk.channel.subscribe(HERE)
    desk.world.write("One")
    reading = desk.channel.fetch("17")
    assert (reading.events, reading.cursor) == ((), "")
    assert reading.pause
    assert desk.net.hook["url"] == HERE
    with pytest.raises(TryLater) as raised:
        desk.channel.wait("", 1)
    assert raised.value.after


def test_when_the_calls_fail_draht_asks_by_itself(desk: Desk) -> None:
    desk.channel.subscribe(HERE)
    desk.world.write("One")
    desk.net.deliver(works=False)
    assert any("cannot reach Draht: Connection timed out" in lack for lack in desk.channel.lacks())
    assert not desk.channel.is_subscribed(HERE)
    assert texts(desk.fetch()) == ["One"]
    assert desk.net.hook == {}
    assert not desk.channel.is_subscribed(HERE), "the hook is tried again"
    desk.channel.subscribe(HERE)
    assert desk.channel.is_subscribed(HERE)


def test_an_error_long_past_is_no_reason_to_ask(desk: Desk) -> None:
    desk.channel.subscribe(HERE)
    desk.world.write("On its way")
    desk.net.hook |= {"last_error_date": desk.world.now - 86_400, "last_error_message": "Connection timed out"}
    assert desk.channel.is_subscribed(HERE)
    assert desk.channel.fetch("").events == ()
    assert desk.net.hook["url"] == HERE


@pytest.mark.parametrize(
    "address",
    ["http://localhost:8000/hook/a", "https://127.0.0.1/hook/a", "https://desk.nordlicht.example:8001/hook/a",
     "https://desk/hook/a", "https://desk.nordlicht.internal/hook/a", "https://desk.nordlicht.example:x/hook/a"],
)  # fmt: skip
def test_where_nobody_can_call_draht_asks(desk: Desk, address: str) -> None:
    desk.channel.subscribe(HERE)
    desk.channel.subscribe(address)
    assert desk.net.hook == {}
    assert desk.channel.is_subscribed(address) == (".internal" not in address)
    desk.world.write("One")
    assert texts(desk.fetch()) == ["One"]


def test_a_hook_of_somebody_else_is_not_ours(desk: Desk) -> None:
    desk.channel.subscribe("https://other.example/bot")
    assert not desk.channel.is_subscribed(HERE)
    assert not desk.channel.is_subscribed("http://localhost:8000/hook/a")
    desk.channel.subscribe(HERE)
    assert desk.channel.is_subscribed(HERE)


def test_another_reader_is_told(desk: Desk) -> None:
    desk.net.another_reads = True
    with pytest.raises(TryLater, match="Another program reads"):
        desk.channel.fetch("")
    begun = time.monotonic()
    assert not desk.channel.wait("", 1)
    assert time.monotonic() - begun > 0.9, "not again and again at once"


def test_groups_come_with_what_the_bot_may_do_there(desk: Desk) -> None:
    desk.world.write("Hello", chat=GROUP)
    desk.world.write("All", chat=GROUP)
    events = desk.fetch()
    assert [event.raw["our_rights"] for event in events] == [["can_delete_messages", "can_restrict_members"]] * 2
    assert desk.methods().count("getChatMember") == 1


def test_rights_that_cannot_be_asked_for_hinder_nothing(desk: Desk) -> None:
    desk.world.write("Hello", chat=GROUP)
    desk.loopback.fail_next("fine", 500)
    [event] = desk.channel.fetch("").events
    assert "our_rights" not in event.raw  # type: ignore[union-attr]


def test_private_chats_only(private_desk: Desk) -> None:
    private_desk.world.write("Hello", chat=GROUP)
    private_desk.world.write("Hello you")
    assert texts(private_desk.fetch()) == ["Hello you"]


def test_what_a_login_lacks(desk: Desk, private_desk: Desk) -> None:
    assert any("/setprivacy" in lack for lack in desk.channel.lacks())
    desk.net.privacy = False
    assert desk.channel.lacks() == ()
    desk.world.rights[CHANNEL["id"]].clear()
    assert any("may not post in @nordlicht" in lack for lack in desk.channel.lacks())
    assert private_desk.channel.lacks() == ()


@pytest.mark.parametrize("token", ["", "abc", "123:short", "7001:ä" + "a" * 40])
def test_what_is_no_token_is_told_before_anybody_is_asked(token: str) -> None:
    with pytest.raises(Refused, match="token"):
        Desk(token=token)


def test_a_token_that_was_revoked(desk: Desk) -> None:
    desk.net.tokens.clear()
    with pytest.raises(LoginExpired, match="BotFather"):
        desk.channel.fetch("")


def test_files_are_brought(desk: Desk) -> None:
    id = desk.world.keep(b"\x89PNG", "photos/file_7.png")
    media = desk.channel.bring(Attachment("", "image", key=id), 1000)
    assert (media.content, media.content_type) == (b"\x89PNG", "image/png")
    with pytest.raises(Refused, match="larger"):
        desk.channel.bring(Attachment("", "image", key=id), 3)
    with pytest.raises(Refused):
        desk.channel.bring(Attachment("", "image", key="gone"), 1000)


def test_large_files_stay_with_telegram(desk: Desk) -> None:
    id = desk.world.keep(b"0" * 20_000_001, "videos/file_1.mp4")
    with pytest.raises(Refused, match="20 MB"):
        desk.channel.bring(Attachment("", "video", key=id), 10**9)
