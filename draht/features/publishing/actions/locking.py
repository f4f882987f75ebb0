"""Getting hold of what is to be changed: locked, and only if the viewer may see it."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from draht.core.journal.actions import record
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.features.publishing.models import Post, Publication
from draht.features.publishing.seeing import of_departments, seen_posts


def locked(viewer: Viewer, post_id: int) -> tuple[Post, list[Publication]]:
    """The post and those of its publications that the viewer may see, locked until the transaction ends."""
    found = Post.objects.select_for_update(of=("self",)).filter(pk=post_id, pk__in=seen_posts(viewer)).first()
    if found is None:
        raise Http404(_("There is no such post, or it belongs to another department."))
    mine = Publication.objects.select_for_update(of=("self",)).filter(of_departments(viewer), post=found)
    return found, list(mine.select_related("connection").order_by("id"))


def locked_publication(viewer: Viewer, publication_id: int) -> Publication:
    mine = Publication.objects.select_for_update(of=("self",)).filter(of_departments(viewer), pk=publication_id)
    found = mine.select_related("connection", "post").first()
    if found is None:
        raise Http404(_("There is no such post, or it belongs to another department."))
    return found


def tell(fact: Fact, publication: Publication, viewer: Viewer | None = None, **data: Any) -> None:
    """One journal entry about a post on one account."""
    record(
        fact,
        actor_id=viewer.user_id if viewer else None,
        department_id=publication.connection.department_id,
        post=publication.post_id,
        publication=publication.pk,
        connection=publication.connection_id,
        **data,
    )
