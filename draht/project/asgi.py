"""The one ASGI entry: hooks and live streams are coroutines, all else goes to Django's pages on a few threads."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "draht.project.settings")

from a2wsgi import WSGIMiddleware

# These need Django to be set up, which the line above has done.
from draht.connections.door import Door
from draht.core.live.hub import Hub
from draht.core.live.stream import stream
from draht.features.webchat.views import Chat
from draht.project.wsgi import application as pages

THREADS = 8  # for Django's pages; more would only wait for each other
MOST_BYTES = 12 * 1024 * 1024  # of a request to a page

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Application:
    """Made once for each process; its parts begin with the server's lifespan."""

    def __init__(self) -> None:
        self._pages: Any = WSGIMiddleware(cast(Any, pages), workers=THREADS)
        self._door: Door | None = None
        self._chat: Chat | None = None
        self.hub: Hub | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._live(receive, send)
        if scope["type"] != "http":
            return None
        path: str = scope["path"]
        if path.startswith("/hook/"):
            return await self._doorway().answer(scope, receive, send)
        if path.startswith("/webchat/"):
            self._chat = self._chat or Chat(self._doorway(), self._begun())
            return await self._chat.answer(scope, receive, send)
        if path == "/live":
            return await stream(self._begun(), scope, receive, send)
        if _told_length(scope) > MOST_BYTES:
            return await _too_large(send)
        await self._pages(scope, receive, send)
        return None

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._begun()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self.hub:
                    self.hub.stop()
                if self._door:
                    self._door.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def hang_up(self) -> None:
        """Ends the streams, which would otherwise hold up the server's end."""
        if self.hub:
            self.hub.hang_up()

    def _doorway(self) -> Door:
        self._door = self._door or Door()
        return self._door

    def _begun(self) -> Hub:
        if self.hub is None:
            self.hub = Hub(asyncio.get_running_loop())
            self.hub.start()
        return self.hub


def _told_length(scope: Scope) -> int:
    told = dict(scope["headers"]).get(b"content-length", b"0")
    return int(told) if told.isdigit() else 0


async def _too_large(send: Send) -> None:
    await send({"type": "http.response.start", "status": 413, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"That is more than this page takes.\n"})


application = Application()
