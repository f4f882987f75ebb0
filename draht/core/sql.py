"""The few spellings in which SQLite and PostgreSQL differ, so that the set-based statements above are written once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from django.db import connection

Columns = Mapping[str, str]  # name → PostgreSQL type


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def one_of(column: str, values: Sequence[Any], kind: str = "bigint") -> tuple[str, Any]:
    """A condition "column is one of values" with one parameter, however many values there are."""
    if is_postgres():
        return f"{column} = ANY(%s::{kind}[])", _array(values)
    return f"{column} IN (SELECT value FROM json_each(%s))", _json(values)


def leave_store() -> None:
    """Gives the store back before a long wait for somebody else. Inside a transaction it is still needed."""
    if not connection.in_atomic_block:
        connection.close()


def find(table: str, fields: str, connection_id: int, external_ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """Rows of a table that is unique by connection and external id: one probe of that index for each id."""
    if is_postgres():  # behind a fence: with old statistics the planner would rather walk through the whole account
        one = f"SELECT {fields} FROM {table} WHERE connection_id = %s AND external_id = wanted.id OFFSET 0"
        statement = f"SELECT found.* FROM unnest(%s::text[]) AS wanted(id), LATERAL ({one}) AS found"
        return select(statement, [_array(external_ids), connection_id])
    where, parameter = one_of("external_id", external_ids)
    return select(f"SELECT {fields} FROM {table} WHERE connection_id = %s AND {where}", [connection_id, parameter])


def rows_as_table(columns: Columns, rows: Sequence[Sequence[Any]], alias: str = "new") -> tuple[str, list[Any]]:
    """``rows`` as something that can stand after FROM, with a constant number of parameters."""
    names = ", ".join(columns)
    if is_postgres():
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        turned = zip(*rows, strict=True) if rows else [()] * len(columns)
        return f"unnest({arrays}) AS {alias}({names})", [_array(column) for column in turned]
    picked = ", ".join(f"json_extract(value, '$[{i}]') AS {name}" for i, name in enumerate(columns))
    return f"(SELECT {picked} FROM json_each(%s)) AS {alias}", [_json(rows)]


def insert_rows(table: str, columns: Collection[str], rows: Sequence[Sequence[Any]]) -> None:
    """Inserts many rows in one statement, the fastest way that each store has."""
    if not rows:
        return
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if is_postgres():
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:  # one prepared statement, stepped in C
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def upsert_rows(table: str, columns: Columns, rows: Sequence[Sequence[Any]], conflict: str) -> None:
    """The same where rows may be there already. ``conflict`` is an ON CONFLICT clause, the same on both stores."""
    if not rows:
        return
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if is_postgres():
            source, parameters = rows_as_table(columns, rows)
            cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {source} {conflict}", parameters)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks}) {conflict}", rows)


def execute(statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> int:
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


def _array(values: Iterable[Any]) -> str:
    """An array as PostgreSQL spells it: many times faster than psycopg's own way with lists."""
    return "{" + ",".join([_quoted(v) if isinstance(v, str) else "NULL" if v is None else str(v) for v in values]) + "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def _json(values: Sequence[Any]) -> str:
    return msgspec.json.encode(values).decode()
