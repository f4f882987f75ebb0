"""Rows of an archive, turned into messages. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import msgspec

from draht.channels.archive.times import to_moment
from draht.contract.messages import Attachment, Author, Deletion, Event, IncomingMessage, Reading, Unread
from draht.contract.reading import read_again
from draht.contract.text import clean
from draht.contract.words import words

OURS = "draht:ours"  # the author of everything that the company wrote
MAX_ID = 400  # characters that the house keeps of an id
MAX_URL = 2000
NOTHING = {"", "nan", "none", "null", "<na>"}  # how tables say that there is nothing
YES = {"true", "1", "1.0", "yes", "y", "in", "inbound", "incoming"}
NO = {"false", "0", "0.0", "no", "n", "out", "outbound", "outgoing"}
_WHOLE = re.compile(r"(\d+)\.0")
_LANGUAGE = re.compile("[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,2}")


def read_row(row: str) -> Reading:
    """What one row says: a JSON object. One that is not understood is ``unread``, as it is."""
    reading = read_again(row, to_events)
    return Reading(
        reading.events, tuple(Unread(row, one.reason.removeprefix("ValueError: ")) for one in reading.unread)
    )


def to_events(row: Mapping[str, Any]) -> list[Event]:
    """A row's message after its earlier versions, and its deletion. ``ValueError`` says what is wrong with it."""
    message = _to_message(row)
    events: list[Event] = [
        replace(message, text=_text(version), revision=to_moment(version.get("at")))
        for version in row.get("versions") or ()
    ]
    events.append(message)
    if _word(row, "deleted_at"):
        events.append(Deletion(message.id, max(to_moment(row["deleted_at"]), message.revision or message.at)))
    return events


def _to_message(row: Mapping[str, Any]) -> IncomingMessage:
    at = to_moment(row.get("at"))
    edited = to_moment(row["edited_at"]) if _word(row, "edited_at") else at
    own = row if "connection_id" in row else {}  # written by Draht: nothing in it needs mending
    text = _text(row)
    return IncomingMessage(
        id=_id(row, "id") or _made_up(row),
        author=_author(row),
        text=text if own else text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"),
        at=at,
        thread=_id(row, "thread"),
        parent=_id(row, "parent"),
        private=_said(row, "private", default=False),
        revision=edited if "edited_at" in row else None,
        held=_said(row, "held", default=False),
        title=_word(row, "title")[:300],
        url=_address(row.get("url")),
        language=_language(row),
        attachments=_attachments(row.get("attachments")),
        raw=row,
    )


def _text(row: Mapping[str, Any]) -> str:
    text = clean(row["text"]).strip() if isinstance(row.get("text"), str) else ""
    if not text and not row.get("attachments") and not _word(row, "deleted_at"):
        raise ValueError(words("it has no text"))
    return text


def _author(row: Mapping[str, Any]) -> Author:
    handle = _word(row, "handle").removeprefix("@")
    known = _id(row, "author_id") or _within(row, handle) or _id(row, "author")
    name = _word(row, "author") or handle or _word(row, "author_id")
    if not _said(row, "inbound", default=True):
        return Author(OURS, name, handle)
    return Author(
        id=known if known not in {"", OURS} else "unknown",
        name=name[:200],
        handle=handle[:200],
        url=_address(row.get("author_url")),
        avatar=_address(row.get("avatar")),
    )


# -- single values ----------------------------------------------------------------------------------------------------


def _id(row: Mapping[str, Any], key: str) -> str:
    """An id as text. Tables turn ids into fractions ("3.0") as soon as one is missing."""
    word = _word(row, key)
    whole = _WHOLE.fullmatch(word)
    return _within(row, whole[1] if whole else word)


def _within(row: Mapping[str, Any], id: str) -> str:
    """An id that is unique in the archive, also when the archive holds several accounts."""
    found = f"{row['connection_id']}/{id}" if id and row.get("connection_id") else id
    return found if len(found) <= MAX_ID else _digest(found)


def _made_up(row: Mapping[str, Any]) -> str:
    """The id of a row that has none: its content."""
    return _digest(msgspec.json.encode(sorted((key, str(value)) for key, value in row.items())).decode())


def _digest(text: str) -> str:
    return "sha256:" + sha256(text.encode("utf-8", "replace")).hexdigest()


def _word(row: Mapping[str, Any], key: str) -> str:
    """The value on one line; what tables write for nothing is nothing."""
    value = row.get(key)
    if value is None or isinstance(value, bool | dict | list):
        return ""
    word = " ".join(clean(str(value)).split())
    return "" if word.lower() in NOTHING else word


def _said(row: Mapping[str, Any], key: str, *, default: bool) -> bool:
    value = row.get(key)
    word = str(value).lower() if isinstance(value, bool) else _word(row, key).lower()
    if word and word not in YES | NO:
        raise ValueError(words("{column} is “{value}”, neither yes nor no").format(column=key, value=word[:40]))
    return word in YES if word else default


def _address(value: object) -> str:
    """An address of the web, or nothing."""
    url = clean(value).strip() if isinstance(value, str) else ""
    return url if url.startswith(("http://", "https://")) and len(url) <= MAX_URL else ""


def _language(row: Mapping[str, Any]) -> str:
    word = _word(row, "language")
    return word if len(word) <= 20 and _LANGUAGE.fullmatch(word) else ""


def _attachments(told: object) -> tuple[Attachment, ...]:
    """A list of objects with ``url``, ``kind``, ``name`` and ``alt``, or addresses with spaces or commas between."""
    items = told if isinstance(told, list) else [{"url": url} for url in str(told or "").replace(",", " ").split()]
    return tuple(
        Attachment(url, _word(item, "kind") or "file", _word(item, "name"), _word(item, "alt"))
        for item in items
        if isinstance(item, dict) and (url := _address(item.get("url")))
    )
