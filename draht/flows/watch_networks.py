"""Being told at once: where a network keeps a connection open (long poll, IMAP IDLE), a thread waits for each account.

Nothing is read here. When something came, the account is fetched at once, by the road of every fetch.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from random import uniform

import draht.connections.actions as connections
from draht.connections.errands import next_turn
from draht.connections.models import Connection
from draht.contract.channel import Waits
from draht.contract.errors import ChannelError, TryLater, only_the_four
from draht.core.clock import DAY, MINUTE, SECOND, now
from draht.core.sql import leave_store
from draht.core.worker.errands import put_back
from draht.core.worker.models import Errand

log = logging.getLogger("draht.watch")
WATCH_THREADS = 100
WAIT = 25.0  # seconds of one wait
LEASE = MINUTE  # an account is watched by one thread of one process; if that dies, by another after this
AT_REST = "c.next_fetch_at > {at} AND c.lease_until < {at}"  # it is not about to be fetched
AFTER_FAULT = MINUTE


def next_wait() -> Callable[[], None] | None:
    """The account that has to be watched, as something to call that returns after a while."""
    found = next_turn("watch", Waits, LEASE, further=AT_REST.format(at=now()))
    return partial(_watch, *found) if found else None


def _watch(errand: Errand, connection: Connection) -> None:
    try:
        with connections.opened(connection) as channel:
            assert isinstance(channel, Waits)
            leave_store()
            with only_the_four(TryLater):
                came = channel.wait(connection.cursor, _seconds(connection))
    except ChannelError as error:  # the next fetch finds out what it means for the account
        log.info("Connection %s cannot be watched: %s", connection.pk, error)
        put_back(errand, now() + _pause(error))
    else:
        if came:
            connections.fetch_soon(connection.pk)
        put_back(errand, now() + SECOND if came else now())
    leave_store()


def _seconds(connection: Connection) -> float:
    """Until the next fetch at most: some networks let only one of us ask at a time."""
    return max(1.0, min(WAIT, ((connection.next_fetch_at or 0) - now()) / SECOND))


def _pause(error: ChannelError) -> int:
    """Milliseconds: a minute and a bit, or as long as the network wishes."""
    told = min(getattr(error, "after", None) or 0, DAY / SECOND) * SECOND
    return int(max(told, AFTER_FAULT) * uniform(1, 1.5))  # noqa: S311 - nobody gains by guessing it
