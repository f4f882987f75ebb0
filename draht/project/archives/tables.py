"""Rows of a CSV or JSON Lines file, each with the number of its line. A strange one never stops the others."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import msgspec

from draht.flows.import_archive import Row, Strange
from draht.project.archives.lines import MOST_BYTES, Lines, Unreadable

DELIMITERS = ",;\t|"
LOOKED_AT = 200  # lines of JSON whose names count as the columns
MOST_LINES = 1000  # of one row; beyond that, a quotation mark was not closed


@dataclass(frozen=True, slots=True)
class Table:
    """``columns`` as the file names them, and its rows."""

    columns: list[str]
    rows: Iterator[Row | Strange]


def read_table(lines: Lines) -> Table:
    """Looks at the first line to know what it is. Raises ``Unreadable``."""
    found = iter(lines)
    for first in found:
        if isinstance(first, Strange):
            raise Unreadable(f"The first line cannot be read: {first.reason}.")
        if first.lstrip().startswith("["):
            raise Unreadable("This is one JSON array. Make it JSON Lines, for instance with: jq -c '.[]' FILE")
        if first.lstrip().startswith("{"):
            return _objects(lines, chain([first], found))
        if first.strip():
            return _table(lines, first, found)
    raise Unreadable("The file is empty.")


# -- JSON Lines -------------------------------------------------------------------------------------------------------


def _objects(lines: Lines, found: Iterator[str | Strange]) -> Table:
    rows = (_object(lines, line) for line in found if isinstance(line, Strange) or line.strip())
    looked_at = list(islice(rows, LOOKED_AT))
    columns = list(dict.fromkeys(name for row in looked_at if isinstance(row, Row) for name in row.values))
    return Table(columns, chain(looked_at, rows))


def _object(lines: Lines, line: str | Strange) -> Row | Strange:
    if isinstance(line, Strange):
        return line
    try:
        return Row(lines.number, _flat(msgspec.json.decode(line, type=dict[str, Any])))
    except (msgspec.DecodeError, UnicodeError) as error:
        return Strange(lines.number, line.strip(), f"it is no JSON object: {error}")


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    """``{"user": {"name": "Ada"}}`` as ``{"user.name": "Ada"}``."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= {f"{key}.{inner}": one for inner, one in value.items()} if isinstance(value, dict) else {key: value}
    return flat


# -- CSV --------------------------------------------------------------------------------------------------------------


class Feed:
    """Hands lines to the CSV reader, remembers those of the row that is being read, and can take them back."""

    def __init__(self, found: Iterable[str | Strange]) -> None:
        self._found = iter(found)
        self._back: deque[str] = deque()
        self.row: list[str] = []
        self.strange: list[Strange] = []
        self.given = 0  # lines

    def __iter__(self) -> Feed:
        return self

    def __next__(self) -> str:
        if len(self.row) >= MOST_LINES:
            raise csv.Error("a quotation mark is not closed")
        line = self._back.popleft() if self._back else _one_line(self._next())
        self.row.append(line)
        self.given += 1
        return line

    def _next(self) -> str:
        for line in self._found:
            if not isinstance(line, Strange):
                return line
            self.strange.append(line)
            self.given += 1
        raise StopIteration

    def take_back_all_but_first(self) -> None:
        self._back.extendleft(reversed(self.row[1:]))
        self.given -= len(self.row) - 1


def _one_line(line: str) -> str:
    """Without the returns in the middle that some writers leave unquoted, and that the CSV reader refuses."""
    end = line[len(line.rstrip("\r\n")) :]
    return line.rstrip("\r\n").replace("\r", " ") + end if "\r" in line else line


def _table(lines: Lines, head: str, found: Iterator[str | Strange]) -> Table:
    csv.field_size_limit(MOST_BYTES)
    delimiter = max(DELIMITERS, key=lambda one: len(next(csv.reader([head], delimiter=one))))
    names = [name.strip() for name in next(csv.reader([head], delimiter=delimiter))]
    return Table([name for name in names if name], _rows(names, Feed(found), delimiter, lines.number))


def _rows(names: list[str], feed: Feed, delimiter: str, before: int) -> Iterator[Row | Strange]:
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.row, first = [], before + feed.given + 1
        try:
            row: Row | Strange | None = _row(first, names, next(reader))
        except StopIteration:
            yield from feed.strange
            return
        except csv.Error as error:
            row = _mended(first, names, feed, delimiter, error)
        yield from feed.strange
        feed.strange.clear()
        if row:
            yield row


def _row(first: int, names: list[str], values: list[str]) -> Row | Strange | None:
    if len(values) > len(names):
        raw = msgspec.json.encode(values).decode()
        return Strange(first, raw, f"it has {len(values)} columns, the first line names {len(names)}")
    if not any(values):
        return None
    return Row(first, {name: value for name, value in zip(names, values, strict=False) if name})


def _mended(first: int, names: list[str], feed: Feed, delimiter: str, error: csv.Error) -> Row | Strange | None:
    """A single line with a stray quotation mark is read as it stands; of a runaway row only its first line is lost."""
    if len(feed.row) == 1 and "end of data" not in str(error):
        return _row(first, names, next(csv.reader(feed.row, delimiter=delimiter)))
    feed.take_back_all_but_first()
    return Strange(first, feed.row[0].strip() if feed.row else "", "a quotation mark is not closed")
