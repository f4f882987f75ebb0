"""The day's quota is planned: reading slows down in time, answers keep their share, midnight frees all."""

from __future__ import annotations

import pytest

from draht.channels.youtube.channel import YouTube
from draht.channels.youtube.client import WRITE
from draht.channels.youtube.round import PACE
from draht.channels.youtube.tests.desk import Day, Desk, answer
from draht.channels.youtube.tests.double import Double
from draht.contract.errors import TryLater


def test_the_budget_is_that_of_the_app() -> None:
    assert YouTube.budget is not None
    assert (YouTube.budget.units, YouTube.budget.shared_by) == (10_000, "client_id")
    assert YouTube.budget.resets_in == "America/Los_Angeles"


def test_the_double_and_we_count_the_same(desk: Desk) -> None:
    _, item = desk.hear("Hello")
    desk.channel.reply(answer(item))
    desk.fetch()
    desk.channel.look_again([item])
    assert desk.purse.spent == desk.net.spent - 1  # whoami came before


def test_the_fetch_tells_its_pause() -> None:
    desk = Desk(Double(), Day(3_000, 40_000))
    reading = desk.round()
    assert reading.pause == pytest.approx(40_000 / ((1_000 - 3) / PACE.round))
    desk.close()


def test_what_is_kept_for_answers_is_not_read_away() -> None:
    desk = Desk(Double(), Day(10_000, 5_000))
    _, item = desk.hear("Hello")
    desk.purse.spent = 8_000
    desk.net.write("and now?")
    calls = len(desk.net.calls)
    reading = desk.round()
    assert (reading.events, reading.cursor, reading.pause) == ((), None, 5_000)
    assert len(desk.net.calls) == calls, "nobody was asked"
    desk.channel.reply(answer(item))
    desk.purse.spent = 0  # midnight
    assert [event.text for event in desk.fetch()] == ["Yes, within two days.", "and now?"]
    desk.close()


def test_when_youtube_says_that_the_quota_is_used_up_all_waits_for_midnight() -> None:
    desk = Desk(Double(), Day(10_000, 3_600))
    _, item = desk.hear("Hello")
    desk.net.quota = desk.net.spent + WRITE - 1  # another program has used the rest
    with pytest.raises(TryLater) as raised:
        desk.channel.reply(answer(item))
    assert raised.value.after == 3_600
    calls = len(desk.loopback.requests)
    for attempt in (lambda: desk.channel.reply(answer(item)), lambda: desk.channel.fetch("")):
        with pytest.raises(TryLater) as raised:
            attempt()
        assert raised.value.after == pytest.approx(3_600, abs=5)
    assert len(desk.loopback.requests) == calls, "nobody asks in vain"
    assert [each.text for each in desk.net.state.comments.values()] == ["Hello"]
    desk.close()
