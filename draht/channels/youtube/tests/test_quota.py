"""The day's quota is planned: reading slows down in time, answers keep their share, midnight frees all."""

from __future__ import annotations

import pytest

from draht.channels.youtube import pace
from draht.channels.youtube.channel import YouTube
from draht.channels.youtube.client import WRITE
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


def test_a_whole_day_of_reading_leaves_the_reserve() -> None:
    purse, rounds = Day(pace.QUOTA), 0
    plan = None
    while purse.ends_in > 0:
        if not pace.spent(purse):
            purse.spend(pace.ROUND)
            rounds += 1
        plan = pace.plan(purse, 60, plan)
        purse.ends_in -= plan.pause
    assert purse.left() >= pace.RESERVE
    assert rounds == 1440, "once a minute, all day"


@pytest.mark.parametrize("sharing", [2, 5, 12])
def test_several_that_share_a_quota_all_read_until_midnight(sharing: int) -> None:
    purse = Day(pace.QUOTA)
    due, last = [float(n) for n in range(sharing)], [0.0] * sharing
    plans: dict[int, pace.Plan] = {}
    while (now := min(due)) < 86_400:
        who = due.index(now)
        purse.ends_in = 86_400 - now
        if not pace.spent(purse):
            purse.spend(pace.ROUND)
            last[who] = now
        plans[who] = pace.plan(purse, 60, plans.get(who))
        due[who] = now + plans[who].pause
    assert purse.left() >= pace.RESERVE
    assert min(last) > 86_400 - 1_800, "everybody reads until midnight"


def test_a_heavy_hour_slows_the_rest_of_the_day_down() -> None:
    calm, busy = Day(6_000, 43_200), Day(2_400, 43_200)
    assert pace.plan(calm, 60, None).pause == 60
    assert pace.plan(busy, 60, None).pause == pytest.approx(43_200 / 100)


def test_an_answer_does_not_stop_the_reading() -> None:
    purse = Day(pace.QUOTA)
    plan = pace.plan(purse, 60, None)
    purse.spend(pace.ROUND + WRITE)
    purse.ends_in -= 60
    plan = pace.plan(purse, 60, plan)
    assert plan.pause <= 120
    purse.spend(pace.ROUND)
    purse.ends_in -= plan.pause
    assert pace.plan(purse, 60, plan).pause == 60


def test_rounds_in_quick_succession_say_nothing_about_others() -> None:
    purse, plan = Day(pace.QUOTA), None
    for _ in range(10):
        purse.spend(pace.ROUND)
        purse.ends_in -= 1
        plan = pace.plan(purse, 60, plan)
        assert plan.pause == 60


def test_a_new_day_begins_with_the_usual_pace() -> None:
    late = pace.plan(Day(2_010, 600), 60, None)
    assert late.pause > 200
    assert pace.plan(Day(pace.QUOTA, 86_000), 60, late).pause == 60


def test_the_fetch_tells_its_pause() -> None:
    desk = Desk(Double(), Day(3_000, 40_000))
    reading = desk.round()
    assert reading.pause == pytest.approx(40_000 / ((1_000 - 3) / pace.ROUND))
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
