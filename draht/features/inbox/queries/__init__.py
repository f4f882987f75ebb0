"""Every read of the inbox. The first argument is the viewer; what they may not see is not there."""

from draht.features.inbox.entries import Entry, Shown
from draht.features.inbox.queries.deliveries import Delivery, deliveries
from draht.features.inbox.queries.items import attachment, is_answered_privately, item_of, message, newest_of_customer
from draht.features.inbox.queries.lists import (
    COLUMNS,
    JOINS,
    VIEWS,
    Page,
    Row,
    ViewCount,
    conversation,
    conversations,
    counters,
    in_departments,
    rows_of,
)
from draht.features.inbox.queries.people import Choice, PersonCard, colleagues, departments, person, tags
from draht.features.inbox.queries.rereading import position_of, to_read_again
from draht.features.inbox.queries.threads import Thread, thread

__all__ = [
    "COLUMNS",
    "JOINS",
    "VIEWS",
    "Choice",
    "Delivery",
    "Entry",
    "Page",
    "PersonCard",
    "Row",
    "Shown",
    "Thread",
    "ViewCount",
    "attachment",
    "colleagues",
    "conversation",
    "conversations",
    "counters",
    "deliveries",
    "departments",
    "in_departments",
    "is_answered_privately",
    "item_of",
    "message",
    "newest_of_customer",
    "person",
    "position_of",
    "rows_of",
    "tags",
    "thread",
    "to_read_again",
]
