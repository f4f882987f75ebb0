"""The pages of posts: lists, the page that one is written on, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from draht.core.files.serving import answer
from draht.core.people.access import Viewer, viewer
from draht.core.people.models import Role
from draht.core.ui.times import local
from draht.features.publishing import actions, queries
from draht.features.publishing.actions import Draft, NotPossible
from draht.features.publishing.checking import check as check_draft
from draht.features.publishing.forms import PostForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    name: str  # of its address
    label: StrOrPromise
    icon: str


TABS = (
    Tab("planned", "posts:list", gettext_lazy("Planned"), "calendar-clock"),
    Tab("drafts", "posts:drafts", gettext_lazy("Drafts"), "file-pen-line"),
    Tab("published", "posts:published", gettext_lazy("Published"), "check-check"),
    Tab("trouble", "posts:trouble", gettext_lazy("Trouble"), "circle-alert"),
)


def posts(request: HttpRequest, view: str) -> HttpResponse:
    who = viewer(request)
    before = request.GET.get("before", "")[:60]
    context = {
        "view": view, "tabs": TABS, "page": queries.posts(who, view, before), "before": before,
        "troubled": queries.troubled(who),
    }  # fmt: skip
    return render(request, "publishing/_posts.html" if _wants(request, "posts") else "publishing/list.html", context)


def troubled(request: HttpRequest) -> HttpResponse:
    """The number beside the way to the posts."""
    return HttpResponse(str(queries.troubled(viewer(request)) or ""))


def new(request: HttpRequest) -> HttpResponse:
    who = viewer(request)
    who.must_be(Role.TRAINEE)
    return _write(request, who, None) if request.method == "POST" else _form(request, who, Draft(), None)


def one(request: HttpRequest, post_id: int) -> HttpResponse:
    """A draft can be written on; of everything else it is shown what became of it."""
    who = viewer(request)
    post = queries.post(who, post_id)
    if request.method == "POST":
        return _write(request, who, post)
    if post.is_draft and (post.author_id == who.user_id or who.is_at_least(Role.AGENT)):
        return _form(request, who, _draft_of(post), post)
    context = {"post": post, "me": who, "may_decide": who.is_at_least(Role.AGENT)}
    return render(request, "publishing/_post.html" if _wants(request, "post") else "publishing/post.html", context)


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What the networks say about what is being written."""
    who = viewer(request)
    form = PostForm(request.POST)
    form.is_valid()
    return render(request, "publishing/_checked.html", _checked(who, form.draft(), form))


def file(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """A file of a post, for whoever may see the post."""
    found = queries.file(viewer(request), file_id)
    return answer(found.file, found.name)


def _write(request: HttpRequest, who: Viewer, post: queries.PostShown | None) -> HttpResponse:
    """Keeps what was written; publishes it if that was asked for, or tells what stands in the way."""
    form = PostForm(request.POST, request.FILES)
    if not form.is_valid():
        problems = [str(error) for errors in form.errors.values() for error in errors]
        return _form(request, who, form.draft(), post, problems)
    draft = form.draft()
    try:
        kept = actions.write(who, draft, post.id if post else None)
    except NotPossible as problem:
        return _form(request, who, draft, post, [str(problem)])
    if "publish" in request.POST:
        try:
            actions.publish(who, kept.pk)
        except NotPossible as problem:
            messages.add_message(request, messages.ERROR, str(problem), extra_tags="bad")
    else:
        messages.info(request, _("Kept as a draft."))
    return redirect("posts:one", kept.pk)


def _form(
    request: HttpRequest, who: Viewer, draft: Draft, post: queries.PostShown | None, problems: list[str] | None = None
) -> HttpResponse:
    context = {
        "post": post, "draft": draft, "problems": problems or [],
        "files": [one for one in post.files if one.id in draft.kept] if post else [],
        "held": not who.is_at_least(Role.AGENT), "most": settings.FILE_MAX_BYTES,
        "wall": f"{local(draft.at):%Y-%m-%dT%H:%M}" if draft.at else "", "zone": get_current_timezone_name(),
    } | _checked(who, draft)  # fmt: skip
    return render(request, "publishing/write.html", context, status=422 if problems else 200)


def _checked(who: Viewer, draft: Draft, form: PostForm | None = None) -> dict[str, Any]:
    checked = check_draft(who, draft, form.outlines() if form else ())
    said = [one.verdict for one in checked if one.verdict]
    return {"checked": checked, "cost": sum(one.cost_cents for one in said), "count": len(said)}


def _draft_of(post: queries.PostShown) -> Draft:
    return Draft(
        text=post.text, title=post.title, link=post.link, at=post.at, by_network=post.by_network,
        to={one.connection_id: one.text for one in post.publications},
        kept={one.id: one.alt for one in post.files},
    )  # fmt: skip


def _wants(request: HttpRequest, pane: str) -> bool:
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and htmx.target == pane
