"""What X charges is in the purse before it is spent, and the month's cap stops before it is passed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from draht.channels.x.tests.desk import Desk, answer, messages
from draht.channels.x.tests.double import Double
from draht.channels.x.tests.network import File
from draht.channels.x.tests.test_incoming import fetch_at, later
from draht.channels.x.tests.test_outgoing import DOT, ours, post
from draht.contract.channel import Act
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, Unsure
from draht.contract.messages import Allowed
from draht.contract.testing import item_of


def test_the_purse_knows_what_x_charged(desk: Desk) -> None:
    """Each thing once: then both count the same. What X gives again on one day only our purse counts."""
    root = desk.net.write("brand", "Our new parcels are here.")
    for name in ("ada", "bob", "cleo"):
        desk.net.write(name, "@brand hello", parent=root.id)
    desk.net.write("emil", "@brand broken", files=[File("3_1", "photo", "https://pbs.twimg.com/a.jpg")])
    desk.net.send("dora", "brand", "Hello in private")
    found = messages(desk.fetch())
    item = item_of(found[0])
    desk.channel.reply(answer(item))
    desk.channel.moderate(Act.HIDE, item)
    desk.channel.publish(post(media=(DOT,)))
    desk.channel.publish(post("See example.org"))
    again = 1.0  # the newest direct message is looked at, and then read with its page
    assert desk.purse.cents == pytest.approx(desk.till.charged + again)
    assert desk.till.charged > 25


def test_a_look_that_finds_nothing_new_costs_nothing(desk: Desk) -> None:
    desk.net.write("ada", "@brand hello")
    desk.net.send("ada", "brand", "Hello in private")
    desk.fetch()
    before, charged, cursor = desk.purse.cents, desk.till.charged, desk.cursor
    for _ in range(5):
        cursor = fetch_at(desk, cursor, later(cursor)).cursor or ""
    assert desk.purse.cents == pytest.approx(before)
    assert desk.till.charged == pytest.approx(charged)


def test_the_newest_message_is_charged_once_a_day(desk: Desk) -> None:
    desk.net.send("ada", "brand", "Hello in private")
    desk.fetch()
    before = desk.purse.cents
    tomorrow = later(desk.cursor, 86_400)
    cursor = fetch_at(desk, desk.cursor, tomorrow).cursor
    assert desk.purse.cents == pytest.approx(before + 1.0)
    fetch_at(desk, cursor or "", later(cursor))
    assert desk.purse.cents == pytest.approx(before + 1.0)


@pytest.mark.parametrize("cap", [0, 5, 20, 31, 33, 50, 100])
def test_the_cap_is_never_passed(cap: float) -> None:
    """Whatever is done until nothing goes any more."""
    desk = Desk(cap=10_000)
    item = desk.hear("hello")[1]
    desk.purse.cap = desk.purse.cents + cap
    start = desk.till.charged
    desk.cursor = ""
    acts: list[Callable[[], object]] = [
        desk.fetch,
        lambda: desk.channel.publish(post(f"See example.org/{len(desk.net.posts)}")),
        lambda: desk.channel.publish(post(f"Post {len(desk.net.posts)}")),
        lambda: desk.channel.reply(answer(item, f"Answer {len(desk.net.posts)}")),
        lambda: desk.channel.look_again([item]),
    ]
    stopped = 0
    for _ in range(12):
        for act in acts:
            desk.net.write("ada", "@brand more")
            try:
                act()
            except TryLater:
                stopped += 1
            assert desk.till.charged - start <= cap + 1e-6
    assert stopped
    assert desk.purse.cents <= desk.purse.cap
    desk.close()


def test_what_the_cap_forbids_is_not_asked(desk: Desk) -> None:
    item = desk.hear("hello")[1]
    desk.purse.cap = desk.purse.cents + 0.9
    desk.double.calls.clear()
    with pytest.raises(TryLater, match="money"):
        desk.channel.reply(answer(item))
    assert desk.double.calls == []
    desk.purse.cap += 0.2
    desk.channel.reply(answer(item))


@pytest.mark.parametrize(
    ("fault", "error", "charged"),
    [
        (403, Refused, 0.0),
        (429, TryLater, 0.0),
        (401, LoginExpired, 0.0),
        (503, TryLater, 0.0),
        (500, Unsure, 1.0),
        ("lost", Unsure, 1.0),
    ],
)
def test_what_x_did_not_do_is_given_back(
    desk: Desk, fault: int | str, error: type[ChannelError], charged: float
) -> None:
    item = desk.hear("hello")[1]
    before = desk.purse.cents
    desk.loopback.fail_next(fault)
    with pytest.raises(error):
        desk.channel.reply(answer(item))
    assert desk.purse.cents - before == pytest.approx(charged)


def test_what_may_says_is_what_it_costs(desk: Desk) -> None:
    item = desk.hear("hello")[1]
    allowed = desk.channel.may(Act.REPLY, item)
    before = desk.purse.cents
    desk.channel.reply(answer(item))
    assert isinstance(allowed, Allowed)
    assert desk.purse.cents - before == pytest.approx(allowed.cost_cents)
    before = desk.purse.cents
    desk.channel.reply(answer(item, "See example.org"))
    assert desk.purse.cents - before == pytest.approx(20.0)
    for each in (post("We are open"), post("See example.org")):
        allowed = desk.channel.may_publish(each)
        before = desk.purse.cents
        desk.channel.publish(each)
        assert isinstance(allowed, Allowed)
        assert desk.purse.cents - before == pytest.approx(allowed.cost_cents)


def test_opening_a_picture_of_a_message_is_counted(desk: Desk) -> None:
    place = "https://ton.twitter.com/1.1/ton/data/dm/10/20/abc.jpg"
    desk.net.send("ada", "brand", "Look", [File("3_1", "photo", place)])
    (message,) = messages(desk.fetch())
    before = desk.purse.cents
    desk.channel.bring(message.attachments[0], 1000)
    assert desk.purse.cents - before == pytest.approx(0.5)


def test_used_up_credits_are_a_pause_and_not_a_refusal(desk: Desk) -> None:
    item = desk.hear("hello")[1]
    before = desk.purse.cents
    desk.till.credits = 0
    with pytest.raises(TryLater, match="credits") as raised:
        desk.channel.reply(answer(item))
    assert raised.value.after == 3600
    with pytest.raises(TryLater, match="credits"):
        desk.fetch()
    assert desk.purse.cents == pytest.approx(before)
    assert ours(desk) == []


def test_a_contract_is_paid_otherwise() -> None:
    desk = Desk(Double(enterprise=True), access="enterprise", cap=0)
    item = desk.hear("hello")[1]
    desk.channel.reply(answer(item))
    assert desk.purse.cents == 0
    desk.close()
