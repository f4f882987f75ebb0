"""Follows a thread through time and tells its episodes, from its messages and deeds alone, whatever their order. Pure.

An episode begins with a customer's first message; with one after a day without any message, when nothing was unanswered
or resolved; and with one after a resolution that is too long ago or came before any answer, or after what does not
count. A customer's message within the reopen window goes on with the episode.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from draht.core.clock import DAY, HOUR
from draht.features.promises.episodes import Answered, Episode, Standing, Turn
from draht.features.promises.events import By, Deed, Exclusion, Said, What, as_they_stand
from draht.features.promises.policies import Promise

VERSION = 1  # of this definition; whoever changes what comes out raises it
IDLE = DAY  # without any message: the next one begins an episode
REOPEN = 72 * HOUR  # within it, a resolved episode goes on


def episodes_of(said: Iterable[Said], deeds: Iterable[Deed], promise_of: Callable[[Said], Promise]) -> list[Episode]:
    """The episodes of one thread, in order. ``promise_of`` tells what held when its message began one."""
    thread = _Thread(promise_of)
    for _at, _order, _id, step in sorted(_steps(said, deeds), key=lambda step: step[:3]):
        step(thread)
    return [one.as_it_stands() for one in thread.all]


Step = tuple[int, int, int, Callable[["_Thread"], None]]


def _steps(said: Iterable[Said], deeds: Iterable[Deed]) -> Iterator[Step]:
    """What happens in the thread. In the same millisecond the customer speaks first, and deeds come last."""
    for one in as_they_stand(said):
        if one.by == By.CUSTOMER:
            yield one.at, 0, one.id, partial(_Thread.customer_wrote, one=one)
            if one.deleted_at is not None:
                yield max(one.at, one.deleted_at), 2, one.id, partial(_Thread.customer_deleted, one=one)
        elif one.by == By.HUMAN and one.delivered_at is not None:
            yield one.at, 1, one.id, partial(_Thread.we_answered, one=one)
        elif one.by in (By.BOT, By.AUTO) and one.delivered_at is not None:
            yield one.at, 1, one.id, partial(_Thread.machine_wrote, one=one)
    for deed in {deed.id: deed for deed in deeds}.values():
        yield deed.at, 3, deed.id, partial(_Thread.done, deed=deed)


@dataclass(slots=True)
class _Open:
    """A turn that goes on. ``promised`` is its due time without the network's window."""

    since: int
    asks: list[Said]
    promised: int | None
    due: int | None


@dataclass(slots=True)
class _Growing:
    """An episode that goes on."""

    start: Said
    promise: Promise
    asks: dict[int, Said] = field(default_factory=dict)  # all of its messages of the customer
    waiting: _Open | None = None
    turns: list[Turn] = field(default_factory=list)
    first_reply_at: int | None = None
    seen: set[Answered] = field(default_factory=set)
    pointed: bool = False
    resolutions: list[int] = field(default_factory=list)
    closed_at: int | None = None
    closed_unanswered: bool = False
    reopened: int = 0
    assigned_at: int | None = None
    excluded: Exclusion | None = None
    last_at: int = 0
    last_customer_at: int = 0
    superseded: bool = False

    # -- turns ----------------------------------------------------------------------------------------------------

    def ask(self, one: Said) -> None:
        self.asks[one.id] = one
        self.last_at = self.last_customer_at = one.at
        if self.waiting is None:
            self._begin_turn([one])
        else:
            self.waiting.asks.append(one)
            if self.waiting.due is None or one.at <= self.waiting.due:  # the window moves on, unless it is too late
                self.waiting.due = self.promise.in_window(self.waiting.promised, one.at)

    def _begin_turn(self, asks: list[Said]) -> None:
        target = self.promise.next if self.turns else self.promise.first
        promised = self.promise.due(asks[0].at, target)
        self.waiting = _Open(asks[0].at, asks, promised, self.promise.in_window(promised, asks[-1].at))

    def answer(self, one: Said) -> None:
        self.last_at = one.at
        waiting = self.waiting
        if waiting is not None:
            left = [a for a in waiting.asks if one.answers_until is not None and a.id > one.answers_until]
            if len(left) == len(waiting.asks):  # it was written before them
                return
            self.turns.append(Turn(waiting.since, waiting.due, answered_at=one.at))
            self.waiting = None
            if left:
                self._begin_turn(left)
        self._note_answer(one)

    def _note_answer(self, one: Said) -> None:
        if self.first_reply_at is None:
            self.first_reply_at = one.at
        self.seen.add(Answered.PRIVATELY if one.private else Answered.POINTED if one.pointer else Answered.PUBLICLY)

    def take_back(self, one: Said, at: int) -> None:
        """The author deleted a message that waited. After its due time that changes nothing but what waits now."""
        waiting = self.waiting
        if waiting is None or all(ask.id != one.id for ask in waiting.asks):
            return
        left = [ask for ask in waiting.asks if ask.id != one.id]
        late = waiting.due is not None and at > waiting.due
        if left and not late and one.id == waiting.asks[0].id:
            self._begin_turn(left)
        elif left:
            waiting.asks = left
        else:
            self.end_turn(at)
            if not late and self.first_reply_at is None and len(self.turns) == 1:
                self.closed_at, self.excluded = at, self.excluded or Exclusion.DELETED

    def end_turn(self, at: int) -> None:
        if self.waiting is not None:
            self.turns.append(Turn(self.waiting.since, self.waiting.due, ended_at=at))
            self.waiting = None

    # -- deeds ----------------------------------------------------------------------------------------------------

    def resolve(self, deed: Deed) -> None:
        if self.closed_at is not None:
            return
        self.closed_at, self.closed_unanswered = deed.at, self.first_reply_at is None
        if self.first_reply_at is None and not deed.reason:
            return  # no resolution: the customer still waits
        if self.first_reply_at is None:
            self.exclude(deed, Exclusion.NO_REPLY_NEEDED)
        self.resolutions.append(deed.at)
        self.end_turn(deed.at)

    def reopen(self, at: int) -> None:
        self.closed_at, self.reopened = None, self.reopened + 1

    def exclude(self, deed: Deed, code: Exclusion | None) -> None:
        """After a breach only a second person can say that it does not count."""
        if not self._is_breached(deed.at) or deed.is_confirmed:
            self.excluded = code

    def include(self) -> None:
        if self.excluded != Exclusion.DELETED:
            self.excluded = None

    def _is_breached(self, at: int) -> bool:
        return self._all_turns()[0].standing(at) == Standing.BREACHED

    # -- as it stands ---------------------------------------------------------------------------------------------

    def _all_turns(self) -> tuple[Turn, ...]:
        going_on = [] if self.waiting is None else [Turn(self.waiting.since, self.waiting.due)]
        return (*self.turns, *going_on)

    def _answered(self) -> Answered:
        if Answered.PUBLICLY in self.seen:
            return Answered.PUBLICLY
        if Answered.PRIVATELY not in self.seen:  # what points to nothing is an answer in public
            return Answered.PUBLICLY if self.seen else Answered.NOT
        return Answered.POINTED if Answered.POINTED in self.seen else Answered.PRIVATELY

    def as_it_stands(self) -> Episode:
        return Episode(
            id=self.start.id,
            started_at=self.start.at,
            undated=self.start.is_undated,
            private=self.start.private,
            turns=self._all_turns(),
            first_reply_at=self.first_reply_at,
            answered=self._answered(),
            resolutions=tuple(self.resolutions),
            closed_at=self.closed_at,
            reopened=self.reopened,
            assigned_at=self.assigned_at,
            excluded=self.excluded,
            due_resolved=self.promise.due(self.start.at, self.promise.resolution),
            last_customer_at=self.last_customer_at,
            superseded=self.superseded,
            policy_version=self.promise.version,
            calendar_version=self.promise.calendar_version,
        )


class _Thread:
    """The episodes so far; the last one is going on."""

    def __init__(self, promise_of: Callable[[Said], Promise]) -> None:
        self.promise_of = promise_of
        self.all: list[_Growing] = []

    @property
    def last(self) -> _Growing | None:
        return self.all[-1] if self.all else None

    def customer_wrote(self, one: Said) -> None:
        last = self.last
        if last is None or self._begins_another(last, one.at):
            if last is not None:
                last.superseded = True
            last = _Growing(one, self.promise_of(one))
            self.all.append(last)
        elif last.closed_at is not None:
            last.reopen(one.at)
        last.ask(one)

    def _begins_another(self, last: _Growing, at: int) -> bool:
        if last.excluded is not None:
            return True
        if last.closed_at is not None:
            return last.closed_unanswered or at - last.closed_at > REOPEN
        return last.waiting is None and at - last.last_at >= IDLE

    def customer_deleted(self, one: Said) -> None:
        for episode in self.all:
            if one.id in episode.asks:
                assert one.deleted_at is not None
                episode.take_back(one, max(one.at, one.deleted_at))

    def we_answered(self, one: Said) -> None:
        if self.last is not None:
            self.last.answer(one)

    def machine_wrote(self, one: Said) -> None:
        if self.last is not None:
            self.last.last_at = one.at

    def done(self, deed: Deed) -> None:
        last = self.last
        if last is None:
            return
        if deed.what == What.RESOLVED:
            last.resolve(deed)
        elif deed.what == What.REOPENED and last.closed_at is not None and deed.at - last.closed_at <= REOPEN:
            last.reopen(deed.at)
        elif deed.what == What.ASSIGNED:
            last.assigned_at = deed.at if last.assigned_at is None else last.assigned_at
        elif deed.what in (What.EXCLUDED, What.INCLUDED):
            self._exclude(deed)

    def _exclude(self, deed: Deed) -> None:
        for episode in self.all[-1:] if deed.message is None else self.all:
            if deed.message is None or deed.message in episode.asks:
                episode.exclude(deed, deed.code) if deed.what == What.EXCLUDED else episode.include()
