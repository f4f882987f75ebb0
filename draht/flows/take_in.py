"""The road of incoming messages: channel → inbox → screens. Polls, hooks, chat and imports join it at ``take_in``."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial

from django.db import DatabaseError, InterfaceError, OperationalError, transaction

import draht.connections.actions as connections
import draht.features.inbox.actions as inbox
from draht.connections.hooks import hook_of, read_back
from draht.connections.models import Connection, Leftover
from draht.connections.turns import Turns
from draht.contract.channel import Channel, Fetches, Hears, RereadsItems
from draht.contract.errors import ChannelError, LoginExpired, TryLater, only_the_four
from draht.contract.messages import Event, Hook, IncomingMessage, Reading, Unread
from draht.contract.reading import as_text
from draht.core.clock import DAY, MINUTE, now
from draht.core.people.access import Viewer
from draht.core.people.models import Role
from draht.core.worker import intake
from draht.core.worker.intake import Taken
from draht.core.worker.models import Delivery
from draht.features.inbox.actions import Incoming, Stored

log = logging.getLogger("draht.take_in")
FETCH_THREADS = 24
HOOK_THREADS = 4
TURN = 20.0  # seconds for which the hooks of one account are read at a time
FETCHES = Turns(FETCH_THREADS)
HOOKS = Turns(HOOK_THREADS)
FETCH_THREADS = 24
HOOK_THREADS = 4
FETCHES = Turns(FETCH_THREADS)
HOOKS = Turns(HOOK_THREADS)


def take_in(connection: Connection, events: Iterable[Event], received_at: int) -> Stored:
    """The road itself. Called inside the transaction that also moves the cursor or forgets the delivery.

    The connection is locked, so two workers cannot store messages of one account at the same time. Nothing is stored
    for one that somebody removed meanwhile.
    """
    held = Connection.objects.select_for_update().get(pk=connection.pk)
    if held.removed_at:
        return Stored()
    return _store(Incoming(held.pk, held.department_id, held.account_id, received_at, list(events)))


def _store(incoming: Incoming) -> Stored:
    """Stores a batch. What the store cannot hold is found by halving and becomes a leftover; the others go on."""
    events = list(incoming.events)
    try:
        with transaction.atomic():
            return inbox.store_messages(incoming)
    except (OperationalError, InterfaceError):  # the store itself is in trouble: all of it, later
        raise
    except Exception as error:  # nobody foresaw this message
        if len(events) == 1:
            return _leave(incoming.connection_id, events[0], error)
    halves = events[: len(events) // 2], events[len(events) // 2 :]
    return sum((_store(replace(incoming, events=half)) for half in halves), Stored())


def _leave(connection_id: int, event: Event, error: Exception) -> Stored:
    log.warning("A message of connection %s cannot be stored: %r", connection_id, error)
    raw = event.raw if isinstance(event, IncomingMessage) and event.raw else asdict(event)
    connections.keep_leftovers(connection_id, [Unread(as_text(raw), f"{type(error).__name__}: {error}"[:500])])
    return Stored()


def fetch_due() -> bool:
    """Asks one network whose turn it is; whether there was one."""
    work = next_fetch()
    if work:
        work()
    return work is not None


def next_fetch() -> Callable[[], None] | None:
    """The fetch whose turn it is, to be called; nobody else does it meanwhile."""
    for connection in connections.claim_due(not_of=FETCHES.must_wait()):
        return FETCHES.take(connection, partial(_fetch, connection))
    return None


def _fetch(connection: Connection) -> None:
    try:
        fetch(connection)
    except ChannelError as error:
        connections.note_trouble(connection.pk, error)
    except DatabaseError:
        connections.let_go(connection)
        raise


def fetch(connection: Connection) -> Reading:
    """One fetch of one connection: messages and cursor stand or fall together."""
    with connections.opened(connection) as channel:
        if not isinstance(channel, Fetches):
            return Reading()
        with only_the_four(TryLater):
            reading = channel.fetch(connection.cursor)
    with transaction.atomic():
        take_in(connection, reading.events, now())
        connections.finish_fetch(connection, reading)
    return reading


def read_hooks() -> bool:
    """Reads hooks of the connection whose turn it is, many at once; whether there were any."""
    work = next_hooks()
    if work:
        work()
    return work is not None


def next_hooks() -> Callable[[], None] | None:
    """The hooks whose turn it is, to be read by a call; nobody else reads those of that connection meanwhile."""
    taken = intake.take(not_of=HOOKS.must_wait())
    if taken is None:
        return None
    connection = Connection.objects.filter(pk=taken.connection_id, removed_at=None).first()
    if connection is None:
        return partial(intake.finish, taken, len(taken.deliveries), until=now())
    return HOOKS.take(connection, partial(_read_hooks, connection, taken))


@dataclass(slots=True)
class Heard:
    """What the first ``count`` of some hooks say, and those of them that were not understood, each with its request."""

    count: int = 0
    events: list[Event] = field(default_factory=list)
    unread: list[tuple[str, Unread]] = field(default_factory=list)


def _read_hooks(connection: Connection, taken: Taken) -> None:
    """Takes in what was read; when the network cannot be asked what the next one means, the others wait a minute."""
    heard, error = Heard(), None
    try:
        with connections.opened(connection) as channel:
            _read(connection, channel, taken.deliveries, heard)
    except ChannelError as fault:
        error = fault
    with transaction.atomic():
        if heard.count:
            take_in(connection, heard.events, now())
            unread, requests = [left for _, left in heard.unread], [request for request, _ in heard.unread]
            connections.keep_leftovers(connection.pk, unread, requests)
        intake.finish(taken, heard.count, until=now() + MINUTE if error else now())
        if not error and connection.trouble_kind and connection.next_fetch_at is None:
            connections.end_trouble(connection.pk)
    if error:
        connections.note_trouble(connection.pk, error)


def _read(connection: Connection, channel: Channel, deliveries: Sequence[Delivery], heard: Heard) -> None:
    """Reads as many as a turn has time for: some channels ask their network. A strange one never stops the others."""
    until = time.monotonic() + TURN
    for delivery in deliveries:
        try:
            reading = _read_hook(channel, hook_of(delivery))
        except TryLater as error:
            if delivery.received_at > now() - DAY:
                raise
            reading = Reading(unread=(Unread("", error.reason),))  # it has held the others up for long enough
        heard.events += reading.events
        if reading.unread:  # the whole hook is kept: its pieces could not be read again
            log.warning("A hook of connection %s was not understood: %s", connection.pk, reading.unread[0].reason)
            raw = bytes(delivery.body).decode("utf-8", "replace")
            heard.unread.append((delivery.request, Unread(raw, reading.unread[0].reason)))
        heard.count += 1
        if time.monotonic() > until:
            return


def _read_hook(channel: Channel, hook: Hook) -> Reading:
    try:
        if not isinstance(channel, Hears):
            raise TypeError(f"{channel.label} has no hooks")
        return channel.read_hook(hook)
    except (LoginExpired, TryLater):
        raise
    except Exception as error:  # a mapper may stumble over what nobody foresaw
        return Reading(unread=(Unread("", f"{type(error).__name__}: {error}"[:500]),))


# -- once more --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reread:
    """How many leftovers were understood at last, and how many stay."""

    read: int
    left: int


def read_leftovers(viewer: Viewer, connection_id: int) -> Reread:
    """Reads what nobody understood once more: since then the channel may have been mended.

    Messages that are there already drop out, as on every road. Raises one of the four errors.
    """
    viewer.must_be(Role.LEAD)
    connection = Connection.objects.get(pk=connection_id, removed_at=None)
    count, read, last = 0, 0, 0
    with connections.opened(connection) as channel:
        while batch := connections.leftovers(connection_id, after=last):
            readings = {left.pk: _read_again(channel, left) for left in batch}
            done = [id for id, reading in readings.items() if not reading.unread]
            still = {id: reading.unread[0].reason for id, reading in readings.items() if reading.unread}
            with transaction.atomic():
                take_in(connection, [event for reading in readings.values() for event in reading.events], now())
                connections.settle_leftovers(viewer, connection_id, done, still)
            count, read, last = count + len(batch), read + len(done), batch[-1].pk
    return Reread(read, count - read)


def _read_again(channel: Channel, left: Leftover) -> Reading:
    if left.request:
        return _read_hook(channel, read_back(left.request, left.raw.encode()))
    if isinstance(channel, RereadsItems):
        return channel.read_item(left.raw)
    return Reading(unread=(Unread(left.raw, left.reason),))
