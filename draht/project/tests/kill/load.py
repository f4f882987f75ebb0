"""What goes on while processes are killed: customers write by hook and on the network, colleagues answer and look."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import httpx2 as httpx
import msgspec
from django.db import connection

from draht.channels.sandbox.network import Network
from draht.channels.sandbox.network.values import Member
from draht.contract.signatures import sign
from draht.core.people.access import Viewer
from draht.core.sql import select
from draht.features.inbox import actions as inbox

SECRET = "the hook secret of the tests"
FIRST_HOOK = 1_000_000  # ids of messages that come by hook only
WRITERS = 40  # customers on the network
MOST_UNSENT = 100  # colleagues write no faster than a worker that is killed all the time can send


class Load:
    """Threads that go on until they are stopped; ``faults`` is what went wrong in them."""

    def __init__(self, house: str, hook_key: str, cookie: str, viewer: Viewer, town: Network, company: Member) -> None:
        self.house = house
        self.acknowledged: set[str] = set()
        self.written: set[str] = set()
        self.queued: set[str] = set()
        self.pages = 0
        self.faults: list[Exception] = []
        self._hook = f"{house}/hook/{hook_key}"
        self._cookie = cookie
        self._viewer = viewer
        self._town = town
        self._company = company
        self._numbers = itertools.count(FIRST_HOOK)
        self._stop = threading.Event()
        parts = [self._bring_hooks, self._bring_hooks, self._write, self._answer, self._look]
        self._threads = [threading.Thread(target=self._run, args=(part,)) for part in parts]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Everything that was begun is brought to its end: a hook that was not acknowledged is sent again."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _run(self, part: Callable[[httpx.Client], None]) -> None:
        try:
            with httpx.Client(timeout=5) as client:
                part(client)
        except Exception as fault:
            self.faults.append(fault)
        finally:
            connection.close()

    def _bring_hooks(self, client: httpx.Client) -> None:
        while not self._stop.wait(0.04):
            number = next(self._numbers)
            body = _event(number)
            headers = {"X-Sandbox-Signature": f"sha256={sign(SECRET, body)}"}
            while not self._arrives(client, body, headers):
                time.sleep(0.03)
            self.acknowledged.add(str(number))

    def _arrives(self, client: httpx.Client, body: bytes, headers: dict[str, str]) -> bool:
        try:
            answer = client.post(self._hook, content=body, headers=headers)
        except httpx.TransportError:
            return False
        assert answer.status_code in {200, 503}, answer.text
        return answer.status_code == 200

    def _write(self, client: httpx.Client) -> None:
        people = [self._town.members.join(f"visitor {n} " * 8, f"Ada {n}") for n in range(WRITERS)]
        for turn in itertools.count():
            if self._stop.wait(0.2):
                return
            message = self._town.messages.write(people[turn % WRITERS], self._company, f"Question {turn}")
            self.written.add(str(message.id))

    def _answer(self, client: httpx.Client) -> None:
        """Answers what came from the network; every answer has words of its own."""
        for turn in itertools.count():
            if self._stop.wait(0.12):
                return
            [(unsent,)] = select("SELECT count(*) FROM inbox_reply WHERE state NOT IN ('sent', 'failed')")
            if unsent >= MOST_UNSENT:
                continue
            open_ = select(
                "SELECT id, conversation_id FROM inbox_message WHERE NOT ours AND length(external_id) < 7"
                " ORDER BY id DESC LIMIT 1 OFFSET %s",
                [turn % 5],
            )
            for message, conversation in open_:
                text = f"Answer {turn}"
                inbox.queue_reply(self._viewer, conversation, text, to_id=message)
                self.queued.add(text)

    def _look(self, client: httpx.Client) -> None:
        while not self._stop.wait(0.05):
            try:
                answer = client.get(f"{self.house}/inbox/open/", headers={"Cookie": self._cookie})
            except httpx.TransportError:
                continue
            assert answer.status_code == 200, answer.text
            self.pages += 1


def _event(number: int) -> bytes:
    at = datetime.fromtimestamp(1_763_000_000 + number % 100_000, UTC).isoformat()
    author = {"id": str(number % 90 + FIRST_HOOK), "name": f"Ben {number % 90}", "handle": f"ben{number % 90}"}
    message = {"id": str(number), "thread": f"t{number // 7}", "author": author, "text": f"Hook {number}",
               "state": "public", "created_at": at, "changed_at": at}  # fmt: skip
    return msgspec.json.encode({"seq": number, "event": "created", "at": at, "message": message})
