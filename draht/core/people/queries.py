"""Who works here, for the pages that manage them. The first argument is the viewer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.http import Http404
from django.utils.translation import gettext as _

from draht.core.clock import to_ms
from draht.core.people.access import Viewer
from draht.core.people.models import Department, Role, User


@dataclass(frozen=True, slots=True)
class Colleague:
    """A colleague as administrators see them. ``seen_at``: when they last logged in (milliseconds)."""

    id: int
    name: str
    email: str
    role: Role
    departments: tuple[str, ...]
    department_ids: tuple[int, ...]
    is_active: bool
    seen_at: int | None

    @property
    def everywhere(self) -> bool:
        """Leads and administrators see every department, whichever they belong to."""
        return self.role in {Role.LEAD, Role.ADMIN}


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    id: int
    name: str
    people: int


def colleagues(viewer: Viewer) -> list[Colleague]:
    """Everybody, those who are active first. Two statements."""
    viewer.must_be(Role.ADMIN)
    return [
        _colleague(user) for user in User.objects.prefetch_related("departments").order_by("-is_active", "name", "id")
    ]


def colleague(viewer: Viewer, id: int) -> Colleague:
    """Raises ``Http404`` when there is none."""
    viewer.must_be(Role.ADMIN)
    found = User.objects.prefetch_related("departments").filter(pk=id).first()
    if found is None:
        raise Http404(_("There is no such colleague."))
    return _colleague(found)


def _colleague(user: User) -> Colleague:
    departments = sorted(user.departments.all(), key=lambda one: one.name)
    return Colleague(
        id=user.pk,
        name=user.name,
        email=user.email,
        role=Role(user.role),
        departments=tuple(one.name for one in departments),
        department_ids=tuple(one.pk for one in departments),
        is_active=user.is_active,
        seen_at=_ms(user.last_login),
    )


def _ms(moment: datetime | None) -> int | None:
    return to_ms(moment) if moment else None


def departments(viewer: Viewer) -> list[DepartmentLine]:
    """Every department with how many active colleagues belong to it."""
    viewer.must_be(Role.ADMIN)
    active = Count("people", filter=Q(people__is_active=True))
    rows = Department.objects.annotate(people_count=active).order_by("name")
    return [DepartmentLine(one.pk, one.name, one.people_count) for one in rows]


def administrators(viewer: Viewer) -> list[str]:
    """The names of those who can mend what only they may; for anybody who asks."""
    names = User.objects.filter(role=Role.ADMIN, is_active=True).order_by("name").values_list("name", flat=True)
    return list(names)


def language(viewer: Viewer) -> str:
    """The language that the viewer chose; empty: as the browser asks."""
    return User.objects.values_list("language", flat=True).get(pk=viewer.user_id)
