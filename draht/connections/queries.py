"""What a connection's channel says about items, without changing anything."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from draht.connections.actions import opened
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.contract.channel import Act, Counter, Replies
from draht.contract.errors import ChannelError
from draht.contract.messages import Item, May, NotAllowed

COUNTER_KEPT = 600  # seconds; some networks are asked for their limit
MODERATION = (Act.APPROVE, Act.HOLD, Act.SPAM, Act.DELETE)
_counters: dict[int, tuple[float, Counter]] = {}


def label(connection: Connection) -> str:
    """The name of the network that people know."""
    kind = channels().get(connection.channel)
    return kind.label if kind else connection.channel


def may(connection: Connection, items: Sequence[Item], acts: Iterable[Act]) -> list[dict[Act, May]]:
    """What may be done with each item. Opens the channel once; asks no network."""
    wanted = list(acts)
    try:
        with opened(connection) as channel:
            return [{act: channel.may(act, item) for act in wanted} for item in items]
    except ChannelError as error:
        return [dict.fromkeys(wanted, NotAllowed(error.reason)) for _ in items]


def counter(connection: Connection, item: Item) -> Counter | None:
    """How the network counts an answer to this item; ``None`` if it takes none. Kept for ten minutes."""
    until, found = _counters.get(connection.pk, (0.0, None))
    if found is not None and until > time.monotonic():
        return found
    try:
        with opened(connection) as channel:
            if not isinstance(channel, Replies):
                return None
            found = channel.counter(item)
    except ChannelError:
        return None
    _counters[connection.pk] = (time.monotonic() + COUNTER_KEPT, found)
    return found
