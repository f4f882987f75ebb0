"""How anything of ours leaves, an answer or a post: tried, and what came of it written down. Never a second copy in
public: what may have arrived is repeated where the network knows our key, looked for where it can be read back, and
else left to a person."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Generic, TypeVar

import draht.connections.actions as connections
from draht.connections.models import Connection
from draht.connections.turns import Turns
from draht.contract.channel import Channel
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, Unsure, only_the_four
from draht.contract.messages import Sent
from draht.contract.words import words
from draht.core.clock import MINUTE, SECOND, now
from draht.core.worker.outgoing import Outgoing

STILL_KNOWN = 2 * MINUTE  # a repetition must arrive before the network forgets the key
Row = TypeVar("Row", bound=Outgoing)
Told = TypeVar("Told")  # the row as its channel wants it told


class Road(ABC, Generic[Row, Told]):
    """What is different between the things that leave. ``turns`` are the threads that bring them out."""

    def __init__(self, threads: int) -> None:
        self.turns = Turns(threads)

    @abstractmethod
    def claim(self, not_of: Sequence[int]) -> Sequence[Row]: ...

    @abstractmethod
    def connection(self, row: Row) -> Connection: ...

    @abstractmethod
    def told(self, row: Row) -> Told:
        """Raises ``Refused`` or ``TryLater`` if it cannot leave now, whatever the network says."""

    @abstractmethod
    def check(self, channel: Channel, told: Told) -> None:
        """Raises ``Refused`` for what the network would refuse. Not asked about what may have arrived."""

    @abstractmethod
    def repeats_for(self, channel: Channel) -> int:
        """Seconds for which the network knows our key; raises ``Refused`` if it takes nothing of this kind."""

    @abstractmethod
    def send(self, channel: Channel, told: Told) -> Sent: ...

    @abstractmethod
    def find(self, channel: Channel) -> Callable[[Told], Sent | None] | None:
        """How the network looks for it; ``None`` where it cannot be read back."""

    # what came of it; each is one transaction
    @abstractmethod
    def start(self, row: Row) -> bool: ...

    @abstractmethod
    def sent(self, row: Row, sent: Sent) -> None: ...

    @abstractmethod
    def postponed(self, row: Row, reason: str, after: float | None) -> None: ...

    @abstractmethod
    def failed(self, row: Row, reason: str) -> None: ...

    @abstractmethod
    def unsure(self, row: Row, reason: str, *, looks_again: bool, after: float | None = None) -> None: ...

    @abstractmethod
    def missing(self, row: Row) -> None: ...


def next_of(road: Road[Row, Told]) -> Callable[[], None] | None:
    """What is due next, to be sent by a call; nobody else sends it meanwhile."""
    for row in road.claim(road.turns.must_wait()):
        step = _settle if row.is_uncertain else _send
        return road.turns.take(road.connection(row), partial(step, road, row))
    return None


def _send(road: Road[Row, Told], row: Row) -> None:
    """Nothing of it can have arrived yet."""
    try:
        with _opened(road, row) as channel:
            told = road.told(row)
            with only_the_four(TryLater):
                road.check(channel, told)
            _attempt(road, row, channel, told)
    except Unsure as error:
        road.unsure(row, error.reason, looks_again=True)
    except TryLater as error:
        road.postponed(row, error.reason, error.after)
    except LoginExpired as error:
        connections.note_trouble(road.connection(row).pk, error)
        road.postponed(row, error.reason, None)
    except ChannelError as error:
        road.failed(row, error.reason)


def _settle(road: Road[Row, Told], row: Row) -> None:
    """It may have arrived. Whatever fails meanwhile: it stays unsure."""
    try:
        with _opened(road, row) as channel:
            if now() < (row.first_tried_at or 0) + road.repeats_for(channel) * SECOND - STILL_KNOWN:
                return _repeat(road, row, channel)
            if find := road.find(channel):
                return _look_back(road, row, find)
    except LoginExpired as error:
        connections.note_trouble(road.connection(row).pk, error)
        return road.unsure(row, error.reason, looks_again=True)
    except (TryLater, Unsure) as error:
        return road.unsure(row, error.reason, looks_again=True, after=getattr(error, "after", None))
    except ChannelError as error:
        return road.unsure(row, error.reason, looks_again=False)
    return road.unsure(row, row.reason, looks_again=False)


def _repeat(road: Road[Row, Told], row: Row, channel: Channel) -> None:
    try:
        _attempt(road, row, channel, road.told(row))
    except Refused as error:  # perhaps of the repetition only, because of what has changed since the first attempt
        find = road.find(channel)
        if find is None:
            raise
        found = _find(road, row, find)
        if found is None:
            road.failed(row, error.reason)
        else:
            road.sent(row, found)


def _look_back(road: Road[Row, Told], row: Row, find: Callable[[Told], Sent | None]) -> None:
    found = _find(road, row, find)
    if found is None:
        road.missing(row)
    else:
        road.sent(row, found)


def _find(road: Road[Row, Told], row: Row, find: Callable[[Told], Sent | None]) -> Sent | None:
    with only_the_four(TryLater):
        return find(road.told(row))


def _attempt(road: Road[Row, Told], row: Row, channel: Channel, told: Told) -> None:
    if not road.start(row):
        return
    with only_the_four(Unsure):
        sent = road.send(channel, told)
    road.sent(row, sent)
    connection = road.connection(row)
    if connection.trouble_kind == "login":
        connections.end_trouble(connection.pk)


@contextmanager
def _opened(road: Road[Row, Told], row: Row) -> Iterator[Channel]:
    connection = road.connection(row)
    if connection.removed_at:
        raise Refused(words("This account is no longer connected."))
    if connection.paused:
        raise TryLater(words("This account is paused."))
    with connections.opened(connection) as channel:
        road.repeats_for(channel)  # does it take this kind at all?
        yield channel
