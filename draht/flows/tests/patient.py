"""A channel whose network keeps a connection open: a real long poll on loopback."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any
from urllib.parse import parse_qs

import msgspec

from draht.contract.channel import Act, Channel, Fetches, Setting, Waits
from draht.contract.loopback import Loopback
from draht.contract.messages import Account, Author, IncomingMessage, Item, NotAllowed, Reading
from draht.core.clock import to_datetime


class Patient(Channel, Fetches, Waits):
    label = "Patient"
    settings = (Setting("url", "Address"), Setting("account", "Account"))

    def whoami(self) -> Account:
        return Account(self.config["account"], self.config["account"])

    def may(self, act: Act, item: Item) -> NotAllowed:
        return NotAllowed("It only tells.")

    def fetch(self, cursor: str) -> Reading:
        told = self._ask("/new", cursor, 0)
        events = [IncomingMessage(f"{n}", Author("ada", "Ada"), text, to_datetime(1_700_000_000_000 + n))
                  for n, text in told]  # fmt: skip
        return Reading(tuple(events), cursor=str(told[-1][0]) if told else cursor)

    def wait(self, cursor: str, seconds: float) -> bool:
        return bool(self._ask("/wait", cursor, seconds))

    def _ask(self, path: str, cursor: str, seconds: float) -> list[tuple[int, str]]:
        params = {"account": self.config["account"], "after": cursor or "0", "seconds": str(seconds)}
        told = self.http.get(f"{self.config['url']}{path}", params=params).json()
        return [(n, text) for n, text in told]


class LongPoll:
    """The network of it. It counts who waits for each account, and can answer a wait with a fault."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._texts: dict[str, list[str]] = {}
        self._closed = False
        self.waits: Counter[str] = Counter()
        self.waiting: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.fault = 0
        self.line = Loopback(self)

    def say(self, account: str, text: str) -> None:
        with self._news:
            self._texts.setdefault(account, []).append(text)
            self._news.notify_all()

    def close(self) -> None:
        """Ends all waits, and then the network."""
        with self._news:
            self._closed = True
            self._news.notify_all()
            self._news.wait_for(lambda: not +self.waiting, 20)
        self.line.close()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        asked = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
        account, after = asked["account"], int(asked["after"])
        if environ["PATH_INFO"] == "/wait":
            if self.fault:
                self.waits[account] += 1
                start_response(f"{self.fault} No", [])
                return [b""]
            self._wait(account, after, float(asked["seconds"]))
        start_response("200 OK", [("Content-Type", "application/json")])
        return [msgspec.json.encode(list(enumerate(self._texts.get(account, []), 1))[after:])]

    def _wait(self, account: str, after: int, seconds: float) -> None:
        with self._news:
            self.waits[account] += 1
            self.waiting[account] += 1
            self.most[account] = max(self.most[account], self.waiting[account])
            self._news.wait_for(lambda: self._closed or len(self._texts.get(account, [])) > after, seconds)
            self.waiting[account] -= 1
            self._news.notify_all()
