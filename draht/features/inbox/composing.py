"""What the composer says before anyone types: whether, to whom, until when, how long."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

import draht.connections.queries as connections
from draht.connections.wording import said
from draht.contract.channel import Act
from draht.contract.messages import Allowed, May, NotAllowed, Takes, Template
from draht.core.clock import to_ms
from draht.core.people.access import Viewer
from draht.core.people.models import Role
from draht.core.ui.amounts import price
from draht.features.inbox.queries import is_answered_privately, item_of, newest_of_customer

NO_LIMIT = 100_000
NO_FILES = Takes()


@dataclass(frozen=True, slots=True)
class InPrivate:
    """What is told of a private answer to something that everybody sees."""

    until: int | None
    note: str
    cost: str


@dataclass(frozen=True, slots=True)
class Composer:
    """``until`` in milliseconds; ``limit`` in ``unit``; ``held``: a colleague has to release what is written here.

    ``until``, ``note`` and ``cost`` are those of the usual answer; ``in_private`` has those of a private one to an item
    that everybody sees.

    ``by_hand``: where a person can answer instead, with ``{text}`` for the answer; ``cost`` in words ("US$0.015").
    """

    can: bool
    why: str = ""
    until: int | None = None
    public: bool = False
    limit: int = NO_LIMIT
    unit: str = ""
    channel: str = ""
    label: str = ""
    note: str = ""
    cost: str = ""
    in_private: InPrivate | None = None
    by_hand: str = ""
    takes: Takes = NO_FILES
    templates: bool = False  # only an agreed text goes out
    held: bool = False
    to_id: int | None = None


def composer(viewer: Viewer, conversation_id: int, *, private: bool = False) -> Composer:
    """What may be answered to the customer's newest message. ``private``: somebody has chosen a private answer."""
    to = newest_of_customer(viewer, conversation_id)
    if to is None:
        return Composer(can=False, why=_("There is no message of a customer that could be answered."))
    item = replace(item_of(to), answered_privately=is_answered_privately(to))
    [may] = connections.may(to.connection, [item], [Act.REPLY, Act.REPLY_PRIVATELY])
    publicly, privately = may[Act.REPLY], may[Act.REPLY_PRIVATELY]
    answer: May = publicly if isinstance(publicly, Allowed) or item.private else privately
    if isinstance(answer, NotAllowed):
        shut = answer if item.private or not isinstance(publicly, NotAllowed) else publicly
        return Composer(
            False,
            said(shut.why),
            channel=to.connection.channel,
            label=connections.label(to.connection),
            by_hand=shut.by_hand if viewer.is_at_least(Role.AGENT) else "",
            to_id=to.pk,
        )
    private = isinstance(privately, Allowed) and (private or not isinstance(publicly, Allowed))
    asked = replace(item, private=item.private or private)
    counter = connections.counter(to.connection, asked)
    return Composer(
        can=True,
        until=_until(answer),
        public=not item.private and isinstance(publicly, Allowed),
        limit=counter.limit if counter else NO_LIMIT,
        unit=said(counter.unit) if counter else "",
        note=said(answer.note),
        cost=price(answer.cost_cents),
        in_private=_in_private(privately) if not item.private else None,
        takes=connections.takes(to.connection, asked),
        templates=answer.templates,
        held=not viewer.is_at_least(Role.AGENT),
        to_id=to.pk,
        channel=to.connection.channel,
        label=connections.label(to.connection),
    )


def _in_private(may: May) -> InPrivate | None:
    return InPrivate(_until(may), said(may.note), price(may.cost_cents)) if isinstance(may, Allowed) else None


def _until(may: Allowed) -> int | None:
    return to_ms(may.until) if may.until else None


def templates(viewer: Viewer, conversation_id: int) -> list[Template]:
    """The agreed texts that may go to the customer. The network is asked; raises one of the four errors."""
    to = newest_of_customer(viewer, conversation_id)
    return connections.templates(to.connection) if to else []


def count_text(viewer: Viewer, conversation_id: int, text: str, *, private: bool = False) -> int:
    """How long a draft is, as the network counts."""
    to = newest_of_customer(viewer, conversation_id)
    if to is None:
        return len(text)
    item = item_of(to)
    counter = connections.counter(to.connection, replace(item, private=item.private or private))
    return counter.count(text) if counter else len(text)
