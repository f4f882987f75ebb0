"""Full-text search that shows the newest first, on either store's own index."""

from __future__ import annotations

from dataclasses import dataclass

from draht.core.people.access import Viewer
from draht.core.sql import is_postgres, select
from draht.features.inbox.queries import COLUMNS, JOINS, Row, _list, _rows
from draht.features.inbox.stems import question

WALKED = 6000  # newest messages that PostgreSQL reads one by one before it asks the index
EXAMINED = 2000  # newest hits whose departments are looked at


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found, in its conversation. ``parts``: text pieces, and whether each is a found word."""

    conversation: Row
    message_id: int
    at: int
    author_name: str
    parts: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Hits:
    hits: list[Hit]
    next: str = ""
