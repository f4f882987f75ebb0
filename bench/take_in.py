"""Measures the road in against the bare limit: both take the same batches in turn, on stores of the same kind."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from bench import limit
from bench.child import options, progress, report
from bench.messages import US, stream
from draht.project.cli import set_up

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "temp_store=MEMORY", "mmap_size=268435456")


def main(messages: int, batch: int) -> None:
    set_up()
    from django.db import transaction

    from draht.core.clock import now
    from draht.core.sql import is_postgres
    from draht.features.inbox.models import Conversation, Message, Person
    from draht.flows.take_in import take_in
    from draht.project import upkeep

    upkeep.prepare()
    account = make_account()
    script = limit.Script()
    bare, insert = bare_postgres() if is_postgres() else bare_sqlite()
    ours = rows = put = 0.0
    taken, turn = 0, 0
    coming = stream(messages, messages * 3 // 10, messages // 5)
    while events := list(islice(coming, batch)):

        def road(events: Any = events) -> float:
            began = time.perf_counter()
            with transaction.atomic():
                take_in(account, events, now())
            return time.perf_counter() - began

        def bare_road(events: Any = events) -> tuple[float, float]:
            began = time.perf_counter()
            made = script.rows(events)
            half = time.perf_counter()
            insert(bare, made)
            return half - began, time.perf_counter() - half

        turn += 1
        if turn % 2:  # nobody always goes first
            ours += road()
        made, stored = bare_road()
        if not turn % 2:
            ours += road()
        rows, put, taken = rows + made, put + stored, taken + len(events)
        if turn % 10 == 0:
            progress(f"{taken:,} messages")
    counts = [Message.objects.count(), Conversation.objects.count(), Person.objects.count()]
    report({"ours": ours, "limit_rows": rows, "limit_put": put, "deliveries": taken, "counts": counts})


def make_account() -> Any:
    from draht.connections.models import Connection
    from draht.core.clock import now
    from draht.core.people.models import Department

    department = Department.objects.create(name="Service")
    return Connection.objects.create(
        channel="sandbox", name="Net", department=department, account_id=US.id, account_name=US.name, hook_key="bench",
        made_at=now(),
    )  # fmt: skip


def bare_sqlite() -> tuple[Any, Callable[..., None]]:
    """A file beside ours with the same table, the same indexes, the same full text, the same durability."""
    from django.conf import settings
    from django.db import connection

    ours = Path(settings.DATABASES["default"]["NAME"])
    bare = sqlite3.connect(ours.with_name("bare.sqlite3"), isolation_level=None)
    for pragma in PRAGMAS:
        bare.execute(f"PRAGMA {pragma}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'inbox_message' AND sql IS NOT NULL")
        tables = cursor.fetchall()
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'inbox_search'")
        tables += cursor.fetchall()
    for (statement,) in tables:
        bare.execute(statement)
    return bare, limit.into_sqlite


def bare_postgres() -> tuple[Any, Callable[..., None]]:
    import psycopg
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA bare")
        cursor.execute("CREATE TABLE bare.inbox_message (LIKE inbox_message INCLUDING ALL)")
    return psycopg.connect(os.environ["DRAHT_DATABASE"], autocommit=True), limit.into_postgres


if __name__ == "__main__":
    main(**options())
