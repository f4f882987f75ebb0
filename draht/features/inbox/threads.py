"""Which conversation a message belongs to, also when its thread arrives in the wrong order.

A network tells the thread, or only the parent. A message whose parent is not known yet opens a conversation under the
parent's id; when the parent comes and belongs elsewhere, the two conversations are joined.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from draht.contract.messages import IncomingMessage
from draht.core.sql import execute, find, one_of, rows_as_table


@dataclass(slots=True)
class Threads:
    """What was found.

    Attributes:
        of: message → conversation, where there is one.
        missing: thread key → its messages, where there is none yet.
        renamed: conversation → the key that it turned out to have.
        joined: conversation → the one that it belongs into.
    """

    of: dict[str, int] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    renamed: dict[int, str] = field(default_factory=dict)
    joined: dict[int, int] = field(default_factory=dict)


def find_threads(connection_id: int, new: Mapping[str, IncomingMessage], conversation_of: Mapping[str, int]) -> Threads:
    """Finds the conversations of new messages. ``conversation_of`` knows the stored parents among them."""
    places = {key: _place(message, new, conversation_of) for key, message in new.items()}
    there = _by_key(connection_id, list({str(place) for place in places.values()} | set(new)))
    threads = Threads()
    _mend(places, there, threads)
    for key, place in places.items():
        target = there.get(place) if isinstance(place, str) else place
        if target is None:
            threads.missing.setdefault(str(place), []).append(key)
        else:
            threads.of[key] = _last(target, threads.joined)
    threads.joined = {early: _last(target, threads.joined) for early, target in threads.joined.items()}
    return threads


def _mend(places: Mapping[str, str | int], there: dict[str, int], threads: Threads) -> None:
    """Answers that came before their message opened a conversation under its id; now it tells where it belongs."""
    for key, place in places.items():
        early = there.get(key)
        if early is None or place == key:
            continue
        target = _last(there.get(place, 0) if isinstance(place, str) else place, threads.joined)
        if not target:
            there[str(place)] = early
            threads.renamed[early] = str(place)
        elif target != early:
            threads.joined[early] = target


def _place(
    message: IncomingMessage, new: Mapping[str, IncomingMessage], conversation_of: Mapping[str, int]
) -> str | int:
    """The key of a message's thread, or the id of a conversation that is already there."""
    passed: set[str] = set()
    while not message.thread and message.parent:
        if message.parent in new:
            if message.id in passed:  # two messages that name each other as parent
                return min(passed)
            passed.add(message.id)
            message = new[message.parent]
        else:
            return conversation_of.get(message.parent, message.parent)
    return message.thread or message.id


def _by_key(connection_id: int, keys: list[str]) -> dict[str, int]:
    return dict(find("inbox_conversation", "external_id, id", connection_id, keys))


def _last(target: int, joins: Mapping[int, int]) -> int:
    passed: set[int] = set()
    while target in joins and target not in passed:
        passed.add(target)
        target = joins[target]
    return target


JOINED = """
UPDATE inbox_conversation SET
  message_count = message_count + early.n,
  last_out_id = CASE WHEN early.out_id > last_out_id THEN early.out_id ELSE last_out_id END,
  first_at = CASE WHEN early.first_at < inbox_conversation.first_at THEN early.first_at
    ELSE inbox_conversation.first_at END,
  state = CASE WHEN early.state < inbox_conversation.state THEN early.state ELSE inbox_conversation.state END,
  unread = inbox_conversation.unread OR early.unread = 1,
  assignee_id = coalesce(inbox_conversation.assignee_id, early.assignee_id)
FROM (
  SELECT new.target, sum(c.message_count) AS n, max(c.last_out_id) AS out_id, min(c.first_at) AS first_at,
    min(c.state) AS state, max(CASE WHEN c.unread THEN 1 ELSE 0 END) AS unread, max(c.assignee_id) AS assignee_id
  FROM inbox_conversation c JOIN {table} ON c.id = new.early GROUP BY new.target
) AS early
WHERE id = early.target
"""


def join(joined: Mapping[int, int]) -> None:
    """Moves everything of the keys' conversations into the values' and removes them. Seven statements, however many."""
    columns = {"early": "bigint", "target": "bigint"}
    table, parameters = rows_as_table(columns, list(joined.items()))
    for name in ("inbox_message", "inbox_reply", "inbox_note"):
        execute(
            f"UPDATE {name} SET conversation_id = new.target FROM {table} WHERE conversation_id = new.early",
            parameters,
        )
    execute(
        "INSERT INTO inbox_conversation_tags (conversation_id, tag_id) SELECT new.target, t.tag_id"
        f" FROM inbox_conversation_tags t JOIN {table} ON t.conversation_id = new.early"
        " WHERE true ON CONFLICT DO NOTHING",
        parameters,
    )
    execute(JOINED.format(table=table), parameters)
    gone, parameter = one_of("conversation_id", list(joined))
    execute(f"DELETE FROM inbox_conversation_tags WHERE {gone}", [parameter])
    gone, parameter = one_of("id", list(joined))
    execute(f"DELETE FROM inbox_conversation WHERE {gone}", [parameter])


def rename(renamed: Mapping[int, str]) -> None:
    """Gives conversations the keys that they turned out to have."""
    table, parameters = rows_as_table({"early": "bigint", "key": "text"}, list(renamed.items()))
    execute(f"UPDATE inbox_conversation SET external_id = new.key FROM {table} WHERE id = new.early", parameters)
