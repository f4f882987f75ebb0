"""Messages that are to be read again on their network, in the order in which they were written."""

from __future__ import annotations

from draht.contract.messages import Item
from draht.core.sql import select
from draht.features.inbox.ids import first_id
from draht.features.inbox.models import Message
from draht.features.inbox.queries.items import item_of

# A walk along its own index: a planner that takes the connection for a busy one would rather walk through everything.
NEWEST = """
SELECT id FROM inbox_message WHERE connection_id >= %s AND connection_id <= %s AND id >= %s AND id < %s
  AND deleted_at IS NULL ORDER BY connection_id DESC, id DESC LIMIT %s
"""


def position_of(at: int) -> int:
    """Where the messages written at that time (milliseconds) begin."""
    return first_id(at)


def to_read_again(connection_id: int, since: int, before: int, limit: int) -> list[tuple[int, Item]]:
    """The newest messages of a connection between two positions that are not deleted, with theirs. Two statements."""
    ids = [id for (id,) in select(NEWEST, [connection_id, connection_id, since, before, limit])]
    there = Message.objects.filter(pk__in=ids).select_related("connection", "person", "conversation")
    return [(message.pk, item_of(message)) for message in there.order_by("-pk")]
