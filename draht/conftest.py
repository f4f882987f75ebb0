"""Four people for every test: Ada is a customer, Bea an agent, Cem a lead, Dan works here but has no rights."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from draht.core.people.access import Viewer, viewer_of
from draht.core.people.models import Department, Role, User

PASSWORD = "correct horse battery"  # noqa: S105 - the tests' own


@pytest.fixture
def shared_db(transactional_db: None) -> Iterator[None]:
    """The store as other threads see it, too: what is written is committed, and everything is emptied afterwards."""
    yield
    if connection.vendor == "sqlite":  # PostgreSQL truncates; here the journal has to be let go of first
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'journal_%%'")
            guards = cursor.fetchall()
            for name, _ in guards:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute("DELETE FROM journal_entry")
            cursor.execute("DELETE FROM journal_seal")
            for _, sql in guards:
                cursor.execute(sql)


@pytest.fixture
def service(db: None) -> Department:
    return Department.objects.create(name="Service")


@pytest.fixture
def bea(service: Department) -> User:
    user = User.objects.create_user("bea@example.org", PASSWORD, name="Bea", role=Role.AGENT)
    user.departments.add(service)
    return user


@pytest.fixture
def cem(service: Department) -> User:
    return User.objects.create_user("cem@example.org", PASSWORD, name="Cem", role=Role.LEAD)


@pytest.fixture
def tia(service: Department) -> User:
    """A trainee beside the four."""
    user = User.objects.create_user("tia@example.org", PASSWORD, name="Tia", role=Role.TRAINEE)
    user.departments.add(service)
    return user


@pytest.fixture
def eve(service: Department) -> User:
    """The administrator."""
    return User.objects.create_user("eve@example.org", PASSWORD, name="Eve", role=Role.ADMIN)


@pytest.fixture
def dan(db: None) -> User:
    return User.objects.create_user("dan@example.org", PASSWORD, name="Dan")


@pytest.fixture
def as_bea(bea: User) -> Viewer:
    return viewer_of(bea)


@pytest.fixture
def as_cem(cem: User) -> Viewer:
    return viewer_of(cem)


@pytest.fixture
def as_tia(tia: User) -> Viewer:
    return viewer_of(tia)


@pytest.fixture
def as_eve(eve: User) -> Viewer:
    return viewer_of(eve)
