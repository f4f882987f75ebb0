"""Where reading a blog goes on: the newest comments are looked at again each time; older ones are caught up with.

WordPress dates no edits and says nothing of what is gone, so both are found by comparing with what was seen last time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from draht.channels.wordpress.client import PAGE, Client
from draht.channels.wordpress.mapper import digest, to_event
from draht.contract.messages import Deletion, Reading
from draht.contract.reading import read_each

WINDOW = 2  # pages of the newest comments that are looked at again, for edits and for what is gone
OVERLAP = 10  # comments read twice between two pages: so many may be deleted meanwhile and none is missed


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where reading goes on.

    ``after`` is the date of the newest comment that was read, ``known`` the digests of the newest ones by id,
    ``offset`` how many were read of those that are still to be caught up with.
    """

    after: str = ""
    known: dict[str, str] = {}
    offset: int | None = None


def read_comments(client: Client, cursor: str) -> Reading:
    known = msgspec.json.decode(cursor, type=Cursor) if cursor else Cursor()
    if known.offset is not None:
        return _catch_up(client, known, known.offset)
    newest, total = _newest(client)
    if newest and total > len(newest) and _date(newest[-1]) > known.after:
        return _catch_up(client, known, 0)  # there is more between what we know and the newest
    return _changes(client, known, newest)


def _newest(client: Client) -> tuple[list[Any], int]:
    found, total = client.newest(1)
    for page in range(2, WINDOW + 1):
        if total > (page - 1) * PAGE:
            found += client.newest(page)[0]
    return found, total


def _changes(client: Client, known: Cursor, newest: list[Any]) -> Reading:
    """What is new, changed or gone among the newest comments."""
    digests = _digests(newest)
    changed = [c for c in reversed(newest) if known.known.get(_key(c)) != digests.get(_key(c), "")]
    events, unread = read_each(changed, to_event)
    after = max([known.after, *map(_date, newest)])
    return Reading(
        events + _gone(client, known.known.keys() - digests.keys()), unread, _written(Cursor(after, digests))
    )


def _gone(client: Client, missing: Iterable[str]) -> tuple[Deletion, ...]:
    """Those that newer ones did not merely push out of the window. They may come back from the trash."""
    ids = sorted(missing)
    there: set[str] = set()
    for start in range(0, len(ids), PAGE):
        there |= {_key(comment) for comment in client.those_of(ids[start : start + PAGE])}
    now = datetime.now(UTC)
    return tuple(Deletion(id, at=now) for id in ids if id not in there)


def _catch_up(client: Client, known: Cursor, offset: int) -> Reading:
    """One page of older comments, from the oldest on; with the last page come the newest."""
    page, total = client.oldest(known.after, offset)
    events, unread = read_each(page, to_event)
    if offset + PAGE < total:
        return Reading(events, unread, _written(Cursor(known.after, known.known, offset + PAGE - OVERLAP)), more=True)
    newest, _ = _newest(client)
    rest = _changes(client, Cursor(known.after, known.known | _digests(page)), newest)
    return Reading(events + rest.events, unread + rest.unread, rest.cursor)


def _key(comment: Any) -> str:
    number = comment.get("id") if isinstance(comment, dict) else None
    return str(number) if isinstance(number, int) else ""


def _date(comment: Any) -> str:
    """``date_gmt``; of a comment whose date nobody can read, the beginning."""
    told = comment.get("date_gmt") if isinstance(comment, dict) else None
    try:
        return told if isinstance(told, str) and datetime.fromisoformat(told).year >= 1970 else ""
    except ValueError:
        return ""


def _digests(comments: list[Any]) -> dict[str, str]:
    return {key: digest(comment) for comment in comments if (key := _key(comment))}


def _written(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()
