"""A feed as a channel: fetched, never answered."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from draht.channels.rss.client import Cursor, Page, get_page, read_cursor, write_cursor
from draht.channels.rss.entry import Feed, NotAFeed
from draht.channels.rss.mapper import read_entry, read_feed
from draht.contract.channel import Act, Channel, Demonstrates, Fetches, RereadsItems, Setting
from draht.contract.errors import Refused, TryLater
from draht.contract.messages import Account, Item, NotAllowed, Reading
from draht.contract.words import words

LONGEST_PAUSE = 6 * 3600  # seconds; some feeds ask for a day and mean an hour


class Rss(Channel, Fetches, RereadsItems, Demonstrates):
    """One feed: RSS, Atom or JSON Feed."""

    label = "RSS"
    every = 900
    settings = (
        Setting("url", words("Address of the feed"), words("For example https://blog.example.com/comments/feed/")),
    )

    @classmethod
    def demo(cls, data_dir: str, house: str, website: str) -> Mapping[str, str]:
        return {"url": f"{website}feed.xml"}

    @property
    def url(self) -> str:
        return self.config["url"].strip()

    def whoami(self) -> Account:
        page = get_page(self.http, Cursor(self.url, self.url))
        try:
            feed = self._read(page)
        except NotAFeed as error:
            raise Refused(words("{url}: {reason}").format(url=self.url, reason=error)) from error
        return Account(id=self.url, name=feed.title or urlsplit(self.url).netloc, url=feed.url or self.url)

    def may(self, act: Act, item: Item) -> NotAllowed:
        return NotAllowed(words("A feed can only be read; answer on the page itself."))

    def fetch(self, cursor: str) -> Reading:
        known = read_cursor(cursor, self.url)
        if 0 < known.due - time.time() <= LONGEST_PAUSE:
            return Reading()
        page = get_page(self.http, known)
        if not page.changed:
            return Reading(cursor=self._next(page.cursor, page.max_age))
        try:
            feed = self._read(page)
        except NotAFeed as error:
            raise TryLater(words("{url}: {reason}").format(url=self.url, reason=error)) from error
        next_cursor = msgspec.structs.replace(page.cursor, ttl=feed.ttl)
        if feed.broken:  # its end may be missing: the same bytes must not count as known
            next_cursor = Cursor(known.of, page.cursor.url)
        return replace(feed.reading, cursor=self._next(next_cursor, page.max_age))

    def read_item(self, raw: str) -> Reading:
        return read_entry(raw, self.url, datetime.now(UTC).replace(microsecond=0))

    def _read(self, page: Page) -> Feed:
        # The address that was connected, not the one it moved to: ids made from it must not change.
        return read_feed(page.body, page.content_type, self.url, page.at)

    def _next(self, cursor: Cursor, max_age: int) -> str:
        pause = min(max(cursor.ttl, max_age), LONGEST_PAUSE)
        due = int(time.time()) + pause if pause > self.every else 0
        return write_cursor(msgspec.structs.replace(cursor, due=due))
