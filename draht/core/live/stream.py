"""``/live``: server-sent events as a plain coroutine, so that a thousand open screens cost little."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections

from draht.core.journal.queries import Position, end
from draht.core.live.hub import Hub, Screen, missed
from draht.core.numbers import whole
from draht.core.people.access import Viewer, viewer_of
from draht.core.people.models import User

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
GATHER = 0.05  # seconds in which changes are gathered into one write
HEARTBEAT = 20.0  # seconds; also how soon a broken line is noticed
CHECK_LOGIN_EVERY = 60.0  # seconds


async def stream(hub: Hub, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers one request to ``/live``."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    viewer = await asyncio.to_thread(viewer_by_cookie, headers.get(b"cookie", ""))
    if viewer is None:
        return await _refuse(send)
    since = Position.parse(headers.get(b"last-event-id", ""))
    shown_at = _shown_at(scope)
    await hub.ready.wait()
    screen = Screen(viewer.user_id, frozenset(viewer.department_ids), await asyncio.to_thread(end))
    hub.open(screen)
    gone = hub.attend(disconnected(receive))
    try:
        if since is not None or shown_at:
            names = await asyncio.to_thread(missed, screen.departments, since, 0 if since else shown_at)
            screen.tell(names, screen.position)
        await start(send)
        await _tell(screen, headers.get(b"cookie", ""), gone, send)
    finally:
        gone.cancel()
        hub.close(screen)
    return None


def _shown_at(scope: Scope) -> int:
    """When the page was made that opens the stream (``?from=``, milliseconds); 0 if it does not tell.

    What happens between the page and its stream is told, too.
    """
    told = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("from", "")
    return whole(told) or 0


async def _tell(screen: Screen, cookie: str, gone: asyncio.Future[None], send: Send) -> None:
    loop = asyncio.get_running_loop()
    check_at = loop.time() + CHECK_LOGIN_EVERY
    while not gone.done():
        news = asyncio.ensure_future(screen.news.wait())
        either: set[asyncio.Future[Any]] = {news, gone}
        await asyncio.wait(either, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
        news.cancel()
        if screen.doubted or loop.time() > check_at:
            screen.doubted = False
            viewer = await asyncio.to_thread(viewer_by_cookie, cookie)
            if viewer is None or frozenset(viewer.department_ids) != screen.departments:
                break  # the browser comes back, with the rights that hold now
            check_at = loop.time() + CHECK_LOGIN_EVERY
        if screen.names:
            await asyncio.sleep(GATHER)
        names, position = screen.collect()
        text = "".join(f"event: {name}\nid: {position}\ndata: {name}\n\n" for name in names) or ": here\n\n"
        await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def start(send: Send, more_headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
    """Begins a stream of server-sent events."""
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        *more_headers,
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})


async def _refuse(send: Send) -> None:
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"Please log in."})


async def disconnected(receive: Receive) -> None:
    """Comes back when the other side has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def viewer_by_cookie(header: str) -> Viewer | None:
    """The viewer behind a session cookie; ``None`` if there is none who may look. Blocking: two or three queries."""
    try:
        cookie = SimpleCookie(header).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if cookie is None:
        return None
    close_old_connections()
    store = importlib.import_module(settings.SESSION_ENGINE).SessionStore(cookie.value)
    user = User.objects.filter(pk=store.get(SESSION_KEY), is_active=True).first() if store.get(SESSION_KEY) else None
    if user is None or store.get(HASH_SESSION_KEY) != user.get_session_auth_hash():
        return None
    try:
        return viewer_of(user)
    except PermissionDenied:
        return None
