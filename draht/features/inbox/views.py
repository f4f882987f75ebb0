"""The desk's pages. One address answers with the whole page, or with the pane that htmx asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

import draht.connections.queries as connections
from draht.connections.wording import said
from draht.contract.errors import ChannelError
from draht.contract.text import clean
from draht.core.clock import to_ms
from draht.core.files.serving import answer
from draht.core.numbers import whole
from draht.core.people.access import Viewer, viewer
from draht.core.people.models import Role
from draht.features.inbox import queries
from draht.features.inbox.composing import composer, count_text
from draht.features.inbox.composing import templates as agreed
from draht.features.inbox.queries import Row
from draht.features.inbox.search import Hit
from draht.features.inbox.search import search as find

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE = 50  # rows of the list; "older" shows as many more, up to MOST, then turns pages
MOST = 300


@dataclass(frozen=True, slots=True)
class View:
    """A line of the side: a view of the inbox with what is unread in it."""

    key: str
    label: StrOrPromise
    icon: str = ""
    letter: str = ""  # G and this letter goes there
    unread: int = 0
    more: bool = False
    current: bool = False


MAIN = (
    View("mine", gettext_lazy("Mine"), "user-round", "m"),
    View("unassigned", gettext_lazy("Unassigned"), "inbox", "u"),
    View("open", gettext_lazy("Open"), "message-circle", "o"),
)
REST = (
    View("waiting", gettext_lazy("Waiting"), "hourglass", "w"),
    View("snoozed", gettext_lazy("Snoozed"), "alarm-clock", "s"),
    View("resolved", gettext_lazy("Resolved"), "check-check", "r"),
    View("all", gettext_lazy("All"), "layers", "a"),
)
KNOWN = {view.key: view for view in MAIN + REST}


def desk(request: HttpRequest, view: str, conversation_id: int | None = None) -> HttpResponse:
    who = viewer(request)
    asked = Asked(request, view, conversation_id)
    context = {"title": _title(who, view), "view": view, **asked.context}
    if asked.shows("list"):
        context |= _list(who, asked)
    if asked.shows("thread"):
        context |= _thread(who, asked)
    if not asked.pane:
        context |= {"views": _views(who, view)}
    return render(request, asked.template, context)


def side(request: HttpRequest) -> HttpResponse:
    """The views with their counters. On a page that is not the desk its links are plain ones."""
    at = _current_page(request)
    view = str(at.kwargs.get("view", "")) if at and at.namespace == "inbox" else ""
    context = {"views": _views(viewer(request), view), "plain": not view, "at_posts": at and at.namespace == "posts"}
    return render(request, "inbox/_views.html", context)


@require_POST
def count(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """How long a draft is, as the network counts."""
    who = viewer(request)
    private = bool(request.POST.get("private"))
    used = count_text(who, conversation_id, request.POST.get("text", ""), private=private)
    shown = composer(who, conversation_id, private=private)
    return render(request, "inbox/_counter.html", {"composer": shown, "used": used})


def file(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """A picture, film, sound or file, for whoever may read its message."""
    found = queries.attachment(viewer(request), attachment_id)
    assert found.file is not None
    return answer(found.file, found.name)


def deliveries(request: HttpRequest, connection_id: int) -> HttpResponse:
    """What we sent over a connection, and what came of it."""
    who = viewer(request)
    found = queries.deliveries(who, connection_id)
    card = connections.card(who, connection_id)
    template = "inbox/_deliveries.html" if request.htmx else "inbox/deliveries.html"  # type: ignore[attr-defined]
    return render(request, template, {"me": who, "card": card, "deliveries": found})


def templates(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """The texts that were agreed with the network, to choose one."""
    who = viewer(request)
    try:
        found, trouble = agreed(who, conversation_id), ""
    except ChannelError as error:
        found, trouble = [], said(error.reason)
    return render(request, "inbox/_templates.html", {"templates": found, "trouble": trouble})


def person(request: HttpRequest, person_id: int) -> HttpResponse:
    who = viewer(request)
    found = queries.person(who, person_id)
    context = {"person": found, "title": found.name, "view": "all", "plain": True, "views": _views(who, "")}
    return render(request, "inbox/person.html", context)


class Asked:
    """What an address asks for: a view, perhaps a conversation, a tag, words, a place in the list; and which pane."""

    def __init__(self, request: HttpRequest, view: str, conversation_id: int | None) -> None:
        self.view = view
        self.conversation_id = conversation_id
        self.q = clean(request.GET.get("q", "")).strip()[:200] if view == "search" else ""
        self.tag = clean(request.GET.get("tag", "")).strip()[:60]
        self.before = request.GET.get("before", "")[:100]
        self.older = request.GET.get("older", "")[:100]
        self.around = request.GET.get("around", "")[:100]
        self.limit = min(whole(request.GET.get("limit", "")) or PAGE, MOST)
        self.pane = _pane(request)
        self.template = f"inbox/_{self.pane}.html" if self.pane else "inbox/desk.html"

    def shows(self, pane: str) -> bool:
        return self.pane in {pane, "desk", ""}

    @property
    def query(self) -> str:
        """What every link of this list carries along."""
        return _query(q=self.q, tag=self.tag)

    @property
    def list_path(self) -> str:
        return reverse("inbox:search") if self.view == "search" else reverse("inbox:view", args=[self.view])

    @property
    def context(self) -> dict[str, Any]:
        return {
            "q": self.q,
            "tag": self.tag,
            "query": self.query,
            "pane": self.pane,
            "open_id": self.conversation_id,
        }


def _list(who: Viewer, asked: Asked) -> dict[str, Any]:
    rows, more = _rows(who, asked)
    here = {"q": asked.q, "tag": asked.tag, "before": asked.before}
    grown = {"limit": asked.limit + PAGE} if asked.limit < MOST else {"before": more}
    return {
        "rows": rows,
        "more": more,
        "here": asked.list_path + _query(**here, limit=asked.limit if asked.limit != PAGE else ""),
        "older": asked.list_path + _query(**here | grown),
    }


def _rows(who: Viewer, asked: Asked) -> tuple[Sequence[Row] | Sequence[Hit], str]:
    """What the list holds, and where the next page begins."""
    if asked.view == "search":
        hits = find(who, asked.q, before=asked.before, limit=asked.limit)
        return hits.hits, hits.next
    page = queries.conversations(who, asked.view, before=asked.before, limit=asked.limit, tag=asked.tag)
    return page.rows, page.next


def _thread(who: Viewer, asked: Asked) -> dict[str, Any]:
    if asked.conversation_id is None:
        return {"thread": None}
    id = asked.conversation_id
    thread = queries.thread(who, id, before=asked.older, around=asked.around)
    name = "inbox:open"
    here = reverse(name, args=[asked.view, id])
    shown = thread.conversation
    return {
        "thread": thread,
        "composer": composer(who, id),
        "person": queries.person(who, shown.person_id) if shown.person_id else None,
        "colleagues": queries.colleagues(who, shown.department_id),
        "departments": queries.departments(who),
        "tags": queries.tags(who),
        "me": who,
        "may_release": who.is_at_least(Role.AGENT),
        "snoozes": snoozes(),
        "here_page": here + asked.query,
        "here_thread": here + _query(q=asked.q, tag=asked.tag, older=asked.older, around=asked.around),
        "older_entries": here + _query(q=asked.q, tag=asked.tag, older=thread.older),
    }


def _views(who: Viewer, current: str) -> dict[str, list[View]]:
    counts = {count.key: count for count in queries.counters(who)}

    def filled(view: View) -> View:
        count = counts.get(view.key)
        found = replace(view, current=view.key == current)
        return replace(found, unread=count.unread, more=count.more) if count else found

    departments = [View(f"d{one.id}", one.name) for one in queries.departments(who) if who.sees(one.id)]
    return {
        "main": [filled(view) for view in MAIN],
        "rest": [filled(view) for view in REST],
        "departments": [filled(view) for view in departments],
    }


def _title(who: Viewer, view: str) -> str:
    if view == "search":
        return _("Search")
    if view in KNOWN:
        return str(KNOWN[view].label)
    for department in queries.departments(who):
        if view == f"d{department.id}" and who.sees(department.id):
            return department.name
    raise Http404(_("There is no such view."))


@dataclass(frozen=True, slots=True)
class Snooze:
    label: str
    until: int


def snoozes() -> list[Snooze]:
    """Moments that people mean when they say "later"."""
    now = localtime()
    morning = now.replace(hour=9, minute=0, second=0, microsecond=0)
    monday = morning + timedelta(days=7 - now.weekday())
    moments = [
        (_("In an hour"), now + timedelta(hours=1)),
        (_("In three hours"), now + timedelta(hours=3)),
        (_("Tomorrow morning"), morning + timedelta(days=1)),
        *([(_("On Monday"), monday)] if now.weekday() != 6 else []),
        (_("In two weeks"), morning + timedelta(days=14)),
    ]
    return [Snooze(label, to_ms(moment)) for label, moment in moments]


def _pane(request: HttpRequest) -> str:
    htmx = request.htmx  # type: ignore[attr-defined]
    wanted = htmx.target if htmx and not htmx.history_restore_request else ""
    return wanted if wanted in {"desk", "list", "thread"} else ""


def _current_page(request: HttpRequest) -> ResolverMatch | None:
    """The page that a fragment is fetched for."""
    try:
        return resolve(request.htmx.current_url_abs_path.split("?")[0])  # type: ignore[attr-defined]
    except (Resolver404, AttributeError):
        return None


def _query(**parts: object) -> str:
    filled = urlencode({key: value for key, value in parts.items() if value})
    return f"?{filled}" if filled else ""
