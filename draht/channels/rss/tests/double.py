"""A site with a feed: it keeps entries, knows validators, moves, disappears."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any
from xml.sax.saxutils import escape

BEGINNING = datetime(2026, 11, 20, 8, tzinfo=UTC)


@dataclass
class Entry:
    """One entry as its publisher keeps it."""

    id: str
    text: str
    at: datetime
    updated: datetime
    answers: str = ""


@dataclass
class Site:
    """One feed in three formats under ``/feed.atom``, ``/feed.rss`` and ``/feed.json``.

    ``moved`` maps paths to (status, target); ``gone`` paths are 410; ``headers`` go with every feed.
    """

    entries: list[Entry] = field(default_factory=list)
    moved: dict[str, tuple[int, str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    headers: dict[str, str] = field(default_factory=dict)
    validators: bool = True
    body: bytes | None = None
    ttl: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)

    def write(self, text: str, answers: str = "") -> Entry:
        at = BEGINNING + timedelta(minutes=len(self.entries))
        entry = Entry(f"tag:site.example,2026:{len(self.entries)}", text, at, at, answers)
        self.entries.append(entry)
        return entry

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append(environ)
        status, headers, body = self._answer(environ)
        self.answered.append(status)
        start(f"{status} ", [*headers.items()])
        return [body]

    def _answer(self, environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        path = environ["PATH_INFO"]
        if path in self.gone:
            return 410, {}, b"gone"
        if path in self.moved:
            status, target = self.moved[path]
            return status, {"Location": target}, b""
        kinds = {
            "/feed.atom": (self.as_atom, "application/atom+xml"),
            "/feed.rss": (self.as_rss, "application/rss+xml"),
            "/feed.json": (self.as_json, "application/feed+json"),
        }
        if path not in kinds:
            return 404, {}, b"not here"
        write, kind = kinds[path]
        body = write().encode() if self.body is None else self.body
        etag = f'"{sha256(body).hexdigest()[:12]}"'
        headers = {"Content-Type": kind, "Date": format_datetime(BEGINNING, usegmt=True)} | self.headers
        if self.validators:
            headers["ETag"] = etag
            if environ.get("HTTP_IF_NONE_MATCH") == etag:
                return 304, headers, b""
        return 200, headers, body

    def as_atom(self) -> str:
        entries = "".join(
            f"<entry><id>{e.id}</id><title>Entry</title><published>{e.at.isoformat()}</published>"
            f"<updated>{e.updated.isoformat()}</updated><author><name>Ada</name></author>"
            + (f'<thr:in-reply-to ref="{e.answers}"/>' if e.answers else "")
            + f'<content type="text">{escape(e.text)}</content></entry>'
            for e in reversed(self.entries)
        )
        return (
            '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">'
            f"<title>A feed</title>{entries}</feed>"
        )

    def as_rss(self) -> str:
        ttl = f"<ttl>{self.ttl}</ttl>" if self.ttl else ""
        items = "".join(
            f'<item><guid isPermaLink="false">{e.id}</guid><pubDate>{format_datetime(e.at)}</pubDate>'
            f"<description>{escape(escape(e.text))}</description></item>"
            for e in reversed(self.entries)
        )
        return f'<rss version="2.0"><channel><title>A feed</title>{ttl}{items}</channel></rss>'

    def as_json(self) -> str:
        items = [
            {"id": e.id, "content_text": e.text, "date_published": e.at.isoformat()}
            for e in itertools.islice(reversed(self.entries), 1000)
        ]
        return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "A feed", "items": items})
