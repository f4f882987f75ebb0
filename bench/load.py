"""A load of hooks: sent at a fixed pace, whether answers come or not (open loop), over plain sockets."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import signal
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import uvloop

from bench.child import options, report

SOCKETS = 128
PATIENCE = 10.0  # seconds without any answer; then the server is gone


@dataclass
class Load:
    """``acknowledged`` are the ids of hooks that were answered with 200; ``times`` in milliseconds, from the moment at
    which a hook was due, so that a server that makes others wait is not flattered."""

    port: int
    path: str
    secret: str
    acknowledged: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    kill: int = 0  # the process that is killed when half of the hooks are acknowledged
    refused: int = 0
    sent: int = 0

    async def run(self, pace: float, seconds: float, prefix: str) -> None:
        count = int(pace * seconds)
        requests = [self._request(f"{prefix}{n}") for n in range(count)]
        begin = time.perf_counter() + 0.2
        turn = iter(range(count))

        async def one() -> None:
            line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
            for n in turn:  # shared: whoever is free takes the next one
                due = begin + n / pace
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                try:
                    line = line or await asyncio.open_connection("127.0.0.1", self.port)
                    self.sent += 1
                    line[1].write(requests[n])
                    status = await asyncio.wait_for(answer(line[0]), PATIENCE)
                except (OSError, EOFError, TimeoutError):
                    return  # the server is gone
                if status == 200:
                    self.times.append((time.perf_counter() - due) * 1000)
                    self.acknowledged.append(f"{prefix}{n}")
                    if self.kill and len(self.acknowledged) == count // 2:
                        os.kill(self.kill, signal.SIGKILL)
                else:
                    self.refused += 1
            if line:
                line[1].close()

        await asyncio.gather(*(one() for _ in range(SOCKETS)))

    def _request(self, id: str) -> bytes:
        body = event(id, thread=id)
        signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return (
            f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"X-Sandbox-Signature: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


def event(id: str, thread: str) -> bytes:
    """What the sandbox sends when somebody has written."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    author = {"id": "2", "name": "Ada Berger", "handle": "ada.berger", "company": False, "takes_answers": True}
    message = {
        "id": id, "thread": thread, "parent": None, "about": None, "author": author, "state": "public",
        "text": "Passt die Fjord unter ein 38er-Regal? Danke! Und wie lange dauert die Lieferung nach Graz?",
        "created_at": at, "changed_at": at, "edited_at": None, "path": f"p/{thread}#{id}",
    }  # fmt: skip
    return json.dumps({"seq": 1, "event": "created", "at": at, "message": message}).encode()


async def answer(reader: asyncio.StreamReader) -> int:
    """The status of one answer, read to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length"))
    await reader.readexactly(length)
    return int(head[9:12])


def main(port: int, path: str, secret: str, pace: float, seconds: float, prefix: str, kill: int = 0) -> None:
    load = Load(port, path, secret, kill=kill)
    uvloop.run(load.run(pace, seconds, prefix))
    report({"times": load.times, "acknowledged": load.acknowledged, "refused": load.refused, "sent": load.sent})


if __name__ == "__main__":
    main(**options())
