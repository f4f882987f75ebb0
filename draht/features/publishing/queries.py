"""Every read of posts. The first argument is the viewer; what they may not see is not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from draht.connections.wording import said
from draht.core.numbers import whole
from draht.core.people.access import Viewer
from draht.features.publishing.models import Post, PostFile, Publication, PublicationState
from draht.features.publishing.seeing import of_departments, seen_posts

PAGE = 30
STATES = {
    "planned": ("held", "scheduled", "queued", "sending", "postponed"),
    "drafts": ("draft",),
    "published": ("sent", "withdrawn"),
    "trouble": ("failed", "unsure"),
}


@dataclass(frozen=True, slots=True)
class PublicationShown:
    """A post on one account. Times in milliseconds; ``reason`` are the network's words."""

    id: int
    connection_id: int
    channel: str
    name: str
    state: str
    label: str
    reason: str
    text: str
    due_at: int
    url: str
    sent_at: int | None
    by_network: bool


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file of a post; ``content_type`` by its content."""

    id: int
    content_type: str
    size: int
    name: str
    alt: str
    width: int
    height: int

    @property
    def kind(self) -> str:
        kind = self.content_type.partition("/")[0]
        return kind if kind in {"image", "video", "audio"} else "file"


@dataclass(frozen=True, slots=True)
class PostShown:
    id: int
    author_id: int
    author_name: str
    title: str
    text: str
    link: str
    at: int | None
    by_network: bool
    moment: int
    publications: Sequence[PublicationShown]
    files: Sequence[FileShown]

    @property
    def is_draft(self) -> bool:
        return all(one.state == PublicationState.DRAFT for one in self.publications)

    @property
    def has_left(self) -> bool:
        return any(one.state in {"sent", "sending", "unsure"} for one in self.publications)

    def any_is(self, *states: str) -> bool:
        return any(one.state in states for one in self.publications)


@dataclass(frozen=True, slots=True)
class Page:
    """``next``: where the following page begins; empty at the end."""

    posts: Sequence[PostShown]
    next: str = ""


def posts(viewer: Viewer, view: str, before: str = "") -> Page:
    """Planned ones in the order in which they leave, all others the newest first. Three statements."""
    soonest = view == "planned"
    found = _in_view(viewer, view).select_related("author")
    moment, _sign, id = before.partition("-")
    at, last = whole(moment), whole(id)
    if at is not None and last is not None:
        later = (
            Q(moment__gt=at) | Q(moment=at, pk__gt=last) if soonest else Q(moment__lt=at) | Q(moment=at, pk__lt=last)
        )
        found = found.filter(later)
    order = ("moment", "pk") if soonest else ("-moment", "-pk")
    rows = list(found.order_by(*order)[: PAGE + 1])
    more = f"{rows[PAGE - 1].moment}-{rows[PAGE - 1].pk}" if len(rows) > PAGE else ""
    return Page(_shown(viewer, rows[:PAGE]), more)


def post(viewer: Viewer, id: int) -> PostShown:
    found = Post.objects.filter(pk=id, pk__in=seen_posts(viewer)).select_related("author").first()
    if found is None:
        raise Http404(_("There is no such post, or it belongs to another department."))
    return _shown(viewer, [found])[0]


def troubled(viewer: Viewer) -> int:
    """How many posts wait for somebody to decide."""
    return _in_view(viewer, "trouble").count()


def file(viewer: Viewer, id: int) -> PostFile:
    """A file of a post, for whoever may see the post."""
    found = PostFile.objects.filter(pk=id, post__in=seen_posts(viewer)).select_related("file").first()
    if found is None:
        raise Http404(_("There is no such file, or it belongs to another department."))
    return found


def _in_view(viewer: Viewer, view: str) -> QuerySet[Post]:
    theirs = Publication.objects.filter(of_departments(viewer), post=OuterRef("pk"))
    shown = Q(Exists(theirs.filter(state__in=STATES[view])))
    if view == "drafts":  # one without accounts is its author's alone
        shown |= Q(author_id=viewer.user_id, publications=None)
    return Post.objects.filter(shown)


def _shown(viewer: Viewer, rows: Sequence[Post]) -> list[PostShown]:
    publications, files = defaultdict(list), defaultdict(list)
    there = Publication.objects.filter(of_departments(viewer), post__in=rows).select_related("connection")
    for one in there.order_by("connection__name", "pk"):
        publications[one.post_id].append(_publication(one))
    for one_file in PostFile.objects.filter(post__in=rows).select_related("file").order_by("place", "pk"):
        files[one_file.post_id].append(_file(one_file))
    return [
        PostShown(
            row.pk, row.author_id, row.author.name, row.title, row.text, row.link, row.at, row.by_network, row.moment,
            publications[row.pk], files[row.pk],
        )
        for row in rows
    ]  # fmt: skip


def _publication(row: Publication) -> PublicationShown:
    return PublicationShown(
        id=row.pk,
        connection_id=row.connection_id,
        channel=row.connection.channel,
        name=row.connection.name,
        state=row.state,
        label=str(PublicationState(row.state).label),
        reason=said(row.reason),
        text=row.text,
        due_at=row.due_at,
        url=row.url,
        sent_at=row.sent_at,
        by_network=row.by_network,
    )


def _file(one: PostFile) -> FileShown:
    kept = one.file
    return FileShown(one.pk, kept.content_type, kept.size, one.name, one.alt, kept.width, kept.height)
