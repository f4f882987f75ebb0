"""Starting and stopping: the web server on the event loop, the worker's duties on threads beside it."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from typing import TYPE_CHECKING, cast

import uvicorn
from django.conf import settings

from draht.core.worker.loop import Worker
from draht.flows.duties import DUTIES
from draht.project.upkeep import console

if TYPE_CHECKING:
    from draht.project.asgi import Application

MOST_AT_ONCE = 4000  # connections; open screens are among them


def serve(host: str | None, port: int | None, *, with_worker: bool, with_demo: bool) -> int:
    """Runs the web part until it is interrupted, with the worker beside it if asked."""
    from draht.project.asgi import application

    host, port = host or settings.HOST, port or settings.PORT
    if not _is_free(host, port):
        console.print(f"Port {port} is taken. Choose another one: DRAHT_PORT={port + 1} make run", soft_wrap=True)
        return 1
    config = uvicorn.Config(
        application, host=host, port=port, log_config=None, access_log=False, limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=3, proxy_headers=False, server_header=False,
    )  # fmt: skip
    server = _Server(config, port, with_demo=with_demo)
    worker = Worker(DUTIES) if with_worker else None
    if worker:
        worker.start()
    try:
        asyncio.run(server.serve())
    except KeyboardInterrupt:
        console.print("Draht stops.")
    if worker:
        worker.stop()
    return 0 if server.started else 1


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def work() -> int:
    """Runs the worker until it is interrupted."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    worker = Worker(DUTIES)
    worker.start()
    console.print("The worker is running.")
    stopped.wait()
    worker.stop()
    return 0


class Server(uvicorn.Server):
    """Ends the live streams when it ends; it would wait for them in vain."""

    async def shutdown(self, sockets: object = None) -> None:
        cast("Application", self.config.app).hang_up()
        await super().shutdown(sockets)  # type: ignore[arg-type]


class _Server(Server):
    """Says where it can be reached as soon as it can be."""

    def __init__(self, config: uvicorn.Config, port: int, *, with_demo: bool) -> None:
        super().__init__(config)
        self._port = port
        self._with_demo = with_demo

    async def startup(self, sockets: object = None) -> None:
        await super().startup(sockets)  # type: ignore[arg-type]
        if not self.started:
            return
        if self._with_demo:
            threading.Thread(target=self._demo, daemon=True).start()
        else:
            console.print(f"Draht is running: [bold]{settings.BASE_URL}[/]")

    def _demo(self) -> None:
        from draht.project import demo

        demo.set_up(f"http://127.0.0.1:{self._port}")
        console.print(
            f"\n  Draht is running:   [bold]{settings.BASE_URL}[/]\n"
            f"  Log in as           [bold]{demo.AGENT}[/]   password [bold]{demo.PASSWORD}[/]\n"
            f"  or as the admin     [bold]{demo.ADMIN}[/]   same password\n"
            f"  Write as customer   [bold]{settings.BASE_URL}/sandbox/[/]\n"
            f"  or in the chat of   [bold]{settings.BASE_URL}/demo/[/]\n"
            "  Stop with Ctrl-C; the data stay.\n",
            soft_wrap=True,
        )
