"""Every change to opening hours and promises: a new version, never another past, and the journal says old and new."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from draht.core.clock import now
from draht.core.journal.actions import record
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Role
from draht.core.possible import NotPossible
from draht.features.promises import models
from draht.features.promises.calendars import Calendar, hours_text
from draht.features.promises.ceilings import must_be_possible
from draht.features.promises.queries import calendar_of
from draht.features.promises.terms import Scope, Terms


@transaction.atomic
def save_calendar(viewer: Viewer, name: str, calendar: Calendar, calendar_id: int | None = None) -> int:
    """New opening hours, or other ones from now on; their id."""
    viewer.must_be(Role.LEAD)
    kept = _named(models.Calendar, name, calendar_id)
    told: dict[str, Any] = {
        "zone": calendar.zone,
        "week": [hours_text(hours) for hours in calendar.week],
        "country": calendar.country,
        "subdivision": calendar.subdivision,
        "exceptions": {day.isoformat(): hours_text(hours) for day, hours in sorted(calendar.exceptions.items())},
    }
    _keep_version(viewer, Fact.CALENDAR_CHANGED, kept, told)
    return int(kept.pk)


@transaction.atomic
def save_policy(viewer: Viewer, name: str, scope: Scope, terms: Terms, policy_id: int | None = None) -> int:
    """A new promise, or another one from now on; its id. More than the opening hours allow cannot be promised."""
    viewer.must_be(Role.LEAD)
    hours = models.CalendarVersion.objects.filter(calendar=terms.calendar_id).order_by("since", "id").last()
    if hours is None:
        raise NotPossible(_("There are no such opening hours."))
    if terms.first is not None and not terms.business:
        must_be_possible(Fraction(terms.share, 100), calendar_of(hours).week, terms.first)
    policy = _named(models.Policy, name, policy_id)
    _keep_version(viewer, Fact.POLICY_CHANGED, policy, {**asdict(scope), **asdict(terms), "ended": False})
    return int(policy.pk)


@transaction.atomic
def end_policy(viewer: Viewer, policy_id: int) -> None:
    """From now on it is not promised any more. What began before keeps it."""
    viewer.must_be(Role.LEAD)
    policy = models.Policy.objects.select_for_update().filter(pk=policy_id).first()
    if policy is None:
        raise NotPossible(_("There is no such promise."))
    names = [*Scope.__dataclass_fields__, *Terms.__dataclass_fields__]
    last = policy.versions.order_by("-since", "-id").values(*names).first()
    assert last is not None
    _keep_version(viewer, Fact.POLICY_CHANGED, policy, {**last, "ended": True})


def _keep_version(viewer: Viewer, fact: Fact, of: Any, told: dict[str, Any]) -> None:
    """A new version, if anything is new. It follows the one before, also when our own clock was set back."""
    before = of.versions.order_by("-since", "-id").first()
    old = before and {name: getattr(before, name) for name in told}
    if old == told:
        return
    version = of.versions.create(since=max(now(), before.since if before else 0), **told)
    kind = type(of).__name__.lower()
    record(fact, actor_id=viewer.user_id, version=version.pk, before=old, after=told, **{kind: of.pk})


def _named(kind: Any, name: str, id: int | None) -> Any:
    """The row that has this name from now on, locked: two people do not write one version each at a time."""
    name = " ".join(name.split())[:80]
    if not name:
        raise NotPossible(_("It needs a name."))
    if kind.objects.filter(name__iexact=name).exclude(pk=id).exists():
        raise NotPossible(_("There is another one of that name."))
    if id is None:
        return kind.objects.create(name=name)
    found = kind.objects.select_for_update().filter(pk=id).first()
    if found is None:
        raise NotPossible(_("It is not there any more."))
    if found.name != name:
        found.name = name
        found.save(update_fields=["name"])
    return found
