"""Asks for a feed, and only for what is new: conditional requests, redirects, the pause that it wishes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256

import msgspec

from draht.contract.errors import Refused
from draht.contract.http import Answer, Http
from draht.contract.redirects import get_following
from draht.contract.words import words

MAX_FEED = 4 * 1024 * 1024  # bytes; the longest feeds of podcasts are shorter
WANTED = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where reading goes on. ``of`` is the address that was connected; another address begins anew.

    ``url`` is where that feed lives by now, ``seen`` a digest of its last body, ``ttl`` the pause in seconds
    that the feed itself asks for, ``due`` the earliest next request in seconds since 1970.
    """

    of: str
    url: str
    etag: str = ""
    modified: str = ""
    seen: str = ""
    ttl: int = 0
    due: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A feed as it was sent. ``at`` is the time of the server that sent it."""

    body: bytes
    content_type: str
    at: datetime
    max_age: int
    cursor: Cursor
    changed: bool


def read_cursor(cursor: str, of: str) -> Cursor:
    """The cursor of this feed, or its beginning."""
    known = msgspec.json.decode(cursor, type=Cursor) if cursor else Cursor(of, of)
    return known if known.of == of else Cursor(of, of)


def write_cursor(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()


def get_page(http: Http, known: Cursor) -> Page:
    """Asks once. ``changed`` is false for "304 Not Modified" and for the very bytes of last time."""
    followed = get_following(http, known.url, headers=_conditions(known), accept=frozenset({304, 410}))
    answer = followed.answer
    if answer.status == 410:
        told = words("The feed {url} is gone for good: its owner took it down. Remove this connection.")
        raise Refused(told.format(url=known.url))
    if len(answer.body) > MAX_FEED:
        told = words("The feed {url} is larger than {most} MiB.")
        raise Refused(told.format(url=known.url, most=MAX_FEED // 1024 // 1024))
    if answer.status == 304:
        cursor = msgspec.structs.replace(known, url=followed.lasting)
    else:
        cursor = Cursor(
            known.of,
            followed.lasting,
            answer.headers.get("etag", ""),
            answer.headers.get("last-modified", ""),
            sha256(answer.body).hexdigest()[:32],
            known.ttl,
        )
    return Page(
        answer.body,
        answer.headers.get("content-type", ""),
        _date(answer),
        _max_age(answer),
        cursor,
        changed=answer.status != 304 and cursor.seen != known.seen,
    )


def _conditions(known: Cursor) -> dict[str, str]:
    told = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
    return {"Accept": WANTED} | {name: value for name, value in told.items() if value}


def _date(answer: Answer) -> datetime:
    """The server's clock; ours if it does not tell."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
    except (ValueError, TypeError):
        return datetime.now(UTC).replace(microsecond=0)


def _max_age(answer: Answer) -> int:
    told = re.search(r"\bmax-age=(\d{1,9})\b", answer.headers.get("cache-control", ""))
    return int(told[1]) if told else 0
