"""Changing, pausing and removing a connection."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Case, When
from django.http import Http404

from draht.connections.actions.logins import there_is
from draht.connections.budget import set_cap
from draht.connections.models import Connection
from draht.core.clock import now
from draht.core.journal.actions import record
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Role


def change(viewer: Viewer, connection_id: int, *, name: str, department_id: int) -> None:
    """What colleagues call it, and whose it is. Conversations that are there stay where they are."""
    viewer.must_be(Role.ADMIN)
    with transaction.atomic():
        connection = there_is(connection_id)
        Connection.objects.filter(pk=connection_id).update(name=name[:120], department_id=department_id)
        record(
            Fact.CONNECTION_CHANGED, actor_id=viewer.user_id, connection=connection_id, name=name[:120],
            department=department_id, department_before=connection.department_id,
        )  # fmt: skip


def change_cap(viewer: Viewer, connection_id: int, cents: int) -> None:
    """The US cents that may be spent in a month, by all connections that share the app. Who waited for it goes on."""
    viewer.must_be(Role.ADMIN)
    with transaction.atomic():
        connection = there_is(connection_id)
        if connection.purse_id is None:
            raise Http404
        before = set_cap(connection.purse_id, cents)
        waiting = Connection.objects.filter(purse_id=connection.purse_id, trouble_kind="budget", removed_at=None)
        waiting.update(next_fetch_at=_soon())
        record(
            Fact.CONNECTION_CHANGED, actor_id=viewer.user_id, connection=connection_id, cap_cents=cents,
            cap_cents_before=before,
        )  # fmt: skip


def pause(viewer: Viewer, connection_id: int, *, paused: bool) -> None:
    """Stops asking the network for what is new, or goes on with it."""
    viewer.must_be(Role.ADMIN)
    with transaction.atomic():
        there_is(connection_id)
        Connection.objects.filter(pk=connection_id).update(paused=paused, next_fetch_at=_soon())
        record(Fact.CONNECTION_CHANGED, actor_id=viewer.user_id, connection=connection_id, paused=paused)


def fetch_now(viewer: Viewer, connection_id: int) -> None:
    """Lets the worker ask the network at once, without waiting for its turn."""
    viewer.must_be(Role.ADMIN)
    there_is(connection_id)
    Connection.objects.filter(pk=connection_id).update(next_fetch_at=_soon())


def _soon() -> Case:
    """Now, for those that fetch at all."""
    return Case(When(next_fetch_at__isnull=False, then=now()), default=None)


def remove(viewer: Viewer, connection_id: int) -> None:
    """Disconnects: the login is forgotten, what was received stays."""
    viewer.must_be(Role.ADMIN)
    with transaction.atomic():
        there_is(connection_id)
        forget(connection_id)
        record(Fact.CONNECTION_REMOVED, actor_id=viewer.user_id, connection=connection_id)


def forget(connection_id: int) -> None:
    """Takes a connection away with its login."""
    Connection.objects.filter(pk=connection_id).update(
        removed_at=now(), next_fetch_at=None, secrets=b"", hook_key=f"removed-{connection_id}", trouble="",
        trouble_kind="", trouble_since=None,
    )  # fmt: skip
