"""Every change to colleagues and departments."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from draht.core.journal.actions import record
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Department, Role, User


def department(name: str) -> Department:
    """The department of that name, made if it is missing."""
    found = Department.objects.filter(name__iexact=name).first()
    if found is None:
        found = Department.objects.create(name=name[:80])
        record(Fact.DEPARTMENT_ADDED, department=found.pk, name=found.name)
    return found


@transaction.atomic
def add_person(
    viewer: Viewer | None, email: str, name: str, role: Role, departments: Sequence[str], password: str
) -> User:
    """A new colleague. ``viewer`` is an administrator, or ``None`` for the command line and the set-up.

    Raises ``IntegrityError`` when the address is taken.
    """
    if viewer is not None:
        viewer.must_be(Role.ADMIN)
    user = User.objects.create_user(email, password, name=name[:120], role=role)
    user.departments.set([department(one) for one in departments])
    record(Fact.PERSON_ADDED, actor_id=viewer.user_id if viewer else None, person=user.pk, role=role.value)
    return user


@transaction.atomic
def change_person(
    viewer: Viewer, user_id: int, *, name: str, role: Role, department_ids: Sequence[int], is_active: bool
) -> None:
    """Changes a colleague. The last administrator cannot be taken away: raises ``ValueError``."""
    viewer.must_be(Role.ADMIN)
    user = User.objects.select_for_update().get(pk=user_id)
    admins = User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=user_id)
    if (role != Role.ADMIN or not is_active) and user.role == Role.ADMIN and not admins.exists():
        raise ValueError("Somebody has to stay administrator.")
    user.name, user.role, user.is_active = name[:120], role, is_active
    user.save(update_fields=["name", "role", "is_active"])
    user.departments.set(department_ids)
    record(
        Fact.PERSON_CHANGED, actor_id=viewer.user_id, person=user_id, role=role.value, departments=list(department_ids),
        active=is_active,
    )  # fmt: skip


@transaction.atomic
def set_language(user: User, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)


@transaction.atomic
def rename_department(viewer: Viewer, department_id: int, name: str) -> None:
    viewer.must_be(Role.ADMIN)
    Department.objects.filter(pk=department_id).update(name=name[:80])
    record(Fact.DEPARTMENT_CHANGED, actor_id=viewer.user_id, department=department_id, name=name[:80])


@transaction.atomic
def add_department(viewer: Viewer, name: str) -> Department:
    viewer.must_be(Role.ADMIN)
    return department(name)
