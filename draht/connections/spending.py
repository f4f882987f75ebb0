"""What connections use: calls, quota and money, and what the networks told about their limits. Nothing is changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from draht.connections import queries
from draht.connections.budget import Today, today
from draht.connections.models import Connection, Purse, Spending, ToldLimit
from draht.connections.queries import Card
from draht.connections.registry import channels
from draht.connections.wording import said
from draht.contract.purse import Budget
from draht.core.clock import SECOND, now
from draht.core.people.access import Viewer

NO_BUDGET = Budget()


@dataclass(frozen=True, slots=True)
class Quota:
    """The units of a day: how many of how many, and when they begin anew (milliseconds)."""

    used: int
    most: int
    unit: str
    ends_at: int


@dataclass(frozen=True, slots=True)
class Money:
    """US cents of this month, and the cap."""

    spent: float
    cap: int | None
    ends_at: int

    @property
    def reached(self) -> bool:
        return self.cap is not None and self.spent >= self.cap


@dataclass(frozen=True, slots=True)
class Told:
    """What a network last said about one of its limits; ``bucket`` is its name there, empty for the account's own."""

    bucket: str
    remaining: int
    most: int
    ends_at: int


@dataclass(frozen=True, slots=True)
class Use:
    """What one connection uses. ``shared_with``: names of others that draw from the same quota and money."""

    card: Card
    calls_today: int
    calls_month: int
    quota: Quota | None
    money: Money | None
    limits: Sequence[Told]
    shared_with: Sequence[str]


def uses(viewer: Viewer) -> list[Use]:
    """All connections in a constant number of statements, in the order of the list."""
    return _uses(queries.cards(viewer))


def use(viewer: Viewer, connection_id: int) -> Use:
    [found] = _uses([queries.card(viewer, connection_id)])
    return found


def _uses(cards: Sequence[Card]) -> list[Use]:
    ids = [card.id for card in cards]
    purses = {one.pk: one for one in Purse.objects.filter(connections__in=ids).distinct()}
    drawing = _drawing(purses)
    mine = dict(Connection.objects.filter(pk__in=ids, purse__isnull=False).values_list("pk", "purse_id"))
    calls, limits = _calls(ids), _limits(ids)
    return [_use(card, purses.get(mine.get(card.id, 0)), calls, limits, drawing) for card in cards]


def _use(
    card: Card,
    purse: Purse | None,
    calls: dict[int, list[tuple[int, int]]],
    limits: dict[int, list[Told]],
    drawing: dict[int, list[tuple[int, str]]],
) -> Use:
    kind = channels().get(card.channel)
    budget = kind.budget if kind and kind.budget else NO_BUDGET
    at = today(budget.resets_in)
    others = [name for id, name in drawing.get(purse.pk, []) if id != card.id] if purse else []
    return Use(
        card=card,
        calls_today=sum(count for day, count in calls[card.id] if day >= at.day),
        calls_month=sum(count for day, count in calls[card.id] if day >= at.month_began),
        quota=_quota(purse, budget, at) if purse and budget.units else None,
        money=_money(purse, at) if purse and (budget.costs_money or purse.cents) else None,
        limits=limits[card.id],
        shared_with=others,
    )


def _quota(purse: Purse, budget: Budget, at: Today) -> Quota:
    used = purse.units if purse.day >= at.day else 0
    return Quota(used, budget.units, said(budget.unit), now() + int(at.day_ends_in * SECOND))


def _money(purse: Purse, at: Today) -> Money:
    spent = purse.cents if purse.month >= at.month else 0.0
    return Money(spent, purse.cap_cents, now() + int(at.month_ends_in * SECOND))


def _calls(ids: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    """Day and calls of this month, by connection. A month may begin a day earlier elsewhere."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = Spending.objects.filter(connection__in=ids, day__gte=today("UTC").month_began - 1)
    for id, day, count in rows.values_list("connection_id", "day", "calls"):
        found[id].append((day, count))
    return found


def _limits(ids: Sequence[int]) -> dict[int, list[Told]]:
    """Those that hold still."""
    found: dict[int, list[Told]] = defaultdict(list)
    for one in ToldLimit.objects.filter(connection__in=ids, resets_at__gt=now()).order_by("bucket"):
        found[one.connection_id].append(Told(one.bucket, int(one.remaining), int(one.most), one.resets_at))
    return found


def _drawing(purses: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    there = Connection.objects.filter(purse__in=list(purses), removed_at=None).order_by("name")
    for purse, id, name in there.values_list("purse_id", "pk", "name"):
        if purse is not None:
            found[purse].append((id, name))
    return found
