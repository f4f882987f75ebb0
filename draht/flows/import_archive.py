"""The road of an archive: rows of a file, read by the archive's channel, taken in like everything else.

A row that is known drops out, so an import that was interrupted is simply started again.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec
from django.db import transaction

import draht.connections.actions as connections
import draht.features.inbox.actions as inbox
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.contract.channel import ReadsRows
from draht.contract.messages import Event, IncomingMessage, Reading, Unread
from draht.contract.text import MAX_TEXT
from draht.contract.words import words
from draht.core.clock import now
from draht.core.journal.actions import record
from draht.core.journal.facts import Fact
from draht.flows.take_in import take_in

BATCH = 2000  # rows of one transaction
SHOWN = 20  # strange rows that are named


@dataclass(frozen=True, slots=True)
class Row:
    """One row under our names, and the line where it begins."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Strange:
    """What could not be read: where, what stands there, and why."""

    number: int
    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A row as it would be read: its message, or the reason why there is none."""

    number: int
    message: IncomingMessage | None
    ours: bool = False
    reason: str = ""


@dataclass(slots=True)
class Imported:
    """What came of it so far.

    Attributes:
        cut: texts of which only the first ``MAX_TEXT`` characters are shown; the row is kept as a whole.
        left: rows that could not be read; ``strange`` shows the first of them.
    """

    rows: int = 0
    new: int = 0
    changed: int = 0
    cut: int = 0
    left: int = 0
    strange: list[Strange] = field(default_factory=list)


def kind_of_archives() -> tuple[str, type[ReadsRows]]:
    """The channel that reads rows."""
    return next((name, kind) for name, kind in channels().items() if issubclass(kind, ReadsRows))


def find_archive(name: str) -> Connection | None:
    """The archive of that name. ``ValueError`` if the name belongs to another kind of connection."""
    found = Connection.objects.filter(name=name, removed_at=None).select_related("department").first()
    if found and found.channel != kind_of_archives()[0]:
        raise ValueError(f"{name!r} is a connection to another network. Choose another name for the archive.")
    return found


def make_archive(name: str, department_id: int) -> Connection:
    return connections.make(None, kind_of_archives()[0], {"name": name}, department_id, name=name)


def preview(rows: Iterable[Row | Strange]) -> Iterator[Seen]:
    """Rows as they would be read, without touching the store."""
    with connections.opened(Connection(channel=kind_of_archives()[0])) as channel:
        assert isinstance(channel, ReadsRows)
        us = channel.whoami().id
        for row in rows:
            reading = _read(channel, row)
            for event in reading.events:
                if isinstance(event, IncomingMessage):
                    yield Seen(row.number, event, ours=event.author.id == us)
            for left in reading.unread:
                yield Seen(row.number, None, reason=left.reason)


def import_rows(
    connection: Connection, rows: Iterable[Row | Strange], *, leave_open: bool = False
) -> Generator[Imported]:
    """Takes rows in, batch by batch; the total after each batch. Each batch is one transaction.

    An archive is history: its conversations are resolved and read, unless they are to be left open.
    """
    total = Imported()
    rest = iter(rows)
    with connections.opened(connection) as channel:
        assert isinstance(channel, ReadsRows)
        while batch := list(islice(rest, BATCH)):
            readings = [(row, _read(channel, row)) for row in batch]
            _take_in(connection, readings, total, leave_open)
            yield total


def _read(channel: ReadsRows, row: Row | Strange) -> Reading:
    if isinstance(row, Strange):
        return Reading(unread=(Unread(row.raw, row.reason),))
    return channel.read_item(msgspec.json.encode(row.values).decode())


def _take_in(
    connection: Connection, readings: list[tuple[Row | Strange, Reading]], total: Imported, leave_open: bool
) -> None:
    events: list[Event] = [event for _, reading in readings for event in reading.events]
    strange = [Strange(row.number, left.raw, left.reason) for row, reading in readings for left in reading.unread]
    with transaction.atomic():
        stored = take_in(connection, events, now())
        if not leave_open:
            inbox.file_away(stored.conversations)
        left = [
            Unread(one.raw, words("line {number}: {reason}").format(number=one.number, reason=one.reason))
            for one in strange
        ]
        connections.keep_leftovers(connection.pk, left)
        if stored.new or stored.changed:
            record(
                Fact.ARCHIVE_IMPORTED, department_id=connection.department_id, connection=connection.pk,
                new=len(stored.new), changed=len(stored.changed),
            )  # fmt: skip
    total.rows += len(readings)
    total.new += len(stored.new)
    total.changed += len(stored.changed)
    total.left += len(strange)
    total.strange += strange[: SHOWN - len(total.strange)]
    total.cut += sum(len(event.text) == MAX_TEXT for event in events if isinstance(event, IncomingMessage))
