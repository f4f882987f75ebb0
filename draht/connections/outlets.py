"""Accounts that posts of ours go to, and what their networks say about a post before it leaves. Nothing is changed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from draht.connections.actions import opened
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.connections.taking import why_not
from draht.connections.wording import said
from draht.contract.channel import Counter, Publishes, Schedules
from draht.contract.errors import ChannelError, TryLater, only_the_four
from draht.contract.messages import Media, NotAllowed, OutgoingPost, Takes
from draht.core.clock import SECOND, now
from draht.core.people.access import Viewer

COUNTER_KEPT = 600  # seconds; some networks are asked for their limit
_counters: dict[int, tuple[float, Counter]] = {}


@dataclass(frozen=True, slots=True)
class Outlet:
    """An account that takes posts. ``schedules``: its network can keep the time itself."""

    id: int
    channel: str
    label: str
    name: str
    account: str
    department_id: int
    schedules: bool
    paused: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a network says about a post. ``problems``: why it cannot be published as it is, for people."""

    used: int = 0
    limit: int = 0
    unit: str = ""
    cost_cents: float = 0.0
    note: str = ""
    problems: tuple[str, ...] = ()


def outlets(viewer: Viewer) -> list[Outlet]:
    """The accounts of the viewer's departments that take posts. One statement."""
    there = Connection.objects.filter(
        removed_at=None, channel__in=publishing_channels(), department_id__in=viewer.department_ids
    )
    return [_outlet(one) for one in there.order_by("name", "id")]


def publishing_channels() -> list[str]:
    return [name for name, kind in channels().items() if issubclass(kind, Publishes)]


def schedules(connection: Connection, at: int | None) -> bool:
    """Whether its network can keep that time (milliseconds) itself."""
    kind = channels().get(connection.channel)
    if at is None or kind is None or not issubclass(kind, Schedules):
        return False
    least, most = kind.ahead
    return least * SECOND < at - now() < most * SECOND


def verdict(connection: Connection, post: OutgoingPost, sizes: Sequence[int]) -> Verdict:
    """What its network says about a post. Its media may be without content; ``sizes`` are their bytes."""
    try:
        with opened(connection, renews=False) as channel, only_the_four(TryLater):
            if not isinstance(channel, Publishes):
                return Verdict(problems=(_("This account takes no posts."),))
            return _verdict(connection.pk, channel, post, sizes)
    except ChannelError as error:
        return Verdict(problems=(said(error.reason),))


def _verdict(id: int, channel: Publishes, post: OutgoingPost, sizes: Sequence[int]) -> Verdict:
    counter = _counter(id, channel)
    used = counter.count(post.text)
    may = channel.may_publish(post)
    problems = [_too_long(used - counter.limit)] if used > counter.limit else []
    problems += _of_files(post.media, sizes, channel.post_takes())
    if isinstance(may, NotAllowed):
        problems = problems or [said(may.why)]
        return Verdict(used, counter.limit, said(counter.unit), problems=tuple(problems))
    return Verdict(used, counter.limit, said(counter.unit), may.cost_cents, said(may.note), tuple(problems))


def _too_long(more: int) -> str:
    return ngettext("%(count)d too many", "%(count)d too many", more) % {"count": more}


def _of_files(media: Sequence[Media], sizes: Sequence[int], takes: Takes) -> list[str]:
    if media and not takes.count:
        return [_("It takes no files with a post.")]
    if len(media) > takes.count:
        told = ngettext("It takes %(count)d file with a post.", "It takes %(count)d files with a post.", takes.count)
        return [told % {"count": takes.count}]
    if takes.needed and not media:
        return [_("It takes no post without a file.")]
    told_of = (why_not(one.name, one.content_type, size, takes) for one, size in zip(media, sizes, strict=True))
    return [problem for problem in told_of if problem]


def _counter(id: int, channel: Publishes) -> Counter:
    until, found = _counters.get(id, (0.0, None))
    if found is None or until < time.monotonic():
        found = channel.post_counter()
        _counters[id] = (time.monotonic() + COUNTER_KEPT, found)
    return found


def _outlet(connection: Connection) -> Outlet:
    kind = channels()[connection.channel]
    return Outlet(
        id=connection.pk,
        channel=connection.channel,
        label=said(kind.label),
        name=connection.name,
        account=connection.account_handle or connection.account_name,
        department_id=connection.department_id,
        schedules=issubclass(kind, Schedules),
        paused=connection.paused,
    )
