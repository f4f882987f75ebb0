"""A thousand open screens as a process: each holds ``/live`` open, some fetch the list as soon as it has changed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from typing import Any

import uvloop

from bench.child import options, progress, report
from bench.load import answer, event

AT_ONCE = 50  # screens that open at the same time
SETTLE = 3.0  # seconds before and after


async def watch(
    port: int, cookies: list[str], paths: list[str], secret: str, screens: int, hooks: int, pace: float, pid: int
) -> dict[str, Any]:
    """Opens the screens, sends hooks, and notes how long after its hook each screen heard of it."""
    before = memory(pid)
    opened = [Screen(port, cookies[n % len(cookies)], n % len(cookies) * len(paths) // len(cookies))
              for n in range(screens)]  # fmt: skip
    for begin in range(0, screens, AT_ONCE):
        await asyncio.gather(*(screen.open() for screen in opened[begin : begin + AT_ONCE]))
    await asyncio.sleep(SETTLE)
    after = memory(pid)
    progress(f"{screens} screens are open")
    readers = [asyncio.ensure_future(screen.listen()) for screen in opened]
    fetchers = opened[:: max(1, screens // 20)]
    for screen in fetchers:
        screen.fetches = True
    line = await asyncio.open_connection("127.0.0.1", port)
    sent = []
    begin_at = time.perf_counter()
    for n in range(hooks):
        await asyncio.sleep(max(0.0, begin_at + n / pace - time.perf_counter()))
        department = n % len(paths)
        body = event(f"{n}", thread=f"{n}")
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        moment = time.perf_counter()
        line[1].write(
            f"POST {paths[department]} HTTP/1.1\r\nHost: localhost\r\nX-Sandbox-Signature: {signature}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        if await answer(line[0]) != 200:
            raise RuntimeError("A hook was refused.")
        sent.append((moment, department))
    await asyncio.sleep(SETTLE)
    for reader in readers:
        reader.cancel()
    return told(opened, sent, after - before, screens)


def told(opened: list[Screen], sent: list[tuple[float, int]], grown: int, screens: int) -> dict[str, Any]:
    """The n-th new conversation that a screen hears of is the n-th hook to its department."""
    heard, missing, fetched = [], 0, []
    for screen in opened:
        moments = [moment for moment, department in sent if department == screen.department]
        heard += [(at - moment) * 1000 for moment, at in zip(moments, screen.heard.values(), strict=False)]
        missing += len(moments) - len(screen.heard)
        fetched += screen.fetched
    return {"heard": heard, "missing": missing, "fetched": fetched, "bytes_each": grown / screens}


class Screen:
    def __init__(self, port: int, cookie: str, department: int) -> None:
        self._port, self._cookie, self.department = port, cookie, department
        self.heard: dict[str, float] = {}  # conversation → when
        self.fetches = False
        self.fetched: list[float] = []  # milliseconds of the list's own request

    async def open(self) -> None:
        self._reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**16)
        writer.write(f"GET /live HTTP/1.1\r\nHost: localhost\r\nCookie: {self._cookie}\r\n\r\n".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.splitlines()[0]:
            raise RuntimeError(head.decode())
        self._writer = writer

    async def listen(self) -> None:
        while True:
            line = await self._reader.readline()
            if line.startswith(b"event: conversation-"):
                self.heard.setdefault(line[20:].strip().decode(), time.perf_counter())
                if self.fetches:
                    await self._fetch()

    async def _fetch(self) -> None:
        """What the browser then asks for."""
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(
            f"GET /inbox/open/ HTTP/1.1\r\nHost: localhost\r\nCookie: {self._cookie}\r\nHX-Request: true\r\n"
            "HX-Target: list\r\n\r\n".encode()
        )
        if await answer(reader) == 200:
            self.fetched.append((time.perf_counter() - began) * 1000)
        writer.close()


def memory(pid: int) -> int:
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


if __name__ == "__main__":
    report(uvloop.run(watch(**options())))
