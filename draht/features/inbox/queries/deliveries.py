"""What we sent over a connection, and what came of it: the log of deliveries."""

from __future__ import annotations

from dataclasses import dataclass

import draht.connections.queries as connections
from draht.connections.wording import said
from draht.core.people.access import Viewer
from draht.core.people.models import Role
from draht.core.sql import select
from draht.features.inbox.models import ReplyState

LOOKED_AT = 5000  # newest answers among which those of the connection are looked for


@dataclass(frozen=True, slots=True)
class Delivery:
    """An answer on its way or there. Times in milliseconds; ``repeats``: sending it again makes no second copy."""

    id: int
    conversation_id: int
    text: str
    author: str
    to: str
    written_at: int
    state: str
    reason: str
    attempts: int
    due_at: int
    url: str
    repeats: bool


def deliveries(viewer: Viewer, connection_id: int, limit: int = 100) -> list[Delivery]:
    """The newest answers over a connection, for leads and administrators; the newest first."""
    viewer.must_be(Role.LEAD)
    card = connections.card(viewer, connection_id)
    repeats = connections.repeats_for(card.channel) > 0
    rows = select(
        "SELECT r.id, r.conversation_id, substr(r.text, 1, 200), u.name, coalesce(p.name, p.handle, ''), r.written_at,"
        " r.state, r.reason, r.attempts, r.due_at, coalesce(m.url, '')"
        f" FROM (SELECT * FROM inbox_reply ORDER BY id DESC LIMIT {LOOKED_AT}) AS r"
        " JOIN inbox_conversation c ON c.id = r.conversation_id JOIN people_user u ON u.id = r.author_id"
        " JOIN inbox_message t ON t.id = r.to_id LEFT JOIN inbox_person p ON p.id = t.person_id"
        " LEFT JOIN inbox_message m ON m.id = r.message_id"
        " WHERE c.connection_id = %s ORDER BY r.id DESC LIMIT %s",
        [connection_id, limit],
    )
    return [
        Delivery(
            id, conversation, text, author, to, at, state, said(reason), attempts, due_at, url,
            repeats=repeats and state == ReplyState.SENT.value,
        )
        for id, conversation, text, author, to, at, state, reason, attempts, due_at, url in rows
    ]  # fmt: skip
