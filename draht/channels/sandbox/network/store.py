"""The network's file: one SQLite database in WAL mode, safe from several threads and processes."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE = "sandbox.sqlite3"
BUSY = 15.0  # seconds that a writer waits for another one
KEPT_OPEN = 8  # connections

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS members (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        handle TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        about TEXT NOT NULL DEFAULT '',
        company INTEGER NOT NULL,
        visitor TEXT,  -- SHA-256 of the browser's key that this customer belongs to
        chosen_at INTEGER NOT NULL,
        takes_answers INTEGER NOT NULL DEFAULT 1,
        weather TEXT NOT NULL DEFAULT '',  -- what shall happen to the company's next message
        seen_at INTEGER NOT NULL DEFAULT 0  -- up to when the customer has read the private messages
    )""",
    "CREATE INDEX IF NOT EXISTS members_visitor ON members (visitor, chosen_at) WHERE visitor IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS tokens (hash TEXT PRIMARY KEY, member INTEGER NOT NULL REFERENCES members)",
    """CREATE TABLE IF NOT EXISTS messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        wall INTEGER NOT NULL REFERENCES members,  -- the company on whose pages it stands
        author INTEGER NOT NULL REFERENCES members,
        root INTEGER REFERENCES messages,  -- the post that a public message stands under, or is
        parent INTEGER REFERENCES messages,
        customer INTEGER REFERENCES members,  -- set when it is private: whose conversation with the company
        about INTEGER UNIQUE REFERENCES messages,  -- the public message that a private one answers
        text TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('public', 'held', 'spam', 'private')),
        client_key TEXT NOT NULL DEFAULT '',
        once_key TEXT,  -- the client key, when a second message with it must not be made
        created_at INTEGER NOT NULL,
        changed_at INTEGER NOT NULL,
        edited_at INTEGER,
        deleted_at INTEGER,
        UNIQUE (author, once_key),
        CHECK ((state = 'private') = (customer IS NOT NULL))
    )""",
    "CREATE INDEX IF NOT EXISTS messages_root ON messages (root)",
    """CREATE INDEX IF NOT EXISTS messages_posts ON messages (wall, id)
       WHERE parent IS NULL AND customer IS NULL""",
    "CREATE INDEX IF NOT EXISTS messages_private ON messages (wall, customer) WHERE customer IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS messages_pace ON messages (author, created_at)",
    "CREATE INDEX IF NOT EXISTS messages_key ON messages (author, client_key) WHERE client_key <> ''",
    """CREATE TABLE IF NOT EXISTS events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        wall INTEGER NOT NULL REFERENCES members,
        message INTEGER NOT NULL REFERENCES messages,
        body TEXT NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS events_wall ON events (wall, seq)",
    "CREATE INDEX IF NOT EXISTS events_message ON events (message)",
    """CREATE TABLE IF NOT EXISTS hooks (
        wall INTEGER PRIMARY KEY REFERENCES members,
        url TEXT NOT NULL,
        secret TEXT NOT NULL,
        sent INTEGER NOT NULL,  -- all events up to this number were taken; the later ones are the queue
        attempts INTEGER NOT NULL DEFAULT 0,
        next_at INTEGER NOT NULL DEFAULT 0,
        trouble TEXT NOT NULL DEFAULT ''
    )""",
)


class Store:
    """Connections to the file, and transactions on them. Not to be carried through a fork."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._free: list[sqlite3.Connection] = []
        self._thread = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.write() as db:
            for statement in SCHEMA:
                db.execute(statement)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the file for the length of the block."""
        with self._transaction("BEGIN") as db:
            yield db

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on the disk when the block ends; inside another block it is part of that one."""
        with self._transaction("BEGIN IMMEDIATE") as db:
            yield db

    def close(self) -> None:
        while self._free:
            self._free.pop().close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        if (joined := getattr(self._thread, "db", None)) is not None:
            yield joined
            return
        db = self._borrow()
        try:
            db.execute(begin)
            self._thread.db = db
            yield db
            db.execute("COMMIT")
        finally:
            self._thread.db = None
            if db.in_transaction:  # also after a full disk, where SQLite may have rolled back itself
                db.execute("ROLLBACK")
            self._give_back(db)

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._free.pop()
        except IndexError:
            return self._connect()

    def _give_back(self, db: sqlite3.Connection) -> None:
        if len(self._free) < KEPT_OPEN:
            self._free.append(db)
        else:
            db.close()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=BUSY, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA synchronous = FULL")
        _use_wal(db)
        return db


def _use_wal(db: sqlite3.Connection) -> None:
    """Switching a new file to WAL does not wait for others who do the same, so it is tried again."""
    until = time.monotonic() + BUSY
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
