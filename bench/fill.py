"""Loads the past straight into the tables, once for each store: indexes are built afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from bench.child import options, progress, report
from bench.past import AGENTS, CONVERSATION, DEPARTMENTS, MESSAGE, PERSON, Past
from draht.project.cli import set_up

CHUNK = 20_000


def main(conversations: int, messages: int) -> None:
    began = time.monotonic()
    set_up()
    from draht.core.sql import is_postgres
    from draht.project import upkeep

    upkeep.prepare()
    make_company()
    past = Past(conversations, messages)
    into = Postgres() if is_postgres() else Sqlite()
    into.begin()
    into.insert("inbox_person", PERSON, past.person_rows())
    told = into.insert("inbox_message", MESSAGE, counted(past.message_rows()))
    into.insert("inbox_conversation", CONVERSATION, past.conversation_rows())
    progress(f"{told:,} messages; building indexes")
    into.end()
    report({"messages": told, "seconds": round(time.monotonic() - began)})


def make_company() -> None:
    from draht.connections.models import Connection
    from draht.core.clock import now
    from draht.core.people.models import Department, Role, User

    Department.objects.bulk_create(Department(id=n, name=f"Department {n}") for n in range(1, DEPARTMENTS + 1))
    Connection.objects.bulk_create(
        Connection(
            id=n, channel="sandbox", name=f"Net {n}", department_id=n, account_id="us", account_name="Nordlicht",
            hook_key=f"bench{n}", made_at=now(),
        )
        for n in range(1, DEPARTMENTS + 1)
    )  # fmt: skip
    User.objects.bulk_create(
        User(id=n, email=f"agent{n}@example.org", name=f"Agent {n}", role=Role.AGENT, password="!")
        for n in range(1, AGENTS + 1)
    )
    membership = User.departments.through
    membership.objects.bulk_create(
        membership(user_id=n, department_id=1 + (n - 1) % DEPARTMENTS) for n in range(1, AGENTS + 1)
    )


def counted(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for number, row in enumerate(rows, 1):
        if number % 250_000 == 0:
            progress(f"{number:,} messages")
        yield row


class Sqlite:
    def begin(self) -> None:
        from django.db import connection

        connection.ensure_connection()
        self._raw = connection.connection
        for pragma in ("foreign_keys=OFF", "journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000"):
            self._raw.execute(f"PRAGMA {pragma}")
        found = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN"
        tables = "('inbox_message', 'inbox_conversation')"
        self._indexes = self._raw.execute(f"{found} {tables}").fetchall()
        for name, _ in self._indexes:
            self._raw.execute(f'DROP INDEX "{name}"')

    def insert(self, table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> int:
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        count = 0
        while chunk := list(islice(rows, CHUNK)):
            self._raw.execute("BEGIN")
            self._raw.executemany(statement, chunk)
            self._raw.execute("COMMIT")
            count += len(chunk)
        return count

    def end(self) -> None:
        for _, statement in self._indexes:
            self._raw.execute(statement)
        progress("building the full text")
        self._raw.execute("INSERT INTO inbox_search (inbox_search) VALUES ('rebuild')")
        self._raw.execute("ANALYZE")
        self._raw.execute("PRAGMA journal_mode=WAL")


class Postgres:
    TABLES = ("inbox_message", "inbox_conversation")

    def begin(self) -> None:
        from django.db import connection

        connection.ensure_connection()
        self._raw = connection.connection
        self._raw.execute("SET session_replication_role = replica")  # no checks of foreign keys
        self._raw.execute("SET synchronous_commit = off")
        found = (
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), c.conname, i.indrelid::regclass::text,"
            " pg_get_constraintdef(c.oid) FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid"
            " AND c.contype = 'u' WHERE i.indrelid::regclass::text = ANY(%s) AND NOT i.indisprimary"
        )
        self._again = []
        for index, definition, constraint, table, constrained in self._raw.execute(
            found, [list(self.TABLES)]
        ).fetchall():
            if constraint:
                self._raw.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
                self._again.append(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {constrained}")
            else:
                self._raw.execute(f"DROP INDEX {index}")
                self._again.append(definition)

    def insert(self, table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> int:
        count = 0
        with self._raw.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
        return count

    def end(self) -> None:
        for statement in self._again:
            progress(f"building {statement.split()[2 if statement.startswith('CREATE INDEX') else 5]}")
            self._raw.execute(statement)
        progress("vacuum analyze")
        self._raw.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main(**options())
