"""How the house is, and what happened in it: for leads and administrators. ``/healthz`` is for monitors."""

from __future__ import annotations

from urllib.parse import urlencode

import msgspec
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from draht.connections import leftovers
from draht.connections.wording import said
from draht.contract.errors import ChannelError
from draht.core.journal.facts import Fact
from draht.core.journal.words import WORDS
from draht.core.numbers import whole
from draht.core.people.access import viewer
from draht.core.people.models import Role
from draht.flows.take_in import read_leftovers
from draht.project import audit
from draht.project.findings.finding import Level
from draht.project.findings.looks import is_serving, look


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    who = viewer(request)
    who.must_be(Role.LEAD)
    found = list(look())
    worst = [level for level in (Level.FAIL, Level.WARN) if any(one.finding.level == level for one in found)]
    context = {"me": who, "found": found, "worst": worst[0] if worst else Level.OK, "leftovers": leftovers.groups(who)}
    return render(request, "project/health.html", context)


@require_POST
def read_again(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Reads the leftovers of a connection once more."""
    who = viewer(request)
    who.must_be(Role.LEAD)
    if connection_id not in {one.connection_id for one in leftovers.groups(who) if not one.gone}:
        raise Http404(_("There are no leftovers of this connection."))
    try:
        outcome = read_leftovers(who, connection_id)
    except ChannelError as error:
        messages.error(request, said(error.reason), extra_tags="bad")
    else:
        read = ngettext("%d was understood.", "%d were understood.", outcome.read) % outcome.read
        left = ngettext("%d stays.", "%d stay.", outcome.left) % outcome.left
        messages.info(request, f"{read} {left}")
    return redirect("health")


@never_cache
@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """200 or 503, without details: everybody may ask."""
    good = is_serving()
    return HttpResponse("ok\n" if good else "not ok\n", status=200 if good else 503, content_type="text/plain")


@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    who = viewer(request)
    fact, actor = request.GET.get("fact", ""), request.GET.get("by", "")
    fact = fact if fact in set(Fact) else ""
    by = whole(actor)
    page = audit.page(who, fact, by, request.GET.get("before", "")[:40])
    asked = {key: value for key, value in (("fact", fact), ("by", by)) if value not in ("", None)}
    context = {
        "me": who,
        "page": page,
        "details": {row.id: _details(row.data) for row in page.rows},
        "words": WORDS,
        "actors": audit.actors(who),
        "fact": fact,
        "by": by,
        "before": request.GET.get("before", ""),
        "first": f"?{urlencode(asked)}",
        "older": f"?{urlencode(asked | {'before': page.older})}" if page.older else "",
    }
    return render(request, "project/journal.html", context)


def _details(data: str) -> str:
    told: dict[str, object] = msgspec.json.decode(data)
    yes_no = {True: _("yes"), False: _("no")}
    return ", ".join(f"{key}: {yes_no[value] if isinstance(value, bool) else value}" for key, value in told.items())
