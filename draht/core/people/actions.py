"""Every change to colleagues and departments."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.timezone import now
from django.utils.translation import gettext as _

from draht.core.journal.actions import record
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Department, Role, Session, User
from draht.core.possible import NotPossible

# -- colleagues -------------------------------------------------------------------------------------------------------


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
    viewer: Viewer, user_id: int, *, name: str, email: str, role: Role, department_ids: Sequence[int], is_active: bool
) -> None:
    """Changes a colleague. Who is no longer active is out at once, on every device; what was theirs stays theirs.

    Raises ``NotPossible`` when somebody else has the address, or when no administrator would be left.
    """
    viewer.must_be(Role.ADMIN)
    admins = set(_held_admins())
    user = _person(user_id)
    if (role != Role.ADMIN or not is_active) and admins == {user_id}:
        raise NotPossible(_("Somebody has to stay administrator. Make a colleague administrator first."))
    changed = {"name": name[:120], "email": email.lower(), "role": role, "is_active": is_active}
    try:
        with transaction.atomic():
            User.objects.filter(pk=user_id).update(**changed)
    except IntegrityError as error:
        raise NotPossible(_("A colleague has this address already.")) from error
    user.departments.set(department_ids)
    if not is_active:
        end_sessions(user_id)
    record(
        Fact.PERSON_CHANGED, actor_id=viewer.user_id, person=user_id, role=role.value, departments=list(department_ids),
        active=is_active,
    )  # fmt: skip


def _held_admins() -> list[int]:
    """The active administrators, locked in one order: two of them cannot take each other away at the same moment."""
    admins = User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True)
    return list(admins.order_by("pk").values_list("pk", flat=True))


def _person(user_id: int) -> User:
    found = User.objects.filter(pk=user_id).first()
    if found is None:
        raise Http404(_("There is no such colleague."))
    return found


@transaction.atomic
def reset_password(viewer: Viewer, user_id: int, password: str) -> None:
    """A new password for a colleague who lost theirs; they are logged out everywhere."""
    viewer.must_be(Role.ADMIN)
    set_password(_person(user_id), password, actor_id=viewer.user_id)


@transaction.atomic
def set_password(user: User, password: str, *, actor_id: int) -> None:
    """Sets a password and ends every login that was made with the one before."""
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user.pk)
    record(Fact.PASSWORD_CHANGED, actor_id=actor_id, person=user.pk)


@transaction.atomic
def change_profile(viewer: Viewer, *, name: str, language: str) -> None:
    """What everybody may change about themselves. An empty language: as the browser asks."""
    User.objects.filter(pk=viewer.user_id).update(name=name[:120], language=language)
    record(Fact.PERSON_CHANGED, actor_id=viewer.user_id, person=viewer.user_id, language=language)


def end_sessions(user_id: int) -> None:
    """Logs somebody out everywhere, in one statement."""
    Session.objects.filter(user_id=user_id).delete()


def forget_old_sessions() -> None:
    """Sessions that have run out only take room."""
    Session.objects.filter(expire_date__lt=now()).delete()


# -- departments ------------------------------------------------------------------------------------------------------


def department(name: str, actor_id: int | None = None) -> Department:
    """The department of that name, made if it is missing."""
    found = Department.objects.filter(name__iexact=name).first()
    if found is None:
        found = Department.objects.create(name=name[:80])
        record(Fact.DEPARTMENT_ADDED, actor_id=actor_id, department=found.pk, name=found.name)
    return found


@transaction.atomic
def add_department(viewer: Viewer, name: str) -> Department:
    """Raises ``NotPossible`` when there is one of that name."""
    viewer.must_be(Role.ADMIN)
    _must_be_free(name)
    return department(name, viewer.user_id)


@transaction.atomic
def rename_department(viewer: Viewer, department_id: int, name: str) -> None:
    """Raises ``NotPossible`` when another one has that name."""
    viewer.must_be(Role.ADMIN)
    _must_be_free(name, but=department_id)
    if not Department.objects.filter(pk=department_id).update(name=name[:80]):
        raise Http404(_("There is no such department."))
    record(Fact.DEPARTMENT_CHANGED, actor_id=viewer.user_id, department=department_id, name=name[:80])


def _must_be_free(name: str, but: int = 0) -> None:
    if Department.objects.filter(name__iexact=name[:80]).exclude(pk=but).exists():
        raise NotPossible(_("There is a department of this name already."))
