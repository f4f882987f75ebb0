"""What has to be done all the time: is it being done?"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count, Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from draht.connections.actions import logins_with_an_old_key
from draht.connections.models import Connection, Leftover
from draht.connections.registry import channels
from draht.connections.wording import said
from draht.connections.words import trouble_todo
from draht.core.clock import MINUTE, now
from draht.core.ui.times import span
from draht.core.worker import intake
from draht.core.worker.models import DutyState
from draht.features.inbox import checks
from draht.features.publishing.checks import published
from draht.flows.duties import DUTIES
from draht.project.findings.finding import Finding, fail, ok, warn

SILENT = 2 * MINUTE  # a duty tells every 30 seconds that it is alive
SLOW, STUCK = MINUTE, 15 * MINUTE  # of the oldest delivery


def duties() -> Iterator[Finding]:
    states = {state.name: state for state in DutyState.objects.all()}
    newest = max((state.ran_at for state in states.values()), default=0)
    if newest < now() - SILENT:
        says = _("The worker has not run for %s.") % span(now() - newest) if newest else _("No worker has run yet.")
        yield fail(says, _("Start draht serve, or draht work beside draht web. What arrives meanwhile is kept."))
        return
    troubles = [finding for duty in DUTIES if (finding := _duty(duty.name, states.get(duty.name)))]
    yield from troubles or [ok(_("All %d duties run.") % len(DUTIES))]


def _duty(name: str, state: DutyState | None) -> Finding | None:
    if state and state.fault and (state.fault_at or 0) > state.ran_at:
        says = _("“%(name)s” fails: %(fault)s") % {"name": name, "fault": state.fault}
        return fail(says, _("It is tried again every few seconds. The log tells more."), state.fault_at)
    if state is None or state.ran_at < now() - SILENT:
        says = _("“%s” has stopped or takes very long.") % name
        return fail(says, _("Look into the log, then restart the worker."), state.ran_at if state else None)
    return None


def deliveries() -> Iterator[Finding]:
    count, oldest = intake.waiting()
    age = now() - oldest if oldest else 0
    says = ngettext("%d hook waits to be read.", "%d hooks wait to be read.", count) % count
    if age > SLOW:
        level = fail if age > STUCK else warn
        yield level(says, _("Is the worker running? Is an account in trouble? They are kept until then."), oldest)
    else:
        yield ok(says)


def replies() -> Iterator[Finding]:
    found = checks.replies()
    if found.late:
        says = ngettext("%d answer should have left.", "%d answers should have left.", found.late) % found.late
        yield fail(says, _("Look at the worker: “send replies” has to run."))
    if found.unsure:
        says = ngettext(
            "%d answer may or may not have arrived.", "%d answers may or may not have arrived.", found.unsure
        )
        yield warn(says % found.unsure, _("Open the conversation, look on the network, and say which."))
    if found.failed:
        says = (
            ngettext("The network refused %d answer.", "The network refused %d answers.", found.failed) % found.failed
        )
        yield warn(says, _("Open the conversation: the network's own words stand there. Send it again or withdraw it."))
    if not (found.late or found.unsure or found.failed):
        yield ok(_("All answers have left."))


def posts() -> Iterator[Finding]:
    found = published()
    if found.late:
        says = ngettext("%d post should have left.", "%d posts should have left.", found.late) % found.late
        yield fail(says, _("Look at the worker: “publish posts” has to run."))
    if found.unsure:
        says = ngettext(
            "%d post may or may not have been published.", "%d posts may or may not have been published.", found.unsure
        )
        yield warn(says % found.unsure, _("Open it under Posts, look on the network, and say which."))
    if found.failed:
        says = ngettext("A network refused %d post.", "Networks refused %d posts.", found.failed) % found.failed
        yield warn(says, _("Open it under Posts: the network's own words stand there. Change it or publish it again."))
    if not (found.late or found.unsure or found.failed):
        yield ok(_("All posts have left that should have."))


def connections() -> Iterator[Finding]:
    there = Connection.objects.filter(removed_at=None)
    for one in there.exclude(trouble_kind="").order_by("trouble_since"):
        level = fail if one.trouble_kind == "login" else warn
        yield level(f"{one.name}: {said(one.trouble)}", trouble_todo(one.trouble_kind), one.trouble_since)
    for one in there.exclude(channel__in=channels()):
        yield fail(_("%s: its channel is not installed.") % one.name, trouble_todo("gone"))
    if there.filter(trouble_kind="", channel__in=channels()).count() == there.count():
        yield ok(ngettext("%d account, no trouble.", "%d accounts, no trouble.", there.count()) % there.count())
    yield from _keys()


def _keys() -> Iterator[Finding]:
    """Only while an old key is still set."""
    if not settings.OLD_SECRET_KEYS:
        return
    count = logins_with_an_old_key()
    if count:
        says = ngettext(
            "%d login is still encrypted with an old key.", "%d logins are still encrypted with an old key.", count
        )
        yield warn(
            says % count, _("The worker changes that within ten minutes. Leave DRAHT_OLD_SECRET_KEYS until then.")
        )
    else:
        yield ok(_("No login needs an old key any more: DRAHT_OLD_SECRET_KEYS can be emptied."))


def leftovers() -> Iterator[Finding]:
    found = Leftover.objects.values("connection__name").annotate(count=Count("pk"), first=Min("received_at"))
    for one in found.order_by("connection__name"):
        count, name = one["count"], one["connection__name"]
        says = ngettext("%d payload was not understood.", "%d payloads were not understood.", count) % count
        todo = _("They are kept. After an update of Draht, choose “Read again” on the health page.")
        yield warn(f"{name}: {says}", todo, one["first"])
    if not found:
        yield ok(_("Everything that arrived was understood."))
