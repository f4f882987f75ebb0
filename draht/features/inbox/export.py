"""Every message with all that belongs to it, in order and page by page: memory stays constant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from draht.core.clock import to_datetime
from draht.core.sql import one_of, select
from draht.features.inbox.models import State

PAGE = 1000  # messages
MESSAGES = """
SELECT m.id, m.external_id, t.external_id, m.parent, m.connection_id, n.name, n.channel, m.ours, m.private, m.held,
  m.text, m.language, m.url, m.attachments, m.at, m.edited_at, m.deleted_at,
  p.external_id, coalesce(p.name, n.account_name), coalesce(p.handle, n.account_handle), p.url, p.avatar,
  t.id, t.title, t.state, d.name, a.email, w.email, w.name
FROM inbox_message m
  JOIN inbox_conversation t ON t.id = m.conversation_id
  JOIN connections_connection n ON n.id = m.connection_id
  JOIN people_department d ON d.id = t.department_id
  LEFT JOIN inbox_person p ON p.id = m.person_id
  LEFT JOIN people_user a ON a.id = t.assignee_id
  LEFT JOIN people_user w ON w.id = m.author_id
WHERE m.id > %s ORDER BY m.id LIMIT %s
"""


def count() -> int:
    [(found,)] = select("SELECT count(*) FROM inbox_message")
    return int(found)


def messages(page: int = PAGE) -> Iterator[dict[str, Any]]:
    """All messages, the oldest first, under the names that ``draht import`` reads. Three statements a page."""
    last = 0
    while rows := select(MESSAGES, [last, page]):
        versions = _versions([row[0] for row in rows])
        tags = _tags([row[22] for row in rows])
        for row in rows:
            yield _told(row, versions.get(row[0], []), tags.get(row[22], []))
        last = rows[-1][0]


def _told(row: tuple[Any, ...], versions: list[dict[str, str]], tags: list[str]) -> dict[str, Any]:
    (_, external_id, thread, parent, connection_id, connection, channel, ours, private, held, text, language, url,
     attachments, at, edited_at, deleted_at, author_id, author, handle, author_url, avatar, _, title, state, department,
     assignee, colleague, colleague_name) = row  # fmt: skip
    return {
        "id": external_id,
        "connection_id": connection_id,
        "connection": connection,
        "channel": channel,
        "thread": thread,
        "parent": parent,
        "inbound": not ours,
        "private": bool(private),
        "held": bool(held),
        "at": _time(at),
        "edited_at": _time(edited_at),
        "deleted_at": _time(deleted_at),
        "author_id": author_id,
        "author": author,
        "handle": handle,
        "author_url": author_url,
        "avatar": avatar,
        "colleague": {"email": colleague, "name": colleague_name} if colleague else None,
        "title": title,
        "text": text,
        "language": language,
        "url": url,
        "attachments": msgspec.json.decode(attachments),
        "versions": versions,
        "state": State(state).name.lower(),
        "department": department,
        "assignee": assignee,
        "tags": tags,
    }


def _versions(ids: Sequence[int]) -> dict[int, list[dict[str, str]]]:
    where, parameter = one_of("message_id", ids)
    found: dict[int, list[dict[str, str]]] = {}
    for id, rank, text in select(
        f"SELECT message_id, rank, text FROM inbox_version WHERE {where} ORDER BY rank", [parameter]
    ):
        found.setdefault(id, []).append({"at": to_datetime(rank).isoformat(timespec="milliseconds"), "text": text})
    return found


def _tags(ids: Sequence[int]) -> dict[int, list[str]]:
    where, parameter = one_of("ct.conversation_id", ids)
    found: dict[int, list[str]] = {}
    for id, name in select(
        "SELECT ct.conversation_id, t.name FROM inbox_conversation_tags ct JOIN inbox_tag t ON t.id = ct.tag_id"
        f" WHERE {where} ORDER BY t.name",
        [parameter],
    ):
        found.setdefault(id, []).append(name)
    return found


def _time(ms: int | None) -> str | None:
    return None if ms is None else to_datetime(ms).isoformat(timespec="milliseconds")
