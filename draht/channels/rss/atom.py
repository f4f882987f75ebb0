"""RSS (0.9 to 2.0) and Atom (0.3 and 1.0), read by feedparser."""

from __future__ import annotations

import io
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import feedparser
from feedparser.encodings import convert_to_utf8
from feedparser.exceptions import CharacterEncodingOverride, NonXMLContentType

from draht.channels.rss.entry import (
    Feed,
    NotAFeed,
    Source,
    address,
    identity,
    kind_of,
    language,
    made_up,
    newest,
    one_line,
    plain,
)
from draht.contract.messages import Attachment, Author, IncomingMessage
from draht.contract.reading import read_each
from draht.contract.words import words

HARMLESS = (CharacterEncodingOverride, NonXMLContentType)  # said about feeds that were read well


def read_xml(body: bytes, content_type: str, source: Source) -> Feed:
    """The messages of an RSS or Atom feed."""
    told = {"content-type": content_type} if content_type else {}
    _refuse_entities(convert_to_utf8(told, body, {}))
    # Bytes in a file object: a plain string could be taken for an address or a file name.
    parsed = feedparser.parse(
        io.BytesIO(body),
        response_headers=told | {"content-location": source.url},
        sanitize_html=False,  # all markup is taken away below
        resolve_relative_uris=False,
    )
    error = parsed.get("bozo_exception")
    broken = error is not None and not isinstance(error, HARMLESS)
    entries = [to_plain(entry) for entry in parsed["entries"]]
    if not entries and (broken or not parsed.get("version")):
        raise NotAFeed(words("this is no feed: {error}").format(error=error or "neither RSS nor Atom"))
    feed = to_plain(parsed["feed"])
    events, unread = read_each(entries, lambda entry: to_message(entry, feed, source))
    return Feed(
        newest(events, unread),
        title=one_line(feed.get("title", "")),
        url=address(feed.get("link", "")),
        ttl=_ttl(feed),
        broken=broken,
    )


def _refuse_entities(body: bytes) -> None:
    """A feed needs no entities of its own, and some thousand bytes of them can unfold to gigabytes."""
    if b"<!ENTITY" in body.upper():
        raise NotAFeed(words("it declares XML entities; such a feed is not read."))


def to_plain(value: Any) -> Any:
    """feedparser's dictionaries as plain ones, dates as text: so they can be kept as JSON."""
    if isinstance(value, dict):
        return {key: to_plain(dict.__getitem__(value, key)) for key in dict.keys(value)}
    if isinstance(value, tuple) and len(value) == 9:  # struct_time, in UTC
        return datetime.fromtimestamp(timegm(value), UTC).isoformat()
    if isinstance(value, list | tuple):
        return [to_plain(inner) for inner in value]
    return value


def to_message(entry: Mapping[str, Any], feed: Mapping[str, Any], source: Source) -> IncomingMessage:
    """One entry. Its title or link stands in for a text that is missing."""
    link = address(entry.get("link", ""))
    title = " ".join(_text(entry.get("title_detail")).split())
    text = _content(entry) or title or link
    published, updated = _moment(entry, "published"), _moment(entry, "updated")
    return IncomingMessage(
        id=identity(entry.get("id", ""), link) or made_up(title, entry.get("published", ""), text),
        author=_author(entry, feed, source),
        text=text,
        at=published or updated or _moment(feed, "updated") or _moment(feed, "published") or source.at,
        parent=identity((entry.get("thr_in-reply-to") or {}).get("ref", "")),
        revision=updated,
        title=title,
        url=link,
        language=_language(entry, feed),
        attachments=_attachments(entry),
        raw=entry,
    )


def _content(entry: Mapping[str, Any]) -> str:
    parts = [*(entry.get("content") or []), entry.get("summary_detail")]
    return next((text for text in map(_text, parts) if text), "")


def _text(detail: Mapping[str, Any] | None) -> str:
    """The words of a text construct: ``value`` with its ``type``."""
    return plain(detail.get("value", ""), detail.get("type") != "text/plain") if detail else ""


def _author(entry: Mapping[str, Any], feed: Mapping[str, Any], source: Source) -> Author:
    told = entry.get("author_detail") or feed.get("author_detail") or {"name": feed.get("title", "")}
    name, url = one_line(told.get("name", "")), address(told.get("href", ""))
    return Author(id=identity(url, told.get("email", ""), name, f"{source.url}#author"), name=name, url=url)


def _language(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> str:
    parts = [*(entry.get("content") or []), entry.get("summary_detail") or {}]
    return language(*[part.get("language") for part in parts], feed.get("language"))


def _attachments(entry: Mapping[str, Any]) -> tuple[Attachment, ...]:
    enclosed = [link for link in entry.get("links") or [] if link.get("rel") == "enclosure"]
    media = [one | {"href": one.get("url", "")} for one in entry.get("media_content") or []]
    found = {}
    for one in enclosed + media:
        url = address(one.get("href", ""))
        found[url] = Attachment(url=url, kind=kind_of(one.get("type") or one.get("medium") or ""))
    return tuple(attachment for url, attachment in found.items() if url)


def _moment(place: Mapping[str, Any], key: str) -> datetime | None:
    told = place.get(f"{key}_parsed")
    return datetime.fromisoformat(told) if told else None


def _ttl(feed: Mapping[str, Any]) -> int:
    """``<ttl>`` is in minutes."""
    told = str(feed.get("ttl", "")).strip()
    return int(told) * 60 if told.isdecimal() and len(told) < 9 else 0
