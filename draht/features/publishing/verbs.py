"""What the buttons beside a post do: one action each, then the page again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from draht.core.people.access import Viewer, viewer
from draht.features.publishing import actions
from draht.features.publishing.actions import NotPossible
from draht.features.publishing.forms import SettleForm

Verb = Callable[[HttpRequest, Viewer, int], tuple[str, str]]
OF_POSTS: dict[str, Callable[..., HttpResponse]] = {}
OF_PUBLICATIONS: dict[str, Callable[..., HttpResponse]] = {}


def verb(where: dict[str, Callable[..., HttpResponse]], name: str) -> Callable[[Verb], Verb]:
    """Makes an action a POST address of the same name. It returns what it says, and where it leads; else back."""

    def register(act: Verb) -> Verb:
        @require_POST
        @wraps(act)
        def view(request: HttpRequest, **ids: int) -> HttpResponse:
            try:
                said, to = act(request, viewer(request), ids[name])
            except NotPossible as problem:
                messages.add_message(request, messages.ERROR, str(problem), extra_tags="bad")
                return redirect(_back(request))
            messages.info(request, said)
            return redirect(to or _back(request))

        where[act.__name__] = view
        return act

    return register


def _back(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    fits = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if fits and asked.isprintable() else reverse("posts:list")


@verb(OF_POSTS, "post_id")
def release(request: HttpRequest, who: Viewer, post_id: int) -> tuple[str, str]:
    actions.release(who, post_id)
    return _("Released."), ""


@verb(OF_POSTS, "post_id")
def take_back(request: HttpRequest, who: Viewer, post_id: int) -> tuple[str, str]:
    draft = actions.take_back(who, post_id)
    return _("Taken back. It is a draft now."), reverse("posts:one", args=[draft.pk])


@verb(OF_POSTS, "post_id")
def throw_away(request: HttpRequest, who: Viewer, post_id: int) -> tuple[str, str]:
    actions.throw_away(who, post_id)
    return _("Thrown away."), reverse("posts:drafts")


@verb(OF_PUBLICATIONS, "publication_id")
def withdraw(request: HttpRequest, who: Viewer, publication_id: int) -> tuple[str, str]:
    actions.withdraw(who, publication_id)
    return _("Nothing is published there."), ""


@verb(OF_PUBLICATIONS, "publication_id")
def retry(request: HttpRequest, who: Viewer, publication_id: int) -> tuple[str, str]:
    actions.retry(who, publication_id)
    return _("On its way again."), ""


@verb(OF_PUBLICATIONS, "publication_id")
def look_again(request: HttpRequest, who: Viewer, publication_id: int) -> tuple[str, str]:
    actions.look_again(who, publication_id)
    return _("Draht looks on the network."), ""


@verb(OF_PUBLICATIONS, "publication_id")
def settle(request: HttpRequest, who: Viewer, publication_id: int) -> tuple[str, str]:
    form = SettleForm(request.POST)
    if not form.is_valid():
        raise NotPossible(_("Say whether it is there or not."))
    arrived = form.cleaned_data["arrived"] == "yes"
    actions.settle(who, publication_id, arrived=arrived)
    return _("Noted as published.") if arrived else _("On its way again."), ""
