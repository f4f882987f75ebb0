"""Reading known messages again, to find edits and deletions that nobody told us of.

Three walks through the messages of an account, from the newest back: through the last hour every ten minutes, through
the last day every hour, through the last thirty days once a day. Each is spread over its time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from random import uniform

from django.db import transaction

import draht.connections.actions as connections
from draht.connections.errands import next_turn
from draht.connections.models import Connection
from draht.connections.turns import Turns
from draht.contract.channel import Channel, Reconciles
from draht.contract.errors import ChannelError, LoginExpired, TryLater, only_the_four
from draht.contract.messages import Item, Reading
from draht.core.clock import DAY, HOUR, MINUTE, SECOND, now
from draht.core.sql import leave_store
from draht.core.worker.errands import put_back
from draht.core.worker.models import Errand
from draht.features.inbox.queries import position_of, to_read_again
from draht.flows.take_in import take_in

log = logging.getLogger("draht.reconcile")
RECONCILE_THREADS = 4
TURNS = Turns(RECONCILE_THREADS)
LEASE = 2 * MINUTE
SPREAD = 0.8  # of the time of a walk; the rest is left for what goes wrong
SHORTEST_PAUSE = SECOND
AFTER_FAULT = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class Walk:
    """Through the messages between two ages (milliseconds), once in ``every``."""

    name: str
    youngest: int
    oldest: int
    every: int


MONTH = Walk("read the month again", DAY, 30 * DAY, 20 * HOUR)  # so that each is read within 24 hours in any case
WALKS = (Walk("read the hour again", 0, HOUR, 10 * MINUTE), Walk("read the day again", HOUR, DAY, HOUR), MONTH)


def next_rereading() -> Callable[[], None] | None:
    """The messages whose turn it is to be read again, as something to call. The young ones come first."""
    for walk in WALKS:
        found = next_turn(walk.name, Reconciles, LEASE, not_of=TURNS.must_wait())
        if found:
            return TURNS.take(found[1], partial(_step, walk, *found))
    return None


def _step(walk: Walk, errand: Errand, connection: Connection) -> None:
    """One call to the network, and what follows from it."""
    try:
        with connections.opened(connection) as channel:
            assert isinstance(channel, Reconciles)
            if (wait := _wait_for_the_purse(channel)) is not None:
                put_back(errand, now() + wait)
                return
            walk = _within_money(walk, channel)
            errand = _begun(walk, errand)
            items = to_read_again(connection.pk, _end(walk, errand), errand.position, channel.batch)
            leave_store()
            reading = _look(channel, [item for _, item in items])
    except LoginExpired as error:
        connections.note_trouble(connection.pk, error)
        put_back(errand, now() + HOUR)
    except TryLater as error:
        put_back(errand, now() + _pause_after(error))
    else:
        _go_on(walk, errand, connection, reading, [id for id, _ in items])


def _look(channel: Reconciles, items: list[Item]) -> Reading:
    """What the network says of these. Those that it refuses to tell of are left for the next walk."""
    if not items:
        return Reading()
    try:
        with only_the_four(TryLater):
            return channel.look_again(items)
    except (LoginExpired, TryLater):
        raise
    except ChannelError as error:
        log.warning("%d messages could not be read again: %s", len(items), error)
        return Reading()


def _go_on(walk: Walk, errand: Errand, connection: Connection, reading: Reading, ids: list[int]) -> None:
    """Takes in what was found, and puts the walk down where it goes on; or, at its end, until it begins again."""
    if ids:
        due_at, position = now() + _pause(walk, errand, ids[-1]), ids[-1]
    else:
        due_at, position = errand.began_at + walk.every, 0
    with transaction.atomic():
        if not put_back(errand, due_at, position=position, began_at=errand.began_at):
            return  # somebody else goes on with it
        if reading.events:
            take_in(connection, reading.events, now())
        connections.keep_leftovers(connection.pk, reading.unread)


def _begun(walk: Walk, errand: Errand) -> Errand:
    """A walk begins anew at its end, and when its time is over: the newest messages are the most important ones."""
    if not errand.position or errand.began_at + walk.every < now():
        errand.began_at = now()
        errand.position = position_of(now() - walk.youngest + SECOND)
    return errand


def _end(walk: Walk, errand: Errand) -> int:
    return position_of(errand.began_at - walk.oldest)


def _pause(walk: Walk, errand: Errand, reached: int) -> int:
    """Milliseconds until the next step, so that the whole walk takes its time. Positions are times."""
    left = errand.began_at + walk.every * SPREAD - now()
    share = (errand.position - reached) / max(1, errand.position - _end(walk, errand))
    return max(SHORTEST_PAUSE, int(left * share))


def _pause_after(error: TryLater) -> int:
    """Milliseconds."""
    own = AFTER_FAULT * uniform(1, 1.5)  # noqa: S311 - nobody gains by guessing it
    return int(max((error.after or 0) * SECOND, own))


def _within_money(walk: Walk, channel: Reconciles) -> Walk:
    """Where reading costs money, every message is read again once a day and not more often."""
    assert isinstance(channel, Channel)
    if channel.budget is None or not channel.budget.costs_money:
        return walk
    return replace(walk, youngest=0 if walk is MONTH else walk.oldest + MINUTE)


def _wait_for_the_purse(channel: Reconciles) -> int | None:
    """Half of what a day's quota still has to last for is left for what is new: milliseconds to wait, or ``None``."""
    assert isinstance(channel, Channel)
    if channel.budget is None:
        return None
    purse = channel.http.purse
    rest_of_the_day = purse.day_ends_in() * SECOND / DAY
    return None if purse.left() > channel.budget.units * rest_of_the_day / 2 else HOUR
