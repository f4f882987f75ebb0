"""Deliveries between the web and the worker: kept durably before they are acknowledged, read later.

Here they are rows. On many machines a stream takes their place behind the same four functions.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from django.db import close_old_connections, connection, transaction

from draht.core.clock import MINUTE
from draht.core.sql import insert_rows, select
from draht.core.worker import errands
from draht.core.worker.models import Delivery, Errand

COLUMNS = {"connection_id": "bigint", "received_at": "bigint", "request": "text", "body": "bytea"}
READ = "read hooks"  # the errand
# Both walk along the index by connection: a planner that takes all hooks to be of one account would look at all.
SOME_WAIT = """(SELECT d.connection_id FROM worker_delivery d WHERE d.connection_id >= worker_errand.connection_id
  ORDER BY d.connection_id LIMIT 1) = worker_errand.connection_id"""
LEASE = 2 * MINUTE
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """A hook to be kept: of which connection, when it came (milliseconds), and the bytes."""

    connection_id: int
    received_at: int
    request: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """Deliveries of one connection, and the right to read them."""

    errand: Errand
    deliveries: list[Delivery]

    @property
    def connection_id(self) -> int:
        return self.errand.connection_id


def keep(hooks: Sequence[Kept]) -> None:
    """Keeps hooks durably, in one commit."""
    with transaction.atomic():
        insert_rows("worker_delivery", COLUMNS, [(h.connection_id, h.received_at, h.request, h.body) for h in hooks])
        errands.plan(READ, {h.connection_id for h in hooks})


def take(limit: int = MOST_AT_ONCE, not_of: Sequence[int] = ()) -> Taken | None:
    """The oldest deliveries of the connection whose turn it is: of those that have any, it waits longest.

    Args:
        not_of: connections that have to wait.
    """
    errand = errands.claim_next(READ, LEASE, SOME_WAIT, not_of=not_of)
    if errand is None:
        return None
    theirs = Delivery.objects.filter(connection_id__gte=errand.connection_id, connection_id__lte=errand.connection_id)
    return Taken(errand, list(theirs.order_by("connection_id", "id")[:limit]))


def finish(taken: Taken, count: int, until: int) -> None:
    """Forgets the first ``count`` deliveries, in the transaction that stored what they said.

    The others have their next turn at ``until`` (milliseconds), behind those of connections that wait longer.
    """
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in taken.deliveries[:count]]).delete()
    errands.put_back(taken.errand, until)


def waiting() -> tuple[int, int | None]:
    """How many deliveries wait, and since when the oldest (milliseconds)."""
    [(count, oldest)] = select("SELECT count(*), min(received_at) FROM worker_delivery")
    return count, oldest


class GroupCommit:
    """Keeps hooks of many requests in one commit. The future is done when its hook is safe on disk.

    While one commit runs, the next group gathers: so the group is as large as the store is slow.
    """

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[tuple[Kept, Future[None]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def keep(self, hook: Kept) -> Future[None]:
        done: Future[None] = Future()
        done.set_running_or_notify_cancel()  # a request that is given up does not cancel what others wait for
        self._waiting.put((hook, done))
        return done

    def stop(self) -> None:
        """Keeps what is waiting, then ends."""
        self._waiting.put(None)

    def _run(self) -> None:
        while group := self._gather():
            try:
                keep([hook for hook, _ in group])
            except Exception as error:  # the senders hear it, and send again
                connection.close()
                for _, done in group:
                    done.set_exception(error)
            else:
                for _, done in group:
                    done.set_result(None)
            close_old_connections()
        connection.close()

    def _gather(self) -> list[tuple[Kept, Future[None]]]:
        """The next group; empty when it is time to end."""
        group: list[tuple[Kept, Future[None]]] = []
        while len(group) < MOST_AT_ONCE and (not group or not self._waiting.empty()):
            one = self._waiting.get()
            if one is None:
                if group:  # first what came before it
                    self._waiting.put(None)
                break
            group.append(one)
        return group
