"""Who is looking: the first argument of every query and every action."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from draht.core.people.models import Department, Role, User

LADDER = (Role.NONE, Role.TRAINEE, Role.AGENT, Role.LEAD, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A colleague with what they may see. ``department_ids`` already holds every department for leads and admins."""

    user_id: int
    name: str
    role: Role
    department_ids: tuple[int, ...]

    def is_at_least(self, role: Role) -> bool:
        return LADDER.index(self.role) >= LADDER.index(role)

    def must_be(self, role: Role) -> None:
        """Raises ``PermissionDenied`` unless the viewer has this role or a higher one."""
        if not self.is_at_least(role):
            raise PermissionDenied(_("This needs the role “%(role)s”.") % {"role": role.label})

    def sees(self, department_id: int) -> bool:
        return department_id in self.department_ids


def viewer_of(user: User) -> Viewer:
    """The viewer behind a login; raises ``PermissionDenied`` for somebody without a role. One query."""
    if not user.is_active or user.role == Role.NONE:
        raise PermissionDenied(_("You are logged in, but nobody has given you a role yet."))
    role = Role(user.role)
    everywhere = role in {Role.LEAD, Role.ADMIN}
    departments = Department.objects.all() if everywhere else user.departments.all()
    ids = tuple(departments.order_by("id").values_list("id", flat=True))
    return Viewer(user_id=user.pk, name=user.name, role=role, department_ids=ids)


def viewer(request: HttpRequest) -> Viewer:
    """The viewer of a request, read once per request."""
    if not hasattr(request, "_viewer"):
        if not isinstance(request.user, User):
            raise PermissionDenied(_("Please log in."))
        request._viewer = viewer_of(request.user)  # type: ignore[attr-defined]
    found: Viewer = request._viewer  # type: ignore[attr-defined]
    return found
