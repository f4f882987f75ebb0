"""Messages out of the file, and the two ways in which one is not there."""

from __future__ import annotations

import sqlite3

from draht.channels.sandbox.network.rules import No
from draht.channels.sandbox.network.values import Member, Message

GONE = "This message is gone."
NOTHING = "There is nothing at this address."
SELECT = """SELECT m.*, a.handle, a.name, a.company, a.takes_answers
            FROM messages m JOIN members a ON a.id = m.author """


def to_message(row: sqlite3.Row) -> Message:
    author = Member(
        id=row["author"],
        handle=row["handle"],
        name=row["name"],
        company=bool(row["company"]),
        takes_answers=bool(row["takes_answers"]),
    )
    kept = ("id", "wall", "root", "parent", "customer", "about", "text", "state")
    times = ("created_at", "changed_at", "edited_at", "deleted_at")
    return Message(author=author, **{name: row[name] for name in kept + times})


def get(db: sqlite3.Connection, message: int) -> Message:
    row = db.execute(SELECT + "WHERE m.id = ?", (message,)).fetchone()
    if row is None:
        raise No(404, NOTHING)
    return to_message(row)


def standing(db: sqlite3.Connection, message: int) -> Message:
    found = get(db, message)
    if found.deleted_at or found.state == "spam":
        raise No(410, GONE)
    return found
