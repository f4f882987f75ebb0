"""Mastodon against the contract and against its double."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from draht.channels.mastodon import round as rounds
from draht.channels.mastodon.channel import Mastodon
from draht.channels.mastodon.mapper import to_mention, to_message
from draht.channels.mastodon.tests import spec
from draht.channels.mastodon.tests.double import TOKEN, Double
from draht.channels.mastodon.tests.network import Written
from draht.contract.channel import Act, Channel, WSGIApp
from draht.contract.errors import LoginExpired, Refused, TryLater, Unsure
from draht.contract.http import Http
from draht.contract.messages import (
    Allowed,
    Author,
    Deletion,
    IncomingMessage,
    Item,
    NotAllowed,
    OutgoingPost,
    OutgoingReply,
    Reading,
)
from draht.contract.reading import read_each
from draht.contract.testing import ChannelContract, Loopback, drain, item_of

JANE = "jane@other.example"


class TestMastodon(ChannelContract):
    channel: ClassVar[type[Channel]] = Mastodon

    @pytest.fixture
    def net(self) -> Iterator[Loopback]:
        double = Double()
        loopback = Loopback(double)
        yield loopback
        loopback.close()
        assert double.violations == []

    def double(self) -> WSGIApp:
        return Double()

    def connect(self, url: str, double: Any) -> Mapping[str, str]:
        return {"server": url, "token": TOKEN}

    def customer_writes(self, double: Any, text: str) -> None:
        double.net.write(JANE, f"@brand {text}")

    def our_answers(self, double: Any) -> list[str]:
        return [status.text for status in double.net.of_brand()]

    def read_sample(self, payload: Any) -> Reading:
        events, unread = read_each(payload if isinstance(payload, list) else [payload], read_either)
        return Reading(events, unread)


def read_either(payload: Any) -> IncomingMessage | None:
    notified = isinstance(payload, dict) and "status" in payload
    return to_mention(payload) if notified else to_message(payload)


class Desk:
    """A double, the channel opened on it, and a cursor that is carried on."""

    def __init__(self, double: Double) -> None:
        self.double = double
        self.net = double.net
        self.loopback = Loopback(double)
        self.http = Http(timeout=5)
        config = {"server": self.loopback.url, "token": TOKEN}
        self.channel = Mastodon(config, self.http)
        self.channel.account = self.channel.whoami()
        self.cursor = ""
        double.calls.clear()

    def fetch(self) -> list[Any]:
        events, self.cursor = drain(self.channel, self.cursor)
        return events

    def hear(self, text: str, **how: Any) -> tuple[Written, Item]:
        """A customer writes, and the item that the house keeps of it."""
        written = self.net.write(JANE, f"@brand {text}", **how)
        return written, item_of(next(event for event in self.fetch() if event.id == written.id))

    def close(self) -> None:
        self.loopback.close()
        self.http.close()
        assert self.double.violations == []


@pytest.fixture
def desk() -> Iterator[Desk]:
    opened = Desk(Double())
    yield opened
    opened.close()


@pytest.fixture
def old_desk() -> Iterator[Desk]:
    """On a server without batches of statuses, which knows no idempotency keys either."""
    opened = Desk(Double(batch=False, honours_keys=False))
    yield opened
    opened.close()


def answer(item: Item, text: str = "Yes, within two days.", **more: Any) -> OutgoingReply:
    return OutgoingReply(key="0190c3f2-0000-7000-8000-000000000001", text=text, to=item, **more)


def messages(events: list[Any]) -> list[IncomingMessage]:
    return [event for event in events if isinstance(event, IncomingMessage)]


# -- the double is held against the specification ------------------------------------------------------


def test_the_specification_judges_the_double() -> None:
    spec.need(spec.SPEC)
    double = Double()
    double.judge("x", spec.request_faults, "/api/v1/notifications", "GET", [("q", "1")], None)
    double.judge("x", spec.answer_faults, "/api/v1/statuses/{id}", "GET", 200, {"id": 1})
    assert len(double.violations) >= 2


# -- in ------------------------------------------------------------------------------------------------


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
        Mastodon({"server": " ", "token": TOKEN}, desk.http)
    assert Mastodon({"server": "social.example/@brand", "token": ""}, desk.http).client.base == (
        "https://social.example"
    )


# -- out -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_an_answer_is_as_public_as_what_it_answers(desk: Desk, visibility: str) -> None:
    written, item = desk.hear("hello", visibility=visibility)
    sent = desk.channel.reply(answer(item))
    ours = desk.net.statuses[sent.id]
    assert (ours.visibility, ours.parent) == (visibility, written.id)
    assert ours.text == f"@{JANE} Yes, within two days."


def test_a_private_answer_to_a_public_item(desk: Desk) -> None:
    _, item = desk.hear("hello")
    sent = desk.channel.reply(answer(item, private=True))
    assert desk.net.statuses[sent.id].visibility == "direct"


def test_without_its_payload_an_item_never_becomes_more_public(desk: Desk) -> None:
    for how, expected in [("direct", "direct"), ("public", "unlisted")]:
        _, item = desk.hear("hello", visibility=how)
        sent = desk.channel.reply(answer(replace(item, raw={}), f"Hello {how}"))
        assert desk.net.statuses[sent.id].visibility == expected
        desk.double.keys.clear()


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (f"Yes, @{JANE}!", f"Yes, @{JANE}!"),
        ("Yes, @jane!", f"@{JANE} Yes, @jane!"),  # another Jane: one of our own server
        (f"mail to x@{JANE}", f"@{JANE} mail to x@{JANE}"),
    ],
)
def test_the_author_is_mentioned_once(desk: Desk, text: str, sent: str) -> None:
    _, item = desk.hear("hello")
    assert desk.net.statuses[desk.channel.reply(answer(item, text)).id].text == sent


def test_a_second_answer_goes_to_whom_the_first_one_went(desk: Desk) -> None:
    written, _ = desk.hear("hello", visibility="direct")
    desk.net.write("brand", f"@{JANE} Hello", parent=written.id, visibility="direct")
    (ours,) = desk.fetch()
    by_agent = replace(item_of(ours), ours=True, author=Author(id="7", name="Bea"))
    for item in (item_of(ours), by_agent):
        sent = desk.channel.reply(replace(answer(item, "One more thing"), key=item.author.id))
        assert desk.net.statuses[sent.id].text == f"@{JANE} One more thing"


def test_a_private_answer_to_nobody_is_not_sent(desk: Desk) -> None:
    _, item = desk.hear("hello", visibility="direct")
    with pytest.raises(Refused, match="Nobody"):
        desk.channel.reply(answer(replace(item, ours=True, raw={}), "One more thing"))
    assert desk.net.of_brand() == []


def test_an_answer_under_a_warning_keeps_it(desk: Desk) -> None:
    _, item = desk.hear("look", spoiler="broken boots")
    sent = desk.channel.reply(answer(item))
    assert desk.net.statuses[sent.id].spoiler == "broken boots"


def test_the_networks_own_words_are_shown(desk: Desk) -> None:
    written, item = desk.hear("hello")
    with pytest.raises(Refused, match="länger als 500 Zeichen"):
        desk.channel.reply(answer(item, "a" * 501))
    desk.net.delete(written.id)
    with pytest.raises(Refused, match="scheint nicht zu existieren"):
        desk.channel.reply(answer(item))


def test_the_key_makes_one_answer_of_two_attempts(desk: Desk) -> None:
    _, item = desk.hear("hello")
    assert desk.channel.reply(answer(item)).id == desk.channel.reply(answer(item)).id
    assert len(desk.net.of_brand()) == 1


@pytest.mark.parametrize("hours", [0.1, 5])
def test_a_later_attempt_looks_first(hours: float) -> None:
    """After the hour of the key, and on servers that know no keys."""
    desk = Desk(Double(honours_keys=False))
    _, item = desk.hear("hello")
    tried = desk.net.now
    desk.loopback.fail_next("lost")
    with pytest.raises(TryLater):
        desk.channel.reply(answer(item))
    for n in range(60):
        desk.net.write("brand", f"other post {n}")
    desk.net.pass_time(hours * 3600)
    desk.channel.reply(answer(item, first_tried_at=tried))
    assert sum("two days" in status.text for status in desk.net.of_brand()) == 1
    desk.close()


def test_looking_back_is_not_fooled_by_an_older_same_answer(desk: Desk) -> None:
    _, item = desk.hear("hello")
    desk.channel.reply(answer(item))
    desk.net.pass_time(3600)
    assert desk.channel.find_reply(answer(item, first_tried_at=desk.net.now)) is None
    other = desk.hear("and me?")[1]
    assert desk.channel.find_reply(answer(other)) is None


def test_looking_back_finds_the_answer_to_what_was_deleted_since(desk: Desk) -> None:
    written, item = desk.hear("hello")
    sent = desk.channel.reply(answer(item, "See https://brand.example/delivery/a/very/long/way?x=1&y=2 #boots"))
    desk.net.delete(written.id)
    found = desk.channel.find_reply(replace(answer(item), text=(
        "See https://brand.example/delivery/a/very/long/way?x=1&y=2 #boots")))  # fmt: skip
    assert found is not None
    assert found.id == sent.id


def test_a_server_that_only_says_done_already_is_looked_at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _, item = desk.hear("hello")
    sent = desk.channel.reply(answer(item))
    monkeypatch.setattr(desk.channel.client, "write", lambda status, key: {"status": "done already"})
    assert desk.channel.reply(answer(item)).id == sent.id
    with pytest.raises(Unsure):
        desk.channel.reply(answer(item, "Something that never arrived"))


def test_a_post_is_public_and_comes_once(desk: Desk) -> None:
    post = OutgoingPost(key="k", title="Boots", text="New ones!", link="https://brand.example/boots")
    sent = desk.channel.publish(post)
    assert desk.channel.publish(post).id == sent.id
    (ours,) = desk.net.of_brand()
    assert ours.text == "Boots\n\nNew ones!\n\nhttps://brand.example/boots"
    assert (ours.visibility, ours.parent) == ("public", None)


# -- what may be done, and how long it may be ----------------------------------------------------------


def test_what_may_be_done(desk: Desk) -> None:
    _, public = desk.hear("hello")
    _, private = desk.hear("psst", visibility="direct")
    may = desk.channel.may
    assert may(Act.REPLY, public) == Allowed()
    assert isinstance(may(Act.REPLY, private), Allowed)
    assert isinstance(may(Act.REPLY_PRIVATELY, public), Allowed)
    assert isinstance(may(Act.REPLY_PRIVATELY, private), NotAllowed)
    for act in (Act.APPROVE, Act.HOLD, Act.SPAM, Act.DELETE):
        answered = may(act, public)
        assert isinstance(answered, NotAllowed)
        assert "nobody can hide" in answered.why


def test_the_counter_asks_the_server_once(desk: Desk) -> None:
    _, item = desk.hear("hello", spoiler="boots")
    desk.double.max_characters = 700
    desk.double.calls.clear()
    counter = desk.channel.counter(item)
    assert desk.channel.counter(item).limit == counter.limit == 700
    assert desk.double.calls == ["GET /api/v2/instance"]
    assert counter.count("") == len("boots" + "@jane ")
    assert counter.count("👩🏽‍🚒 https://brand.example/a/very/long/way/to/it") == len("boots@jane ") + 2 + 23


def test_the_counter_has_a_default_when_the_server_cannot_be_asked(desk: Desk) -> None:
    _, item = desk.hear("hello")
    desk.loopback.fail_next(503, "garbage")
    assert desk.channel.counter(item).limit == 500
    assert desk.channel.counter(item).limit == 500


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(
        st.sampled_from(
            ["boots", "@carl@far.example", "@carl", "https://brand.example/x?y=1", "(https://a.example)", "ä"]
        ),
        max_size=60,
    )
)
def test_what_the_counter_allows_the_server_takes(desk: Desk, words: list[str]) -> None:
    if not desk.net.told:
        desk.net.write(JANE, "@brand hello")
    item = item_of(messages(drain(desk.channel, "")[0])[0])
    text = " ".join(["Hello", *words])
    counter = desk.channel.counter(item)
    desk.double.keys.clear()
    desk.double.remaining = 300
    if counter.count(text) <= counter.limit:
        assert desk.channel.reply(answer(item, text)).id
    else:
        with pytest.raises(Refused):
            desk.channel.reply(answer(item, text))


def test_the_look_back_reaches_as_far_as_the_first_attempt(desk: Desk) -> None:
    _, item = desk.hear("hello")
    tried = desk.net.now
    for n in range(450):
        desk.net.write("brand", f"other post {n}")
    with pytest.raises(Unsure):
        desk.channel.find_reply(answer(item, first_tried_at=tried))
    assert desk.channel.find_reply(answer(item, first_tried_at=tried + timedelta(days=1))) is None
