"""Reading connections: what their channels say about items, and how they fare. Nothing is changed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from django.conf import settings
from django.db.models import Count, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from draht.connections import actions
from draht.connections.actions import opened
from draht.connections.models import Connection
from draht.connections.registry import channels, is_on
from draht.connections.wording import said
from draht.contract.channel import Act, Channel, Counter, HasTemplates, Hears, Replies, Subscribes
from draht.contract.errors import ChannelError, TryLater, only_the_four
from draht.contract.login import OffersAccounts, Scope, SignsIn
from draht.contract.messages import Item, May, NotAllowed, Takes, Template
from draht.contract.visits import Welcomes
from draht.core.clock import DAY, MINUTE, now
from draht.core.people.access import Viewer
from draht.core.people.models import Role

COUNTER_KEPT = 600  # seconds; some networks are asked for their limit
COUNTERS = 1000  # items whose counters are kept
SHOWN_FOR = 3 * DAY
SHORT = 5 * MINUTE  # a network that is back by then is nobody's business
ON_MESSAGES = (
    Act.APPROVE, Act.UNHIDE, Act.LIKE, Act.EDIT, Act.HOLD, Act.HIDE, Act.SPAM, Act.DELETE, Act.BAN,
)  # fmt: skip
_counters: dict[tuple[int, str, bool], tuple[float, Counter]] = {}


def label(connection: Connection) -> str:
    """The name of the network that people know."""
    kind = channels().get(connection.channel)
    return kind.label if kind else connection.channel


def may(connection: Connection, items: Sequence[Item], acts: Iterable[Act]) -> list[dict[Act, May]]:
    """What may be done with each item. Opens the channel once; asks no network."""
    wanted = list(acts)
    try:
        with opened(connection, renews=False) as channel:
            return [{act: channel.may(act, item) for act in wanted} for item in items]
    except ChannelError as error:
        return [dict.fromkeys(wanted, NotAllowed(error.reason)) for _ in items]


def counter(connection: Connection, item: Item) -> Counter | None:
    """How the network counts an answer to this item; ``None`` if it takes none. Kept for ten minutes."""
    key = (connection.pk, item.id, item.private)
    until, found = _counters.get(key, (0.0, None))
    if found is not None and until > time.monotonic():
        return found
    try:
        with opened(connection, renews=False) as channel:
            if not isinstance(channel, Replies):
                return None
            found = channel.counter(item)
    except ChannelError:
        return None
    if len(_counters) >= COUNTERS:
        _counters.clear()
    _counters[key] = (time.monotonic() + COUNTER_KEPT, found)
    return found


def templates(connection: Connection) -> list[Template]:
    """The texts that were agreed with the network. It is asked; raises one of the four errors."""
    with opened(connection) as channel, only_the_four(TryLater):
        return list(channel.templates()) if isinstance(channel, HasTemplates) else []


def repeats_for(channel: str) -> int:
    """For how many seconds a network recognises an answer of ours that is sent again; 0 = never."""
    kind = channels().get(channel)
    return kind.repeats_for if kind and issubclass(kind, Replies) else 0


def takes(connection: Connection, item: Item) -> Takes:
    """Which files may go with an answer to this item."""
    try:
        with opened(connection) as channel:
            return channel.takes(item) if isinstance(channel, Replies) else Takes()
    except ChannelError:
        return Takes()


# -- how they fare ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    """A connection as administrators and leads see it. Times are in milliseconds.

    Attributes:
        account: who we are there; ``url`` only if it is a web address.
        fetches: it asks the network; ``fetching``: it is about to, or at it.
        trouble_kind: login | later | refused, or gone when its channel is not installed; empty if all is well.
        trouble: the network's own words.
        lacks: what its login is missing.
        subscribed_again_at: when our hook, which the network had switched off, was switched on again; ``None`` if that
            was not in the last days.
    """

    id: int
    channel: str
    label: str
    name: str
    department_id: int
    department: str
    account: str
    url: str
    paused: bool
    fetches: bool
    fetching: bool
    fetched_at: int | None
    next_fetch_at: int | None
    trouble_kind: str
    trouble: str
    trouble_since: int | None
    leftovers: int
    lacks: Sequence[str]
    tested_at: int | None
    costs_money: bool
    subscribed_again_at: int | None


def cards(viewer: Viewer) -> list[Card]:
    """All connections, those in trouble first. One statement."""
    viewer.must_be(Role.LEAD)
    found = [_card(one) for one in _shown()]
    return sorted(found, key=lambda one: (not one.trouble_kind, one.name.casefold(), one.id))


def card(viewer: Viewer, id: int) -> Card:
    viewer.must_be(Role.LEAD)
    return _card(_one(id))


def _shown() -> QuerySet[Connection]:
    there = Connection.objects.filter(removed_at=None).select_related("department")
    return there.annotate(leftover_count=Count("leftovers"))


def _one(id: int) -> Connection:
    found = _shown().filter(pk=id).first()
    if found is None:
        raise Http404(_("There is no such connection, or it was removed."))
    return found


def _card(connection: Connection) -> Card:
    at, due = now(), connection.next_fetch_at
    gone = connection.channel not in channels()
    return Card(
        id=connection.pk,
        channel=connection.channel,
        label=said(label(connection)),
        name=connection.name,
        department_id=connection.department_id,
        department=connection.department.name,
        account=connection.account_handle or connection.account_name,
        url=connection.account_url if connection.account_url.startswith(("https://", "http://")) else "",
        paused=connection.paused,
        fetches=due is not None,
        fetching=due is not None and not connection.paused and (due <= at or connection.lease_until > at),
        subscribed_again_at=again if (again := connection.subscribed_again_at or 0) > at - SHOWN_FOR else None,
        fetched_at=connection.fetched_at,
        next_fetch_at=due,
        trouble_kind="gone" if gone else connection.trouble_kind,
        trouble=said(connection.trouble),
        trouble_since=connection.trouble_since,
        leftovers=connection.leftover_count,  # type: ignore[attr-defined]
        lacks=[said(one) for one in connection.lacks],
        tested_at=connection.tested_at,
        costs_money=not gone and costs_money(channels()[connection.channel]),
    )


# -- logging in -------------------------------------------------------------------------------------------------------


def kind(viewer: Viewer, channel: str) -> type[Channel]:
    """A channel that an administrator is about to connect; ``Http404`` if there is none of that name."""
    viewer.must_be(Role.ADMIN)
    if channel not in channels():
        raise Http404(_("There is no such channel. Is its package installed?"))
    return channels()[channel]


def offered(viewer: Viewer, channel: str) -> type[Channel]:
    """The same for a new connection: one that is switched off here is not offered."""
    found = kind(viewer, channel)
    if not is_on(channel):
        raise Http404(_("This channel is switched off here."))
    return found


def signs_in(kind: type[Channel]) -> Sequence[Scope] | None:
    """What is asked for on the network's page; ``None`` if nobody signs in there."""
    return kind.oauth.scopes if issubclass(kind, SignsIn) else None


def chooses_later(kind: type[Channel]) -> bool:
    """Whether it is known only after logging in which accounts there are."""
    return issubclass(kind, SignsIn | OffersAccounts)


def costs_money(kind: type[Channel]) -> bool:
    return kind.budget is not None and kind.budget.costs_money


def names_of(viewer: Viewer, channel: str) -> dict[str, str]:
    """The accounts of a channel that are connected: names by the network's ids."""
    viewer.must_be(Role.ADMIN)
    there = Connection.objects.filter(channel=channel, removed_at=None)
    return dict(there.values_list("account_id", "name"))


def stored(viewer: Viewer, id: int) -> dict[str, str]:
    """The settings of a connection without its secrets."""
    viewer.must_be(Role.ADMIN)
    return dict(_one(id).settings)


def is_told_by_hand(kind: type[Channel]) -> bool:
    """Whether somebody has to type our address in on the network."""
    return issubclass(kind, Hears) and not issubclass(kind, Subscribes | Welcomes)


def hook_address(viewer: Viewer, id: int) -> str:
    """The address that the network calls, for networks that have to be told it by hand; else empty."""
    viewer.must_be(Role.ADMIN)
    connection = _one(id)
    known = channels().get(connection.channel)
    return actions.hook_address(connection) if known and is_told_by_hand(known) else ""


def widget(viewer: Viewer, id: int) -> str:
    """The line that a website needs to carry the chat, for connections that have one; else empty."""
    viewer.must_be(Role.ADMIN)
    connection = _one(id)
    known = channels().get(connection.channel)
    if not known or not issubclass(known, Welcomes):
        return ""
    return embed_snippet(settings.BASE_URL, connection.hook_key)


def embed_snippet(base_url: str, key: str) -> str:
    """The line of HTML that puts the chat on a website. It is plain text: a page that shows it escapes it."""
    address = escape(f"{base_url.rstrip('/')}/webchat/{key}/widget.js")
    return f'<script type="module" src="{address}" data-key="{escape(key)}"></script>'


# -- trouble on the desk ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trouble:
    id: int
    name: str
    kind: str
    since: int


def troubles(viewer: Viewer) -> list[Trouble]:
    """The troubles of the viewer's departments, the oldest first; even those that are too young to be shown."""
    rows = (
        Connection.objects.filter(removed_at=None, paused=False, department_id__in=viewer.department_ids)
        .exclude(trouble_kind="")
        .order_by("trouble_since", "id")
    )
    return [Trouble(one.pk, one.name, one.trouble_kind, one.trouble_since or 0) for one in rows]


def is_young(trouble: Trouble) -> bool:
    """A network that is away for a moment; it comes back by itself."""
    return trouble.kind == "later" and now() - trouble.since < SHORT
