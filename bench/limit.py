"""The bare limit: the same message rows and full text, inserted by a short script that does nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from draht.contract.messages import IncomingMessage
from draht.features.inbox.stems import stems

COLUMNS = (
    "id, connection_id, external_id, conversation_id, person_id, ours, private, held, parent, text, stems, language,"
    " url, attachments, raw, at, received_at, rank, gone, edited_at, deleted_at"
)
PLACES = ", ".join("?" * 21)


class Script:
    """Makes rows of messages and inserts them. It knows no threads and no people: numbers stand for them."""

    def __init__(self) -> None:
        self._count = 0
        self._seen: set[str] = set()
        self._numbers: dict[str, int] = {}

    def rows(self, messages: Iterable[IncomingMessage]) -> list[tuple[Any, ...]]:
        rows = []
        for m in messages:
            if m.id in self._seen:
                continue
            self._seen.add(m.id)
            self._count += 1
            at = int(m.at.timestamp() * 1000)
            ours = m.author.id == "us"
            conversation = self._numbers.setdefault(m.thread, len(self._numbers) + 1)
            person = None if ours else self._numbers.setdefault(m.author.id, len(self._numbers) + 1)
            searched = "~1 " + stems(f"{m.text} {m.author.name} {m.author.handle}", m.language)
            rows.append(
                (at // 1000 << 20 | self._count, 1, m.id, conversation, person, ours, m.private, m.held, m.parent,
                 m.text, searched, m.language, m.url, "[]", msgspec.json.encode(m.raw).decode(), at, at, at, -1,
                 None, None)
            )  # fmt: skip
        return rows


def into_sqlite(database: Any, rows: list[tuple[Any, ...]]) -> None:
    database.execute("BEGIN IMMEDIATE")
    database.executemany(f"INSERT INTO inbox_message ({COLUMNS}) VALUES ({PLACES})", rows)
    database.executemany("INSERT INTO inbox_search (rowid, stems) VALUES (?, ?)", [(row[0], row[10]) for row in rows])
    database.execute("COMMIT")


def into_postgres(database: Any, rows: list[tuple[Any, ...]]) -> None:
    with database.transaction(), database.cursor().copy(f"COPY bare.inbox_message ({COLUMNS}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
