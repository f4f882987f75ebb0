"""Who may see which post: whoever belongs to the department of one of its accounts, and its author."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from draht.core.people.access import Viewer
from draht.features.publishing.models import Post, Publication


def of_departments(viewer: Viewer) -> Q:
    """Publications on accounts of the viewer's departments."""
    return Q(connection__department_id__in=viewer.department_ids)


def seen_posts(viewer: Viewer) -> QuerySet[Post, int]:
    """Ids of posts that the viewer may see."""
    theirs = Publication.objects.filter(of_departments(viewer)).values("post_id")
    return Post.objects.filter(Q(author_id=viewer.user_id) | Q(pk__in=theirs)).values_list("pk", flat=True)
