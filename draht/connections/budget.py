"""The purse that the house keeps in the store: many workers spend from it, and none passes a limit.

One conditional UPDATE before a call that a budget counts, one UPSERT when the channel is closed. What cannot be counted
is not spent; what was only to be shown may be lost.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.db import Error as StoreError

from draht.connections.models import Connection
from draht.connections.models import Purse as Row
from draht.contract.channel import Channel
from draht.contract.errors import TryLater
from draht.contract.purse import Budget, Limit, Purse
from draht.contract.words import words
from draht.core.clock import SECOND
from draht.core.sql import execute, select

log = logging.getLogger("draht.budget")
DEFAULT_CAP = 50_00  # US cents a month
SAME_WINDOW = 5.0  # seconds by which networks round the end of a window
MATERIAL = 0.1  # of a limit: smaller changes are not worth a write
LOOKS_AGAIN = 3600.0  # seconds; an administrator may have raised the cap
APP = "app"  # a bucket that begins so is the app's: all connections that share the purse keep to it

# A clock that is a little ahead has begun the next day already: what it counted there stays.
_DAY = "CASE WHEN day BETWEEN %(day)s AND %(day)s + 1 THEN units ELSE 0 END"
_MONTH = "CASE WHEN month BETWEEN %(month)s AND %(month)s + 1 THEN cents ELSE 0 END"
_SPEND = f"""
UPDATE connections_purse SET
    units = {_DAY} + %(units)s, day = CASE WHEN day = %(day)s + 1 THEN day ELSE %(day)s END,
    cents = {_MONTH} + %(cents)s, month = CASE WHEN month = %(month)s + 1 THEN month ELSE %(month)s END
WHERE id = %(id)s
"""
_WITHIN = f"""
    AND (%(most)s = 0 OR {_DAY} + %(units)s <= %(most)s)
    AND (%(cents)s <= 0 OR cap_cents IS NULL OR {_MONTH} + %(cents)s <= cap_cents + 0.000001)
"""
_GIVE_BACK = """
UPDATE connections_purse SET
    units = CASE WHEN day = %(day)s AND units > %(units)s THEN units - %(units)s
                 WHEN day = %(day)s THEN 0 ELSE units END,
    cents = CASE WHEN month = %(month)s AND cents > %(cents)s THEN cents - %(cents)s
                 WHEN month = %(month)s THEN 0 ELSE cents END
WHERE id = %(id)s
"""
_COUNT = """
INSERT INTO connections_spending (connection_id, day, calls, units, cents) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (connection_id, day) DO UPDATE SET calls = connections_spending.calls + excluded.calls,
    units = connections_spending.units + excluded.units, cents = connections_spending.cents + excluded.cents
"""
_TELL = """
INSERT INTO connections_toldlimit (connection_id, purse_id, bucket, remaining, most, resets_at)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (connection_id, bucket) DO UPDATE SET purse_id = excluded.purse_id, remaining = excluded.remaining,
    most = excluded.most, resets_at = excluded.resets_at
"""


class UsedUp(TryLater):
    """The day's quota or the month's money would be passed."""


@dataclass(frozen=True, slots=True)
class Today:
    """Day and month in a network's time zone, as numbers that follow each other, and seconds until both end.
    ``month_began`` is the number of its first day."""

    day: int
    month: int
    month_began: int
    day_ends_in: float
    month_ends_in: float


def today(zone: str) -> Today:
    at = datetime.now(ZoneInfo(zone))
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)  # by the clock on the wall, whatever summer time does
    next_month = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    left = [end.timestamp() - at.timestamp() for end in (tomorrow, next_month)]
    return Today(at.toordinal(), at.year * 12 + at.month, at.replace(day=1).toordinal(), *left)


@dataclass(slots=True)
class Spent:
    """What was counted on one day and is not written down yet."""

    calls: int = 0
    units: int = 0
    cents: float = 0.0


class KeptPurse(Purse):
    """The purse of one opening of a channel. Not for several threads.

    Args:
        budget: what the network counts; ``None`` = only the limits in its headers.
        row: the purse in the store, where there is a budget.
        connection_id: whose spending the budget page shows it as; ``None`` before an account is connected.
    """

    def __init__(self, budget: Budget | None, row: int | None, connection_id: int | None) -> None:
        super().__init__()
        self._budget = budget or Budget()
        self._row = row
        self._connection_id = connection_id
        self._loaded = False
        self._known: dict[str, Limit] = {}  # as they stand in the store
        self._uncounted: dict[int, Spent] = {}
        self._spent_on = (0, 0)

    def spend(self, units: int = 1, cents: float = 0.0, bucket: str = "") -> None:
        """As the contract says. ``TryLater`` also when the store cannot be written: it fails closed."""
        try:
            self._load()
            super().spend(units, cents, bucket)
            self._take(units, cents)
        except StoreError as error:
            raise TryLater(words("What this call costs could not be written down, so it was not made.")) from error

    def give_back(self, units: int = 0, cents: float = 0.0) -> None:
        super().give_back(units, cents)
        day, month = self._spent_on
        self._note(day, 0, -units, -cents)
        if self._row is not None:
            self._calmly(_GIVE_BACK, {"id": self._row, "day": day, "month": month, "units": units, "cents": cents})

    def told(self, limit: Limit, bucket: str = "") -> None:
        """Remembered until the channel is closed; written at once when it is used up, for the others."""
        super().told(limit, bucket)
        if limit.remaining < 1:
            self._write_limits()

    def left(self) -> float:
        if self._row is None or not self._budget.units:
            return math.inf
        at = today(self._budget.resets_in)
        found = select("SELECT day, units FROM connections_purse WHERE id = %s", [self._row])
        used: int = sum(units for day, units in found if at.day <= day <= at.day + 1)
        return max(0, self._budget.units - used)

    def day_ends_in(self) -> float:
        return today(self._budget.resets_in).day_ends_in

    def settle(self) -> None:
        """Writes down what is shown on the budget page, and what the network told. Never raises: the calls are made."""
        if self._connection_id is None:
            return
        for day, spent in self._uncounted.items():
            self._calmly(_COUNT, [self._connection_id, day, spent.calls, spent.units, spent.cents])
        self._uncounted.clear()
        self._write_limits()

    def begin(self, connection_id: int, row: int | None) -> None:
        """The account that was tried is connected now: what the trial used is its own."""
        if self._row is None and row is not None and self._uncounted:
            day, month = self._spent_on
            asked = {"id": row, "day": day, "month": month, "units": self.spent, "cents": self.cents}
            self._calmly(_SPEND, asked)
        self._connection_id, self._row = connection_id, row
        self.settle()

    def _load(self) -> None:
        """The limits that the network told before, to whichever process."""
        if not self._loaded and self._connection_id is not None:
            self._known = told_limits(self._connection_id, self._row)
            self._limits = self._known | self._limits
        self._loaded = True

    def _take(self, units: int, cents: float) -> None:
        at = today(self._budget.resets_in)
        if self._row is not None:
            asked = {"id": self._row, "day": at.day, "month": at.month, "units": units, "cents": cents}
            if not execute(_SPEND + _WITHIN, asked | {"most": self._budget.units}):
                super().give_back(units, cents)
                raise self._used_up(units, at)
        self._spent_on = (at.day, at.month)
        self._note(at.day, 1, units, cents)

    def _used_up(self, units: int, at: Today) -> UsedUp:
        if self.left() < units:
            told = words("Today's quota is used up: {limit} {unit} a day.")
            reason = told.format(limit=self._budget.units, unit=self._budget.unit)
            return UsedUp(reason, after=at.day_ends_in)
        told = words("The month's money is used up: the cap is US$ {cap}. An administrator can raise it.")
        [(cap,)] = select("SELECT cap_cents FROM connections_purse WHERE id = %s", [self._row])
        return UsedUp(told.format(cap=f"{cap / 100:.2f}"), after=min(LOOKS_AGAIN, at.month_ends_in))

    def _note(self, day: int, calls: int, units: int, cents: float) -> None:
        spent = self._uncounted.setdefault(day, Spent())
        spent.calls, spent.units, spent.cents = spent.calls + calls, spent.units + units, spent.cents + cents

    def _write_limits(self) -> None:
        if self._connection_id is None:
            return
        for bucket, limit in self._limits.items():
            if _is_material(self._known.get(bucket), limit):
                row = self._row if bucket.startswith(APP) else None
                ends = int(limit.resets_at * SECOND)
                self._calmly(_TELL, [self._connection_id, row, bucket[:120], limit.remaining, limit.limit, ends])
                self._known[bucket] = limit

    def _calmly(self, statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> None:
        try:
            execute(statement, parameters)
        except StoreError:
            log.warning("What a channel used could not be written down.", exc_info=True)


def _is_material(known: Limit | None, limit: Limit) -> bool:
    if known is None or abs(known.resets_at - limit.resets_at) > SAME_WINDOW:
        return True
    used_up = (known.remaining < 1) != (limit.remaining < 1)
    return used_up or abs(known.remaining - limit.remaining) >= MATERIAL * max(limit.limit, 1)


def told_limits(connection_id: int, row: int | None) -> dict[str, Limit]:
    """What the network said to this connection, and to others of the same app about the app; the newest of each."""
    found = select(
        "SELECT bucket, remaining, resets_at, most FROM connections_toldlimit"
        " WHERE connection_id = %s OR purse_id = %s ORDER BY resets_at, remaining DESC",
        [connection_id, row],
    )
    return {bucket: Limit(remaining, ends / SECOND, most) for bucket, remaining, ends, most in found}


# -- whose purse ------------------------------------------------------------------------------------------------------


def purse_of(connection: Connection, kind: type[Channel], config: Mapping[str, str]) -> KeptPurse:
    """The purse of a connection."""
    if connection.pk is not None and connection.purse_id is None and kind.budget:
        connection.purse_id = row_of(connection.channel, kind, config, connection.pk)
        Connection.objects.filter(pk=connection.pk).update(purse_id=connection.purse_id)
    return KeptPurse(kind.budget, connection.purse_id, connection.pk)


def trial_purse(channel: str, kind: type[Channel], config: Mapping[str, str]) -> KeptPurse:
    """The purse for trying a login: the app's, if the quota is shared by the app."""
    return KeptPurse(kind.budget, row_of(channel, kind, config, None), None)


def row_of(channel: str, kind: type[Channel], config: Mapping[str, str], connection_id: int | None) -> int | None:
    """The purse in the store; ``None`` without a budget, or for an account that is not connected and shares none."""
    shared = config.get(kind.budget.shared_by) if kind.budget else None
    if kind.budget is None or not (shared or connection_id):
        return None
    key = f"app {sha256(shared.encode()).hexdigest()}" if shared else f"connection {connection_id}"
    cap = DEFAULT_CAP if kind.budget.costs_money else None
    return Row.objects.get_or_create(channel=channel, key=key, defaults={"cap_cents": cap})[0].pk


def set_cap(row: int, cents: int) -> int | None:
    """A new cap for a month; the one before. In a transaction of the caller."""
    found = Row.objects.select_for_update().get(pk=row)
    before = found.cap_cents
    Row.objects.filter(pk=row).update(cap_cents=cents)
    return before
