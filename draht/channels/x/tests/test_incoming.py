"""What comes in by asking: mentions, our own answers, direct messages, edits and deletions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from draht.channels.x.channel import X
from draht.channels.x.round import MESSAGES_EVERY, Mark, Round
from draht.channels.x.tests.desk import Desk, answer, messages
from draht.channels.x.tests.network import File
from draht.channels.x.tests.office import ALL
from draht.contract.errors import LoginExpired, Refused, TryLater
from draht.contract.messages import Attachment, Deletion, IncomingMessage, Item, Reading
from draht.contract.testing import drain, item_of


def fetch_at(desk: Desk, cursor: str, now: datetime, since: datetime | None = None) -> Reading:
    return Round(desk.channel.client, desk.us, cursor, since, messages=True, now=now).run()


def later(cursor: str | None, seconds: float = MESSAGES_EVERY) -> datetime:
    return datetime.fromtimestamp(msgspec.json.decode(cursor or "", type=Mark).looked + seconds, UTC)


def test_many_mentions_come_once_each_in_pages_without_a_gap(desk: Desk) -> None:
    desk.fetch()
    written = [desk.net.write("ada", f"@brand number {number}").id for number in range(37)]
    found = [message.id for message in messages(desk.fetch())]
    assert sorted(found) == sorted(written)
    assert desk.fetch() == []


def test_what_is_written_between_two_pages_is_not_lost(desk: Desk) -> None:
    desk.fetch()
    written = [desk.net.write("ada", f"@brand number {number}").id for number in range(25)]
    reading = desk.channel.fetch(desk.cursor)
    assert reading.more
    written += [desk.net.write("ada", f"@brand later {number}").id for number in range(12)]
    events, cursor = drain(desk.channel, reading.cursor or "")
    more, _ = drain(desk.channel, cursor)
    found = [message.id for message in messages([*reading.events, *events, *more])]
    assert sorted(found) == sorted(written)


def test_the_first_round_reads_as_far_back_as_was_chosen(desk: Desk) -> None:
    desk.net.now -= timedelta(days=20)
    old = desk.net.write("ada", "@brand long ago")
    desk.net.now += timedelta(days=10)
    newer = desk.net.write("ada", "@brand ten days ago")
    desk.net.now += timedelta(days=10)
    newest = desk.net.write("ada", "@brand today")
    assert {message.id for message in messages(desk.fetch())} == {newest.id}
    since = datetime.now(UTC) - timedelta(days=15)
    deep = X(desk.config, desk.http, desk.us, since)
    assert {message.id for message in messages(drain(deep, "")[0])} == {newest.id, newer.id}
    deeper = X(desk.config, desk.http, desk.us, since - timedelta(days=15))
    assert {message.id for message in messages(drain(deeper, "")[0])} == {newest.id, newer.id, old.id}


def test_a_thread_holds_together(desk: Desk) -> None:
    root = desk.net.write("brand", "Our new parcels are here.")
    asked = desk.net.write("ada", "@brand where is mine?", parent=root.id)
    ours = desk.net.write("brand", "On its way", parent=asked.id)
    again = desk.net.write("ada", "@brand thank you", parent=ours.id)
    found = {message.id: message for message in messages(desk.fetch())}
    assert set(found) == {asked.id, ours.id, again.id}, "a post of ours that answers nobody is nothing for an inbox"
    assert {message.thread for message in found.values()} == {root.id}
    assert [found[each.id].parent for each in (asked, ours, again)] == [root.id, asked.id, ours.id]
    assert found[ours.id].author.id == desk.us.id
    assert found[ours.id].author.name == "Brand"


def test_direct_messages_come_as_private_ones(desk: Desk) -> None:
    desk.net.send("ada", "brand", "My order is 4711 & late")
    desk.net.send("brand", "ada", "We look into it")
    first, second = messages(desk.fetch())
    assert (first.text, first.author.name, first.private) == ("My order is 4711 & late", "Ada", True)
    assert second.author.id == desk.us.id
    assert first.thread == second.thread
    assert first.id.startswith("dm:")


def test_only_new_direct_messages_come_again(desk: Desk) -> None:
    desk.net.send("ada", "brand", "One")
    desk.fetch()
    for number in range(23):
        desk.net.send("ada", "brand", f"More {number}")
    reading = fetch_at(desk, desk.cursor, later(desk.cursor))
    assert [message.text for message in messages(list(reading.events))] == [f"More {number}" for number in range(23)]
    assert fetch_at(desk, reading.cursor or "", later(reading.cursor)).events == ()


def test_direct_messages_are_looked_for_every_two_minutes_as_x_allows_no_more(desk: Desk) -> None:
    desk.fetch()
    desk.net.send("ada", "brand", "One")
    assert fetch_at(desk, desk.cursor, later(desk.cursor, MESSAGES_EVERY - 1)).events == ()
    assert fetch_at(desk, desk.cursor, later(desk.cursor)).events


def test_used_up_direct_messages_do_not_hold_the_mentions_back(desk: Desk) -> None:
    desk.double.exhaust("GET /2/dm_events")
    desk.net.send("ada", "brand", "One")
    written = desk.net.write("ada", "@brand hello")
    assert [message.id for message in messages(desk.fetch())] == [written.id]


def test_a_limit_that_x_told_is_kept_to_and_stops_nothing_else(desk: Desk) -> None:
    _, item = desk.hear("hello")
    desk.double.exhaust("POST /2/tweets")
    with pytest.raises(TryLater):
        desk.channel.reply(answer(item))
    desk.double.calls.clear()
    with pytest.raises(TryLater) as raised:
        desk.channel.reply(answer(item))
    assert raised.value.after
    assert desk.double.calls == []
    desk.fetch()
    assert "GET /2/users/{id}/mentions" in desk.double.calls


def test_a_fault_after_the_mentions_does_not_lose_them(desk: Desk) -> None:
    written = desk.net.write("ada", "@brand hello")
    desk.loopback.fail_next("fine", 500)
    reading = desk.channel.fetch("")
    assert [message.id for message in messages(list(reading.events))] == [written.id]
    assert drain(desk.channel, reading.cursor or "")[0] == []


def test_without_the_permission_nobody_asks_for_direct_messages() -> None:
    desk = Desk(scope=ALL.replace("dm.read ", ""))
    desk.net.write("ada", "@brand hello")
    assert len(desk.fetch()) == 1
    assert "GET /2/dm_events" not in desk.double.calls
    assert any("dm.read" in lack for lack in desk.channel.lacks())
    desk.close()


def test_a_refusal_of_direct_messages_is_told_once_nothing_else_came() -> None:
    desk = Desk(scope=ALL.replace("dm.read ", ""))
    del desk.channel.config["scope"]  # type: ignore[attr-defined]
    desk.net.write("ada", "@brand hello")
    assert len(desk.fetch()) == 1
    with pytest.raises(Refused, match=r"dm\.read"):
        desk.fetch()
    desk.close()


def test_pictures_and_films_come_along(desk: Desk) -> None:
    files = [File("3_1", "photo", "https://pbs.twimg.com/a.jpg", "A box"), File("7_2", "video", "https://video/f")]
    desk.net.write("ada", "@brand broken", files=files)
    (message,) = messages(desk.fetch())
    assert message.text == "@brand broken"
    assert [(file.kind, file.url, file.alt) for file in message.attachments] == [
        ("image", "https://pbs.twimg.com/a.jpg", "A box"),
        ("video", "https://video/f.mp4", ""),
    ]


def test_the_picture_of_a_direct_message_needs_our_login(desk: Desk) -> None:
    place = "https://ton.twitter.com/1.1/ton/data/dm/10/20/abc.jpg"
    desk.net.send("ada", "brand", "Look", [File("3_1", "photo", place)])
    (message,) = messages(desk.fetch())
    (file,) = message.attachments
    assert (file.url, file.key) == ("", "10/20/abc.jpg")
    brought = desk.channel.bring(file, 1000)
    assert brought.content == b"\x89PNG of a message"
    assert brought.content_type == "image/png"
    with pytest.raises(Refused):
        desk.channel.bring(Attachment("", key="10/21/gone.jpg"), 1000)


def test_shortened_links_show_where_they_lead(desk: Desk) -> None:
    desk.net.write("ada", "@brand see https://example.org/a?b=1&c=2 <now>")
    (message,) = messages(desk.fetch())
    assert message.text == "@brand see https://example.org/a?b=1&c=2 <now>"


# -- what became of it ------------------------------------------------------------------------------------


def test_looking_again_sees_edits_under_the_first_id(desk: Desk) -> None:
    written, item = desk.hear("where is mine?")
    desk.net.edit(written.id, "@brand where is my parcel?")
    newest = desk.net.edit(written.id, "@brand where is my blue parcel?")
    (event,) = desk.channel.look_again([item]).events
    assert isinstance(event, IncomingMessage)
    assert (event.id, event.text) == (written.id, "@brand where is my blue parcel?")
    assert event.author.name == "Ada"
    assert event.url.endswith(newest.id)
    assert desk.channel.look_again([item_of(event)]).events == ()


def test_looking_again_tells_of_nothing_where_nothing_changed(desk: Desk) -> None:
    _, item = desk.hear("hello")
    desk.double.calls.clear()
    assert desk.channel.look_again([item]) == Reading()
    assert desk.double.calls == ["GET /2/tweets"]


def test_only_what_is_certainly_gone_is_deleted(desk: Desk) -> None:
    (gone, item), (hidden, other) = desk.hear("hello"), desk.hear("hello again")
    desk.net.delete(gone.id)
    desk.net.protected.add(hidden.id)
    assert desk.channel.look_again([item, other]).events == (Deletion(gone.id),)


def test_an_edited_post_that_is_gone_is_deleted_under_its_first_id(desk: Desk) -> None:
    written, item = desk.hear("hello")
    newer = desk.net.edit(written.id, "@brand hello!")
    edited = item_of(messages(list(desk.channel.look_again([item]).events))[0])
    desk.net.delete(newer.id)
    assert desk.channel.look_again([edited]).events == (Deletion(written.id),)


def test_direct_messages_are_not_looked_at_again(desk: Desk) -> None:
    desk.net.send("ada", "brand", "One")
    item = item_of(messages(desk.fetch())[0])
    desk.double.calls.clear()
    assert desk.channel.look_again([item]) == Reading()
    assert desk.double.calls == []


def test_a_whole_batch_is_one_call(desk: Desk) -> None:
    for number in range(50):
        desk.net.write("ada", f"@brand number {number}")
    items: list[Item] = [item_of(message) for message in messages(desk.fetch())]
    desk.double.calls.clear()
    desk.channel.look_again(items)
    assert desk.double.calls == ["GET /2/tweets"]
    assert len(items) == desk.channel.batch


def test_a_strange_post_becomes_a_leftover_and_stops_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.net.write("ada", "@brand one")
    page = desk.channel.client.mentions(desk.us.id, {})

    def strange(us: str, where: Any) -> Any:
        return page | {"data": [{"id": "5", "strange": True}, "text", *page["data"]]}

    monkeypatch.setattr(desk.channel.client, "mentions", strange)
    reading = desk.channel.fetch("")
    assert len(reading.events) == 1
    assert len(reading.unread) == 2
    assert desk.channel.read_item(reading.unread[0].raw).unread


def test_a_login_that_ran_out_says_so(desk: Desk) -> None:
    desk.double.office.granted.clear()
    with pytest.raises(LoginExpired):
        desk.fetch()
