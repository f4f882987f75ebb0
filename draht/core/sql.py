"""The few spellings in which SQLite and PostgreSQL differ, so that the set-based statements above are written once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.db import connection

Columns = Mapping[str, str]  # name → PostgreSQL type


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def one_of(column: str, values: Sequence[Any], kind: str = "bigint") -> tuple[str, Any]:
    """A condition "column is one of values" with one parameter, however many values there are."""
    if is_postgres():
        return f"{column} = ANY(%s::{kind}[])", list(values)
    return f"{column} IN (SELECT value FROM json_each(%s))", _json(values)


def rows_as_table(columns: Columns, rows: Sequence[Sequence[Any]], alias: str = "new") -> tuple[str, list[Any]]:
    """``rows`` as something that can stand after FROM, with a constant number of parameters."""
    names = ", ".join(columns)
    if is_postgres():
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        return f"unnest({arrays}) AS {alias}({names})", [list(column) for column in _turned(rows, len(columns))]
    picked = ", ".join(f"json_extract(value, '$[{i}]') AS {name}" for i, name in enumerate(columns))
    return f"(SELECT {picked} FROM json_each(%s)) AS {alias}", [_json(rows)]


def insert_rows(table: str, columns: Columns, rows: Sequence[Sequence[Any]], conflict: str = "") -> None:
    """Inserts many rows in one statement. ``conflict`` is an ON CONFLICT clause, the same on both stores."""
    if not rows:
        return
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if is_postgres():
            source, parameters = rows_as_table(columns, rows)
            cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {source} {conflict}", parameters)
        else:  # one prepared statement, stepped in C: the fastest way into SQLite
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks}) {conflict}", rows)


def execute(statement: str, parameters: Sequence[Any] = ()) -> int:
    """Runs one statement; how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        changed: int = cursor.rowcount
        return changed


def select(statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def allocate(sequence: str, count: int) -> list[int]:
    """``count`` rising numbers that nobody else gets. On PostgreSQL gaps may remain."""
    if is_postgres():
        numbers = select("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [f"sequence_{sequence}", count])
        return [number for (number,) in numbers]
    [(last,)] = select(
        "INSERT INTO sequence (name, value) VALUES (%s, %s)"
        " ON CONFLICT (name) DO UPDATE SET value = value + excluded.value RETURNING value",
        [sequence, count],
    )
    return list(range(last - count + 1, last + 1))


def _json(values: Sequence[Any]) -> str:
    return msgspec.json.encode(values).decode()


def _turned(rows: Sequence[Sequence[Any]], width: int) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width
