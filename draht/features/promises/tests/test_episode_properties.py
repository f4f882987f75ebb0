"""Whatever is delivered how often and in which order, the figures are the same; what is closed is not rewritten."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from draht.core.clock import HOUR, MINUTE
from draht.features.promises.episodes import Episode
from draht.features.promises.events import By, Deed, Exclusion, Said, What
from draht.features.promises.following import VERSION, episodes_of
from draht.features.promises.measures import customer_wait
from draht.features.promises.policies import WHATSAPP, Promise
from draht.features.promises.tests.threads import ALWAYS, T1, at, customer, deed, followed, human, promised, resolved

BEGIN = at("09:00")
PROMISE = Promise(ALWAYS, first=3600, next=3600, resolution=7200, window=WHATSAPP)
GOLDEN = Path(__file__).parent / "golden"
Log = tuple[list[Said], list[Deed]]


@st.composite
def logs(draw: st.DrawFn, marks: bool = True) -> Log:
    """A thread of some days."""
    said: list[Said] = []
    deeds: list[Deed] = []
    now = BEGIN
    for id in range(1, draw(st.integers(1, 14)) + 1):
        now += draw(st.sampled_from([0, 1, MINUTE, 20 * MINUTE, 59 * MINUTE, HOUR, 5 * HOUR, 25 * HOUR, 80 * HOUR]))
        if draw(st.integers(0, 3)):
            said.append(_said(draw, id, now, said))
        else:
            kinds = [What.RESOLVED, What.REOPENED, What.ASSIGNED] + [What.EXCLUDED, What.INCLUDED] * marks
            deeds.append(_deed(draw, id, now, draw(st.sampled_from(kinds)), said))
    return said, deeds


def _said(draw: st.DrawFn, id: int, now: int, before: list[Said]) -> Said:
    by = draw(st.sampled_from([By.CUSTOMER, By.CUSTOMER, By.HUMAN, By.HUMAN, By.BOT, By.SIGNAL, By.NOTE]))
    private, late = draw(st.booleans()), draw(st.sampled_from([0, 0, MINUTE, HOUR]))
    if by in (By.CUSTOMER, By.SIGNAL):
        gone = draw(st.sampled_from([None, None, None, now + 10 * MINUTE, now + 2 * HOUR]))
        return Said(id, by, now + late, draw(st.sampled_from([now, now, None])), private=private, deleted_at=gone)
    until = draw(st.sampled_from([None, None, *(one.id for one in before)]))
    delivered = draw(st.sampled_from([now, now, None]))
    return Said(id, by, now + late, delivered_at=delivered, private=private, answers_until=until)


def _deed(draw: st.DrawFn, id: int, now: int, what: What, before: list[Said]) -> Deed:
    return Deed(
        id,
        now,
        what,
        by=draw(st.sampled_from([1, None])),
        reason=draw(st.sampled_from(["", "", "thanks"])) if what == What.RESOLVED else "",
        code=Exclusion.SPAM if what == What.EXCLUDED else None,
        message=draw(st.sampled_from([None, *(one.id for one in before)])),
        confirmed_by=draw(st.sampled_from([None, 2])),
    )


def follow(log: Log) -> list[Episode]:
    return episodes_of(*log, promised(PROMISE))


@settings(max_examples=200, deadline=None)
@given(logs(), st.randoms(use_true_random=False))
def test_delivered_again_in_any_order_and_edited_late(log: Log, random: Random) -> None:
    said, deeds = log
    again = [
        replace(one, received_at=one.received_at + random.randrange(HOUR)) for one in said if random.random() < 0.5
    ]
    edits = [
        replace(one, by=random.choice([By.CUSTOMER, By.SIGNAL]), rank=1, received_at=one.received_at + HOUR)
        for one in said
        if one.by in (By.CUSTOMER, By.SIGNAL) and random.random() < 0.3
    ]
    shuffled, twice = [*said, *again, *edits], [*deeds, *deeds]
    random.shuffle(shuffled)
    random.shuffle(twice)
    assert follow((shuffled, twice)) == follow(log)


@settings(max_examples=150, deadline=None)
@given(logs(marks=False), st.integers(0, 14))
def test_what_comes_later_rewrites_no_episode_that_is_over(log: Log, known: int) -> None:
    """Deletions and marks reach back; everything else changes the last episode only."""
    said, deeds = ([replace(one, deleted_at=None) for one in log[0]], log[1])
    moments = sorted({*(one.at for one in said), *(one.at for one in deeds)})
    until = moments[min(known, len(moments) - 1)]
    before = follow(([one for one in said if one.at <= until], [one for one in deeds if one.at <= until]))
    assert follow((said, deeds))[: max(0, len(before) - 1)] == before[:-1]


@settings(max_examples=150, deadline=None)
@given(logs())
def test_every_question_is_in_one_episode_and_times_run_forward(log: Log) -> None:
    found, now = follow(log), BEGIN + 100 * 24 * HOUR
    customers = {one.id for one in log[0] if one.by == By.CUSTOMER}
    assert bool(found) == bool(customers)
    assert len({one.id for one in found} & customers) == len(found)
    starts = [one.started_at for one in found]
    assert starts == sorted(starts)
    assert all(one.superseded for one in found[:-1])
    for one in found:
        assert len([turn for turn in one.turns if turn.is_open]) <= 1
        assert all(turn.is_open is False for turn in one.turns[:-1])
        ends = [end for turn in one.turns for end in (turn.answered_at, turn.ended_at) if end is not None]
        assert all(end >= one.started_at for end in ends)
        assert 0 <= customer_wait(one, ALWAYS, now).calendar <= (now - one.started_at) // 1000


def test_golden() -> None:
    """Whoever changes what comes out raises VERSION, and writes a new file beside the old one."""
    written = (GOLDEN / f"episodes-{VERSION}.json").read_bytes()
    assert msgspec.json.decode(written) == msgspec.json.decode(msgspec.json.encode(golden()))


def golden() -> list[dict[str, object]]:
    threads: list[tuple[Said | Deed, ...]] = [
        T1,
        (customer("09:00"), resolved("09:05", by=None), customer("14:00"), human("14:10")),
        (customer("09:00"), human("09:11"), resolved("09:30"), deed("09:45", What.REOPENED, by=1), resolved("10:15")),
        (customer("09:00", deleted_at=at("09:30")),),
        (customer("09:00", deleted_at=at("10:30")),),
        (customer("09:00"), human("09:20", private=True), human("09:21", pointer=True)),
        (customer("09:00"), deed("09:30", What.EXCLUDED, code=Exclusion.SPAM)),
        (customer("09:00"), resolved("09:30", reason="thanks")),
        (customer("2026-11-20 17:30"), customer("2026-11-21 16:00")),
        (customer("09:00"), human("09:20", answers_until=1), human("09:30")),
    ]
    return [asdict(episode) for events in threads for episode in followed(*events, promise=PROMISE)]
