"""What nobody understood, as leads see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Max

from draht.connections.models import Connection, Leftover
from draht.connections.wording import said
from draht.core.people.access import Viewer
from draht.core.people.models import Role

SHOWN = 3  # of a connection
EXCERPT = 300  # characters


@dataclass(frozen=True, slots=True)
class Strange:
    """One payload: when it came (milliseconds), why it was not read, and how it begins."""

    at: int
    reason: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Group:
    """The leftovers of one connection, and the newest of them. ``gone``: it is no longer connected."""

    connection_id: int
    name: str
    gone: bool
    count: int
    newest: Sequence[Strange]


def groups(viewer: Viewer) -> list[Group]:
    viewer.must_be(Role.LEAD)
    with_some = Connection.objects.annotate(count=Count("leftovers"), last=Max("leftovers__received_at"))
    return [
        Group(one.pk, one.name, one.removed_at is not None, one.count, _newest(one.pk))
        for one in with_some.filter(count__gt=0).order_by("-last")
    ]


def _newest(connection_id: int) -> list[Strange]:
    rows = Leftover.objects.filter(connection_id=connection_id).order_by("-pk")[:SHOWN]
    return [Strange(row.received_at, said(row.reason), row.raw[:EXCERPT]) for row in rows]
