"""Measures how late accounts are asked: many networks that answer slowly, one that hangs, and one worker for all."""

from __future__ import annotations

import json
import threading
import time
from typing import Any, ClassVar

from bench.child import options, progress, report
from draht.project.cli import set_up

NETWORKS = 8
HANGING = 20  # accounts of a network that never answers
TIMEOUT = 20.0  # seconds, as of every call


def main(connections: int, every: int, answer: float, seconds: float) -> None:
    set_up()
    from draht.core.clock import now
    from draht.core.worker.loop import Worker
    from draht.flows import take_in
    from draht.flows.duties import DUTIES
    from draht.project import upkeep

    upkeep.prepare()
    line = network(answer)
    connect(line.url, connections, every)
    late: list[int] = []
    fetch = take_in.fetch

    def timed(connection: Any) -> Any:
        if connection.channel != "hangs":
            late.append(now() - connection.next_fetch_at)
        return fetch(connection)

    take_in.fetch = timed
    worker = Worker(DUTIES)
    worker.start()
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        progress(f"{len(late):,} times, {left:.0f} s to go")
        time.sleep(min(5, left))
    worker.stop(timeout=TIMEOUT / 4)
    report({"late": late, "hanging": HANGING})


def network(answer: float) -> Any:
    """Answers after ``answer`` seconds with one new message; below ``/hangs`` it does not answer in time."""
    from draht.contract.loopback import Loopback

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        time.sleep(TIMEOUT + 5 if environ["PATH_INFO"] == "/hangs" else answer)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"id": f"{time.time_ns()}-{threading.get_ident()}"}).encode()]

    return Loopback(app)


def connect(url: str, count: int, every: int) -> None:
    """Accounts of several networks, due evenly over their time; those of the network that hangs are due at once."""
    from draht.connections.models import Connection
    from draht.connections.registry import channels
    from draht.core.clock import SECOND, now
    from draht.core.people.models import Department

    kind = asked_every(every)
    names = [f"slow {n}" for n in range(NETWORKS)]
    channels().update(dict.fromkeys([*names, "hangs"], kind))
    at, service = now(), Department.objects.create(name="Service")
    due = [(names[n % NETWORKS], at + n * every * SECOND // count) for n in range(count)]
    Connection.objects.bulk_create(
        Connection(
            channel=name, name=f"{n}", department=service, account_id=f"{n}", hook_key=f"{n}", made_at=at,
            account_url=f"https://{name.replace(' ', '-')}.example/{n}", next_fetch_at=next_at,
            settings={"url": f"{url}/{'hangs' if name == 'hangs' else ''}"},
        )
        for n, (name, next_at) in enumerate([*due, *[("hangs", at)] * HANGING])
    )  # fmt: skip


def asked_every(seconds: int) -> Any:
    from draht.contract.channel import Act, Channel, Fetches
    from draht.contract.messages import Account, Author, IncomingMessage, Item, NotAllowed, Reading
    from draht.core.clock import now, to_datetime

    class Slow(Channel, Fetches):
        label = "Slow"
        every: ClassVar[int] = seconds

        def whoami(self) -> Account:
            return Account("us", "Us")

        def may(self, act: Act, item: Item) -> NotAllowed:
            return NotAllowed("It is only asked.")

        def fetch(self, cursor: str) -> Reading:
            id = self.http.get(self.config["url"]).json()["id"]
            told = IncomingMessage(id, Author("ada", "Ada"), "Where is my parcel?", to_datetime(now()))
            return Reading((told,), cursor=id)

    return Slow


if __name__ == "__main__":
    main(**options())
