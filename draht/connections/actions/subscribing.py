"""A network had switched our hook off, and it is on again."""

from __future__ import annotations

from django.db import transaction

from draht.connections.actions.fetching import fetch_soon
from draht.connections.models import Connection
from draht.core.clock import now
from draht.core.journal.actions import record
from draht.core.journal.facts import Fact


@transaction.atomic
def subscribed_again(connection_id: int) -> None:
    """Writes it down, for the connection's page too, and fetches at once what nobody told of meanwhile."""
    there = Connection.objects.filter(pk=connection_id, removed_at=None)
    for department in there.values_list("department_id", flat=True):
        there.update(subscribed_again_at=now())
        record(Fact.SUBSCRIBED_AGAIN, department_id=department, connection=connection_id)
    fetch_soon(connection_id)


def some_removed(channel: str, since: int) -> bool:
    """Whether an account of that channel was disconnected since then (milliseconds)."""
    return Connection.objects.filter(channel=channel, removed_at__gte=since).exists()
