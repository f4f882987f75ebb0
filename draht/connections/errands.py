"""What is done again and again for each connection whose channel can do it, besides fetching."""

from __future__ import annotations

from collections.abc import Sequence

from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.core.clock import now
from draht.core.sql import one_of
from draht.core.worker import errands
from draht.core.worker.models import Errand

ABLE = """connection_id IN (SELECT c.id FROM connections_connection c
  WHERE c.removed_at IS NULL AND NOT c.paused AND c.trouble_kind = '' AND {of_channels}{further})"""


def next_turn(
    name: str, ability: type, lease: int, *, not_of: Sequence[int] = (), further: str = ""
) -> tuple[Errand, Connection] | None:
    """Whose turn an errand is, leased to the caller for ``lease`` milliseconds: of those that are connected, not paused
    and not in trouble, it is due for longest.

    Args:
        ability: what the channel must have.
        not_of: ids of connections whose networks keep enough threads busy already.
        further: a further condition about the connection ``c``, in SQL.
    """
    able = [kind for kind, of in channels().items() if issubclass(of, ability)]
    if not able:
        return None
    of_channels, those = one_of("c.channel", able, "text")
    _plan(name, able)
    condition = ABLE.format(of_channels=of_channels, further=f" AND {further}" if further else "")
    errand = errands.claim_next(name, lease, condition, [those], not_of)
    if errand is None:
        return None
    connection = Connection.objects.filter(pk=errand.connection_id, paused=False, removed_at=None).first()
    return (errand, connection) if connection else None


def _plan(name: str, able: Sequence[str]) -> None:
    """New connections get their errand, and so do old ones whose channel has learned something."""
    there = set(Connection.objects.filter(removed_at=None, channel__in=able).values_list("id", flat=True))
    if missing := there - errands.planned(name):
        errands.plan(name, missing, now())
