"""WF-13: the owner, the backup and the lead are told at 50, 75 and 100 percent of a promise."""

from __future__ import annotations

from draht.features.promises.escalating import Rung, Whom, ladder, to_tell
from draht.features.promises.policies import WHATSAPP, Promise
from draht.features.promises.tests.threads import ALWAYS, HOUR_PROMISE, OFFICE, at, clock_of

RUNGS = ladder(HOUR_PROMISE, at("09:00"), at("10:00"))


def test_30_45_60() -> None:
    assert [Rung(Whom.OWNER, at("09:30")), Rung(Whom.BACKUP, at("09:45")), Rung(Whom.LEAD, at("10:00"))] == RUNGS


def test_the_ladder_stands_on_the_promises_own_clock() -> None:
    friday = at("2026-11-20 16:30")
    promise = Promise(OFFICE, first=3600)
    due = promise.due(friday, promise.first)
    assert due == at("2026-11-23 09:30")
    moments = [rung.at for rung in ladder(promise, friday, due)]
    assert moments == [at("2026-11-20 17:00"), at("2026-11-23 09:15"), at("2026-11-23 09:30")]
    by_clock = Promise(OFFICE, first=3600, business=False)
    assert ladder(by_clock, friday, at("2026-11-20 17:30"))[0].at == at("2026-11-20 17:00")


def test_before_a_window_closes_on_a_weekend_everybody_is_told_at_once() -> None:
    promise, asked = Promise(OFFICE, first=3600, window=WHATSAPP), at("2026-11-20 17:30")
    due = promise.in_window(promise.due(asked, promise.first), asked)
    assert due is not None
    assert to_tell(ladder(promise, asked, due), asked) == [Whom.OWNER, Whom.BACKUP, Whom.LEAD]


def test_each_is_told_once_and_nobody_when_it_is_taken() -> None:
    assert to_tell(RUNGS, at("09:29")) == []
    assert to_tell(RUNGS, at("09:30")) == [Whom.OWNER]
    assert to_tell(RUNGS, at("09:46"), told=[Whom.OWNER]) == [Whom.BACKUP]
    assert to_tell(RUNGS, at("11:00")) == [Whom.OWNER, Whom.BACKUP, Whom.LEAD]
    assert to_tell(RUNGS, at("11:00"), told=[Whom.OWNER], taken=True) == []


def test_quiet_hours() -> None:
    night = at("23:00")
    assert to_tell(RUNGS, night, awake=clock_of("8-20", "8-20")) == []
    assert to_tell(RUNGS, at("2026-11-18 08:00"), awake=clock_of("8-20", "8-20")) == list(Whom)
    assert to_tell(RUNGS, night, awake=None) == list(Whom)  # an incident
    assert to_tell(RUNGS, night, awake=ALWAYS) == list(Whom)
