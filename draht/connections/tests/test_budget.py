"""The purse: no limit is passed, however many workers spend; days begin where the network's do; it fails closed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from draht.connections import actions, budget
from draht.connections.budget import KeptPurse, UsedUp, today
from draht.connections.models import Connection, Purse, Spending, ToldLimit
from draht.connections.tests.conftest import Guilds
from draht.connections.tests.guild.channel import Guild
from draht.connections.tests.threads import at_once
from draht.contract.channel import Channel
from draht.contract.errors import TryLater
from draht.contract.purse import Budget, Limit
from draht.core.journal.models import Entry
from draht.core.people.access import Viewer
from draht.core.sql import execute

DAILY = Budget(units=10, unit="calls", resets_in="America/Los_Angeles")
PAID = Budget(costs_money=True)


@pytest.fixture
def row(db: None) -> Purse:
    return Purse.objects.create(channel="x", key="app 1", cap_cents=100)


def clock(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """The time that the purse sees."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return at.astimezone(tz)  # type: ignore[arg-type]

    monkeypatch.setattr(budget, "datetime", Clock)


# -- units ------------------------------------------------------------------------------------------------------------


def test_the_days_units_are_never_passed(row: Purse) -> None:
    purse, other = KeptPurse(DAILY, row.pk, None), KeptPurse(DAILY, row.pk, None)
    purse.spend(6)
    other.spend(3)
    assert purse.left() == 1
    with pytest.raises(UsedUp, match="10 calls a day") as raised:
        other.spend(2)
    assert raised.value.after is not None
    assert 0 < raised.value.after <= 25 * 3600
    other.spend(1)
    assert purse.left() == 0
    purse.give_back(4)
    assert other.left() == 4


def test_the_networks_day_begins_where_the_network_is(row: Purse, monkeypatch: pytest.MonkeyPatch) -> None:
    pacific = ZoneInfo("America/Los_Angeles")
    clock(monkeypatch, datetime(2026, 3, 7, 23, 30, tzinfo=pacific))
    purse = KeptPurse(DAILY, row.pk, None)
    purse.spend(10)
    assert purse.day_ends_in() == 1800
    clock(monkeypatch, datetime(2026, 3, 8, 0, 30, tzinfo=pacific))
    assert purse.left() == 10
    assert purse.day_ends_in() == 22.5 * 3600, "on this day the clocks are put forward"
    purse.give_back(10)
    assert purse.left() == 10, "what yesterday did not need is not today's"
    purse.spend(10)
    assert today("UTC").day == datetime(2026, 3, 8, tzinfo=UTC).toordinal()


def test_a_clock_that_is_a_little_ahead_gives_nobody_a_second_day(row: Purse, monkeypatch: pytest.MonkeyPatch) -> None:
    midnight = datetime(2026, 5, 1, tzinfo=ZoneInfo(DAILY.resets_in))
    ahead, behind = midnight + timedelta(seconds=2), midnight - timedelta(seconds=2)
    clock(monkeypatch, ahead)
    KeptPurse(DAILY, row.pk, None).spend(8)
    clock(monkeypatch, behind)
    with pytest.raises(UsedUp):
        KeptPurse(DAILY, row.pk, None).spend(3)
    clock(monkeypatch, ahead)
    assert KeptPurse(DAILY, row.pk, None).left() == 2


def test_a_clock_that_was_years_ahead_does_not_close_the_purse(row: Purse, monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    clock(monkeypatch, at + timedelta(days=4000))
    KeptPurse(DAILY, row.pk, None).spend(10)
    clock(monkeypatch, at)
    KeptPurse(DAILY, row.pk, None).spend(10)


# -- money ------------------------------------------------------------------------------------------------------------


def test_the_months_money_is_never_passed(row: Purse) -> None:
    purse = KeptPurse(PAID, row.pk, None)
    for _ in range(10):
        purse.spend(1, cents=9.9)
    with pytest.raises(UsedUp, match=r"US\$ 1.00") as raised:
        purse.spend(1, cents=1.1)
    assert raised.value.after is not None
    assert raised.value.after <= 3600, "somebody may raise it"
    purse.spend(1)  # what costs nothing still works
    purse.spend(1, cents=1)
    purse.give_back(0, cents=50)
    purse.spend(1, cents=50)
    row.refresh_from_db()
    assert row.cents == pytest.approx(100)


def test_a_new_month_begins_with_a_full_purse(row: Purse, monkeypatch: pytest.MonkeyPatch) -> None:
    clock(monkeypatch, datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    purse = KeptPurse(PAID, row.pk, None)
    purse.spend(1, cents=100)
    assert today("UTC").month_ends_in == 60
    clock(monkeypatch, datetime(2027, 1, 1, tzinfo=UTC))
    purse.spend(1, cents=100)
    with pytest.raises(UsedUp):
        purse.spend(1, cents=1)


def test_without_a_budget_only_calls_are_counted(guilds: Guilds) -> None:
    purse = KeptPurse(None, None, None)
    assert purse.left() == math.inf
    purse.spend(5000, cents=5000)


# -- at once ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("shared_db")
def test_workers_side_by_side_never_pass_a_limit() -> None:
    row = Purse.objects.create(channel="x", key="app 1", cap_cents=100)
    taken: list[float] = []
    both = Budget(units=60, costs_money=True)

    def work(cents: float) -> Callable[[], None]:
        def run() -> None:
            purse = KeptPurse(both, row.pk, None)
            for _ in range(12):
                try:
                    purse.spend(1, cents=cents)
                except UsedUp:
                    return
                taken.append(cents)

        return run

    at_once(*[work(2.5) for _ in range(8)])
    row.refresh_from_db()
    assert len(taken) == 40
    assert row.units == 40
    assert row.cents == pytest.approx(100)
    Purse.objects.update(cap_cents=None)
    taken.clear()
    at_once(*[work(0) for _ in range(8)])
    row.refresh_from_db()
    assert (len(taken), row.units) == (20, 60)


# -- a whole channel --------------------------------------------------------------------------------------------------


def fetches(made: Connection, times: int = 1) -> Channel:
    with actions.opened(Connection.objects.get(pk=made.pk)) as channel:
        assert isinstance(channel, Guild)
        for _ in range(times):
            channel.fetch("")
        return channel


def test_connections_of_one_app_share_its_quota(guilds: Guilds) -> None:
    tokens = guilds.tokens()
    one, two = (guilds.connect(page=page, tokens=tokens) for page in ("p1", "p2"))
    row = Purse.objects.get()
    assert row == one.purse == two.purse
    used = row.units
    fetches(one, 2)
    fetches(two, 3)
    row.refresh_from_db()
    assert row.units == used + 5
    with pytest.raises(UsedUp):
        fetches(one, 20)
    with pytest.raises(UsedUp):
        fetches(two)
    assert guilds.guild.calls <= 20, "no call is made that cannot be paid"


def test_what_is_tried_before_connecting_is_counted_too(guilds: Guilds) -> None:
    made = guilds.connect("costly")
    row = Purse.objects.get(channel="costly")
    assert row.cents == pytest.approx(10 * guilds.guild.calls)
    assert row.cents >= 10
    assert Spending.objects.get().connection == made
    assert Spending.objects.get().cents == pytest.approx(row.cents)


def test_a_cap_is_the_default_until_somebody_says_otherwise(guilds: Guilds, as_eve: Viewer, as_cem: Viewer) -> None:
    made = guilds.connect("costly")
    assert Purse.objects.get(channel="costly").cap_cents == 50_00
    Purse.objects.update(cents=49_95)
    with pytest.raises(UsedUp) as raised:
        fetches(made)
    actions.note_trouble(made.pk, raised.value)
    made.refresh_from_db()
    assert made.trouble_kind == "budget"
    with pytest.raises(PermissionDenied):
        actions.change_cap(as_cem, made.pk, 60_00)
    actions.change_cap(as_eve, made.pk, 60_00)
    fetches(made)
    due = Connection.objects.get().next_fetch_at
    assert due is not None
    assert due <= time.time() * 1000
    told = Entry.objects.filter(fact="connection_changed").latest("id").data
    assert '"cap_cents":6000' in told.replace(" ", "")


def test_a_call_costs_one_statement_and_the_end_one_more(guilds: Guilds) -> None:
    made = guilds.connect()
    fetches(made)

    def statements(times: int) -> int:
        with CaptureQueriesContext(database) as asked:
            fetches(made, times)
        return len(asked)

    assert statements(6) - statements(2) == 4


def test_the_budget_page_counts_every_call_of_a_day(guilds: Guilds) -> None:
    made = guilds.connect()
    before = Spending.objects.get().calls
    fetches(made, 3)
    fetches(made, 2)
    assert Spending.objects.get().calls == before + 5


# -- limits in headers ------------------------------------------------------------------------------------------------


def test_a_limit_that_is_used_up_is_known_to_every_worker(guilds: Guilds) -> None:
    made = guilds.connect()
    guilds.guild.limit = guilds.guild.calls + 2
    fetches(made, 2)
    calls = guilds.guild.calls
    with pytest.raises(TryLater, match="begins anew") as raised:
        fetches(made)
    assert raised.value.after is not None
    assert 0 < raised.value.after <= 900
    assert guilds.guild.calls == calls, "the network is not asked"
    ToldLimit.objects.update(resets_at=1)
    guilds.guild.limit = 0
    fetches(made)


def test_small_changes_of_a_limit_are_not_written(guilds: Guilds) -> None:
    made = guilds.connect()
    guilds.guild.limit = 1000
    fetches(made)
    first = ToldLimit.objects.get().remaining
    fetches(made, 5)
    assert ToldLimit.objects.get().remaining == first
    guilds.guild.calls += 150
    fetches(made)
    assert ToldLimit.objects.get().remaining < first - 100


def test_a_limit_of_the_app_holds_for_all_who_share_it(guilds: Guilds, service: object) -> None:
    made = guilds.connect()
    other = Connection.objects.create(
        channel="guild", name="o", department=made.department, hook_key="o", made_at=1, purse=made.purse
    )
    mine, theirs = (KeptPurse(Guild.budget, made.purse_id, one.pk) for one in (made, other))
    mine.told(Limit(0, time.time() + 60), "app")
    mine.told(Limit(0, time.time() + 60), "mine alone")
    with pytest.raises(TryLater, match="limit is used up"):
        theirs.spend(1, bucket="app")
    theirs.spend(1, bucket="mine alone")


# -- failing closed ---------------------------------------------------------------------------------------------------


def test_what_cannot_be_written_down_is_not_spent(guilds: Guilds, monkeypatch: pytest.MonkeyPatch) -> None:
    made = guilds.connect()
    calls = guilds.guild.calls

    def full(statement: str, parameters: object = ()) -> int:
        raise DatabaseError("disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(budget, "execute", full)
        with pytest.raises(TryLater, match="could not be written down"):
            fetches(made)
    assert guilds.guild.calls == calls
    fetches(made)


def test_what_was_done_stays_done_when_counting_fails(guilds: Guilds, monkeypatch: pytest.MonkeyPatch) -> None:
    made, real = guilds.connect(), execute

    def shown_nowhere(statement: str, parameters: tuple[object, ...] = ()) -> int:
        if "connections_spending" in statement:
            raise DatabaseError("disk is full")
        return real(statement, parameters)

    monkeypatch.setattr(budget, "execute", shown_nowhere)
    fetches(made)
