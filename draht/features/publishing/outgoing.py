"""A post as its channel wants it told, before and when it leaves."""

from __future__ import annotations

from collections.abc import Sequence

import draht.core.files.actions as files
from draht.contract.messages import Media, OutgoingPost
from draht.core.clock import to_datetime
from draht.core.files.lending import address_of
from draht.features.publishing.models import Post, PostFile, Publication


def files_of(post: Post) -> list[PostFile]:
    return list(PostFile.objects.filter(post=post).select_related("file").order_by("place", "id"))


def outline_of(one: PostFile) -> Media:
    """A file without its content: enough to ask whether the network takes it."""
    return Media(b"", one.file.content_type, one.name, one.alt)


def media_of(post: Post) -> tuple[Media, ...]:
    """The files of a post, whole. Raises ``OSError`` if one was taken away."""
    return tuple(
        Media(files.read(one.file), one.file.content_type, one.name, one.alt, address_of(one.file))
        for one in files_of(post)
    )


def told(publication: Publication, media: Sequence[Media], at: int | None = None) -> OutgoingPost:
    """``at``: when the network itself is to publish it (milliseconds)."""
    post, tried = publication.post, publication.first_tried_at
    return OutgoingPost(
        key=str(publication.key),
        text=publication.text or post.text,
        title=post.title,
        link=post.link,
        media=tuple(media),
        at=to_datetime(at) if at else None,
        first_tried_at=to_datetime(tried) if tried else None,
    )
