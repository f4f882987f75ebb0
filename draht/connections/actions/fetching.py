"""Whose turn it is to be fetched, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from draht.connections.actions.trouble import end_trouble
from draht.connections.actions.unread import keep_leftovers
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.contract.channel import Fetches
from draht.contract.messages import Unread
from draht.core.clock import MINUTE, SECOND, now
from draht.core.worker.claim import FREE, claim, come, due, free

FETCH_LEASE = 5 * MINUTE  # a worker that dies while it fetches loses the connection after this


DUE = f"{due('next_fetch_at')} AND {FREE} AND NOT paused AND removed_at IS NULL"


def claim_due(limit: int = 1) -> list[Connection]:
    """Connections whose next fetch is due, leased to the caller. Two workers never get the same one."""
    at = now()
    ids = claim("connections_connection", DUE, [*come(at), *free(at)], "next_fetch_at", limit, at + FETCH_LEASE)
    return list(Connection.objects.filter(pk__in=ids))


def finish_fetch(connection: Connection, cursor: str | None, unread: Sequence[Unread], *, more: bool) -> None:
    """Moves the cursor, in the transaction that stored the messages.

    Unless the fetch took so long that its lease ran out: then somebody else may be further on already.
    """
    kind = channels()[connection.channel]
    every = kind.every * SECOND if issubclass(kind, Fetches) else MINUTE
    Connection.objects.filter(pk=connection.pk, lease_until=connection.lease_until).update(
        **({} if cursor is None else {"cursor": cursor}),
        next_fetch_at=now() + (0 if more else every),
        fetched_at=now(),
        lease_until=0,
        failures=0,
    )
    keep_leftovers(connection.pk, unread)
    if connection.trouble_kind:
        end_trouble(connection.pk)


def let_go(connection: Connection) -> None:
    """Gives a connection back that was claimed, and could not be fetched because of our own store."""
    Connection.objects.filter(pk=connection.pk, lease_until=connection.lease_until).update(
        lease_until=0, next_fetch_at=now() + 15 * SECOND
    )
