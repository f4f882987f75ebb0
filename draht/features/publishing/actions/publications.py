"""What colleagues decide about a post on one account, when it has left or could not."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from draht.core.clock import now
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Role
from draht.core.possible import NotPossible
from draht.features.publishing.actions.locking import locked_publication, tell
from draht.features.publishing.actions.posts import NOT_LEFT
from draht.features.publishing.models import Post, Publication, PublicationState


@transaction.atomic
def withdraw(viewer: Viewer, publication_id: int) -> None:
    """Leaves one account out: nothing is published there."""
    publication = locked_publication(viewer, publication_id)
    viewer.must_be(Role.TRAINEE if publication.post.author_id == viewer.user_id else Role.AGENT)
    if publication.state not in NOT_LEFT:
        raise NotPossible(_("It has already been published."))
    _set(publication, PublicationState.WITHDRAWN, Fact.POST_WITHDRAWN, viewer)


@transaction.atomic
def retry(viewer: Viewer, publication_id: int) -> None:
    """Publishes what failed or was postponed: really, and at once."""
    viewer.must_be(Role.AGENT)
    publication = locked_publication(viewer, publication_id)
    if publication.state not in {PublicationState.FAILED, PublicationState.POSTPONED}:
        raise NotPossible(_("Only what failed or was postponed can be published again."))
    publication.due_at, publication.reason, publication.attempts = now(), "", 0
    Post.objects.filter(pk=publication.post_id).update(moment=now())
    _set(publication, PublicationState.QUEUED, Fact.POST_RETRIED, viewer)


@transaction.atomic
def look_again(viewer: Viewer, publication_id: int) -> None:
    """Lets the worker look at once whether it stands on the network."""
    viewer.must_be(Role.AGENT)
    publication = _unsure(viewer, publication_id)
    publication.due_at = now()
    _set(publication, PublicationState.UNSURE, Fact.POST_RETRIED, viewer)


@transaction.atomic
def settle(viewer: Viewer, publication_id: int, *, arrived: bool) -> None:
    """A person has looked whether it stands on the network. If not, it is published again."""
    viewer.must_be(Role.AGENT)
    publication = _unsure(viewer, publication_id)
    publication.due_at, publication.reason, publication.attempts = now(), "", 0
    if not arrived:
        publication.first_tried_at = None
        Post.objects.filter(pk=publication.post_id).update(moment=now())
    state = PublicationState.SENT if arrived else PublicationState.QUEUED
    _set(publication, state, Fact.POST_SETTLED, viewer, arrived=arrived)


def _unsure(viewer: Viewer, publication_id: int) -> Publication:
    publication = locked_publication(viewer, publication_id)
    if publication.state != PublicationState.UNSURE:
        raise NotPossible(_("It is already known what became of this post."))
    return publication


def _set(publication: Publication, state: PublicationState, fact: Fact, viewer: Viewer, **data: object) -> None:
    publication.state = state
    publication.lease_until = 0
    publication.save(update_fields=["state", "due_at", "reason", "attempts", "first_tried_at", "lease_until"])
    tell(fact, publication, viewer, **data)
