"""What is connected and how it fares; mending, changing and removing one connection; what they all cost."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from draht.connections import actions, queries, signing_in, spending
from draht.connections.forms import CapForm, ConnectionForm, LoginForm
from draht.connections.guides import guide
from draht.connections.registry import channels, folder
from draht.connections.strip import strip
from draht.connections.views import connecting
from draht.connections.words import Problem, problem_of, trouble_todo
from draht.contract.errors import ChannelError
from draht.core.people.access import Viewer, viewer
from draht.core.people.models import Role
from draht.core.people.queries import departments
from draht.core.ui.asking import sent

A_DAY = 24 * 3600  # seconds
INK = b"#857a6e"  # what a picture of its own colour is drawn in: seen on light and on dark grounds


def all_of_them(request: HttpRequest) -> HttpResponse:
    who = viewer(request)
    template = "connections/_lines.html" if request.htmx else "connections/list.html"  # type: ignore[attr-defined]
    return render(request, template, {"me": who, "cards": queries.cards(who), "todo": trouble_todo})


def budget(request: HttpRequest) -> HttpResponse:
    """What all of them use: calls, quota, money, and the limits that the networks told."""
    who = viewer(request)
    return render(request, "connections/budget.html", {"me": who, "uses": spending.uses(who), "todo": trouble_todo})


def trouble(request: HttpRequest) -> HttpResponse:
    """What the strip over the desk says, fetched again when something has changed."""
    return HttpResponse(strip(request))


# -- one connection ---------------------------------------------------------------------------------------------------


@never_cache
def one(request: HttpRequest, connection_id: int) -> HttpResponse:
    """How it fares; for administrators also what can be changed. A POST changes name and department."""
    who = viewer(request)
    card = queries.card(who, connection_id)
    if request.method == "POST":
        who.must_be(Role.ADMIN)
    context: dict[str, Any] = {"me": who, "card": card, "use": spending.use(who, connection_id), "todo": trouble_todo}
    if who.is_at_least(Role.ADMIN):
        told = {"name": card.name, "department": card.department_id}
        form = ConnectionForm(sent(request), initial=told, departments=departments(who))
        if form.is_valid():
            actions.change(
                who, connection_id, name=form.cleaned_data["name"], department_id=form.cleaned_data["department"]
            )
            messages.info(request, _("Saved."))
            return redirect("connections:one", connection_id)
        context |= {"named": form} | _login(who, card)
    return render(request, "connections/one.html", context)


def _login(
    who: Viewer, card: queries.Card, form: LoginForm | None = None, problem: Problem | None = None
) -> dict[str, Any]:
    """What the part about logging in shows; nothing for a channel that is not installed."""
    if card.trouble_kind == "gone":
        return {"form": None}
    kind = queries.kind(who, card.channel)
    return {
        "form": form or LoginForm(kind, stored=queries.stored(who, card.id)),
        "problem": problem,
        "guide": guide(card.channel),
        "hook": queries.hook_address(who, card.id),
        "widget": queries.widget(who, card.id),
    }


@never_cache
def log_in_again(request: HttpRequest, connection_id: int) -> HttpResponse:
    """The form with the guide beside it; a POST tries and keeps the new login, or leads to the network's page."""
    who = viewer(request)
    card = queries.card(who, connection_id)
    kind = queries.kind(who, card.channel)
    form = LoginForm(kind, sent(request), stored=queries.stored(who, connection_id))
    problem = None
    if request.method == "POST" and form.is_valid():
        try:
            if queries.signs_in(kind) is not None:
                values = actions.merged(who, connection_id, form.values())
                address = signing_in.leave(who, request.session, card.channel, values, connection_id)
                return connecting.leave(request, who, card.channel, kind, address)
            actions.log_in_again(who, connection_id, form.values())
        except ChannelError as error:
            problem = problem_of(error)
        else:
            messages.info(request, _("The login works."))
            return connecting.go(request, reverse("connections:one", args=[connection_id]))
    context = {
        "me": who,
        "card": card,
        "channel": card.channel,
        "label": card.label,
        **_login(who, card, form, problem),
        **connecting.sign_in_part(kind),
    }
    return connecting.as_form(request, "connections/login.html", context)


@require_POST
def test(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Tries the login, and finds out what it lacks."""
    try:
        actions.test_connection(viewer(request), connection_id)
    except ChannelError as error:
        messages.error(request, problem_of(error).title)
    else:
        messages.info(request, _("The login works."))
    return redirect("connections:one", connection_id)


def cap(request: HttpRequest, connection_id: int) -> HttpResponse:
    """How much may be spent in a month; a POST changes it."""
    who = viewer(request)
    who.must_be(Role.ADMIN)
    used = spending.use(who, connection_id)
    if used.money is None:
        raise Http404
    form = CapForm(sent(request), initial={"cap": f"{(used.money.cap or 0) / 100:.2f}"})
    if request.method == "POST" and form.is_valid():
        actions.change_cap(who, connection_id, form.cents)
        messages.info(request, _("Saved."))
        return redirect("connections:one", connection_id)
    return render(request, "connections/cap.html", {"me": who, "card": used.card, "use": used, "form": form})


def state(request: HttpRequest, connection_id: int) -> HttpResponse:
    who = viewer(request)
    context = {"me": who, "card": queries.card(who, connection_id), "todo": trouble_todo}
    return render(request, "connections/_state.html", context)


@require_POST
def pause(request: HttpRequest, connection_id: int) -> HttpResponse:
    actions.pause(viewer(request), connection_id, paused=True)
    return redirect("connections:one", connection_id)


@require_POST
def resume(request: HttpRequest, connection_id: int) -> HttpResponse:
    actions.pause(viewer(request), connection_id, paused=False)
    return redirect("connections:one", connection_id)


@require_POST
def fetch(request: HttpRequest, connection_id: int) -> HttpResponse:
    actions.fetch_now(viewer(request), connection_id)
    return redirect("connections:one", connection_id)


def remove(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Says what is lost and what stays; a POST does it."""
    who = viewer(request)
    who.must_be(Role.ADMIN)
    card = queries.card(who, connection_id)
    if request.method != "POST":
        return render(request, "connections/remove.html", {"me": who, "card": card})
    actions.remove(who, connection_id)
    messages.info(request, _("%(name)s is no longer connected.") % {"name": card.name})
    return redirect("connections:list")


# -- icons ------------------------------------------------------------------------------------------------------------


def icon(request: HttpRequest, channel: str) -> HttpResponse:
    """A channel's icon from its folder. It may come from another's package: opened by itself it can do nothing."""
    file = folder(channel) / "icon.svg" if channel in channels() else None
    if file is None or not file.exists():
        raise Http404
    drawn = file.read_bytes().replace(b"currentColor", INK)
    response = HttpResponse(drawn, content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["Cache-Control"] = f"private, max-age={A_DAY}"
    return response
