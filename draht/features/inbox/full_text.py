"""What the full text holds of a message: its stems, and before them the word of its conversation's department.

So the index itself keeps a question within departments. Nobody can type such a word: "~" is in no word of a text. On
SQLite the index lies beside the messages and is told of each change; on PostgreSQL it follows the column.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from draht.core.sql import execute, is_postgres, one_of, rows_as_table


def department_word(department_id: int) -> str:
    return f"~{department_id}"


def relabel(departments: Mapping[int, int]) -> None:
    """Gives the messages of conversations (the keys) the word of a department (the values). One statement; three on
    SQLite."""
    where, parameter = one_of("conversation_id", list(departments))
    table, parameters = rows_as_table({"id": "bigint", "department": "bigint"}, list(departments.items()))
    take_out(where, parameter)
    execute(
        "UPDATE inbox_message SET stems = '~' || new.department || CASE WHEN stems LIKE '~%%'"
        f" THEN ltrim(stems, '~0123456789') ELSE ' ' || stems END FROM {table} WHERE conversation_id = new.id",
        parameters,
    )
    put_in(where, parameter)


def take_out(where: str, parameter: Any) -> None:
    """Takes messages out of SQLite's index, while their stems are still those that are in it."""
    if not is_postgres():
        execute(
            "INSERT INTO inbox_search (inbox_search, rowid, stems)"
            f" SELECT 'delete', id, stems FROM inbox_message WHERE {where}",
            [parameter],
        )


def put_in(where: str, parameter: Any) -> None:
    if not is_postgres():
        execute(
            f"INSERT INTO inbox_search (rowid, stems) SELECT id, stems FROM inbox_message WHERE {where}", [parameter]
        )
