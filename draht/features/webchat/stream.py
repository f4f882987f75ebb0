"""The stream of one visitor: their messages and ours, as server-sent events. What is missed is told on coming back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ParamSpec, TypeVar

import msgspec
from django.db import Error as StoreError
from django.db import close_old_connections

from draht.core.journal.queries import Position, Row, end, read_after
from draht.core.live.hub import Follower, Hub
from draht.core.live.stream import Receive, Send, disconnected, start
from draht.features.inbox.correspondence import Customer, Letter, conversation_of, letters

log = logging.getLogger("draht.webchat")
HEARTBEAT = 20.0  # seconds
LONGEST = 900.0  # seconds; then the widget comes back, and whether it may is looked at again
MOST_BEHIND = 500  # rows of the journal; who missed more gets the newest messages again
LOOK_FIRST, LOOK_LAST = 0.1, 5.0  # seconds between two looks whether a first message has been read

Gone = asyncio.Future[None]
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


async def stream(
    hub: Hub, customer: Customer, last: str, headers: Sequence[tuple[bytes, bytes]], receive: Receive, send: Send
) -> None:
    """Answers one request. ``last`` is the ``Last-Event-ID``, if the widget was here before."""
    await start(send, headers)
    gone = hub.attend(disconnected(receive))
    try:
        await hub.ready.wait()
        conversation_id = await _wait_for_conversation(customer, gone, send)
        if conversation_id is not None:
            await _follow(hub, Follower(conversation_id), customer, Position.parse(last), gone, send)
    except StoreError as error:  # the widget comes back
        log.warning("A web chat's stream broke off: %s", error)
    finally:
        gone.cancel()
    await send({"type": "http.response.body", "body": b""})


async def _wait_for_conversation(customer: Customer, gone: Gone, send: Send) -> int | None:
    """The widget comes as soon as its first message is kept: it may not have been read yet."""
    pause = LOOK_FIRST
    while not gone.done():
        found = await _ask(conversation_of, customer)
        if found is not None:
            return found
        await _write(send, b": here\n\n")
        await asyncio.wait({gone}, timeout=pause)
        pause = min(2 * pause, LOOK_LAST)
    return None


async def _follow(
    hub: Hub, follower: Follower, customer: Customer, last: Position | None, gone: Gone, send: Send
) -> None:
    hub.follow(follower)  # first, so that nothing falls between what is read now and what comes
    try:
        position = await _ask(end)
        await _write(send, told(customer, await _ask(missed, customer, follower.conversation_id, last), position))
        until = asyncio.get_running_loop().time() + LONGEST
        while not gone.done() and asyncio.get_running_loop().time() < until:
            rows = [row for row in await _news(follower, gone) if row.position > position]  # else it was told already
            ids = message_ids(rows)
            found = await _ask(letters, customer, ids) if ids else []
            position = max(position, rows[-1].position if rows else hub.position)
            await _write(send, told(customer, found, position) if found else f": here\nid: {position}\n\n".encode())
    finally:
        hub.unfollow(follower)


async def _news(follower: Follower, gone: Gone) -> list[Row]:
    """What happened; empty after a while without anything."""
    news = asyncio.ensure_future(follower.news.wait())
    either: set[asyncio.Future[Any]] = {news, gone}
    await asyncio.wait(either, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
    news.cancel()
    return follower.collect()


def missed(customer: Customer, conversation_id: int, last: Position | None) -> list[Letter]:
    """What has changed since ``last``; the newest messages for somebody who is new or was away for long. Blocking."""
    if last is None or last > end():  # the latter after a backup was brought back
        return letters(customer)
    rows = read_after(last, MOST_BEHIND)
    if len(rows) == MOST_BEHIND:
        return letters(customer)
    ids = message_ids(row for row in rows if row.conversation_id == conversation_id)
    return letters(customer, ids) if ids else []


def message_ids(rows: Iterable[Row]) -> list[int]:
    """The messages that these facts are about."""
    told = {msgspec.json.decode(row.data).get("message") for row in rows}
    return sorted(id for id in told if isinstance(id, int))


def told(customer: Customer, found: Sequence[Letter], position: Position) -> bytes:
    """Messages as events. Only the last one has an id: who loses the line before it gets them all again."""
    texts = [f"data: {_json(customer, letter)}\n\n" for letter in found]
    return "".join([*texts, f"event: here\nid: {position}\ndata: {len(found)}\n\n"]).encode()


def _json(customer: Customer, letter: Letter) -> str:
    id = letter.id.removeprefix(f"{customer.thread}/")
    value = {"id": id, "at": letter.at, "text": letter.text, "ours": letter.ours, "name": letter.author_name,
             "edited": letter.edited, "deleted": letter.deleted}  # fmt: skip
    return msgspec.json.encode(value).decode()


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _ask(query: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs) -> Answer:
    """A query on a thread: the store blocks."""

    def ask() -> Answer:
        close_old_connections()
        return query(*args, **kwargs)

    return await asyncio.to_thread(ask)
