"""What a conversation says about itself follows from its messages: count, preview, who waits since when, its state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from draht.core.sql import execute, rows_as_table
from draht.features.inbox.models import State

PREVIEW = 160  # characters


class MessageRow(NamedTuple):
    """A new message as it goes into its table."""

    id: int
    connection_id: int
    external_id: str
    conversation_id: int
    person_id: int | None
    ours: bool
    private: bool
    held: bool
    parent: str
    text: str
    stems: str
    language: str
    url: str
    attachments: str
    raw: str
    at: int
    received_at: int
    rank: int
    gone: int
    edited_at: int | None
    deleted_at: int | None


class Summary(NamedTuple):
    """What follows from the messages of a conversation that has no other messages yet."""

    person_id: int | None
    state: int
    unread: bool
    preview: str
    message_count: int
    first_at: int
    last_at: int
    last_out_id: int
    waiting_since: int | None


def summary_of(messages: Sequence[MessageRow]) -> Summary:
    """Says of a new conversation what ``REFRESH`` would say; ``messages`` by id. A test holds one against the other."""
    theirs = [m for m in messages if not m.ours]
    last_out = max((m.id for m in messages if m.ours), default=0)
    waiting = next((m.at for m in theirs if m.id > last_out and m.deleted_at is None), None)
    newest = next((m for m in reversed(messages) if m.deleted_at is None), None)
    first_at = min(m.at for m in messages)
    state = State.OPEN if waiting is not None or not last_out else State.WAITING
    return Summary(
        person_id=theirs[0].person_id if theirs else None,
        state=(state if theirs else State.RESOLVED).value,
        unread=waiting is not None,
        preview=newest.text[:PREVIEW] if newest else "",
        message_count=len(messages),
        first_at=first_at,
        last_at=newest.at if newest else first_at,
        last_out_id=last_out,
        waiting_since=waiting,
    )


REFRESH = """
WITH f AS MATERIALIZED (
  SELECT s.*,
    (SELECT m.at FROM inbox_message m WHERE m.conversation_id = s.id AND m.id > s.last_out AND NOT m.ours
      AND m.deleted_at IS NULL ORDER BY m.id LIMIT 1) AS waiting,
    (SELECT m.id FROM inbox_message m WHERE m.conversation_id = s.id AND m.deleted_at IS NULL
      ORDER BY m.id DESC LIMIT 1) AS newest_id,
    (SELECT m.person_id FROM inbox_message m WHERE m.conversation_id = s.id AND NOT m.ours
      ORDER BY m.id LIMIT 1) AS first_person
  FROM (
    SELECT c.id, new.n, new.came,
      CASE WHEN new.first_at < c.first_at THEN new.first_at ELSE c.first_at END AS first_at,
      CASE WHEN new.out_id > c.last_out_id THEN new.out_id ELSE c.last_out_id END AS last_out
    FROM {touched} JOIN inbox_conversation c ON c.id = new.id
  ) AS s
)
UPDATE inbox_conversation SET
  message_count = message_count + f.n,
  last_out_id = f.last_out,
  waiting_since = f.waiting,
  person_id = coalesce(f.first_person, inbox_conversation.person_id),
  preview = coalesce(substr(newest.text, 1, {length}), ''),
  first_at = f.first_at,
  last_at = coalesce(newest.at, f.first_at),
  snoozed_until = CASE WHEN f.came AND f.waiting IS NOT NULL THEN NULL ELSE snoozed_until END,
  unread = CASE WHEN f.waiting IS NULL THEN false WHEN f.came THEN true ELSE unread END,
  state = CASE
    WHEN coalesce(f.first_person, inbox_conversation.person_id) IS NULL THEN {resolved}
    WHEN f.came AND f.waiting IS NOT NULL THEN {open}
    WHEN f.waiting IS NULL AND f.last_out > 0
      AND (state = {open} OR inbox_conversation.person_id IS NULL) THEN {waiting}
    ELSE state END
FROM f LEFT JOIN inbox_message newest ON newest.id = f.newest_id
WHERE inbox_conversation.id = f.id
"""


def answer_until(message_id: int, conversation_id: int, until: int | None) -> None:
    """An answer of ours counts only for what was there when it was written: what a customer wrote meanwhile, and what
    was fetched later, waits."""
    execute("UPDATE inbox_message SET answers_until = %s WHERE id = %s", [until, message_id])
    execute(
        "UPDATE inbox_conversation SET last_out_id = coalesce((SELECT max(coalesce(m.answers_until, m.id))"
        " FROM inbox_message m WHERE m.conversation_id = inbox_conversation.id AND m.ours), 0) WHERE id = %s",
        [conversation_id],
    )
    refresh([], [conversation_id], [conversation_id])


def refresh(new: Iterable[MessageRow], also: Iterable[int] = (), back: Collection[int] = ()) -> None:
    """Brings what conversations say about themselves in line with their messages. One statement.

    ``also`` are conversations without new messages, ``back`` those of them where a message came back.
    """
    touched = {id: [id, 0, id in back, 2**53, 0] for id in also}
    for m in new:
        one = touched.setdefault(m.conversation_id, [m.conversation_id, 0, False, m.at, 0])
        one[1] += 1
        one[2] = one[2] or not (m.ours or m.deleted_at is not None)
        one[3] = min(one[3], m.at)
        one[4] = max(one[4], m.id if m.ours else 0)
    if not touched:
        return
    columns = {"id": "bigint", "n": "int", "came": "boolean", "first_at": "bigint", "out_id": "bigint"}
    table, parameters = rows_as_table(columns, list(touched.values()))
    states = {"open": State.OPEN.value, "waiting": State.WAITING.value, "resolved": State.RESOLVED.value}
    execute(REFRESH.format(touched=table, length=PREVIEW, **states), parameters)
