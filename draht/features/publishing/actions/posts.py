"""Posts as colleagues write, let go, release and take back. Publishing is the worker's (flows/publish_posts.py)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from draht.connections.models import Connection
from draht.connections.outlets import publishing_channels, schedules, verdict
from draht.contract.text import clean
from draht.core.clock import DAY, MINUTE, SECOND, now
from draht.core.files.uploads import Upload
from draht.core.journal.actions import record
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Role
from draht.core.possible import NotPossible
from draht.core.ui.times import exact
from draht.features.publishing.actions.locking import locked, tell
from draht.features.publishing.models import Post, PostFile, Publication, PublicationState
from draht.features.publishing.outgoing import files_of, outline_of, told

LONGEST_AHEAD = 2 * 366 * DAY
MOST_FILES = 20
LONGEST_ALT = 2000
NOT_LEFT = {
    PublicationState.DRAFT,
    PublicationState.HELD,
    PublicationState.SCHEDULED,
    PublicationState.QUEUED,
    PublicationState.POSTPONED,
    PublicationState.FAILED,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has written so far.

    Attributes:
        to: words of their own by connection; empty: the post's.
        at: when it is to appear (milliseconds); ``None``: as soon as somebody says so.
        by_network: the networks that can are to keep the time themselves.
        kept: what is shown, by the files that stay.
    """

    text: str = ""
    title: str = ""
    link: str = ""
    to: Mapping[int, str] = field(default_factory=dict)
    at: int | None = None
    by_network: bool = False
    kept: Mapping[int, str] = field(default_factory=dict)
    uploads: Sequence[Upload] = ()


@transaction.atomic
def write(viewer: Viewer, draft: Draft, post_id: int | None = None) -> Post:
    """Keeps a draft, new or changed, however unfinished. Accounts that the viewer may not use are left out."""
    viewer.must_be(Role.TRAINEE)
    post = _changeable(viewer, post_id) if post_id else Post(author_id=viewer.user_id)
    post.text, post.title = clean(draft.text).strip(), " ".join(clean(draft.title).split())[:300]
    post.link = _link(draft.link)
    post.at, post.by_network, post.moment = draft.at, draft.by_network, now()
    post.save()
    _choose(viewer, post, draft.to)
    _attach(post, draft)
    record(Fact.POST_CHANGED if post_id else Fact.POST_WRITTEN, actor_id=viewer.user_id, post=post.pk)
    return post


@transaction.atomic
def publish(viewer: Viewer, post_id: int) -> list[Publication]:
    """Lets a draft go: at its time, or after the time to undo. A trainee's waits for a colleague.

    Raises ``NotPossible`` for what one of the networks would refuse: then nothing leaves anywhere.
    """
    viewer.must_be(Role.TRAINEE)
    post, publications = _draft(viewer, post_id)
    _must_fit(post, publications)
    if viewer.is_at_least(Role.AGENT):
        _let_go(viewer, post, publications, Fact.POST_QUEUED)
    else:
        _set(publications, PublicationState.HELD)
        for one in publications:
            tell(Fact.POST_HELD, one, viewer)
    return publications


@transaction.atomic
def release(viewer: Viewer, post_id: int) -> None:
    """A colleague lets a trainee's post go."""
    viewer.must_be(Role.AGENT)
    post, publications = locked(viewer, post_id)
    held = [one for one in publications if one.state == PublicationState.HELD]
    if not held:
        raise NotPossible(_("This post does not wait for a release."))
    if post.at is not None and post.at < now():
        post.at = None
        post.save(update_fields=["at"])
    _let_go(viewer, post, held, Fact.POST_RELEASED)


@transaction.atomic
def take_back(viewer: Viewer, post_id: int) -> Post:
    """What has not left becomes a draft again. If other parts have left, the draft is a post of its own."""
    post, publications = locked(viewer, post_id)
    _may_change(viewer, post)
    back = [one for one in publications if one.state in NOT_LEFT]
    if not back:
        raise NotPossible(_("It has already been published."))
    draft = post
    if Publication.objects.filter(post=post).exclude(pk__in=[one.pk for one in back]).exists():
        draft = _copy(viewer, post)
    for one in back:
        tell(Fact.POST_WITHDRAWN, one, viewer)
        one.post, one.key = draft, uuid4()
        one.reason, one.attempts, one.due_at, one.first_tried_at = "", 0, 0, None
    _set(back, PublicationState.DRAFT)
    Post.objects.filter(pk=draft.pk).update(moment=now())
    return draft


@transaction.atomic
def throw_away(viewer: Viewer, post_id: int) -> None:
    """Forgets a draft."""
    post = _changeable(viewer, post_id)
    record(Fact.POST_DELETED, actor_id=viewer.user_id, post=post.pk)
    post.delete()


# -- letting go -------------------------------------------------------------------------------------------------------


def _let_go(viewer: Viewer, post: Post, publications: Sequence[Publication], fact: Fact) -> None:
    soon = now() + settings.UNDO_SECONDS * SECOND
    for one in publications:
        one.by_network = post.by_network and schedules(one.connection, post.at)
        waits = post.at is not None and not one.by_network
        one.state = PublicationState.SCHEDULED if waits else PublicationState.QUEUED
        one.due_at = post.at if waits and post.at is not None else soon
    _save(publications)
    Post.objects.filter(pk=post.pk).update(moment=post.at or soon)
    for one in publications:
        tell(fact, one, viewer)


def _must_fit(post: Post, publications: Sequence[Publication]) -> None:
    """Raises ``NotPossible`` with what stands in the way, account by account."""
    if not publications:
        raise NotPossible(_("Choose at least one account."))
    if post.at is not None and post.at < now() - MINUTE:
        raise NotPossible(_("%(time)s is over. Choose another time.") % {"time": exact(post.at)})
    if post.at is not None and post.at > now() + LONGEST_AHEAD:
        raise NotPossible(_("That is more than two years ahead."))
    files = files_of(post)
    if not (post.text or files or all(one.text for one in publications)):
        raise NotPossible(_("The post is empty."))
    outlines, sizes = [outline_of(one) for one in files], [one.file.size for one in files]
    problems = []
    for one in publications:
        at = post.at if post.by_network and schedules(one.connection, post.at) else None
        one.post = post
        found = verdict(one.connection, told(one, outlines, at), sizes).problems
        problems += [f"{one.connection.name}: {problem}" for problem in found]
    if problems:
        raise NotPossible(" ".join(problems))


# -- drafts -----------------------------------------------------------------------------------------------------------


def _changeable(viewer: Viewer, post_id: int) -> Post:
    post, _publications = locked(viewer, post_id)
    _may_change(viewer, post)
    if Publication.objects.filter(post=post).exclude(state=PublicationState.DRAFT).exists():
        raise NotPossible(_("It is on its way. Take it back first."))
    return post


def _draft(viewer: Viewer, post_id: int) -> tuple[Post, list[Publication]]:
    post = _changeable(viewer, post_id)
    return post, locked(viewer, post_id)[1]


def _may_change(viewer: Viewer, post: Post) -> None:
    viewer.must_be(Role.TRAINEE if post.author_id == viewer.user_id else Role.AGENT)


def _choose(viewer: Viewer, post: Post, to: Mapping[int, str]) -> None:
    """Accounts of other departments stay as they are."""
    may = Connection.objects.filter(
        removed_at=None, department_id__in=viewer.department_ids, channel__in=publishing_channels()
    )
    chosen = set(may.filter(pk__in=list(to)).values_list("pk", flat=True))
    mine = Publication.objects.filter(post=post, connection__department_id__in=viewer.department_ids)
    mine.exclude(connection_id__in=chosen).delete()
    there = {one.connection_id: one for one in mine}
    for id in sorted(chosen):
        words = clean(to[id]).strip()
        own = "" if words == post.text else words
        if id in there:
            Publication.objects.filter(pk=there[id].pk).update(text=own)
        else:
            Publication.objects.create(
                post=post, connection_id=id, text=own, key=uuid4(), state=PublicationState.DRAFT, due_at=0
            )


def _attach(post: Post, draft: Draft) -> None:
    stay = PostFile.objects.filter(post=post)
    stay.exclude(pk__in=list(draft.kept)).delete()
    for one in stay:
        PostFile.objects.filter(pk=one.pk).update(alt=clean(draft.kept[one.pk])[:LONGEST_ALT])
    count = stay.count()
    if count + len(draft.uploads) > MOST_FILES:
        raise NotPossible(_("No network takes more than %(count)d files.") % {"count": MOST_FILES})
    after = max(stay.values_list("place", flat=True), default=-1) + 1
    for place, upload in enumerate(draft.uploads, after):
        name, alt = clean(upload.name)[:200], clean(upload.alt)[:LONGEST_ALT]
        PostFile.objects.create(post=post, file=upload.keep(), place=place, name=name, alt=alt)


def _link(told: str) -> str:
    link = clean(told).strip()
    if link and "://" not in link:
        link = f"https://{link}"
    if link and not (link.startswith(("https://", "http://")) and link.isprintable() and len(link) <= 2000):
        raise NotPossible(_("This is not an address of the web: %(link)s") % {"link": link[:100]})
    return link


def _copy(viewer: Viewer, post: Post) -> Post:
    draft = Post.objects.create(
        author_id=viewer.user_id, title=post.title, text=post.text, link=post.link, at=post.at,
        by_network=post.by_network, moment=now(),
    )  # fmt: skip
    PostFile.objects.bulk_create(
        PostFile(post=draft, file_id=one.file_id, place=one.place, name=one.name, alt=one.alt)
        for one in PostFile.objects.filter(post=post)
    )
    return draft


def _set(publications: Iterable[Publication], state: PublicationState) -> None:
    found = list(publications)
    for one in found:
        one.state = state
    _save(found)


def _save(publications: Sequence[Publication]) -> None:
    """The lease ends with it: a worker that has one in its hand cannot begin."""
    for one in publications:
        one.lease_until = 0
    fields = ["post", "key", "state", "reason", "due_at", "lease_until", "attempts", "first_tried_at", "by_network"]
    Publication.objects.bulk_update(publications, fields)
