"""RM-09 to RM-14, RM-16 and RM-18: the figures over many episodes, and that an export gives the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from draht.core.clock import DAY, HOUR, MINUTE
from draht.features.promises.badges import FACEBOOK, FACEBOOK_MONTH, Time, badge
from draht.features.promises.calendars import read_hours
from draht.features.promises.ceilings import ceiling
from draht.features.promises.clock import Spent
from draht.features.promises.elsewhere import Desk, side_by_side
from draht.features.promises.episodes import Episode
from draht.features.promises.events import By, Deed, Exclusion, Said, What
from draht.features.promises.figures import VERSION, attainment, backlog, distribution, response_rate, visibility
from draht.features.promises.following import episodes_of
from draht.features.promises.rows import Row, as_csv, from_csv, rows_of
from draht.features.promises.shares import Share
from draht.features.promises.tests.test_episode_properties import BEGIN, GOLDEN, PROMISE, Log, logs
from draht.features.promises.tests.threads import (
    HOUR_PROMISE,
    OFFICE,
    T1,
    at,
    customer,
    deed,
    followed,
    human,
    promised,
    resolved,
)

NOW = at("2026-11-20 12:00")


def thread(began: int, answered_after: int | None = None, *deeds: Deed, **also: object) -> list[Episode]:
    said = [Said(1, By.CUSTOMER, began, platform_at=began, **also)]  # type: ignore[arg-type]
    if answered_after is not None:
        said.append(Said(2, By.HUMAN, began + answered_after, delivered_at=began + answered_after))
    return episodes_of(said, deeds, promised(HOUR_PROMISE))


def as_rows(episodes: Iterable[list[Episode]], now: int = NOW) -> list[Row]:
    return rows_of([one for thread in episodes for one in thread], lambda episode: OFFICE, now)


def e1() -> list[list[Episode]]:
    began = NOW - 5 * DAY
    spam = [Deed(9, began + MINUTE, What.EXCLUDED, code=Exclusion.SPAM)]
    thanks = [Deed(9, began + MINUTE, What.RESOLVED, by=1, reason="thanks")]
    return [
        *(thread(began, None, *spam) for _ in range(3)),
        *(thread(began, None, deleted_at=began + 10 * MINUTE) for _ in range(2)),
        thread(began, None, *thanks),
        *(thread(began, 20 * MINUTE * (n + 1)) for n in range(29)),
        *(thread(began, DAY + 1000 * (n + 1)) for n in range(2)),
        *(thread(began) for _ in range(2)),
        thread(NOW - HOUR),
    ]


def percents(share: Share) -> tuple[float, float, float]:
    assert share.value is not None
    assert share.interval is not None
    low, high = share.interval
    return round(share.value * 100, 1), round(low * 100, 1), round(high * 100, 1)


def test_response_rate() -> None:
    rate = response_rate(as_rows(e1()))
    assert (rate.within.count, rate.within.n) == (29, 33)
    assert percents(rate.within) == (87.9, 72.7, 95.2)
    assert (rate.ever.count, percents(rate.ever)) == (31, (93.9, 80.4, 98.3))
    assert (rate.excluded.count, rate.excluded.n, rate.pending) == (6, 40, 1)


def test_a_pending_one_counts_from_the_day_on_which_it_is_a_day_old() -> None:
    assert response_rate(as_rows([thread(NOW - DAY)])).within == Share(0, 1)
    assert response_rate(as_rows([thread(NOW - DAY + 1000)])).pending == 1


def test_attainment() -> None:
    began = NOW - 5 * DAY
    kept = [thread(began, n * 18_000) for n in range(171)]
    broken = [*(thread(began, HOUR + 1 + n) for n in range(20)), *(thread(began) for _ in range(9))]
    pending = [thread(NOW - n * MINUTE) for n in range(6)]
    found = attainment(row.standing for row in as_rows(kept + broken + pending))
    assert (found.met, found.pending) == (Share(171, 200), 6)
    assert percents(found.met) == (85.5, 80.0, 89.7)
    assert kept[-1][0].first_reply_at == began + 51 * MINUTE


def test_distribution_counts_those_that_wait() -> None:
    began = NOW - 5 * DAY
    answered = [thread(began, minutes * MINUTE) for minutes in (2, 4, 5, 8, 13, 15, 21, 34, 55, 240)]
    waiting = [thread(NOW - 30 * MINUTE)]
    found = distribution(as_rows(answered + waiting), business=False)
    assert (found.n, found.waiting, found.excluded) == (10, 1, 0)
    assert (found.median.value, found.p90.value, found.p95.value) == (14 * 60, 73.5 * 60, 156.75 * 60)
    assert found.mean == pytest.approx(39.7 * 60)
    assert found.median.is_enough
    assert not found.p90.is_enough
    assert [found.within[limit] for limit in (900, 3600)] == [Share(6, 11), Share(9, 10)]


def test_the_clock_can_be_switched() -> None:
    rows = as_rows([followed(customer("2026-11-20 16:30"), human("2026-11-23 09:20"))], at("2026-11-24 12:00"))
    assert distribution(rows, business=True).median.value == 50 * 60
    assert distribution(rows, business=False).median.value == 64 * 3600 + 50 * 60


def test_visible_answer_rate() -> None:
    private, pointer = human("09:25", private=True), human("09:26", pointer=True)
    answers: list[list[Said]] = [[human("09:25")], [human("09:30")], [private, pointer], [private], []]
    dm = followed(customer("09:00", private=True), private)
    found = visibility(as_rows([*(followed(customer("09:00"), *said) for said in answers), dm]))
    assert (found.visible, found.answered) == (Share(3, 5), Share(4, 5))
    assert (found.publicly, found.pointed, found.privately) == (2, 1, 1)


def test_backlog() -> None:
    asked = [at("11:50"), at("11:10"), at("09:00"), at("2026-11-16 16:00")]
    spent = [OFFICE.spent(since, at("12:00")) for since in asked]
    assert spent == [Spent(600, 600), Spent(3000, 3000), Spent(10_800, 10_800), Spent(72_000, 14_400)]
    dues = [at("12:50"), at("12:10"), at("10:00"), None]
    found = backlog(list(zip(asked, dues, strict=True)), OFFICE, at("12:00"))
    assert (found.count, found.oldest) == (4, Spent(20 * 3600, 4 * 3600))
    assert found.p90 == Spent(53_640, 13_320)
    assert (found.due_soon, found.overdue) == (1, 1)
    assert backlog([], OFFICE, NOW).oldest is None


# -- RM-14 ------------------------------------------------------------------------------------------------------------

F1 = [1, 2, 3, 3, 4, 5, 6, 8, 9, 10, 11, 12, 12, 13, 14, 14, 15, 20]


def test_the_badge() -> None:
    began = NOW - 2 * DAY
    threads = [*(thread(began, minutes * MINUTE) for minutes in F1), *(thread(began) for _ in range(2))]
    found = badge(as_rows(threads))
    assert found.rate == Share(18, 20)
    assert found.times[Time.MEAN] == 9 * 60
    assert found.times[Time.MEDIAN] == 9.5 * 60
    assert found.times[Time.FASTEST] / 60 == pytest.approx(7.94, abs=0.005)
    assert all(found.is_on(time) for time in Time)
    one_more = badge(as_rows([*threads, thread(began)]))
    assert percents(one_more.rate)[0] == 85.7
    assert not any(one_more.is_on(time) for time in Time)


def test_a_badge_looks_at_its_last_days_only() -> None:
    rows = as_rows([thread(NOW - 8 * DAY, MINUTE), thread(NOW - DAY, 2 * MINUTE)])
    assert (badge(rows, FACEBOOK).rate.n, badge(rows, FACEBOOK_MONTH).rate.n) == (1, 2)
    assert not badge([]).is_on(Time.MEDIAN)


# -- RM-16 ------------------------------------------------------------------------------------------------------------


def test_how_others_count_t1() -> None:
    until_ten = [one for one in T1 if one.at <= at("10:00")]
    early = {one.desk: one.median for one in side_by_side(followed(*until_ten))}
    assert (early[Desk.OURS], early[Desk.SPROUT], early[Desk.HOOTSUITE]) == (25 * 60, 5 * 60, None)
    late = {one.desk: one.median for one in side_by_side(followed(*T1))}
    assert (late[Desk.ZENDESK], late[Desk.HOOTSUITE], late[Desk.FACEBOOK]) == (25 * 60, 25 * 60, 25 * 60)


def test_who_counts_resolved_ones_only_flatters_themselves() -> None:
    quick = followed(customer("09:00"), human("09:05"), resolved("09:10"))
    slow = followed(customer("09:00"), human("16:00"))
    counted = {one.desk: (one.n, one.mean) for one in side_by_side([*quick, *slow])}
    assert counted[Desk.HOOTSUITE] == (1, 300)
    assert counted[Desk.OURS] == (2, (300 + 7 * 3600) / 2)
    spam = followed(customer("09:00"), deed("09:01", What.EXCLUDED, code=Exclusion.SPAM), human("09:02"))
    assert side_by_side(spam)[0].n == 0


# -- RM-18 ------------------------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(st.lists(logs(), max_size=6), st.integers(0, 20), st.booleans())
def test_an_export_gives_the_same_figures_as_its_tile(threads: list[Log], days: int, business: bool) -> None:
    episodes = [one for log in threads for one in episodes_of(*log, promised(PROMISE))]
    rows = rows_of(episodes, lambda episode: OFFICE, BEGIN + days * DAY)
    again = list(from_csv(as_csv(rows)))
    assert again == rows
    assert distribution(again, business=business) == distribution(rows, business=business)
    assert response_rate(again) == response_rate(rows)
    assert attainment(row.standing for row in again) == attainment(row.standing for row in rows)
    assert visibility(again) == visibility(rows)


def test_figures_do_not_depend_on_the_order_of_rows() -> None:
    rows = as_rows(e1())
    assert distribution(rows[::-1], business=False) == distribution(rows, business=False)


def test_golden() -> None:
    """Whoever changes what comes out raises VERSION, and writes a new file beside the old one."""
    written = (GOLDEN / f"figures-{VERSION}.json").read_bytes()
    assert msgspec.json.decode(written) == msgspec.json.decode(msgspec.json.encode(golden()))


def golden() -> dict[str, object]:
    rows = as_rows([*e1(), followed(*T1)])
    return {
        "response_rate": asdict(response_rate(rows)),
        "attainment": asdict(attainment(row.standing for row in rows)),
        "distribution": asdict(distribution(rows, business=False)),
        "distribution in open hours": asdict(distribution(rows, business=True)),
        "visibility": asdict(visibility(rows)),
        "badge": asdict(badge(rows).rate),
        "elsewhere": [asdict(one) for one in side_by_side(followed(*T1))],
        "ceiling": float(ceiling((read_hours("9-17"),) * 7, 3600)),
    }
