"""Turns the bytes of a feed into messages, whichever of the three formats they are."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec

from draht.channels.rss import atom, jsonfeed
from draht.channels.rss.atom import read_xml
from draht.channels.rss.entry import Feed, NotAFeed, Source
from draht.channels.rss.jsonfeed import read_json
from draht.contract.messages import Event, Reading
from draht.contract.reading import read_again
from draht.contract.words import words

_LINK = re.compile(r"<link\b[^>]{0,1000}>", re.IGNORECASE)
_IS_FEED = re.compile(r"application/(?:rss\+xml|atom\+xml|feed\+json)", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)


def read_feed(body: bytes, content_type: str, url: str, at: datetime) -> Feed:
    """The messages of a feed.

    Args:
        url: the address of the feed: relative links start there.
        at: when the feed was sent; entries without any date get it.
    """
    source = Source(url, at)
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):
        return read_json(_decoded(start), source)
    if b"<html" in start[:2000].lower():
        raise NotAFeed(_web_page(start.decode("utf-8", "replace")))
    return read_xml(body, content_type, source)


def read_entry(raw: str, url: str, at: datetime) -> Reading:
    """One entry that was kept because nobody understood it. feedparser's are known by the names that it gives."""

    def to_event(entry: Any) -> Event:
        parsed = any(name == "links" or name.endswith(("_detail", "_parsed")) for name in entry)
        to_message = atom.to_message if parsed else jsonfeed.to_message
        return to_message(entry, {}, Source(url, at))

    return read_again(raw, to_event)


def _decoded(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotAFeed(words("the JSON there is broken: {error}").format(error=error)) from error


def _web_page(page: str) -> str:
    """What to do about a web page: the address of its feed, if it names one (RSS Autodiscovery)."""
    links = [link for link in _LINK.findall(page) if _IS_FEED.search(link)]
    named = [found[1] for link in links if (found := _HREF.search(link))]
    if not named:
        return words("this is a web page, not a feed.")
    return words("this is a web page, not a feed. It names this feed: {url}").format(url=named[0])
