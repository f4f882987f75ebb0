"""Whose turn it is to be fetched, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from random import uniform

from draht.connections.actions.trouble import end_trouble
from draht.connections.actions.unread import keep_leftovers
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.contract.channel import Fetches
from draht.contract.messages import Reading
from draht.core.clock import DAY, MINUTE, SECOND, now
from draht.core.worker.claim import FREE, but_not, claim, come, due, free

FETCH_LEASE = 5 * MINUTE  # a worker that dies while it fetches loses the connection after this
EARLIEST = 0.9  # of the time between two fetches


DUE = f"{due('next_fetch_at')} AND {FREE} AND NOT paused AND removed_at IS NULL"


def claim_due(limit: int = 1, not_of: Sequence[int] = ()) -> list[Connection]:
    """Connections whose next fetch is due, leased to the caller. Two workers never get the same one.

    Args:
        not_of: ids of those whose networks keep enough threads busy already.
    """
    at = now()
    others, those = but_not("id", not_of)
    due_then = [*come(at), *free(at), *those]
    ids = claim("connections_connection", DUE + others, due_then, "next_fetch_at", limit, at + FETCH_LEASE)
    return list(Connection.objects.filter(pk__in=ids, paused=False, removed_at=None))


def finish_fetch(connection: Connection, reading: Reading) -> None:
    """Moves the cursor, in the transaction that stored the messages.

    Unless the fetch took so long that its lease ran out: then somebody else may be further on already.
    """
    Connection.objects.filter(pk=connection.pk, lease_until=connection.lease_until, removed_at=None).update(
        **({} if reading.cursor is None else {"cursor": reading.cursor}),
        next_fetch_at=now() + _pause(connection, reading),
        fetched_at=now(),
        lease_until=0,
        failures=0,
    )
    keep_leftovers(connection.pk, reading.unread)
    if connection.trouble_kind:
        end_trouble(connection.pk)


def _pause(connection: Connection, reading: Reading) -> int:
    """Milliseconds until the next fetch. What is asked every minute is asked a little earlier each time, so that
    accounts that were connected together do not come in lockstep."""
    if reading.pause is not None:
        return int(min(max(reading.pause, 0), DAY / SECOND) * SECOND)
    if reading.more:
        return 0
    kind = channels()[connection.channel]
    every = kind.every * SECOND if issubclass(kind, Fetches) else MINUTE
    return int(every * uniform(EARLIEST, 1))  # noqa: S311 - nobody gains by guessing it


def fetch_soon(connection_id: int) -> None:
    """The network says that something came: it is fetched at once, if it is fetched at all."""
    at = now()
    there = Connection.objects.filter(pk=connection_id, removed_at=None, paused=False, next_fetch_at__gt=at)
    there.update(next_fetch_at=at)


def let_go(connection: Connection) -> None:
    """Gives a connection back that was claimed, and could not be fetched because of our own store."""
    Connection.objects.filter(pk=connection.pk, lease_until=connection.lease_until).update(
        lease_until=0, next_fetch_at=now() + 15 * SECOND
    )
