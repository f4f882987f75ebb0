"""What is on its way out to a network: claimed with a lease, tried, and what came of it written down. A worker that
slept too long has no say any more; only the network's yes counts whenever it comes."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from django.db import models
from django.db.models import F
from django.db.models.functions import Least

from draht.core.clock import DAY, HOUR, MINUTE, SECOND, now
from draht.core.worker.claim import FREE, NEVER, but_not, claim, come, due, free

LEASE = 2 * MINUTE  # longer than any request may take
LOOK_AFTER = 20 * SECOND  # networks need a moment until something new can be read back
LONGEST_WAIT = DAY
MOST_ATTEMPTS = 100  # that are counted


class Standing(StrEnum):
    """The states that sending knows. What is in another one is not on its way."""

    QUEUED = "queued"
    SENDING = "sending"
    POSTPONED = "postponed"
    UNSURE = "unsure"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


SETTLED = (Standing.SENT, Standing.WITHDRAWN)
ON_ITS_WAY = ("queued", "sending", "postponed", "unsure")
DUE = f"state IN {ON_ITS_WAY} AND {due('due_at')}"


class Outgoing(models.Model):
    """Something of ours on its way. ``key`` is the idempotency key: the same in every attempt."""

    key = models.UUIDField(unique=True)
    state = models.CharField(max_length=10)
    reason = models.TextField(blank=True)  # why it is postponed, failed or unsure: the network's words
    due_at = models.BigIntegerField()
    lease_until = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)  # in vain, in a row
    first_tried_at = models.BigIntegerField(null=True)  # of the attempts whose outcome is not known; null: none is

    class Meta:
        abstract = True

    @property
    def is_uncertain(self) -> bool:
        """An earlier attempt was made, and nobody knows what came of it."""
        return self.state in {Standing.SENDING, Standing.UNSURE}


def claim_due(table: str, of_connection: str, not_of: Sequence[int], limit: int, planned: str = "") -> list[int]:
    """Ids of what is due, leased to the caller. What a worker died with in its hand comes back as SENDING.

    Args:
        of_connection: SQL for the connection of a row.
        not_of: connections whose networks keep enough threads busy already.
        planned: a state in which rows wait for a time that may lie months ahead.
    """
    at = now()
    condition, parameters = f"({DUE})", come(at)
    if planned:
        condition, parameters = f"({DUE} OR state = '{planned}' AND due_at <= %s)", [*parameters, at]
    others, those = but_not(of_connection, not_of)
    return claim(
        table, f"{condition} AND {FREE}{others}", [*parameters, *free(at), *those], "due_at", limit, at + LEASE
    )


def start_attempt(row: Outgoing) -> bool:
    """Writes down that it is leaving now, before it does. False if somebody withdrew it meanwhile.

    The lease begins anew: no other worker looks for it while this attempt can still be under way.
    """
    at = now()
    held = _mine(row).filter(state=row.state, lease_until=row.lease_until)
    changed = held.update(state=Standing.SENDING, first_tried_at=row.first_tried_at or at, lease_until=at + LEASE)
    if changed:
        row.lease_until = at + LEASE
    return bool(changed)


def is_open(row: Outgoing) -> bool:
    """Whether it is still unknown what came of it. Locks the row, whoever has its lease."""
    return _locked(row).exclude(state__in=SETTLED).exists()


def write_sent(row: Outgoing) -> None:
    """The network took it: a fact, so it counts even if the lease ran out meanwhile."""
    _mine(row).update(state=Standing.SENT, reason="", lease_until=0, due_at=now())


def write_postponed(row: Outgoing, reason: str, after: float | None) -> bool:
    """Nothing left; another attempt follows after ``after`` seconds, or a growing pause of at most an hour."""
    return _write(row, Standing.POSTPONED, reason, now() + _pause(row, after))


def write_failed(row: Outgoing, reason: str) -> bool:
    """The network said no."""
    return _write(row, Standing.FAILED, reason, NEVER)


def fail(row: Outgoing, reason: str) -> None:
    """The same, whoever has the lease."""
    _set(row, Standing.FAILED, reason, NEVER)


def write_unsure(row: Outgoing, reason: str, *, looks_again: bool, after: float | None) -> bool:
    """It may have arrived. The worker looks again after a pause as above, or leaves it to a person."""
    due_at = now() + max(LOOK_AFTER, _pause(row, after)) if looks_again else NEVER
    return _write(row, Standing.UNSURE, reason, due_at)


def write_missing(row: Outgoing) -> bool:
    """Somebody has looked: no earlier attempt arrived. It leaves as if for the first time."""
    if not _still_ours(row):
        return False
    _mine(row).update(state=Standing.QUEUED, first_tried_at=None, due_at=now(), lease_until=0)
    return True


def _write(row: Outgoing, state: Standing, reason: str, due_at: int) -> bool:
    if not _still_ours(row):
        return False
    _set(row, state, reason, due_at)
    return True


def _set(row: Outgoing, state: Standing, reason: str, due_at: int) -> None:
    _mine(row).update(
        state=state,
        reason=reason[:1000],
        due_at=due_at,
        lease_until=0,
        attempts=Least(F("attempts") + 1, MOST_ATTEMPTS),
        first_tried_at=F("first_tried_at") if state == Standing.UNSURE else None,
    )


def _pause(row: Outgoing, after: float | None) -> int:
    """Milliseconds: what the network asked for, at most a day; or what grows with every attempt in vain."""
    told = int(min(after or 0, LONGEST_WAIT / SECOND) * SECOND)
    return max(told, min(HOUR, 15 * SECOND << min(row.attempts, 8)))


def _mine(row: Outgoing) -> models.QuerySet[Outgoing]:
    return type(row)._default_manager.filter(pk=row.pk)


def _still_ours(row: Outgoing) -> bool:
    """Whether the lease is still the one that was taken."""
    return _locked(row).filter(lease_until=row.lease_until).exclude(state__in=SETTLED).exists()


def _locked(row: Outgoing) -> models.QuerySet[Outgoing]:
    return _mine(row).select_for_update(of=("self",))
