"""What comes in: mentions, threads, edits, deletions, our answers made elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from draht.channels.mastodon import round as rounds
from draht.channels.mastodon.channel import Mastodon
from draht.channels.mastodon.tests.desk import JANE, Desk, messages
from draht.channels.mastodon.tests.double import TOKEN, Double
from draht.contract.errors import LoginExpired, Refused, TryLater
from draht.contract.messages import (
    Deletion,
)


def test_paging_forward_leaves_no_gap(desk: Desk) -> None:
    desk.hear("the first")
    written = [desk.net.write(JANE, f"@brand number {n}").id for n in range(200)]
    assert [event.id for event in desk.fetch()] == written
    assert desk.fetch() == []


def test_the_first_round_does_not_take_the_whole_history(desk: Desk) -> None:
    written = [desk.net.write(JANE, f"@brand number {n}").id for n in range(300)]
    newest = written[-80 * rounds.FIRST_PAGES :]
    assert [event.id for event in desk.fetch()] == newest
    assert desk.double.calls.count("GET /api/v1/notifications") == rounds.FIRST_PAGES


def test_private_mentions_of_strangers_come_in(desk: Desk) -> None:
    _, item = desk.hear("my order number is 7", visibility="direct")
    assert item.private
    assert desk.net.told[0].filtered, "Mastodon hides these unless asked for them"


def test_an_edit_comes_as_a_later_revision(desk: Desk) -> None:
    written, item = desk.hear("my ziper broke")
    desk.net.edit(written.id, "@brand my zipper broke")
    (edited,) = desk.fetch()
    assert (edited.id, edited.thread, edited.text) == (item.id, item.thread, "@brand my zipper broke")
    assert edited.revision == written.edited
    assert desk.fetch() == [], "once is enough"


@pytest.mark.parametrize("batch", [True, False])
def test_a_deletion_comes_in(batch: bool) -> None:
    desk = Desk(Double(batch=batch))
    kept = desk.hear("still here")[0]
    gone = desk.hear("never mind")[0]
    desk.net.delete(gone.id)
    assert desk.fetch() == [Deletion(gone.id)]
    assert kept.id in desk.cursor
    assert gone.id not in desk.cursor
    desk.close()


def test_what_a_batch_leaves_out_is_not_gone_for_that(desk: Desk) -> None:
    written, _ = desk.hear("still here")
    desk.double.hidden.add(written.id)
    assert desk.fetch() == []
    assert written.id in desk.cursor


def test_many_deletions_come_in_over_some_rounds(old_desk: Desk) -> None:
    written = [old_desk.net.write(JANE, f"@brand number {n}").id for n in range(30)]
    old_desk.fetch()
    for id in written:
        old_desk.net.delete(id)
    gone: list[Any] = []
    for _ in range(3):
        old_desk.double.calls.clear()
        gone += old_desk.fetch()
        assert len(old_desk.double.calls) <= rounds.SINGLE_LOOKS + 3
    assert {event.id for event in gone} == set(written)


def test_forty_statuses_are_looked_at_with_two_requests(desk: Desk) -> None:
    for n in range(rounds.LOOKS):
        desk.net.write(JANE, f"@brand number {n}")
    desk.fetch()
    desk.double.calls.clear()
    assert desk.fetch() == []
    assert desk.double.calls.count("GET /api/v1/statuses") == 2
    assert len(desk.double.calls) == 4


def test_the_newest_statuses_are_watched_and_the_cursor_stays_small(desk: Desk) -> None:
    for n in range(rounds.WATCHED + 40):
        desk.net.write(JANE, f"@brand number {n}")
    desk.fetch()
    oldest, newest = desk.net.told[0].status, desk.net.told[-1].status
    assert newest in desk.cursor
    assert oldest not in desk.cursor
    assert len(desk.cursor) < 12_000
    desk.net.edit(newest, "@brand edited")
    edited = [event for _ in range(6) for event in desk.fetch()]
    assert [event.text for event in edited] == ["@brand edited"]


def test_what_is_new_is_looked_at_first(desk: Desk) -> None:
    for n in range(2 * rounds.LOOKS):
        desk.net.write(JANE, f"@brand number {n}")
    desk.fetch()
    written, _ = desk.hear("my ziper")
    desk.net.edit(written.id, "@brand my zipper")
    assert [event.text for event in desk.fetch()] == ["@brand my zipper"]


def test_an_answer_finds_its_thread_and_what_belongs_to_it(desk: Desk) -> None:
    post = desk.net.write("brand", "New boots!")
    strange = desk.net.write("carl", "Nice", parent=post.id)
    first = desk.net.write(JANE, "@carl are they warm?", parent=strange.id)
    asked = desk.net.write(JANE, "@brand are they?", parent=first.id)
    found = messages(desk.fetch())
    assert [event.id for event in found] == [post.id, first.id, asked.id], "not what third persons wrote"
    assert {event.thread for event in found} == {post.id}
    assert [event.author.id == desk.net.brand.id for event in found] == [True, False, False]


def test_a_known_thread_costs_no_request(desk: Desk) -> None:
    written, _ = desk.hear("Do you deliver to Graz?")
    desk.double.calls.clear()
    _, item = desk.hear("Hello?", parent=written.id)
    assert item.thread == written.id
    assert "GET /api/v1/statuses/{id}/context" not in desk.double.calls


def test_threads_are_looked_up_bit_by_bit(desk: Desk) -> None:
    desk.hear("the first")
    post = desk.net.write("carl", "Nice")
    written = [desk.net.write(JANE, "@brand number", parent=post.id).id for _ in range(50)]
    desk.double.calls.clear()
    reading = desk.channel.fetch(desk.cursor)
    assert reading.more
    assert len(desk.double.calls) <= 40
    assert [event.id for event in desk.fetch()] == written


def test_a_broken_thread_does_not_stop_the_mentions(desk: Desk) -> None:
    post = desk.net.write("carl", "Nice")
    desk.double.broken_threads = True
    _, item = desk.hear("what is this?", parent=post.id)
    assert (item.thread, item.parent) == (post.id, post.id), "the house joins it to its parent"


def test_our_answers_made_elsewhere_come_in_as_ours(desk: Desk) -> None:
    written, _ = desk.hear("Do you deliver to Graz?")
    by_app = desk.net.write("brand", f"@{JANE} Yes", parent=written.id)
    desk.net.write("brand", "Something else altogether")
    (event,) = desk.fetch()
    assert (event.id, event.thread, event.author.id) == (by_app.id, written.id, desk.net.brand.id)


def test_a_warning_and_pictures_are_not_lost(desk: Desk) -> None:
    picture = {"id": "1", "type": "image", "url": "https://other.example/1.png", "description": "A boot"}
    far = {"id": "2", "type": "unknown", "url": None, "remote_url": "https://other.example/2.pdf"}
    nowhere = {"id": "3", "type": "unknown", "url": None}
    desk.net.write(JANE, "@brand look", spoiler="broken boots", media=[picture, far, nowhere])
    (event,) = desk.fetch()
    assert event.title == "broken boots"
    assert [(a.kind, a.url, a.alt) for a in event.attachments] == [
        ("image", picture["url"], "A boot"),
        ("file", far["remote_url"], ""),
    ]


def test_a_strange_notification_does_not_stop_the_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    page = [{"id": "9", "type": "mention", "status": None}, 7, {"id": "11", "type": "poll"}]
    good = desk.net.write(JANE, "@brand hello")
    whole = desk.channel.client.mentions
    monkeypatch.setattr(desk.channel.client, "mentions", lambda **where: page + whole(**where))
    reading = desk.channel.fetch("")
    assert [event.id for event in reading.events] == [good.id]
    assert len(reading.unread) == 2
    assert all(left.reason for left in reading.unread)


def test_a_limit_is_told_with_its_wait() -> None:
    desk = Desk(Double(limit=1))
    with pytest.raises(TryLater) as raised:
        desk.fetch()
    assert raised.value.after is not None
    assert 0 < raised.value.after <= 120
    desk.close()


def test_a_wrong_token_and_a_wrong_server_are_told_apart(desk: Desk) -> None:
    with pytest.raises(LoginExpired, match="ungültig"):
        Mastodon({"server": desk.loopback.url, "token": "old"}, desk.http).whoami()
    with pytest.raises(Refused):
        Mastodon({"server": " ", "token": TOKEN}, desk.http).whoami()
    assert Mastodon({"server": "social.example/@brand", "token": ""}, desk.http).client.base == (
        "https://social.example"
    )
