"""JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from draht.channels.rss.entry import (
    Feed,
    NotAFeed,
    Source,
    address,
    aware,
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


def read_json(feed: Any, source: Source) -> Feed:
    """The messages of a decoded JSON Feed."""
    version = feed.get("version") if isinstance(feed, dict) else None
    if not isinstance(version, str) or "jsonfeed.org/version/" not in version:
        raise NotAFeed(words("the JSON there is no JSON Feed."))
    items = feed.get("items")
    if not isinstance(items, list):
        raise NotAFeed(words("this JSON Feed has no list of items."))
    events, unread = read_each(items, lambda item: to_message(item, feed, source))
    title, url = _text(feed, "title"), _text(feed, "home_page_url")
    return Feed(newest(events, unread), one_line(title), address(url))


def to_message(item: Mapping[str, Any], feed: Mapping[str, Any], source: Source) -> IncomingMessage:
    """One item. Its title or link stands in for a text that is missing."""
    told = _text(item, "url") or _text(item, "external_url")
    link = address(urljoin(source.url, told)) if told else ""
    title = one_line(_text(item, "title"))
    text = _content(item) or title or link
    published, modified = _moment(item, "date_published"), _moment(item, "date_modified")
    return IncomingMessage(
        id=identity(_id(item), link) or made_up(title, _text(item, "date_published"), text),
        author=_author(item, feed, source),
        text=text,
        at=published or modified or source.at,
        revision=modified,
        title=title,
        url=link,
        language=language(item.get("language"), feed.get("language")),
        attachments=_attachments(item),
        raw=item,
    )


def _id(item: Mapping[str, Any]) -> str:
    told = item.get("id")  # a string; the standard allows for publishers that write a number
    return str(told) if isinstance(told, str | int | float) else ""


def _content(item: Mapping[str, Any]) -> str:
    for key, is_html in (("content_text", False), ("content_html", True), ("summary", False)):
        found = plain(_text(item, key), is_html)
        if found:
            return found
    return ""


def _author(item: Mapping[str, Any], feed: Mapping[str, Any], source: Source) -> Author:
    """Who wrote it: version 1.1 has a list of authors, 1.0 one."""
    told = [
        author
        for place in (item, feed)
        for author in [*(place.get("authors") or []), place.get("author")]
        if isinstance(author, dict) and author
    ]
    first = told[0] if told else {"name": _text(feed, "title")}
    name, url = one_line(_text(first, "name")), address(_text(first, "url"))
    return Author(
        id=identity(url, name, f"{source.url}#author"),
        name=name,
        url=url,
        avatar=address(_text(first, "avatar")),
    )


def _attachments(item: Mapping[str, Any]) -> tuple[Attachment, ...]:
    told = [{"url": item.get("image"), "mime_type": "image/*"}, *(item.get("attachments") or [])]
    return tuple(
        Attachment(url=url, kind=kind_of(_text(one, "mime_type")), name=one_line(_text(one, "title")))
        for one in told
        if (url := address(_text(one, "url")))
    )


def _moment(item: Mapping[str, Any], key: str) -> datetime | None:
    try:
        return aware(datetime.fromisoformat(_text(item, key)))
    except (ValueError, OverflowError):
        return None


def _text(item: Mapping[str, Any], key: str) -> str:
    """The string at ``key``; what is not a string counts as missing."""
    found = item.get(key)
    return found if isinstance(found, str) else ""
