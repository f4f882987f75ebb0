"""A channel whose network tells nothing of edits and deletions: they are only seen by whoever reads again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qs

import msgspec

from draht.contract.channel import Act, Channel, Reconciles, Setting
from draht.contract.loopback import Loopback
from draht.contract.messages import Account, Author, Deletion, IncomingMessage, Item, NotAllowed, Reading, Unread
from draht.contract.purse import Budget
from draht.core.clock import to_datetime

BATCH = 10


class Shelf(Channel, Reconciles):
    label = "Shelf"
    settings = (Setting("url", "Address"), Setting("account", "Account"))
    batch: ClassVar[int] = BATCH
    budget: ClassVar[Budget | None] = None

    def whoami(self) -> Account:
        return Account(self.config["account"], self.config["account"])

    def may(self, act: Act, item: Item) -> NotAllowed:
        return NotAllowed("It stands on a shelf.")

    def look_again(self, items: Sequence[Item]) -> Reading:
        assert 0 < len(items) <= self.batch
        found = self.http.get(self.config["url"], params={"ids": ",".join(item.id for item in items)}).json()
        events: list[IncomingMessage | Deletion] = []
        unread = []
        for item in items:
            match found.get(item.id, "unknown"):
                case [int() as edited, str() as text]:
                    events.append(_message(item, text, edited))
                case None:
                    events.append(Deletion(item.id))
                case strange:
                    unread.append(Unread(str(strange), "strange"))
        return Reading(tuple(events), tuple(unread))


def _message(item: Item, text: str, edited: int) -> IncomingMessage:
    return IncomingMessage(
        item.id, item.author, text, item.at, private=item.private, revision=to_datetime(edited) if edited else item.at
    )


class Books:
    """The network of it: what stands there, and how often each was asked for."""

    def __init__(self) -> None:
        self.there: dict[str, list[Any] | str | None] = {}
        self.asked: Counter[str] = Counter()
        self.calls: list[list[str]] = []
        self.line = Loopback(self)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        ids = parse_qs(environ["QUERY_STRING"])["ids"][0].split(",")
        self.asked.update(ids)
        self.calls.append(ids)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [msgspec.json.encode({id: self.there.get(id, "unknown") for id in ids})]

    def puts(self, id: str, text: str, at: int, private: bool = False) -> IncomingMessage:
        self.there[id] = [0, text]
        return IncomingMessage(id, Author("ada", "Ada"), text, to_datetime(at), private=private,
                               revision=to_datetime(at), thread=id)  # fmt: skip
