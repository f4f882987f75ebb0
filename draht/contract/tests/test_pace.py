"""A quota of a day lasts all day, however many live on it, and leaves its reserve."""

from __future__ import annotations

import pytest

from draht.contract.pace import Pace, Plan
from draht.contract.purse import Purse

QUOTA = 10_000
PACE = Pace(every=60, round=4, reserve=2_000)


class Day(Purse):
    """A day's quota, so many seconds before it begins anew."""

    def __init__(self, units: float, ends_in: float = 86_400) -> None:
        super().__init__()
        self.units = units
        self.ends_in = ends_in

    def left(self) -> float:
        return self.units - self.spent

    def day_ends_in(self) -> float:
        return self.ends_in


def test_without_a_quota_there_is_nothing_to_plan() -> None:
    assert PACE.plan(Purse(), None).pause == 60
    assert not PACE.spent(Purse())


def test_a_whole_day_of_reading_leaves_the_reserve() -> None:
    purse, rounds = Day(QUOTA), 0
    plan = None
    while purse.ends_in > 0:
        if not PACE.spent(purse):
            purse.spend(PACE.round)
            rounds += 1
        plan = PACE.plan(purse, plan)
        purse.ends_in -= plan.pause
    assert purse.left() >= PACE.reserve
    assert rounds == 1440, "once a minute, all day"


@pytest.mark.parametrize("sharing", [2, 5, 12])
def test_several_that_share_a_quota_all_read_until_midnight(sharing: int) -> None:
    purse = Day(QUOTA)
    due, last = [float(n) for n in range(sharing)], [0.0] * sharing
    plans: dict[int, Plan] = {}
    while (now := min(due)) < 86_400:
        who = due.index(now)
        purse.ends_in = 86_400 - now
        if not PACE.spent(purse):
            purse.spend(PACE.round)
            last[who] = now
        plans[who] = PACE.plan(purse, plans.get(who))
        due[who] = now + plans[who].pause
    assert purse.left() >= PACE.reserve
    assert min(last) > 86_400 - 1_800, "everybody reads until midnight"


def test_a_heavy_hour_slows_the_rest_of_the_day_down() -> None:
    calm, busy = Day(6_000, 43_200), Day(2_400, 43_200)
    assert PACE.plan(calm, None).pause == 60
    assert PACE.plan(busy, None).pause == pytest.approx(43_200 / 100)


def test_an_answer_does_not_stop_the_reading() -> None:
    purse = Day(QUOTA)
    plan = PACE.plan(purse, None)
    purse.spend(PACE.round + 50)
    purse.ends_in -= 60
    plan = PACE.plan(purse, plan)
    assert plan.pause <= 120
    purse.spend(PACE.round)
    purse.ends_in -= plan.pause
    assert PACE.plan(purse, plan).pause == 60


def test_rounds_in_quick_succession_say_nothing_about_others() -> None:
    purse, plan = Day(QUOTA), None
    for _ in range(10):
        purse.spend(PACE.round)
        purse.ends_in -= 1
        plan = PACE.plan(purse, plan)
        assert plan.pause == 60


def test_a_new_day_begins_with_the_usual_pace() -> None:
    late = PACE.plan(Day(2_010, 600), None)
    assert late.pause > 200
    assert PACE.plan(Day(QUOTA, 86_000), late).pause == 60
