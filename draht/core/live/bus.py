"""Waking: how this process learns that the journal has grown, whoever wrote to it.

SQLite: its own ``data_version``, asked often, for 6 µs a time. PostgreSQL: NOTIFY. A wake-up carries nothing, so a lost
one loses nothing: who is woken reads the journal.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Protocol

from django.db import connection, connections

from draht.core.sql import is_postgres

ASK_EVERY = 0.025  # seconds between two looks at SQLite's data_version


class Bus(Protocol):
    """Waits for news."""

    def wait(self, timeout: float) -> None:
        """Blocks until something may have happened, at most ``timeout`` seconds. Called from one thread only."""

    def close(self) -> None:
        """Lets go of what it holds."""


class SqliteBus:
    """Sees the commits of every other connection to the file, of this process and of others."""

    def __init__(self) -> None:
        self._seen = -1

    def wait(self, timeout: float) -> None:
        connection.ensure_connection()
        raw: sqlite3.Connection = connection.connection
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            [version] = raw.execute("PRAGMA data_version").fetchone()
            if version != self._seen:
                self._seen = version
                return
            time.sleep(ASK_EVERY)

    def close(self) -> None:
        connection.close()


class PostgresBus:
    """Listens on a connection of its own."""

    def __init__(self) -> None:
        self._connection = connections["default"].copy("listener")
        self._listening = False

    def wait(self, timeout: float) -> None:
        try:
            if not self._listening:
                self._connection.connect()
                self._connection.set_autocommit(True)
                with self._connection.cursor() as cursor:
                    cursor.execute("LISTEN journal")
                self._listening = True
            with self._connection.wrap_database_errors:  # what the driver raises here is not Django's
                for _ in self._connection.connection.notifies(timeout=timeout, stop_after=1):
                    return
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        self._listening = False
        self._connection.close()


def make_bus() -> Bus:
    return PostgresBus() if is_postgres() else SqliteBus()
