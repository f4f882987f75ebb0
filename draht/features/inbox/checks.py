"""Is the inbox in order? Are answers on their way, and is what follows from the messages still true?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError, transaction

from draht.core.clock import DAY, MINUTE, now
from draht.core.sql import execute, is_postgres, one_of, select
from draht.features.inbox.full_text import relabel
from draht.features.inbox.summaries import refresh

CHUNK = 20_000  # conversations of one statement
LATE = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class Replies:
    """How many answers wait for a person (unsure, failed), and how many should have left some minutes ago."""

    unsure: int
    failed: int
    late: int


def replies() -> Replies:
    at = now()
    [(unsure, failed, late)] = select(
        "SELECT count(CASE WHEN state = 'unsure' AND due_at > %s THEN 1 END),"
        " count(CASE WHEN state = 'failed' THEN 1 END),"
        " count(CASE WHEN state IN ('queued', 'postponed', 'sending') AND due_at < %s THEN 1 END)"
        " FROM inbox_reply WHERE state IN ('unsure', 'failed', 'queued', 'postponed', 'sending')",
        [at + 2 * DAY, at - LATE],
    )
    return Replies(unsure, failed, late)


def newest_message() -> int | None:
    """When the newest message was written (milliseconds)."""
    [(found,)] = select("SELECT max(at) FROM (SELECT at FROM inbox_message ORDER BY id DESC LIMIT 20) AS newest")
    return None if found is None else int(found)


# -- full text --------------------------------------------------------------------------------------------------------


def search_fault() -> str:
    """What is wrong with the full text; empty if it holds exactly the messages."""
    return _search_fault_in_postgres() if is_postgres() else _search_fault_in_sqlite()


def rebuild_search() -> None:
    """Makes the full text anew from the messages."""
    if is_postgres():
        execute("REINDEX INDEX message_search")
    else:
        execute("INSERT INTO inbox_search (inbox_search) VALUES ('rebuild')")


def _search_fault_in_sqlite() -> str:
    """FTS5's own check compares the index with every message. It holds the store for about 1.5 s per million."""
    try:
        with transaction.atomic():
            execute("INSERT INTO inbox_search (inbox_search, rank) VALUES ('integrity-check', 1)")
    except DatabaseError as error:
        if "malformed" not in str(error):
            raise
        return "the index does not hold what the messages say"
    return ""


def _search_fault_in_postgres() -> str:
    """The index against the table: how many messages of the newest 18 hours each of them holds."""
    newest = "(SELECT max(id) >> 36 FROM inbox_message)"
    with transaction.atomic():
        execute("SET LOCAL enable_seqscan = off")
        [(word, stored)] = select(f"SELECT '~a' || {newest}, count(*) FROM inbox_message WHERE id >= {newest} << 36")
        [(found,)] = select("SELECT count(*) FROM inbox_message WHERE search @@ %s::tsquery", [word and f"'{word}'"])
    return "" if found == stored else f"{found} of the newest {stored} messages are in the index"


# -- conversations ----------------------------------------------------------------------------------------------------


RECOUNTED = """
SELECT c.id,
  CASE WHEN c.message_count <> coalesce(f.n, 0) THEN 'message_count'
    WHEN f.n IS NULL THEN ''
    WHEN c.last_out_id <> f.out_id THEN 'last_out_id'
    WHEN c.first_at <> f.first_at THEN 'first_at'
    WHEN c.last_at <> coalesce(newest.at, f.first_at) THEN 'last_at'
    WHEN coalesce(c.waiting_since, -1) <> coalesce((
      SELECT m.at FROM inbox_message m WHERE m.conversation_id = c.id AND m.id > f.out_id AND NOT m.ours
        AND m.deleted_at IS NULL ORDER BY m.id LIMIT 1), -1) THEN 'waiting_since'
    WHEN EXISTS (SELECT 1 FROM inbox_message m WHERE m.conversation_id = c.id
      AND m.stems NOT LIKE '~' || c.department_id || ' %%') THEN 'department_id'
    ELSE '' END AS wrong
FROM inbox_conversation c
LEFT JOIN (
  SELECT conversation_id, count(*) AS n, min(at) AS first_at,
    max(CASE WHEN ours THEN coalesce(answers_until, id) ELSE 0 END) AS out_id,
    max(CASE WHEN deleted_at IS NULL THEN id END) AS newest_id
  FROM inbox_message WHERE {these} GROUP BY conversation_id
) AS f ON f.conversation_id = c.id
LEFT JOIN inbox_message newest ON newest.id = f.newest_id
WHERE c.id >= %s AND c.id <= %s
"""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A conversation that says something else about itself than its messages do."""

    id: int
    field: str


def wrong_conversations(limit: int = 10) -> Iterator[Wrong]:
    """Recounts every conversation from its messages; the first ``limit`` that differ."""
    last, found = 0, 0
    while found < limit and (until := _end_of_chunk(last)):
        recounted = RECOUNTED.format(these="conversation_id >= %s AND conversation_id <= %s")
        statement = f"SELECT id, wrong FROM ({recounted}) AS recounted WHERE wrong <> '' ORDER BY id LIMIT %s"
        span = [last + 1, until]
        for id, field in select(statement, [*span, *span, limit - found]):
            found += 1
            yield Wrong(id, field)
        last = until


def _end_of_chunk(last: int) -> int | None:
    chunk = "SELECT id FROM inbox_conversation WHERE id > %s ORDER BY id LIMIT %s"
    [(until,)] = select(f"SELECT max(id) FROM ({chunk}) AS chunk", [last, CHUNK])
    return None if until is None else int(until)


# -- mending ----------------------------------------------------------------------------------------------------------


RECOUNT = """
UPDATE inbox_conversation SET
  message_count = (SELECT count(*) FROM inbox_message m WHERE m.conversation_id = inbox_conversation.id),
  last_out_id = coalesce(
    (SELECT max(coalesce(answers_until, id)) FROM inbox_message m WHERE m.conversation_id = inbox_conversation.id
      AND m.ours), 0),
  first_at = coalesce(
    (SELECT min(at) FROM inbox_message m WHERE m.conversation_id = inbox_conversation.id), first_at)
WHERE {these}
"""


def mend() -> int:
    """Makes the search index and what conversations say anew where they are wrong; how many conversations were."""
    if search_fault():
        rebuild_search()
    mended: set[int] = set()
    while ids := {wrong.id for wrong in wrong_conversations(limit=500)} - mended:
        with transaction.atomic():
            where, parameter = one_of("id", sorted(ids))
            execute(RECOUNT.format(these=where), [parameter])
            refresh([], also=sorted(ids))
            relabel(dict(select(f"SELECT id, department_id FROM inbox_conversation WHERE {where}", [parameter])))
        mended |= ids
    return len(mended)
