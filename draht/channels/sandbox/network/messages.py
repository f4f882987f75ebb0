"""What is written on the network, and the ordered log of what happened to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import msgspec

from draht.channels.sandbox.network.placing import check_pace, first_state, place_of
from draht.channels.sandbox.network.rows import GONE, NOTHING, SELECT, get, standing, to_message
from draht.channels.sandbox.network.rules import No, checked_text
from draht.channels.sandbox.network.store import Store
from draht.channels.sandbox.network.values import Member, Message
from draht.channels.sandbox.network.wire import as_event

_INSERT = """INSERT INTO messages (wall, author, root, parent, customer, about, text, state,
                                   client_key, once_key, created_at, changed_at)
             VALUES (:wall, :author, :root, :parent, :customer, :about, :text, :state,
                     :client_key, :once_key, :now, :now)"""
_POSTS = """WHERE m.root IN (SELECT id FROM messages WHERE wall = ? AND parent IS NULL AND customer IS NULL
                             AND id < ? ORDER BY id DESC LIMIT ?) ORDER BY m.id"""


class Messages:
    """Messages of all walls, and their events."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock

    # -- writing

    def write(
        self,
        author: Member,
        wall: Member,
        text: object,
        *,
        parent: int | None = None,
        private: bool = False,
        client_key: str = "",
        once: bool = False,
    ) -> Message:
        """A post, or an answer to ``parent``.

        Args:
            client_key: the writer's own id of this message; it can be looked up.
            once: with the same key the first copy is returned and nothing is written.
        """
        kept = checked_text(text)
        with self._store.write() as db:
            if once and client_key and (first := _first_copy(db, author, client_key)):
                if first.text == kept or first.deleted_at:
                    return first
                raise No(422, "This key was used for another message.")
            now = self._clock()
            check_pace(db, author, now)
            place = place_of(db, author, wall, parent, private, now)
            keys = {"client_key": client_key, "once_key": (client_key or None) if once else None}
            state = first_state(author, kept, private=place.customer is not None)
            said = {"wall": wall.id, "author": author.id, "text": kept, "state": state, "now": now}
            made = int(db.execute(_INSERT, asdict(place) | keys | said).lastrowid or 0)
            if place.root is None and place.customer is None:
                db.execute("UPDATE messages SET root = id WHERE id = ?", (made,))
            return _record(db, made, "created", now)

    def edit(self, author: Member, message: int, text: object) -> Message:
        """Changes the text of one's own message."""
        kept = checked_text(text)
        with self._store.write() as db:
            now = self._clock()
            found = standing(db, message)
            if found.author.id != author.id:
                raise No(403, "Only its author may change a message.")
            if found.text == kept:
                return found
            check_pace(db, author, now)
            state = "held" if first_state(author, kept, found.private) == "held" else found.state
            changed = max(now, found.changed_at + 1)
            db.execute(
                "UPDATE messages SET text = ?, state = ?, changed_at = ?, edited_at = ? WHERE id = ?",
                (kept, state, changed, changed, message),
            )
            return _record(db, message, "edited", changed)

    def delete(self, member: Member, message: int) -> None:
        """Takes away one's own message, or, as the company, any public one. Twice changes nothing."""
        with self._store.write() as db:
            found = get(db, message)
            if found.author.id != member.id and (found.private or found.wall != member.id):
                raise No(403, "Only its author may delete this message.")
            if found.deleted_at:
                return
            gone = max(self._clock(), found.changed_at + 1)
            db.execute(
                "UPDATE messages SET text = '', changed_at = ?, deleted_at = ? WHERE id = ?",
                (gone, gone, message),
            )
            # deleted means gone, from the log too
            db.execute("DELETE FROM events WHERE message = ?", (message,))
            _record(db, message, "deleted", gone)

    def moderate(self, company: Member, message: int, state: str) -> Message:
        """Lets a customer's public message on the company's wall appear, holds it, or marks it as spam."""
        if state not in {"public", "held", "spam"}:
            raise No(422, "A message can be made public, held or spam.")
        with self._store.write() as db:
            found = self.on_wall(company, message)
            if found.deleted_at:
                raise No(410, GONE)
            if found.private or found.author.id == company.id:
                raise No(403, "Only what customers write in public can be moderated.")
            if found.state == state:
                return found
            changed = max(self._clock(), found.changed_at + 1)
            db.execute("UPDATE messages SET state = ?, changed_at = ? WHERE id = ?", (state, changed, message))
            return _record(db, message, "moderated", changed)

    # -- reading

    def get(self, message: int) -> Message:
        with self._store.read() as db:
            return get(db, message)

    def on_wall(self, company: Member, message: int) -> Message:
        found = self.get(message)
        if found.wall != company.id:
            raise No(404, NOTHING)
        return found

    def by_key(self, author: Member, client_key: str) -> list[Message]:
        """What the author wrote with this key and has not deleted, the first copy first."""
        with self._store.read() as db:
            rows = db.execute(
                SELECT + "WHERE m.author = ? AND m.client_key = ? AND m.client_key <> '' AND m.deleted_at IS NULL"
                " ORDER BY m.id LIMIT 20",
                (author.id, client_key),
            ).fetchall()
        return [to_message(row) for row in rows]

    def events(self, wall: Member, after: int, limit: int) -> list[dict[str, Any]]:
        """What happened on a wall after event number ``after``, in order."""
        with self._store.read() as db:
            rows = db.execute(
                "SELECT seq, body FROM events WHERE wall = ? AND seq > ? ORDER BY seq LIMIT ?",
                (wall.id, after, limit),
            ).fetchall()
        return [{"seq": row["seq"]} | msgspec.json.decode(row["body"], type=dict) for row in rows]

    def last_seq(self, wall: Member) -> int:
        with self._store.read() as db:
            return int(db.execute("SELECT max(seq) FROM events WHERE wall = ?", (wall.id,)).fetchone()[0] or 0)

    def posts(self, wall: Member, before: int, limit: int) -> list[Message]:
        """The newest ``limit`` posts of a wall before id ``before``, and all under them; oldest first."""
        with self._store.read() as db:
            rows = db.execute(
                SELECT + _POSTS,
                (wall.id, before, limit),
            ).fetchall()
        return [to_message(row) for row in rows]

    def unread(self, wall: Member, customer: Member) -> int:
        """Private messages of the company that the customer has not seen."""
        with self._store.read() as db:
            row = db.execute(
                "SELECT count(*) FROM messages WHERE wall = ? AND customer = ? AND author = ?"
                " AND created_at > ? AND deleted_at IS NULL",
                (wall.id, customer.id, wall.id, customer.seen_at),
            ).fetchone()
        return int(row[0])

    def thread(self, root: int) -> list[Message]:
        with self._store.read() as db:
            rows = db.execute(SELECT + "WHERE m.root = ? ORDER BY m.id", (root,)).fetchall()
        return [to_message(row) for row in rows]

    def conversation(self, wall: Member, customer: Member) -> list[Message]:
        """The private messages between a company and a customer, oldest first."""
        with self._store.read() as db:
            rows = db.execute(
                SELECT + "WHERE m.wall = ? AND m.customer = ? AND m.deleted_at IS NULL ORDER BY m.id",
                (wall.id, customer.id),
            ).fetchall()
        return [to_message(row) for row in rows]


def _first_copy(db: sqlite3.Connection, author: Member, key: str) -> Message | None:
    row = db.execute(SELECT + "WHERE m.author = ? AND m.once_key = ?", (author.id, key)).fetchone()
    return None if row is None else to_message(row)


def _record(db: sqlite3.Connection, message: int, what: str, now: int) -> Message:
    """Writes down in the log what happened, with the message as it is now."""
    found = get(db, message)
    body = msgspec.json.encode(as_event(found, what, now)).decode()
    db.execute("INSERT INTO events (wall, message, body) VALUES (?, ?, ?)", (found.wall, message, body))
    return found
