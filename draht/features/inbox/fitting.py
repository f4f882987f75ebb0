"""What a network sends, made to fit: ids that both stores can hold, addresses that a page may link to.

The text itself is cleaned where it is stored. Nearly every message fits as it is, and costs a microsecond or two.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from draht.contract.messages import Attachment, Author, Event, IncomingMessage
from draht.contract.text import clean

LONGEST_KEY = 400  # characters, as the columns
LONGEST_ADDRESS = 2000
LONGEST_TITLE = 300
LONGEST_LANGUAGE = 20


def fitting(event: Event) -> Event:
    """The event as the store can keep it."""
    if isinstance(event, IncomingMessage):
        return event if _fits(event) else _fitted(event)
    return replace(event, id=key(event.id))


def _fits(message: IncomingMessage) -> bool:
    author = message.author
    words = f"{message.id}{message.thread}{message.parent}{message.title}{author.id}{message.language}"
    return (
        words.isprintable()
        and len(words) <= LONGEST_TITLE
        and len(message.language) <= LONGEST_LANGUAGE
        and not message.attachments
        and web_address(message.url) is message.url
        and web_address(author.url) is author.url
        and web_address(author.avatar) is author.avatar
    )


def _fitted(message: IncomingMessage) -> IncomingMessage:
    author = message.author
    return replace(
        message,
        id=key(message.id),
        thread=key(message.thread),
        parent=key(message.parent),
        title=" ".join(clean(message.title).split())[:LONGEST_TITLE],
        language=clean(message.language)[:LONGEST_LANGUAGE],
        url=web_address(message.url),
        author=Author(key(author.id), author.name, author.handle, web_address(author.url), web_address(author.avatar)),
        attachments=tuple(
            Attachment(web_address(one.url), clean(one.kind), clean(one.name), clean(one.alt), key(clean(one.key)))
            for one in message.attachments
        ),
    )


def key(id: str) -> str:
    """An id without control characters; the end of a very long one is told by its hash, so that it stays unique."""
    if len(id) <= LONGEST_KEY and id.isprintable():
        return id
    cleaned = clean(id)
    if len(cleaned) <= LONGEST_KEY:
        return cleaned
    digest = sha256(id.encode("utf-8", "replace")).hexdigest()
    return f"{cleaned[: LONGEST_KEY - len(digest)]}{digest}"


def web_address(url: str) -> str:
    """The address if it is one of the web, else nothing: ``javascript:`` is an address, too."""
    if not url:
        return url
    fits = url.startswith(("https://", "http://")) and len(url) <= LONGEST_ADDRESS
    return url if fits and url.isprintable() and " " not in url else ""
