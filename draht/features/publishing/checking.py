"""What each chosen network says about a draft while somebody writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from draht.connections.models import Connection
from draht.connections.outlets import Outlet, Verdict, outlets, schedules, verdict
from draht.contract.messages import Media, OutgoingPost
from draht.contract.text import clean
from draht.core.clock import to_datetime
from draht.core.people.access import Viewer
from draht.features.publishing.actions import Draft
from draht.features.publishing.models import PostFile
from draht.features.publishing.outgoing import outline_of
from draht.features.publishing.seeing import seen_posts


@dataclass(frozen=True, slots=True)
class Checked:
    """An account that a draft may go to; ``verdict`` only if it was chosen, ``words`` if it gets words of its own."""

    outlet: Outlet
    chosen: bool
    words: str = ""
    verdict: Verdict | None = None


def check(viewer: Viewer, draft: Draft, new: Sequence[tuple[Media, int]] = ()) -> list[Checked]:
    """``new``: files that were not sent yet, with their bytes."""
    offered = outlets(viewer)
    chosen = Connection.objects.filter(pk__in=[one.id for one in offered if one.id in draft.to]).in_bulk()
    files = [*_kept(viewer, draft.kept), *new]
    return [
        Checked(one, True, draft.to[one.id], _verdict(chosen[one.id], draft, files))
        if one.id in chosen
        else Checked(one, False, draft.to.get(one.id, ""))
        for one in offered
    ]


def _verdict(connection: Connection, draft: Draft, files: Sequence[tuple[Media, int]]) -> Verdict:
    words = clean(draft.to[connection.pk]).strip() or clean(draft.text).strip()
    at = draft.at if draft.at and draft.by_network and schedules(connection, draft.at) else None
    post = OutgoingPost(
        key="", text=words, title=draft.title, link=draft.link, media=tuple(media for media, _ in files),
        at=to_datetime(at) if at else None,
    )  # fmt: skip
    said = verdict(connection, post, [size for _, size in files])
    return said if words or draft.title or files else Verdict(said.used, said.limit, said.unit, note=said.note)


def _kept(viewer: Viewer, kept: Mapping[int, str]) -> list[tuple[Media, int]]:
    there = PostFile.objects.filter(pk__in=list(kept), post__in=seen_posts(viewer)).select_related("file")
    return [(outline_of(one), one.file.size) for one in there.order_by("place", "pk")]
