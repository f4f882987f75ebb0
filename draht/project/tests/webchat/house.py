"""A whole house for a test: the real ASGI application behind uvicorn on loopback, with the worker beside it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import uvicorn
from django.db import connections

from draht.core.worker.loop import Worker
from draht.flows.duties import DUTIES
from draht.project.asgi import Application
from draht.project.server import Server

PATIENCE = 10.0  # seconds


class House:
    """Can be shut and opened again at the same address, in part or whole."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._worker: Worker | None = None

    def open(self) -> House:
        self.open_web()
        self.open_worker()
        return self

    def close(self) -> None:
        self.close_worker()
        self.close_web()

    def open_web(self) -> None:
        self._app = Application()
        config = uvicorn.Config(
            self._app, host="127.0.0.1", port=self.port, log_config=None, access_log=False, lifespan="on",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = self._server = Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(_serve(server)), name="web", daemon=True)
        self._thread.start()
        until(lambda: server.started, "the server starts")

    def close_web(self) -> None:
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(PATIENCE)
            if self._app.hub:
                self._app.hub.join()
            _leave_all(self._app._pages.executor)
            self._server = self._thread = None

    def open_worker(self) -> None:
        self._worker = Worker(DUTIES)
        self._worker.start()

    def close_worker(self) -> None:
        if self._worker:
            self._worker.stop()
            self._worker = None


async def _serve(server: uvicorn.Server) -> None:
    """Serves, and closes the store's connections of the threads that answered."""
    most = 8
    with ThreadPoolExecutor(most) as threads:
        asyncio.get_running_loop().set_default_executor(threads)
        await server.serve()
        _leave_all(threads)


def _leave_all(threads: ThreadPoolExecutor) -> None:
    all_at_once = threading.Barrier(len(threads._threads) or 1)
    for _ in threads._threads or [None]:
        threads.submit(_leave, all_at_once)
    threads.shutdown()


def _leave(all_at_once: threading.Barrier) -> None:
    all_at_once.wait(PATIENCE)  # so that each thread gets one
    connections.close_all()


def until(true: Callable[[], object], what: str) -> None:
    """Waits until something is true; fails with ``what`` when it does not become so."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.01)
