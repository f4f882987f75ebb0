"""The road of incoming messages: channel → inbox → screens. Polls, hooks, chat and imports join it at ``take_in``."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from itertools import groupby

from django.db import transaction

import draht.connections.actions as connections
import draht.features.inbox.actions as inbox
from draht.connections.hooks import hook_of
from draht.connections.models import Connection
from draht.contract.channel import Fetches, Hears
from draht.contract.errors import ChannelError, LoginExpired, TryLater
from draht.contract.messages import Event, Reading, Unread
from draht.contract.reading import as_text
from draht.core.clock import MINUTE, now
from draht.core.worker import intake
from draht.core.worker.models import Delivery
from draht.features.inbox.actions import Incoming, Stored

log = logging.getLogger("draht.take_in")


def take_in(connection: Connection, events: Iterable[Event], received_at: int) -> Stored:
    """The road itself. Called inside the transaction that also moves the cursor or forgets the delivery.

    The connection is locked, so two workers cannot store messages of one account at the same time.
    """
    held = Connection.objects.select_for_update().get(pk=connection.pk)
    return inbox.store_messages(Incoming(held.pk, held.department_id, held.account_id, received_at, events))


def fetch_due() -> bool:
    """Asks one network whose turn it is; whether there was one."""
    claimed = connections.claim_due(limit=1)
    for connection in claimed:
        try:
            fetch(connection)
        except ChannelError as error:
            connections.note_trouble(connection.pk, error)
    return bool(claimed)


def fetch(connection: Connection) -> Reading:
    """One fetch of one connection: messages and cursor stand or fall together."""
    with connections.opened(connection) as channel:
        if not isinstance(channel, Fetches):
            return Reading()
        reading = channel.fetch(connection.cursor)
    with transaction.atomic():
        take_in(connection, reading.events, now())
        connections.finish_fetch(connection, reading.cursor, reading.unread, more=reading.more)
    return reading


def read_hooks() -> bool:
    """Reads hooks that were kept, many at once; whether there were any."""
    deliveries = sorted(intake.take(), key=lambda d: (d.connection_id, d.pk))
    for connection_id, group in groupby(deliveries, key=lambda d: d.connection_id):
        _read_group(connection_id, list(group))
    return bool(deliveries)


def _read_group(connection_id: int, deliveries: Sequence[Delivery]) -> None:
    connection = Connection.objects.filter(pk=connection_id, removed_at=None).first()
    ids = [delivery.pk for delivery in deliveries]
    if connection is None:
        return intake.finish(ids)
    try:
        read, unread = _read(connection, deliveries)
    except (LoginExpired, TryLater) as error:
        connections.note_trouble(connection_id, error)
        return intake.put_back(ids, now() + MINUTE)
    with transaction.atomic():
        take_in(connection, read, now())
        for request, left in unread:
            connections.keep_leftovers(connection_id, [left], request)
        intake.finish(ids)
    return None


def _read(connection: Connection, deliveries: Sequence[Delivery]) -> tuple[list[Event], list[tuple[str, Unread]]]:
    """What the hooks say, and what could not be understood. A strange one never stops the others."""
    events: list[Event] = []
    unread: list[tuple[str, Unread]] = []
    with connections.opened(connection) as channel:
        for delivery in deliveries:
            try:
                if not isinstance(channel, Hears):
                    raise TypeError(f"{channel.label} has no hooks")
                reading = channel.read_hook(hook_of(delivery))
            except (LoginExpired, TryLater):
                raise
            except Exception as error:  # a mapper may stumble over what nobody foresaw
                log.warning("A hook of connection %s was not understood: %r", connection.pk, error)
                left = Unread(as_text(bytes(delivery.body)), f"{type(error).__name__}: {error}"[:500])
                unread.append((delivery.request, left))
            else:
                events += reading.events
                unread += [(delivery.request, left) for left in reading.unread]
    return events, unread
