"""What RSS, Atom and JSON Feed have in common: the words of one entry, and the feed that they make."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from draht.contract.messages import Event, IncomingMessage, Reading, Unread
from draht.contract.text import clean, from_html

MOST = 500  # entries of one reading; of a longer feed the newest are taken
MAX_ID = 400  # characters that the house keeps of an id
MAX_URL = 2000
_LANGUAGE = re.compile("[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,2}")


class NotAFeed(Exception):
    """What lies at the address is no feed, or too broken to be read. The words say which."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an entry stands: the address of the feed, and when the feed was sent."""

    url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that was read. ``ttl`` is the pause between two requests that it asks for, in seconds."""

    reading: Reading
    title: str = ""
    url: str = ""
    ttl: int = 0
    broken: bool = False


def newest(events: tuple[Event, ...], unread: tuple[Unread, ...]) -> Reading:
    """The newest entries, oldest first: so a comment comes before its answer."""
    messages = sorted((e for e in events if isinstance(e, IncomingMessage)), key=lambda message: message.at)
    return Reading(tuple(messages[-MOST:]), unread)


def identity(*candidates: str) -> str:
    """The first name that is given; one that is too long to keep is replaced by its digest."""
    found = next((told for told in map(one_line, candidates) if told), "")
    return found if len(found) <= MAX_ID else digest(found)


def made_up(title: str, date: str, text: str) -> str:
    """An id for an entry that has none and no link either."""
    if title or date:
        return digest(f"{title}\n{date}")
    if text:
        return digest(text)
    raise ValueError("an entry without id, link, title, date and text")


def digest(text: str) -> str:
    return "sha256:" + sha256(text.encode("utf-8", "replace")).hexdigest()


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def address(url: str) -> str:
    """An address of the web, or nothing: a feed may name anything there."""
    url = one_line(url)
    return url if url.startswith(("http://", "https://")) and len(url) <= MAX_URL else ""


def language(*candidates: object) -> str:
    """The first BCP 47 tag."""
    return next((tag for tag in candidates if isinstance(tag, str) and _LANGUAGE.fullmatch(tag)), "")


def plain(text: str, is_html: bool) -> str:
    return clean(from_html(text) if is_html else text).strip()


def kind_of(mime: str) -> str:
    first = mime.partition("/")[0].lower()
    return first if first in {"image", "video", "audio"} else "file"


def aware(moment: datetime) -> datetime:
    """A date without a zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
