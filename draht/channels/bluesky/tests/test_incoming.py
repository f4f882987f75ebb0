"""What comes in: mentions, replies, quotes, our own answers, searches, page by page, and what looking again finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from draht.channels.bluesky import client
from draht.channels.bluesky.round import Mark
from draht.channels.bluesky.tests.desk import Desk, messages
from draht.channels.bluesky.tests.network import POST, iso, ref
from draht.contract.errors import TryLater
from draht.contract.messages import Deletion
from draht.contract.testing import item_of


def texts(events: list[Any]) -> list[str]:
    return [message.text.removeprefix("@acme.test ") for message in messages(events)]


def test_a_reply_comes_with_our_post_before_it(desk: Desk) -> None:
    own = desk.net.say(desk.us, "New boots!")
    desk.net.say(desk.jane, "In red?", to=own)
    found = messages(desk.fetch())
    assert [m.text for m in found] == ["New boots!", "In red?"]
    assert (found[1].thread, found[1].parent) == (own.uri, own.uri)
    assert found[0].author.id == desk.us.did


def test_other_peoples_posts_are_none_of_our_business(desk: Desk) -> None:
    carl = desk.net.join("carl.test")
    started = desk.net.say(carl, "A quarrel")
    asked = desk.net.say(desk.jane, "My own words", to=started)
    desk.net.say(desk.jane, "what do you say?", to=asked, mentions=desk.us)
    assert texts(desk.fetch()) == ["My own words", "what do you say?"]


def test_a_quote_names_what_it_quotes(desk: Desk) -> None:
    own = desk.net.say(desk.us, "New boots!")
    desk.net.say(desk.jane, "Look", embed={"$type": "app.bsky.embed.record", "record": ref(own)})
    found = {m.text.partition("\n")[0]: m for m in messages(desk.fetch())}
    assert found["Look"].parent == own.uri
    assert found["Look"].thread == found["Look"].id
    assert found["Look"].text == f"Look\n\n{found['New boots!'].url}"


def test_a_post_that_replies_and_mentions_comes_once(desk: Desk) -> None:
    own = desk.net.say(desk.us, "New boots!")
    desk.net.say(desk.jane, "hello", to=own, mentions=desk.us)
    assert texts(desk.fetch()) == ["New boots!", "hello"]


def test_many_pages_are_walked_in_several_calls(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE", 4)
    for n in range(30):
        desk.net.say(desk.jane, f"number {n}", mentions=desk.us)
    first = desk.channel.fetch("")
    assert first.more
    assert len(first.events) == 12
    desk.net.say(desk.jane, "number 30", mentions=desk.us)  # while the walk is under way
    desk.cursor = first.cursor or ""
    found = texts([*first.events, *desk.fetch(), *desk.fetch()])
    assert sorted(int(text.split()[-1]) for text in found) == list(range(31))
    assert desk.fetch() == []


def test_a_quiet_account_costs_three_calls(desk: Desk) -> None:
    desk.net.say(desk.jane, "hello", mentions=desk.us)
    desk.fetch()
    desk.double.calls.clear()
    assert desk.fetch() == []
    names = [call.rpartition(".")[2] for call in desk.double.calls]
    assert names == ["listNotifications", "getAuthorFeed", "getLog"]


def test_what_a_slow_clock_dates_back_is_not_missed(desk: Desk) -> None:
    desk.hear("first")
    for minutes, seen in ((50, ["late"]), (70, [])):
        earlier = iso(desk.net.now() - timedelta(minutes=minutes))
        desk.net.say(desk.jane, "late", mentions=desk.us, createdAt=earlier)
        assert texts(desk.fetch()) == seen


def test_the_cursor_forgets_what_is_an_hour_old(desk: Desk) -> None:
    for n in range(5):
        desk.hear(f"number {n}")
    desk.net.offset = timedelta(hours=2)
    desk.channel = desk.open(**desk.channel.renew())
    desk.hear("later")
    mark = msgspec.json.decode(desk.cursor, type=Mark)
    assert len(mark.told.seen) == 1
    assert mark.page == ""


@pytest.mark.parametrize(("days", "seen"), [(1, ["new"]), (100, ["old", "new"])])
def test_the_first_fetch_goes_back_as_far_as_asked(days: int, seen: list[str]) -> None:
    desk = Desk(since=datetime.now(UTC) - timedelta(days=days))
    desk.net.say(desk.jane, "old", mentions=desk.us, createdAt=iso(desk.net.now() - timedelta(days=50)))
    desk.net.say(desk.jane, "new", mentions=desk.us)
    assert texts(desk.fetch()) == seen
    desk.close()


def test_an_answer_from_an_app_comes_in_and_a_monologue_does_not(desk: Desk) -> None:
    kept, _ = desk.hear("hello")
    own = desk.net.say(desk.us, "By hand: yes", to=kept)
    alone = desk.net.say(desk.us, "New boots!")
    desk.net.say(desk.us, "In red.", to=alone)
    (found,) = messages(desk.fetch())
    assert (found.id, found.parent) == (own.uri, kept.uri)


def test_an_edit_within_the_hour_comes_by_itself(desk: Desk) -> None:
    kept, _ = desk.hear("Teh zipper")
    desk.net.write(desk.jane.did, POST, kept.value | {"text": "The zipper"}, kept.uri.rpartition("/")[2])
    assert texts(desk.fetch()) == ["The zipper"]


def test_a_strange_notification_is_kept_once(desk: Desk) -> None:
    desk.hear("hello")
    kept = desk.net.say(desk.jane, "odd", mentions=desk.us)
    kept.value["text"] = 7
    cursor = desk.cursor
    reading = desk.channel.fetch(cursor)
    assert len(reading.unread) == 1
    assert desk.channel.fetch(reading.cursor or "").unread == ()
    assert not desk.channel.read_item(reading.unread[0].raw).events
    kept.value["text"] = "odd"
    assert desk.channel.read_item(reading.unread[0].raw.replace('"text":7', '"text":"mended"')).events
    desk.double._violations.clear()


def test_searches_find_what_nobody_told_us() -> None:
    desk = Desk(search="broken boots\n\nacme\n")
    desk.net.say(desk.jane, "My boots are broken")
    desk.net.say(desk.us, "Acme boots, never broken")
    desk.net.say(desk.jane, "dear acme", mentions=desk.us)
    assert sorted(texts(desk.fetch())) == ["My boots are broken", "dear acme"]
    assert desk.fetch() == []
    desk.net.say(desk.jane, "broken: my other boots")
    assert texts(desk.fetch()) == ["broken: my other boots"]
    desk.close()


# -- looking again ------------------------------------------------------------------------------------------


def test_gone_and_blocked_are_told_apart(desk: Desk) -> None:
    gone, one = desk.hear("one")
    _, two = desk.hear("two")
    desk.net.delete(gone.uri)
    reading = desk.channel.look_again([one, two])
    assert [e.id for e in reading.events if isinstance(e, Deletion)] == [one.id]
    block = {"$type": "app.bsky.graph.block", "subject": desk.us.did, "createdAt": iso(desk.net.now())}
    desk.net.write(desk.jane.did, "app.bsky.graph.block", block)
    assert desk.channel.look_again([two]).events == ()


def test_an_account_that_is_switched_off_is_no_deletion(desk: Desk) -> None:
    kept, item = desk.hear("hello")
    desk.net.records.pop(kept.uri)
    del desk.net.accounts[desk.jane.did]
    assert desk.channel.look_again([item]).events == ()


def test_what_is_hidden_stays_hidden(desk: Desk) -> None:
    own = desk.net.say(desk.us, "New boots!")
    desk.net.say(desk.jane, "They stink", to=own)
    item = item_of(messages(desk.fetch())[-1])
    (seen,) = messages(list(desk.channel.look_again([replace(item, held=True)]).events))
    assert seen.held


def test_a_quote_stays_one(desk: Desk) -> None:
    own = desk.net.say(desk.us, "New boots!")
    desk.net.say(desk.jane, "Look", embed={"$type": "app.bsky.embed.record", "record": ref(own)})
    quote = next(m for m in messages(desk.fetch()) if m.text.startswith("Look"))
    (seen,) = messages(list(desk.channel.look_again([item_of(quote)]).events))
    assert (seen.parent, seen.thread, seen.raw["reason"]) == (own.uri, quote.id, "quote")


def test_a_long_outage_leaves_no_gap(desk: Desk) -> None:
    desk.hear("before")
    for days, text in ((20, "meanwhile"), (55, "after")):
        desk.net.offset = timedelta(days=days)
        desk.net.say(desk.jane, text, mentions=desk.us)
    desk.channel = desk.open(**desk.channel.renew())
    desk.channel.since = desk.net.now() - timedelta(days=30)
    assert texts(desk.fetch()) == ["meanwhile", "after"]


def test_looking_again_asks_for_25_posts_a_call(desk: Desk) -> None:
    items = [desk.hear(f"number {n}")[1] for n in range(27)]
    desk.double.calls.clear()
    assert len(desk.channel.look_again(items).events) == 27
    assert len(desk.double.calls) == 2


def test_a_search_that_fails_loses_nothing() -> None:
    desk = Desk(search="boots")
    desk.fetch()
    desk.net.say(desk.jane, "hello", mentions=desk.us)
    desk.loopback.fail_next("fine", "fine", "fine", 503)
    with pytest.raises(TryLater):
        desk.channel.fetch(desk.cursor)
    assert texts(desk.fetch()) == ["hello"]
    desk.close()
