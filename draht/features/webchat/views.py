"""``/webchat/<key>/…``: the widget, and what it asks. Plain coroutines beside Django: a thousand visitors cost little.

What a visitor says is kept durably before the 200, then travels the road of every other hook.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from django.db import Error as StoreError

from draht.connections.door import Door
from draht.contract.text import graphemes
from draht.contract.visits import Deed, Said, Visitor, Welcomes
from draht.core.live.hub import Hub
from draht.features.inbox.correspondence import Customer, conversation_of, is_here
from draht.features.webchat import tokens
from draht.features.webchat.asking import Asked, Receive, Refusal, Scope, Send, allow, answer, read, say
from draht.features.webchat.limits import Limit
from draht.features.webchat.stream import stream
from draht.features.webchat.widget import ETAG, PACKED, WIDGET

log = logging.getLogger("draht.webchat")
MOST_STREAMS = 2000  # of one process
STREAMS_EACH = {"visitor": 10, "address": 200}


class User(msgspec.Struct):
    """Who the website says is there."""

    id: str
    name: str = ""
    hash: str = ""


class Hello(msgspec.Struct):
    token: str = ""
    user: User | None = None


class Post(msgspec.Struct):
    id: UUID
    deed: Deed = Deed.WRITE
    text: str = ""
    page: str = ""


class Chat:
    """Answers widgets. One for each process."""

    def __init__(self, door: Door, hub: Hub) -> None:
        self._door = door
        self._hub = hub
        self._streams: Counter[str] = Counter()
        self._hellos = Limit(per_minute=120)  # of one address
        self._deeds = Limit(per_minute=20)  # of one visitor
        self._all_deeds = Limit(per_minute=120)  # of one address

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked.of(scope)
        try:
            await self._answer(asked, receive, send)
        except Refusal as no:
            await say(send, asked, {"error": no.code, "words": no.words}, no.status, no.after)
        except StoreError as error:
            log.error("A web chat could not be served: %s", error)
            await say(send, asked, {"error": "try_later", "words": "Please try again in a moment."}, 503, 5)

    async def _answer(self, asked: Asked, receive: Receive, send: Send) -> None:
        if asked.method == "OPTIONS":
            return await allow(send, asked)
        opened = await self._door.open(asked.key)
        chat = opened.channel
        if not isinstance(chat, Welcomes):
            raise Refusal(404, "closed", "There is no chat at this address.")
        if (asked.method, asked.what) == ("GET", "widget.js"):
            return await _widget(asked, send)
        if not asked.comes_from(chat.site().origins):
            words = f"{asked.origin} is not among the websites that may carry this chat; see its settings in Draht."
            raise Refusal(403, "foreign", words)
        match asked.method, asked.what:
            case "POST", "hello":
                return await self._hello(asked, chat, opened.connection_id, receive, send)
            case "POST", "send":
                return await self._take(asked, chat, opened.connection_id, receive, send)
            case "GET", "stream":
                return await self._stream(asked, opened.connection_id, receive, send)
        raise Refusal(404, "closed", "There is nothing at this address.")

    async def _hello(self, asked: Asked, chat: Welcomes, connection_id: int, receive: Receive, send: Send) -> None:
        """Who is there? The same visitor as before, a user of the website, or somebody new."""
        _slow_down(self._hellos.wait(asked.address))
        hello = await read(receive, Hello)
        visitor = _user(chat, hello.user) if hello.user else tokens.read(connection_id, hello.token)
        visitor = visitor or tokens.anonymous()
        began = await asyncio.to_thread(conversation_of, Customer(connection_id, visitor.id)) is not None
        site = chat.site()
        await say(send, asked, {
            "token": tokens.issue(connection_id, visitor), "title": site.title, "greeting": site.greeting,
            "longest": site.longest, "began": began,
        })  # fmt: skip

    async def _take(self, asked: Asked, chat: Welcomes, connection_id: int, receive: Receive, send: Send) -> None:
        """Keeps what a visitor does. The same message may come again: it stays one, and the first stands."""
        visitor = _visitor(asked, connection_id)
        post = await read(receive, Post)
        said = Said(
            deed=post.deed,
            visitor=visitor,
            id=f"{visitor.id}/{post.id}",
            at=datetime.now(UTC),
            text=_text(post, chat.site().longest),
            page=_page(asked, post.page),
        )
        _slow_down(self._deeds.wait(f"{connection_id} {visitor.id}") or self._all_deeds.wait(asked.address))
        if said.deed is not Deed.WRITE or not await asyncio.to_thread(is_here, connection_id, said.id):
            await self._door.keep(connection_id, chat.write_hook(said))
        await say(send, asked, {"id": str(post.id)})

    async def _stream(self, asked: Asked, connection_id: int, receive: Receive, send: Send) -> None:
        visitor = _visitor(asked, connection_id)
        seats = {"visitor": f"{connection_id} {visitor.id}", "address": asked.address}
        full = any(self._streams[seats[kind]] >= most for kind, most in STREAMS_EACH.items())
        if full or self._streams["all"] >= MOST_STREAMS:
            raise Refusal(503, "try_later", "Too many chats are open at once.", after=10)
        taken = [*seats.values(), "all"]
        self._streams.update(taken)
        try:
            last = asked.headers.get("last-event-id", "")
            await stream(self._hub, Customer(connection_id, visitor.id), last, asked.cors(), receive, send)
        finally:
            self._streams.subtract(taken)
            for seat in taken:
                if not self._streams[seat]:
                    del self._streams[seat]


def _user(chat: Welcomes, user: User) -> Visitor:
    if not chat.vouches(user.id, user.hash):
        words = f"data-user-hash does not prove that this is the user “{user.id}”; the visitor chats as an unknown."
        raise Refusal(403, "identity", words)
    try:
        return tokens.user(user.id, user.name)
    except ValueError as error:
        raise Refusal(403, "identity", str(error)) from error


def _visitor(asked: Asked, connection_id: int) -> Visitor:
    visitor = tokens.read(connection_id, asked.token)
    if visitor is None:
        raise Refusal(401, "unknown", "This token is not ours. Say hello first.")
    return visitor


def _page(asked: Asked, page: str) -> str:
    """Where the visitor was when they wrote: of the website itself, and without what may be secret behind the path."""
    path = page.partition("?")[0].partition("#")[0]
    return path[:2000] if asked.origin and page.startswith(f"{asked.origin}/") else ""


def _text(post: Post, longest: int) -> str:
    if post.deed is Deed.DELETE:
        return ""
    if not post.text.strip():
        raise Refusal(422, "empty", "The message is empty.")
    if graphemes(post.text) > longest:
        raise Refusal(422, "too_long", f"A message may have {longest} characters.")
    return post.text


def _slow_down(seconds: float) -> None:
    if seconds:
        raise Refusal(429, "slow_down", "That was too much at once. Please wait a moment.", after=seconds)


async def _widget(asked: Asked, send: Send) -> None:
    """The same file for every chat; a browser asks for it again after some minutes, and mostly hears that it stands."""
    headers = [
        (b"content-type", b"text/javascript; charset=utf-8"),
        (b"cache-control", b"public, max-age=300"),
        (b"etag", ETAG),
        (b"access-control-allow-origin", b"*"),
        (b"cross-origin-resource-policy", b"cross-origin"),
        (b"vary", b"accept-encoding"),
    ]
    if asked.headers.get("if-none-match", "").removeprefix("W/") == ETAG.decode():
        return await answer(send, 304, headers, b"")
    if "gzip" in asked.headers.get("accept-encoding", ""):
        return await answer(send, 200, [*headers, (b"content-encoding", b"gzip")], PACKED)
    return await answer(send, 200, headers, WIDGET)
