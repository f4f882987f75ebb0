"""What the composer says before anyone types: whether, to whom, until when, how long."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

import draht.connections.queries as connections
from draht.connections.wording import said
from draht.contract.channel import Act
from draht.contract.messages import Allowed, May, NotAllowed
from draht.core.clock import to_ms
from draht.core.people.access import Viewer
from draht.core.people.models import Role
from draht.features.inbox.queries import item_of, newest_of_customer

NO_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class Composer:
    """``until`` in milliseconds; ``limit`` in ``unit``; ``held``: a colleague has to release what is written here."""

    can: bool
    why: str = ""
    until: int | None = None
    public: bool = False
    private_possible: bool = False
    limit: int = NO_LIMIT
    unit: str = ""
    channel: str = ""
    label: str = ""
    note: str = ""
    held: bool = False
    to_id: int | None = None


def composer(viewer: Viewer, conversation_id: int) -> Composer:
    """What may be answered to the customer's newest message."""
    to = newest_of_customer(viewer, conversation_id)
    if to is None:
        return Composer(can=False, why=_("There is no message of a customer that could be answered."))
    item = item_of(to)
    [may] = connections.may(to.connection, [item], [Act.REPLY, Act.REPLY_PRIVATELY])
    publicly, privately = may[Act.REPLY], may[Act.REPLY_PRIVATELY]
    answer: May = publicly if isinstance(publicly, Allowed) or item.private else privately
    if isinstance(answer, NotAllowed):
        why = answer.why if item.private else _why(publicly)
        return Composer(False, said(why), channel=to.connection.channel, label=connections.label(to.connection))
    counter = connections.counter(to.connection, item)
    return Composer(
        can=True,
        until=to_ms(answer.until) if answer.until else None,
        public=not item.private and isinstance(publicly, Allowed),
        private_possible=not item.private and isinstance(privately, Allowed),
        limit=counter.limit if counter else NO_LIMIT,
        unit=said(counter.unit) if counter else "",
        note=said(answer.note),
        held=not viewer.is_at_least(Role.AGENT),
        to_id=to.pk,
        channel=to.connection.channel,
        label=connections.label(to.connection),
    )


def _why(may: May) -> str:
    return may.why if isinstance(may, NotAllowed) else ""


def count_text(viewer: Viewer, conversation_id: int, text: str) -> int:
    """How long a draft is, as the network counts."""
    to = newest_of_customer(viewer, conversation_id)
    counter = connections.counter(to.connection, item_of(to)) if to else None
    return counter.count(text) if counter else len(text)
