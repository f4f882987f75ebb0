"""Customers, and what colleagues can choose from."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404
from django.utils.translation import gettext as _

from draht.core.people.access import Viewer
from draht.core.people.models import Department, Role, User
from draht.core.sql import select
from draht.features.inbox.models import Person, Tag
from draht.features.inbox.queries.lists import COLUMNS, JOINS, Row, in_departments, rows_of


@dataclass(frozen=True, slots=True)
class PersonCard:
    id: int
    name: str
    handle: str
    url: str
    channel: str
    connection_name: str
    first_at: int
    conversations: list[Row]


def person(viewer: Viewer, id: int, limit: int = 10) -> PersonCard:
    """A customer and their newest conversations. ``Http404`` if the viewer may see none of these."""
    found = Person.objects.select_related("connection").filter(pk=id).first()
    rows = select(
        f"SELECT {COLUMNS} FROM inbox_conversation c {JOINS} WHERE c.person_id = %s"
        f" AND {in_departments(viewer)} ORDER BY c.last_at DESC LIMIT %s",
        [id, limit],
    )
    if found is None or not rows:
        raise Http404(_("There is no such person, or another department talks with them."))
    return PersonCard(
        id=found.pk,
        name=found.name or found.handle or _("Somebody"),
        handle=found.handle,
        url=found.url,
        channel=found.connection.channel,
        connection_name=found.connection.name,
        first_at=found.first_at,
        conversations=rows_of(rows),
    )


@dataclass(frozen=True, slots=True)
class Choice:
    id: int
    name: str


def colleagues(viewer: Viewer, department_id: int) -> list[Choice]:
    """Who a conversation of this department can be assigned to."""
    people = User.objects.filter(is_active=True).exclude(role=Role.NONE).order_by("name")
    able = people.filter(departments=department_id) | people.filter(role__in=[Role.LEAD, Role.ADMIN])
    return [Choice(*row) for row in able.distinct().values_list("id", "name")]


def departments(viewer: Viewer) -> list[Choice]:
    """All departments: a conversation may be handed to any of them."""
    return [Choice(*row) for row in Department.objects.order_by("name").values_list("id", "name")]


def tags(viewer: Viewer, limit: int = 200) -> list[str]:
    return list(Tag.objects.order_by("name").values_list("name", flat=True)[:limit])
