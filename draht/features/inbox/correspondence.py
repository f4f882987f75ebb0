"""What a customer reads of their thread where the house itself is the network: its messages, nothing else of us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from draht.core.sql import one_of, select

NEWEST = 200  # messages of a thread that are shown


@dataclass(frozen=True, slots=True)
class Customer:
    """Who reads: the thread of theirs on one connection. The caller has made sure that it is theirs."""

    connection_id: int
    thread: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as the customer sees it. ``id`` is the network's, ``at`` in milliseconds; a deleted one has no text."""

    id: str
    at: int
    text: str
    ours: bool
    author_name: str
    edited: bool
    deleted: bool


def conversation_of(customer: Customer) -> int | None:
    """The conversation, if the customer has written already."""
    rows = select(
        "SELECT id FROM inbox_conversation WHERE connection_id = %s AND external_id = %s AND private",
        [customer.connection_id, customer.thread],
    )
    return rows[0][0] if rows else None


def letters(customer: Customer, ids: Sequence[int] | None = None) -> list[Letter]:
    """The messages of the thread with these ids, or the newest ``NEWEST`` of all; oldest first."""
    among, chosen = ("%s", True) if ids is None else one_of("m.id", ids)
    rows = select(
        "SELECT m.external_id, m.at, CASE WHEN m.deleted_at IS NULL THEN m.text ELSE '' END, m.ours,"
        " CASE WHEN m.ours THEN coalesce(u.name, n.account_name) ELSE '' END,"
        " m.edited_at IS NOT NULL, m.deleted_at IS NOT NULL"
        " FROM inbox_conversation c JOIN inbox_message m ON m.conversation_id = c.id"
        " JOIN connections_connection n ON n.id = c.connection_id LEFT JOIN people_user u ON u.id = m.author_id"
        f" WHERE c.connection_id = %s AND c.external_id = %s AND c.private AND {among}"
        f" ORDER BY m.id DESC LIMIT {NEWEST}",
        [customer.connection_id, customer.thread, chosen],
    )
    return [
        Letter(id, at, text, bool(ours), name, bool(edited), bool(deleted))
        for id, at, text, ours, name, edited, deleted in reversed(rows)
    ]


def is_here(connection_id: int, message: str) -> bool:
    """Whether a message with the network's id is stored."""
    found = select(
        "SELECT 1 FROM inbox_message WHERE connection_id = %s AND external_id = %s", [connection_id, message]
    )
    return bool(found)
