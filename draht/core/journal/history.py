"""What colleagues did with one conversation."""

from __future__ import annotations

from draht.core.journal.queries import FIELDS, Row
from draht.core.sql import select


def of_conversation(conversation_id: int, since: int, until: int, limit: int = 200) -> list[Row]:
    """The newest facts with an actor between two times (milliseconds), oldest first."""
    rows = select(
        f"SELECT {FIELDS} FROM journal_entry WHERE conversation_id = %s AND actor_id IS NOT NULL"
        " AND at >= %s AND at < %s ORDER BY id DESC LIMIT %s",
        [conversation_id, since, until, limit],
    )
    return [Row(*row) for row in reversed(rows)]
