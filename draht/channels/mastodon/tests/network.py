"""The state behind the double: accounts, statuses, threads, notifications, as Mastodon keeps them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

HOME = "https://social.example"
SNOWFLAKE = 117_020_000_000_000_000
TOKEN = re.compile(r"(?P<url>https?://\S+)|(?<!\w)@(?P<acct>[\w.-]+(?:@[\w.-]+\w)?)|(?<!\w)#(?P<tag>\w+)")


@dataclass
class Person:
    id: str
    acct: str

    @property
    def url(self) -> str:
        name, _, host = self.acct.partition("@")
        return f"https://{host}/@{name}" if host else f"{HOME}/@{name}"


@dataclass
class Written:
    """A status as the server keeps it."""

    id: str
    author: Person
    text: str
    at: datetime
    visibility: str
    parent: str | None
    spoiler: str
    edited: datetime | None = None
    media: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Told:
    """A notification for us."""

    id: str
    status: str
    at: datetime
    filtered: bool


class Network:
    """One server with an account of ours, ``brand``. Time passes only here, a second with each act."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 10, tzinfo=UTC)
        self.people: dict[str, Person] = {}
        self.statuses: dict[str, Written] = {}
        self.told: list[Told] = []
        self.brand = self.person("brand")

    def person(self, acct: str) -> Person:
        return self.people.setdefault(acct, Person(str(SNOWFLAKE - 1000 + len(self.people)), acct))

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    # -- what people do ---------------------------------------------------------------------------------

    def write(
        self,
        acct: str,
        text: str,
        *,
        visibility: str = "public",
        parent: str | None = None,
        spoiler: str = "",
        media: list[dict[str, Any]] | None = None,
    ) -> Written:
        self.pass_time(1)
        id = str(SNOWFLAKE + len(self.statuses) * 65_536 + 1)
        while id in self.statuses:
            id = str(int(id) + 65_536)
        author = self.person(acct)
        written = Written(id, author, text, self.now, visibility, parent, spoiler, media=media or [])
        self.statuses[id] = written
        if author is not self.brand and self.brand in self.mentioned(written):
            # the default of Mastodon 4.3: private mentions of strangers are filtered, unless they answer us
            ours = parent in self.statuses and self.statuses[str(parent)].author is self.brand
            filtered = visibility == "direct" and not ours
            self.told.append(Told(str(len(self.told) + 1), id, self.now, filtered))
        return written

    def edit(self, id: str, text: str) -> None:
        self.pass_time(1)
        self.statuses[id].text = text
        self.statuses[id].edited = self.now

    def delete(self, id: str) -> None:
        self.pass_time(1)
        del self.statuses[id]
        self.told = [told for told in self.told if told.status != id]
        for status in self.statuses.values():
            status.parent = None if status.parent == id else status.parent

    # -- what we may see --------------------------------------------------------------------------------

    def seen(self, id: str) -> Written | None:
        """The status, if it exists and is for us."""
        status = self.statuses.get(id)
        if status is None or status.author is self.brand or status.visibility in {"public", "unlisted"}:
            return status
        return status if self.brand in self.mentioned(status) else None

    def ancestors(self, id: str) -> list[Written]:
        above: list[Written] = []
        parent = self.statuses[id].parent
        while parent is not None:
            above.insert(0, self.statuses[parent])
            parent = self.statuses[parent].parent
        return [status for status in above if self.seen(status.id)]

    def descendants(self, id: str) -> list[Written]:
        below = [status for status in self.statuses.values() if id in self._line(status)]
        return [status for status in below if self.seen(status.id)]

    def of_brand(self) -> list[Written]:
        return [status for status in self.statuses.values() if status.author is self.brand]

    def mentioned(self, status: Written) -> list[Person]:
        accts = [token["acct"] for token in TOKEN.finditer(status.text) if token["acct"]]
        return [self.people[acct] for acct in dict.fromkeys(accts) if acct in self.people]

    def _line(self, status: Written) -> set[str]:
        line: set[str] = set()
        while status.parent is not None:
            line.add(status.parent)
            status = self.statuses[status.parent]
        return line
