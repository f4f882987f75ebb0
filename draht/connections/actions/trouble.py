"""Trouble of a connection: it begins, it ends."""

from __future__ import annotations

from random import uniform

from django.db import transaction
from django.db.models import BigIntegerField, Case, F, Q, When
from django.db.models.functions import Least

from draht.connections.budget import UsedUp
from draht.connections.models import Connection
from draht.contract.errors import ChannelError, LoginExpired, TryLater
from draht.contract.text import clean
from draht.core.clock import DAY, MINUTE, SECOND, now
from draht.core.journal.actions import record
from draht.core.journal.facts import Fact

LONGEST_PAUSE = 30 * MINUTE
LATEST = 1.25  # of a pause: whoever failed together does not come back together


def note_trouble(connection_id: int, error: ChannelError) -> None:
    """Writes down what went wrong and when to try again: a short fault pauses, a lost login waits for a person.

    What may be tried again at once (its login was renewed just now) is no trouble yet.
    """
    at = now()
    kind = {LoginExpired: "login", TryLater: "later", UsedUp: "budget"}.get(type(error), "refused")
    after = min(getattr(error, "after", None) or 0, DAY / SECOND)
    reason = clean(error.reason)
    with transaction.atomic():
        connection = Connection.objects.select_for_update().filter(pk=connection_id, removed_at=None).first()
        if connection is None:
            return None
        if getattr(error, "after", None) == 0 and not connection.failures:
            return _at_once(connection)
        pause = _pause(connection.failures)
        began = connection.trouble_kind != kind
        Connection.objects.filter(pk=connection_id).update(
            lease_until=0,
            failures=Least(F("failures") + 1, 100),
            next_fetch_at=Case(
                When(next_fetch_at__isnull=False, then=at + max(pause, int(after * SECOND))),
                default=None,
            ),
            trouble=reason[:1000],
            trouble_kind=kind,
            trouble_since=at if began else connection.trouble_since,
        )
        if began:
            record(
                Fact.TROUBLE_BEGAN, department_id=connection.department_id, connection=connection_id, kind=kind,
                reason=reason[:300],
            )  # fmt: skip
    return None


def _at_once(connection: Connection) -> None:
    Connection.objects.filter(pk=connection.pk).update(
        lease_until=0, failures=1, next_fetch_at=Case(When(next_fetch_at__isnull=False, then=now()), default=None)
    )


def _pause(failures: int) -> int:
    """Milliseconds; they grow with every failure."""
    grown = min(LONGEST_PAUSE, 15 * SECOND * 2 ** min(failures, 8))
    return int(grown * uniform(1, LATEST))  # noqa: S311 - nobody gains by guessing it


@transaction.atomic
def end_trouble(connection_id: int) -> None:
    """It works again; nothing happens if it always did. What came meanwhile is fetched at once, unless it just was."""
    missed = Q(fetched_at=None) | Q(fetched_at__lte=F("trouble_since"))
    catch_up = When(missed, next_fetch_at__isnull=False, then=now())
    troubled = Connection.objects.filter(pk=connection_id).exclude(trouble_kind="")
    for department in troubled.values_list("department_id", flat=True):
        if troubled.update(
            trouble="", trouble_kind="", trouble_since=None, failures=0,
            next_fetch_at=Case(catch_up, default=F("next_fetch_at"), output_field=BigIntegerField()),
        ):  # fmt: skip
            record(Fact.TROUBLE_ENDED, department_id=department, connection=connection_id)
