"""A small town for the roads: the sandbox behind real HTTP on loopback, Ada who writes there, and our account on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import draht.connections.actions as connections
from draht.channels.sandbox.network import Network
from draht.channels.sandbox.network.postman import Postman
from draht.channels.sandbox.network.values import Member, Message
from draht.channels.sandbox.site import Site
from draht.connections.models import Connection
from draht.contract.loopback import Loopback
from draht.core.people.access import Viewer
from draht.core.sql import execute, select
from draht.core.worker.claim import NEVER
from draht.features.inbox import queries
from draht.flows.take_in import fetch

SECRET = "the hook secret of the tests"


@dataclass
class Town:
    """The network, who is on it, and the connection that Draht has to it."""

    network: Network
    company: Member
    ada: Member
    token: str
    line: Loopback
    connection: Connection = field(init=False)

    @classmethod
    def build(cls, data_dir: Path) -> Town:
        network = Network(data_dir)
        company = network.members.open_company("Nordlicht", "nordlicht")
        ada = network.members.join("a" * 30, "Ada")
        return cls(network, company, ada, network.members.new_token(company), Loopback(Site(network)))

    def connect(self, department_id: int, channel: str = "sandbox", house: str = "http://127.0.0.1:9") -> Connection:
        values = {"url": self.line.url, "token": self.token, "hook_secret": SECRET}
        self.connection = connections.make(None, channel, values, department_id, house=house)
        self.line.requests.clear()
        return self.connection

    def ada_writes(self, text: str, private: bool = False) -> Message:
        return self.network.messages.write(self.ada, self.company, text, private=private)

    def fetch(self) -> None:
        """Everything that is there, as the worker would fetch it in its time."""
        self.connection.refresh_from_db()
        while fetch(self.connection).more:
            self.connection.refresh_from_db()
        self.connection.refresh_from_db()

    def texts_of_ours(self) -> list[str]:
        """What stands on the network under our name, each copy of it."""
        found = [e["message"] for e in self.network.messages.events(self.company, 0, 10_000) if e["event"] == "created"]
        return [message["text"] for message in found if message["author"]["company"]]

    def close(self) -> None:
        self.line.close()
        self.network.close()


@contextmanager
def open_postman(town: Town) -> Iterator[None]:
    """As long as it is open, the network brings its hooks."""
    postman = Postman(town.network)
    postman.start()
    try:
        yield
    finally:
        postman.stop()


def the_conversation(viewer: Viewer) -> int:
    """The only conversation there is."""
    [row] = queries.conversations(viewer, "all").rows
    return row.id


def entries(viewer: Viewer, conversation_id: int, kind: str) -> list[queries.Entry]:
    return [entry for entry in queries.thread(viewer, conversation_id).entries if entry.kind == kind]


def reply_row(reply_id: int) -> dict[str, Any]:
    """A reply as it stands in the store."""
    names = ("state", "reason", "due_at", "lease_until", "attempts", "first_tried_at", "message_id")
    [row] = select(f"SELECT {', '.join(names)} FROM inbox_reply WHERE id = %s", [reply_id])
    return dict(zip(names, row, strict=True))


def time_passes(milliseconds: int) -> None:
    """For replies, posts, deliveries and connections: everything that they wait for comes so much nearer."""
    for table in ("inbox_reply", "publishing_publication"):
        execute(f"UPDATE {table} SET due_at = due_at - %s WHERE due_at <> %s", [milliseconds, NEVER])
        execute(
            f"UPDATE {table} SET lease_until = lease_until - %s, first_tried_at = first_tried_at - %s",
            [milliseconds] * 2,
        )
    execute("UPDATE publishing_post SET at = at - %s, moment = moment - %s", [milliseconds] * 2)
    execute("UPDATE worker_errand SET lease_until = lease_until - %s, due_at = due_at - %s", [milliseconds] * 2)
    execute(
        "UPDATE connections_connection SET next_fetch_at = next_fetch_at - %s, lease_until = lease_until - %s",
        [milliseconds] * 2,
    )
