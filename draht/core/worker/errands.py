"""Errands: what is done for each of many connections, in fair turns, by one worker at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from draht.core.clock import now
from draht.core.sql import upsert_rows
from draht.core.worker.claim import FREE, but_not, claim, come, due, free
from draht.core.worker.models import Errand

COLUMNS = {"name": "text", "connection_id": "bigint", "due_at": "bigint", "lease_until": "bigint",
           "began_at": "bigint", "position": "bigint"}  # fmt: skip
DUE = f"name = %s AND {due('due_at')} AND {FREE}"


def plan(name: str, connection_ids: Collection[int], due_at: int = 0) -> None:
    """Writes an errand down for connections that do not have it yet. One statement, in one order for everybody."""
    rows = [(name, id, due_at, 0, 0, 0) for id in sorted(connection_ids)]
    upsert_rows("worker_errand", COLUMNS, rows, "ON CONFLICT (name, connection_id) DO NOTHING")


def planned(name: str) -> set[int]:
    """The connections that have an errand."""
    return set(Errand.objects.filter(name=name).values_list("connection_id", flat=True))


def claim_next(
    name: str, lease: int, condition: str, parameters: Sequence[Any] = (), not_of: Sequence[int] = ()
) -> Errand | None:
    """The errand that has waited longest, leased to the caller for ``lease`` milliseconds.

    Args:
        condition: SQL about ``worker_errand``, with its ``parameters``.
        not_of: connections whose turn it is not.
    """
    at = now()
    others, those = but_not("connection_id", not_of)
    due_then = [name, *come(at), *free(at), *parameters, *those]
    ids = claim("worker_errand", f"{DUE} AND {condition}{others}", due_then, "due_at", 1, at + lease)
    return Errand.objects.filter(pk__in=ids).first()


def put_back(errand: Errand, due_at: int, **changed: int) -> bool:
    """Ends a turn: the next is at ``due_at`` (milliseconds). False if the lease was lost meanwhile: nothing changes."""
    held = Errand.objects.filter(pk=errand.pk, lease_until=errand.lease_until)
    return bool(held.update(due_at=due_at, lease_until=0, **changed))
