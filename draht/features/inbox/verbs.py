"""What the desk's buttons do: one action each, then a toast; without JavaScript a message and the page again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from draht.contract.channel import Act
from draht.core.numbers import whole
from draht.core.people.access import Viewer, viewer
from draht.core.ui.times import exact
from draht.features.inbox import actions
from draht.features.inbox import forms as desk_forms
from draht.features.inbox.actions import NotPossible

Form = TypeVar("Form", bound=forms.Form)


@dataclass(frozen=True, slots=True)
class Said:
    """What a toast says, and how it can be undone: the address to post to, until when (milliseconds)."""

    text: str = ""
    undo: str = ""
    until: int = 0
    events: Mapping[str, object] = field(default_factory=dict)


Verb = Callable[[HttpRequest, Viewer, int], Said]
VERBS: dict[str, Callable[..., HttpResponse]] = {}


def verb(act: Verb) -> Verb:
    """Makes an action a POST address of the same name."""

    @require_POST
    @wraps(act)
    def view(request: HttpRequest, conversation_id: int) -> HttpResponse:
        try:
            said = act(request, viewer(request), conversation_id)
        except NotPossible as problem:
            return _answer(request, conversation_id, Said(str(problem)), kind="bad")
        return _answer(request, conversation_id, said)

    VERBS[act.__name__] = view
    return act


def _answer(request: HttpRequest, conversation_id: int, said: Said, kind: str = "") -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        if said.text:
            messages.add_message(request, messages.ERROR if kind else messages.INFO, said.text, extra_tags=kind)
        return HttpResponseRedirect(_next(request, conversation_id))
    response = HttpResponse(status=422 if kind else 204)
    if said.text:
        toast = {"text": said.text, "kind": kind, "undo": said.undo, "until": said.until}
        trigger_client_event(response, "toast", toast)
    for name, detail in ({} if kind else {"changed": {}, **said.events}).items():
        trigger_client_event(response, name, detail)  # type: ignore[arg-type]
    return response


def _next(request: HttpRequest, conversation_id: int) -> str:
    asked = request.POST.get("next", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return reverse("inbox:open", args=["all", conversation_id])


def _read(form: type[Form], request: HttpRequest) -> Form:
    filled = form(request.POST, request.FILES)
    if not filled.is_valid():
        raise NotPossible(" ".join(str(error) for errors in filled.errors.values() for error in errors))
    return filled


def _address(name: str, conversation_id: int) -> str:
    return reverse(f"inbox:{name}", args=[conversation_id])


# -- conversations ----------------------------------------------------------------------------------------------------


@verb
def take(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    actions.take(who, conversation_id)
    return Said(_("It is yours now."))


@verb
def assign(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    actions.assign(who, conversation_id, _read(desk_forms.AssignForm, request).cleaned_data["colleague"])
    return Said(_("Assigned."))


@verb
def move(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    actions.move(who, conversation_id, _read(desk_forms.MoveForm, request).cleaned_data["department"])
    return Said(_("Handed over to the other department."))


@verb
def resolve(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    actions.resolve(who, conversation_id)
    return Said(_("Resolved."), undo=_address("reopen", conversation_id))


@verb
def reopen(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    actions.reopen(who, conversation_id)
    return Said(_("Open again."))


@verb
def snooze(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    until = _read(desk_forms.SnoozeForm, request).moment()
    actions.snooze(who, conversation_id, until)
    return Said(_("Comes back %(when)s.") % {"when": exact(until)}, undo=_address("reopen", conversation_id))


@verb
def mark_read(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    actions.mark_read(who, conversation_id)
    return Said()


@verb
def mark_unread(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    actions.mark_unread(who, conversation_id)
    return Said(_("Marked unread."), events={"close": {}})


@verb
def note(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    actions.note(who, conversation_id, _read(desk_forms.TextForm, request).cleaned_data["text"])
    return Said()


@verb
def tag(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    actions.tag(who, conversation_id, _read(desk_forms.TagForm, request).cleaned_data["tag"])
    return Said()


@verb
def untag(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    actions.untag(who, conversation_id, _read(desk_forms.TagForm, request).cleaned_data["tag"])
    return Said()


# -- replies ----------------------------------------------------------------------------------------------------------


@verb
def reply(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    form = _read(desk_forms.ReplyForm, request)
    asked: dict[str, Any] = form.cleaned_data
    if asked["by_hand"]:
        actions.hand_over(who, conversation_id, asked["text"])
        return Said(_("Paste it on the network. Draht sees it when it is there."))
    queued = actions.queue_reply(
        who, conversation_id, asked["text"], private=asked["private"], then_resolve=asked["resolve"],
        uploads=form.uploads(),
    )  # fmt: skip
    if queued.state == "held":
        return Said(_("Handed in. A colleague releases it."))
    undo = f"{_address('undo_reply', conversation_id)}?reply={queued.pk}"
    return Said(_("Will be sent."), undo=undo, until=queued.due_at)


@verb
def undo_reply(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    text = actions.undo_reply(who, _reply_id(request))
    return Said(_("Taken back."), events={"draft": {"conversation": conversation_id, "text": text}})


@verb
def retry_reply(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    actions.retry_reply(who, _reply_id(request))
    return Said(_("On its way again."))


@verb
def deliver_again(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    actions.deliver_again(who, _reply_id(request))
    return Said(_("On its way again."))


@verb
def look_again(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    actions.look_again(who, _reply_id(request))
    return Said(_("Draht looks on the network."))


@verb
def settle_reply(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    arrived = _read(desk_forms.SettleForm, request).cleaned_data["arrived"] == "yes"
    actions.settle_reply(who, _reply_id(request), arrived=arrived)
    return Said(_("Noted as sent.") if arrived else _("On its way again."))


@verb
def release_reply(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    actions.release_reply(who, _reply_id(request))
    return Said(_("Released."))


def _reply_id(request: HttpRequest) -> int:
    """From the button's form, or from the address that a toast posts to."""
    told = whole(request.POST.get("reply") or request.GET.get("reply", ""))
    if told is None:
        raise NotPossible(_("Which answer is meant? Reload the page and try again."))
    return told


@verb
def edit(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    asked = _read(desk_forms.EditForm, request).cleaned_data
    actions.edit(who, asked["message"], asked["text"])
    return Said(_("Changed on the network."))


@verb
def moderate(request: HttpRequest, who: Viewer, conversation_id: int) -> Said:
    asked = _read(desk_forms.ModerateForm, request).cleaned_data
    actions.moderate(who, asked["message"], Act(asked["act"]))
    return Said(_("Done on the network."))
