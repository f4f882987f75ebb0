"""What a small AT Protocol network knows: accounts, their records, and what follows from them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

POST, GATE = "app.bsky.feed.post", "app.bsky.feed.threadgate"
LIKE, BLOCK = "app.bsky.feed.like", "app.bsky.graph.block"
DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
BEGIN = datetime.fromtimestamp(0, UTC)
ANCESTORS = 5  # authors so far above a reply are told of it


@dataclass
class Account:
    did: str
    handle: str
    name: str = ""
    allows: str = ""  # who may write direct messages: all, following, none; empty = never said


@dataclass
class Kept:
    """A record in one of its versions."""

    uri: str
    cid: str
    value: dict[str, Any]
    at: datetime

    @property
    def owner(self) -> str:
        return self.uri.split("/")[2]

    @property
    def listed(self) -> datetime:
        """The date that the network sorts by: the author's own, if that is earlier."""
        return min(self.at, datetime.fromisoformat(self.value["createdAt"]))


@dataclass
class Told:
    """A notification."""

    kept: Kept
    reason: str
    subject: str


@dataclass
class Network:
    accounts: dict[str, Account] = field(default_factory=dict)
    records: dict[str, Kept] = field(default_factory=dict)
    blobs: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    log: list[tuple[str, str, str]] = field(default_factory=list)  # every write: what, whose, which record
    offset: timedelta = field(default_factory=timedelta)
    _last: datetime = field(default=BEGIN)

    # -- time ---------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """Each call a millisecond later at least: two things never have one date."""
        at = (datetime.now(UTC) + self.offset).replace(microsecond=datetime.now(UTC).microsecond // 1000 * 1000)
        self._last = max(at, self._last + timedelta(milliseconds=1))
        return self._last

    def tid(self) -> str:
        value = int(self.now().timestamp() * 1_000_000) << 10
        return "".join(DIGITS[(value >> shift) & 31] for shift in range(60, -1, -5))

    # -- people and what they write -----------------------------------------------------------------------

    def join(self, handle: str, name: str = "", allows: str = "") -> Account:
        did = f"did:plc:{base64.b32encode(sha256(handle.encode()).digest()).decode().lower()[:24]}"
        self.accounts[did] = Account(did, handle, name, allows)
        return self.accounts[did]

    def by_handle(self, told: str) -> Account | None:
        return self.accounts.get(told) or next((a for a in self.accounts.values() if a.handle == told), None)

    def write(self, owner: str, collection: str, value: dict[str, Any], rkey: str = "") -> Kept:
        uri = f"at://{owner}/{collection}/{rkey or self.tid()}"
        at = self.records[uri].at if uri in self.records else self.now()  # a replaced record keeps its date
        self.records[uri] = Kept(uri, cid_of(value), value, at)
        self.log.append(("write", owner, uri))
        return self.records[uri]

    def delete(self, uri: str) -> bool:
        self.log.append(("delete", uri.split("/")[2], uri))
        return self.records.pop(uri, None) is not None

    def say(
        self, author: Account, text: str, to: Kept | None = None, mentions: Account | None = None, **more: Any
    ) -> Kept:
        """A post by somebody, with a real mention before its text."""
        value: dict[str, Any] = {"$type": POST, "text": text, "createdAt": iso(self.now())}
        if mentions:
            value["text"] = f"@{mentions.handle} {text}"
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": mentions.did}
            value["facets"] = [{"index": {"byteStart": 0, "byteEnd": len(mentions.handle) + 1}, "features": [feature]}]
        if to:
            value["reply"] = {"root": ref(self.root(to)), "parent": ref(to)}
        return self.write(author.did, POST, value | more)

    # -- what follows -------------------------------------------------------------------------------------

    def root(self, kept: Kept) -> Kept:
        """The beginning of its thread; itself, if that is gone."""
        reply = kept.value.get("reply")
        return self.records.get(reply["root"]["uri"], kept) if reply else kept

    def of(self, owner: str, collection: str = POST) -> list[Kept]:
        """Somebody's records, the newest first."""
        found = [kept for kept in self.records.values() if kept.uri.startswith(f"at://{owner}/{collection}/")]
        return sorted(found, key=lambda kept: kept.listed, reverse=True)

    def between(self, one: str, other: str) -> bool:
        """Whether one of them has blocked the other."""
        blocks = [kept for kept in self.records.values() if f"/{BLOCK}/" in kept.uri]
        return any({kept.owner, kept.value["subject"]} == {one, other} for kept in blocks)

    def gate(self, kept: Kept) -> Kept | None:
        """The rules of the thread that a post began."""
        return self.records.get(kept.uri.replace(f"/{POST}/", f"/{GATE}/"))

    def is_hidden(self, kept: Kept) -> bool:
        gate = self.gate(self.root(kept))
        return gate is not None and kept.uri in gate.value.get("hiddenReplies", [])

    def notifications(self, did: str) -> list[Told]:
        """What somebody is told of, the newest first."""
        posts = [kept for kept in self.records.values() if f"/{POST}/" in kept.uri and kept.owner != did]
        seen = [kept for kept in posts if not self.between(did, kept.owner) and not self.is_hidden(kept)]
        told = [Told(kept, *why) for kept in seen for why in self._why(kept, did)]
        return sorted(told, key=lambda each: (each.kept.listed, each.reason), reverse=True)

    def _why(self, kept: Kept, did: str) -> Iterator[tuple[str, str]]:
        features = [f for facet in kept.value.get("facets", []) for f in facet["features"]]
        if any(feature.get("did") == did for feature in features):
            yield "mention", ""
        quoted = kept.value.get("embed", {}).get("record", {}).get("uri", "")
        if quoted.startswith(f"at://{did}/"):
            yield "quote", quoted
        above = [uri for uri in self._above(kept) if uri.startswith(f"at://{did}/")]
        if above:
            yield "reply", above[0]

    def _above(self, kept: Kept) -> Iterator[str]:
        found: Kept | None = kept
        for _ in range(ANCESTORS):
            reply = found.value.get("reply") if found else None
            if not reply:
                return
            yield reply["parent"]["uri"]
            found = self.records.get(reply["parent"]["uri"])


def ref(kept: Kept) -> dict[str, str]:
    return {"uri": kept.uri, "cid": kept.cid}


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def cid_of(value: Any, codec: int = 0x71) -> str:
    """A content id of the right form; of JSON, not of CBOR, as the network's own."""
    raw = value if isinstance(value, bytes) else json.dumps(value, sort_keys=True).encode()
    whole = bytes([1, codec, 0x12, 0x20]) + sha256(raw).digest()
    return "b" + base64.b32encode(whole).decode().lower().rstrip("=")
