"""Networks switch a hook off that failed for a while: every hour it is looked whether ours is still on, and mended."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import draht.connections.actions as connections
from draht.connections.errands import next_turn
from draht.connections.models import Connection
from draht.connections.turns import Turns
from draht.contract.channel import Subscribes
from draht.contract.errors import ChannelError, LoginExpired, TryLater, only_the_four
from draht.core.clock import HOUR, MINUTE, SECOND, now
from draht.core.worker.errands import put_back
from draht.core.worker.models import Errand

log = logging.getLogger("draht.hooks")
SUBSCRIBE_THREADS = 4
TURNS = Turns(SUBSCRIBE_THREADS)
LEASE = 2 * MINUTE
EVERY = HOUR
AFTER_FAULT = 10 * MINUTE


def next_subscription() -> Callable[[], None] | None:
    """The account whose hook is to be looked after, as something to call."""
    found = next_turn("look after the hook", Subscribes, LEASE, not_of=TURNS.must_wait())
    return TURNS.take(found[1], partial(_look_after, *found)) if found else None


def _look_after(errand: Errand, connection: Connection) -> None:
    began, pause = now(), EVERY
    try:
        with connections.opened(connection) as channel, only_the_four(TryLater):
            assert isinstance(channel, Subscribes)
            _mend(channel, connection, since=errand.began_at)
    except LoginExpired as error:
        connections.note_trouble(connection.pk, error)
    except TryLater as error:
        pause = int(max((error.after or 0) * SECOND, AFTER_FAULT))
    except ChannelError as error:
        log.warning("The hook of connection %s cannot be switched on again: %s", connection.pk, error)
        if connection.next_fetch_at is None:  # then nothing arrives any more
            connections.note_trouble(connection.pk, error)
    put_back(errand, now() + pause, began_at=began)


def _mend(channel: Subscribes, connection: Connection, since: int) -> None:
    """Switches the hook on if it is off. Also when another account of the channel was removed since we last looked:
    its address may have been that of the whole app."""
    address = connections.hook_address(connection)
    if not channel.is_subscribed(address):
        channel.subscribe(address)
        connections.subscribed_again(connection.pk)
    elif since and connections.some_removed(connection.channel, since):
        channel.subscribe(address)
