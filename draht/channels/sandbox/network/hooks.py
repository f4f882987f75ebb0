"""Which events still have to be told to whom. The queue is the event log behind a mark: nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from draht.channels.sandbox.network.rules import No
from draht.channels.sandbox.network.store import Store
from draht.channels.sandbox.network.values import Member
from draht.contract.signatures import sign

LEASE = 30_000  # milliseconds that one sender has for one delivery
FIRST_PAUSE, LONGEST_PAUSE = 1_000, 300_000  # milliseconds


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one hook."""

    wall: int
    seq: int
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class HookState:
    url: str
    waiting: int
    attempts: int
    trouble: str


class Hooks:
    """One hook for each company. Deliveries are in order; one that fails is tried again before the next."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock

    def subscribe(self, company: Member, url: object, secret: object) -> None:
        """Tells every event from now on to ``url``."""
        if not isinstance(url, str) or urlsplit(url).scheme not in {"http", "https"} or len(url) > 2000:
            raise No(422, "A hook needs an http or https address.")
        if not isinstance(secret, str) or not 8 <= len(secret) <= 200:
            raise No(422, "A hook needs a secret of 8 to 200 characters.")
        with self._store.write() as db:
            db.execute(
                "INSERT INTO hooks (wall, url, secret, sent)"
                " VALUES (?, ?, ?, (SELECT coalesce(max(seq), 0) FROM events))"
                " ON CONFLICT (wall) DO UPDATE SET url = excluded.url, secret = excluded.secret,"
                " attempts = 0, next_at = 0, trouble = ''",
                (company.id, url, secret),
            )

    def unsubscribe(self, company: Member) -> None:
        with self._store.write() as db:
            db.execute("DELETE FROM hooks WHERE wall = ?", (company.id,))

    def state(self, company: Member) -> HookState | None:
        """How the company's hook stands; ``None`` when there is none."""
        with self._store.read() as db:
            row = db.execute(
                "SELECT h.*, (SELECT count(*) FROM events WHERE wall = h.wall AND seq > h.sent) AS waiting"
                " FROM hooks h WHERE h.wall = ?",
                (company.id,),
            ).fetchone()
        return None if row is None else HookState(row["url"], row["waiting"], row["attempts"], row["trouble"])

    def claim(self) -> Delivery | None:
        """The next due delivery, for this caller alone until the lease ends."""
        now = self._clock()
        with self._store.read() as db:  # most looks find nothing: they shall not wait for writers
            if db.execute(_DUE, (now, now + LONGEST_PAUSE)).fetchone() is None:
                return None
        with self._store.write() as db:
            row = db.execute(_DUE, (now, now + LONGEST_PAUSE)).fetchone()
            if row is None:
                return None
            db.execute("UPDATE hooks SET next_at = ? WHERE wall = ?", (now + LEASE, row["wall"]))
        body = msgspec.json.encode({"seq": row["seq"]} | msgspec.json.decode(row["body"], type=dict))
        return Delivery(
            wall=row["wall"],
            seq=row["seq"],
            url=row["url"],
            headers={
                "Content-Type": "application/json",
                "X-Sandbox-Delivery": f"{row['wall']}-{row['seq']}",
                "X-Sandbox-Signature": "sha256=" + sign(row["secret"], body),
            },
            body=body,
        )

    def taken(self, delivery: Delivery) -> None:
        with self._store.write() as db:
            db.execute(
                "UPDATE hooks SET sent = max(sent, ?), attempts = 0, next_at = 0, trouble = '' WHERE wall = ?",
                (delivery.seq, delivery.wall),
            )

    def not_taken(self, delivery: Delivery, why: str) -> None:
        """Tries again after a pause that doubles, up to five minutes."""
        with self._store.write() as db:
            row = db.execute("SELECT attempts FROM hooks WHERE wall = ?", (delivery.wall,)).fetchone()
            if row is not None:
                pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(row["attempts"], 20))
                db.execute(
                    "UPDATE hooks SET attempts = attempts + 1, next_at = ?, trouble = ? WHERE wall = ?",
                    (self._clock() + pause, why[:300], delivery.wall),
                )


# a pause that ends later than the longest one comes from a clock that was set back: it is over
_DUE = """SELECT h.wall, h.url, h.secret, e.seq, e.body FROM hooks h
          JOIN events e ON e.seq = (SELECT min(seq) FROM events WHERE wall = h.wall AND seq > h.sent)
          WHERE h.next_at <= ? OR h.next_at > ? ORDER BY e.seq LIMIT 1"""
