"""Which column of a file is what: guessed by name, or told with ``--map``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from draht.flows.import_archive import Row

Names = Mapping[str, Sequence[str]]  # what a row may hold → its usual names
Mapped = dict[str, str]  # what a row holds → the file's column


class WrongMap(Exception):
    """``--map`` names something that is not there."""


def guess(columns: Sequence[str], names: Names, told: Mapped) -> Mapped:
    """Each column once, the likeliest name first; what was told stands. An empty column is left out."""
    free = {_plain(column): column for column in reversed(columns) if column not in told.values()}
    found = dict(told)
    for what, usual in names.items():
        if what not in told:
            name = next((name for name in usual if name in free), None)
            if name is not None:
                found[what] = free.pop(name)
    return {what: column for what, column in found.items() if column}


def read_map(text: str, columns: Sequence[str], names: Names) -> Mapped:
    """``text=body,author=name``; ``author=`` says that there is none. Raises ``WrongMap``."""
    told: Mapped = {}
    for pair in filter(None, (pair.strip() for pair in text.split(","))):
        what, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or what not in names:
            raise WrongMap(f"--map takes pairs like text=body. On the left can stand: {', '.join(names)}.")
        if column and column not in columns:
            raise WrongMap(f"There is no column {column!r}. The file has: {', '.join(columns)}.")
        told[what] = column
    return told


def rename(row: Row, mapped: Mapped, ours: Collection[str]) -> Row:
    """The row under our names; other columns are kept under ``more``. ``ours`` are the company's authors."""
    values: dict[str, Any] = {what: row.values[column] for what, column in mapped.items() if column in row.values}
    taken = set(mapped.values())
    more = {name: value for name, value in row.values.items() if name not in taken and value not in ("", None)}
    if ours and any(_name(values.get(key)) in ours for key in ("author", "handle", "author_id")):
        values["inbound"] = False
    return Row(row.number, values | {"more": more} if more else values)


def authors(text: str) -> frozenset[str]:
    """``--ours``: names with commas between."""
    return frozenset(_name(one) for one in text.split(",")) - {""}


def _name(value: object) -> str:
    return str(value if value is not None else "").strip().removeprefix("@").casefold()


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
