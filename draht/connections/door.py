"""``/hook/<key>``: a hook is verified over its raw bytes, kept durably, and answered at once. It is read later.

A plain coroutine beside Django: this is the one address that may get a thousand requests a second.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from cryptography.fernet import InvalidToken
from django.conf import settings

from draht.connections.actions import account_of, channel_for
from draht.connections.hooks import request_of
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.connections.secrets import decrypt
from draht.contract.channel import Channel, Hears
from draht.contract.errors import Forged
from draht.contract.http import Http
from draht.contract.messages import Hook, HookAnswer
from draht.core.clock import now
from draht.core.worker.intake import GroupCommit, Kept

log = logging.getLogger("draht.hooks")
KEY = re.compile(r"[\w-]{1,64}", re.ASCII)
REMEMBERED = 5.0  # seconds for which a key's channel is kept open
MOST_REMEMBERED = 10_000
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(slots=True)
class Opened:
    """A channel that hooks of one key are checked with."""

    until: float
    connection_id: int = 0
    name: str = ""  # of the channel in the registry
    channel: Channel | None = None


class Door:
    """Answers hooks. One for each process."""

    def __init__(self) -> None:
        self._commits = GroupCommit()
        self._opened: dict[str, Opened] = {}
        self._accounts: dict[tuple[str, str], tuple[float, list[Opened]]] = {}

    async def answer(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        try:
            await self._answer(scope, receive, send)
        except Exception:  # our store or our key is out of order, or the channel: the network sends it again
            log.exception("A hook could not be answered.")
            await _say(send, 503, "It could not be taken just now. Please send it again.", retry=True)

    async def _answer(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        body = await read_body(receive, settings.HOOK_MAX_BYTES)
        if body is None:
            return await _say(send, 413, f"A hook may have {settings.HOOK_MAX_BYTES} bytes.")
        key = scope["path"].removeprefix("/hook/").strip("/")
        opened = await self.open(key, anew=scope["method"] == "GET")  # a handshake comes as soon as a secret is new
        if opened.channel is None or not isinstance(opened.channel, Hears):
            return await _say(send, 404, "No account of ours has this address.")
        hook = Hook(
            method=scope["method"],
            headers={k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]},
            query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            body=body,
        )
        return await self._take(opened, opened.channel, hook, send)

    async def _take(self, opened: Opened, channel: Hears, hook: Hook, send: Send) -> None:
        try:
            told = channel.handshake(hook)
            if told is not None:
                return await _reply(send, told)
            channel.verify(hook)
        except Forged as error:
            return await _say(send, 401, f"The signature does not fit: {error}")
        await asyncio.gather(*[self.keep(listener, hook) for listener in await self._listeners(opened, hook)])
        return await _say(send, 200, "Kept.")

    async def _listeners(self, opened: Opened, hook: Hook) -> list[int]:
        """The connections that a verified hook is kept for: this one, or those of the accounts that it tells of, if
        they accept its signature too. It is checked now: later the network's signature may be too old."""
        told = _told_accounts(opened.channel, hook)
        if not told:
            return [opened.connection_id]
        there = [one for account in told for one in await self._of_account(opened.name, account)]
        mine = opened.connection_id
        return [one.connection_id for one in there if one.connection_id == mine or _accepts(one.channel, hook)]

    async def _of_account(self, name: str, account: str) -> list[Opened]:
        found = self._accounts.get((name, account))
        if found is None or found[0] < time.monotonic():
            until = time.monotonic() + REMEMBERED
            found = until, await asyncio.to_thread(_look_up_account, name, account)
            if len(self._accounts) > MOST_REMEMBERED:
                self._accounts.clear()
            self._accounts[name, account] = found
        return found[1]

    async def keep(self, connection_id: int, hook: Hook) -> None:
        """Keeps a verified hook: it is safe on disk afterwards. Raises ``DatabaseError`` when it cannot be kept."""
        await asyncio.wrap_future(self._commits.keep(Kept(connection_id, now(), request_of(hook), hook.body)))

    def close(self) -> None:
        self._commits.stop()

    async def open(self, key: str, *, anew: bool = False) -> Opened:
        """The channel behind a key. Changes of a connection are seen after ``REMEMBERED`` seconds, or at once."""
        found = None if anew else self._opened.get(key)
        if found is None or found.until < time.monotonic():
            found = await asyncio.to_thread(_look_up, key)
            if len(self._opened) > MOST_REMEMBERED:  # somebody tries keys
                self._opened.clear()
            self._opened[key] = found
        return found


def _look_up(key: str) -> Opened:
    until = time.monotonic() + REMEMBERED
    if not KEY.fullmatch(key):
        return Opened(until)
    connection = Connection.objects.filter(hook_key=key, removed_at=None).first()
    if connection is None or connection.channel not in channels():
        return Opened(until)
    return _open(connection, until)


def _look_up_account(name: str, account: str) -> list[Opened]:
    """The connections of one account; one whose login cannot be decrypted any more cannot check a signature."""
    found = []
    for connection in Connection.objects.filter(channel=name, account_id=account, removed_at=None):
        try:
            found.append(_open(connection, 0.0))
        except InvalidToken:
            log.warning("The login of connection %s cannot be decrypted.", connection.pk)
    return found


def _open(connection: Connection, until: float) -> Opened:
    config = connection.settings | decrypt(connection.secrets)
    channel = channel_for(connection.channel, config, Http(), account_of(connection))
    return Opened(until, connection.pk, connection.channel, channel)


def _told_accounts(channel: Channel | None, hook: Hook) -> list[str]:
    """Each account once. A hook that a channel stumbles over is kept for whose address it came to, and read later."""
    assert isinstance(channel, Hears)
    try:
        return list(dict.fromkeys(channel.told_accounts(hook)))
    except Exception:
        log.exception("A channel cannot tell whom a hook is about.")
        return []


def _accepts(channel: Channel | None, hook: Hook) -> bool:
    assert isinstance(channel, Hears)
    try:
        channel.verify(hook)
    except Forged:
        return False
    return True


async def read_body(receive: Receive, most: int) -> bytes | None:
    """The body of a request; ``None`` if it has more than ``most`` bytes."""
    chunks, size, more = [], 0, True
    while more:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= most:
            chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks) if size <= most else None


async def _say(send: Send, status: int, words: str, *, retry: bool = False) -> None:
    await _reply(send, HookAnswer(status, (words + "\n").encode()), retry=retry)


async def _reply(send: Send, answer: HookAnswer, *, retry: bool = False) -> None:
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        *([(b"retry-after", b"5")] if retry else []),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
