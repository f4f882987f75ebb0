"""Connecting an account: choosing the network, the login (typed in, or on the network's page), choosing accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from draht.connections import actions, queries, signing_in
from draht.connections.forms import AccountsForm, ConnectForm, LoginForm
from draht.connections.guides import guide
from draht.connections.registry import channels, is_on
from draht.connections.signing_in import Begun, Stopped
from draht.connections.wording import said
from draht.connections.words import Problem, abilities, problem_of
from draht.contract.channel import Channel
from draht.contract.errors import ChannelError
from draht.contract.login import Offer
from draht.contract.text import clean
from draht.core.people.access import Viewer, viewer
from draht.core.people.models import Role
from draht.core.people.queries import departments
from draht.core.ui.asking import sent


def choose(request: HttpRequest) -> HttpResponse:
    who = viewer(request)
    who.must_be(Role.ADMIN)
    offered = [
        {"name": name, "label": said(kind.label), "can": abilities(kind), "off": "" if is_on(name) else said(kind.off)}
        for name, kind in channels().items()
    ]
    offered.sort(key=lambda one: bool(one["off"]))  # what has to be switched on comes last
    switch = ",".join([*settings.CHANNELS_ON, "%s"])
    return render(request, "connections/choose.html", {"me": who, "channels": offered, "switch": switch})


@never_cache
def connect(request: HttpRequest, channel: str) -> HttpResponse:
    who = viewer(request)
    kind = queries.offered(who, channel)
    if queries.chooses_later(kind):
        return _begin(request, who, channel, kind)
    form = ConnectForm(kind, sent(request), departments=departments(who))
    problem = None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = actions.make(
                who, channel, form.values(), name=told["name"], hook_key=told["hook"], **form.agreed()
            )  # fmt: skip
        except ChannelError as error:
            problem = problem_of(error)
        else:
            return _connected(request, [made.pk])
    hook = f"{settings.BASE_URL}/hook/{form.hook_key}" if queries.is_told_by_hand(kind) else ""
    context = _about(who, channel, kind, form, problem) | {"hook": hook, "terms": True}
    return as_form(request, "connections/connect.html", context)


def _begin(request: HttpRequest, who: Viewer, channel: str, kind: type[Channel]) -> HttpResponse:
    """The app's own keys, before somebody signs in; or a login that opens several accounts."""
    form = LoginForm(kind, sent(request))
    problem = None
    if request.method == "POST" and form.is_valid():
        try:
            if queries.signs_in(kind) is not None:
                address = signing_in.leave(who, request.session, channel, form.values())
                return leave(request, who, channel, kind, address)
            actions.offers(who, channel, form.values())
            return go(request, _choosing(signing_in.keep(request.session, channel, form.values())))
        except ChannelError as error:
            problem = problem_of(error)
    return as_form(request, "connections/connect.html", _about(who, channel, kind, form, problem))


def _about(who: Viewer, channel: str, kind: type[Channel], form: LoginForm, problem: Problem | None) -> dict[str, Any]:
    return {
        "me": who,
        "channel": channel,
        "label": said(kind.label),
        "form": form,
        "problem": problem,
        "guide": guide(channel),
    } | sign_in_part(kind)


def sign_in_part(kind: type[Channel]) -> dict[str, Any]:
    """The permissions that are asked for, each with its reason, and the address that the app has to know."""
    scopes = queries.signs_in(kind)
    if scopes is None:
        return {"scopes": None}
    return {"scopes": [(one.name, said(one.why)) for one in scopes], "back": signing_in.back_address()}


def leave(request: HttpRequest, who: Viewer, channel: str, kind: type[Channel], address: str) -> HttpResponse:
    """To the network's page; without a script by a link, because no form of ours may lead elsewhere."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(address)
    context = {"me": who, "channel": channel, "label": said(kind.label), "address": address}
    return render(request, "connections/leave.html", context)


@never_cache
def back(request: HttpRequest) -> HttpResponse:
    """Where networks send people back to."""
    who = viewer(request)
    who.must_be(Role.ADMIN)
    try:
        begun = signing_in.come_back(who, request.session, request.GET.dict())
        if not begun.connection_id:
            return redirect(_choosing(signing_in.keep(request.session, begun.channel, begun.values)))
        actions.log_in_again(who, begun.connection_id, begun.values)
    except Stopped as stop:
        return _stopped(request, who, stop.problem, stop.begun)
    except ChannelError as error:
        return _stopped(request, who, problem_of(error), begun)
    messages.info(request, _("The login works."))
    return redirect("connections:one", begun.connection_id)


def _stopped(request: HttpRequest, who: Viewer, problem: Problem, begun: Begun | None) -> HttpResponse:
    again = reverse("connections:choose")
    if begun and begun.connection_id:
        again = reverse("connections:login", args=[begun.connection_id])
    elif begun:
        again = reverse("connections:connect", args=[begun.channel])
    return render(request, "connections/stopped.html", {"me": who, "problem": problem, "again": again})


def _choosing(ticket: str) -> str:
    return f"{reverse('connections:accounts')}?{urlencode({'login': ticket})}"


# -- choosing accounts ------------------------------------------------------------------------------------------------


@never_cache
def accounts(request: HttpRequest) -> HttpResponse:
    """The accounts that a login opens; a POST connects those that were ticked."""
    who = viewer(request)
    who.must_be(Role.ADMIN)
    ticket = (request.POST if request.method == "POST" else request.GET).get("login", "")
    try:
        begun = signing_in.kept(request.session, ticket)
        kind = queries.offered(who, begun.channel)
        offers = {one.account.id: one for one in actions.offers(who, begun.channel, begun.values)}
    except Stopped as stop:
        return _stopped(request, who, stop.problem, stop.begun)
    except ChannelError as error:
        return _stopped(request, who, problem_of(error), begun)
    there = queries.names_of(who, begun.channel)
    new = {id: _shown(one) for id, one in offers.items() if id not in there}
    initial = {"login": ticket, "accounts": list(new)[:1] if len(new) == 1 else []}
    form = AccountsForm(kind, new, departments(who), sent(request), initial=initial)
    problems: list[tuple[str, Problem]] = []
    if request.method == "POST" and form.is_valid():
        made, problems = _make(who, begun, [offers[id] for id in form.cleaned_data["accounts"]], form)
        if not problems:
            signing_in.forget(request.session, ticket)
            return _connected(request, made)
    context = {
        "me": who,
        "channel": begun.channel,
        "label": said(kind.label),
        "form": form,
        "there": [(_shown(one), there[id]) for id, one in offers.items() if id in there],
        "problems": problems,
    }
    return render(request, "connections/accounts.html", context)


def _make(
    who: Viewer, begun: Begun, offers: Sequence[Offer], form: AccountsForm
) -> tuple[list[int], list[tuple[str, Problem]]]:
    """Connects each; one that fails does not hold the others up."""
    made: list[int] = []
    problems: list[tuple[str, Problem]] = []
    for one in offers:
        values: Mapping[str, str] = {**begun.values, **one.settings}
        try:
            made.append(actions.make(who, begun.channel, values, **form.agreed()).pk)
        except ChannelError as error:
            problems.append((_shown(one), problem_of(error)))
    return made, problems


def _shown(offer: Offer) -> str:
    account = offer.account
    named = [clean(account.name), clean(account.handle)]
    return " · ".join(dict.fromkeys(filter(None, named))) or account.id


def _connected(request: HttpRequest, made: Sequence[int]) -> HttpResponse:
    if len(made) == 1:
        messages.info(request, _("Connected. The first messages arrive in a moment."))
        return go(request, reverse("connections:one", args=[made[0]]))
    told = ngettext("%d account is connected.", "%d accounts are connected.", len(made))
    messages.info(request, told % len(made))
    return go(request, reverse("connections:list"))


# -- answers ----------------------------------------------------------------------------------------------------------


def as_form(request: HttpRequest, page: str, context: dict[str, Any]) -> HttpResponse:
    """The page, or only its form for htmx: what was typed stays in the browser."""
    template = "connections/_login.html" if request.htmx else page  # type: ignore[attr-defined]
    return render(request, template, context)


def go(request: HttpRequest, where: str) -> HttpResponse:
    return HttpResponseClientRedirect(where) if request.htmx else redirect(where)  # type: ignore[attr-defined]
