"""Who is on the network: companies, which come with a token, and customers, who come with a browser."""

from __future__ import annotations

import re
import secrets
import sqlite3
import unicodedata
from collections.abc import Callable
from hashlib import sha256

from draht.channels.sandbox.network.rules import No, checked_name
from draht.channels.sandbox.network.store import Store
from draht.channels.sandbox.network.values import Member

WEATHERS = ("", "refuse", "later", "lost")
NAMES_OF_A_VISITOR = 20


class Members:
    """Accounts of the network."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock

    def open_company(self, name: str, handle: str, about: str = "") -> Member:
        """The company of this handle; it is made when there is none."""
        with self._store.write() as db:
            row = db.execute("SELECT * FROM members WHERE handle = ?", (handle,)).fetchone()
            if row is None:
                db.execute(
                    "INSERT INTO members (handle, name, about, company, chosen_at) VALUES (?, ?, ?, 1, ?)",
                    (handle, checked_name(name), about, self._clock()),
                )
            elif not row["company"]:
                raise No(409, "This handle belongs to a customer.")
            elif about:
                db.execute("UPDATE members SET about = ? WHERE handle = ?", (about, handle))
            return _member(db.execute("SELECT * FROM members WHERE handle = ?", (handle,)).fetchone())

    def new_token(self, company: Member) -> str:
        """One more token for the API; earlier ones stay good. Only its hash is kept."""
        token = "sandbox_" + secrets.token_urlsafe(24)
        with self._store.write() as db:
            db.execute("INSERT INTO tokens (hash, member) VALUES (?, ?)", (_hash(token), company.id))
        return token

    def revoke_tokens(self, company: Member) -> None:
        with self._store.write() as db:
            db.execute("DELETE FROM tokens WHERE member = ?", (company.id,))

    def of_token(self, token: str) -> Member | None:
        return self._one("SELECT m.* FROM members m JOIN tokens t ON t.member = m.id WHERE t.hash = ?", _hash(token))

    def companies(self) -> list[Member]:
        with self._store.read() as db:
            rows = db.execute("SELECT * FROM members WHERE company = 1 ORDER BY id").fetchall()
        return [_member(row) for row in rows]

    def company(self, handle: str) -> Member:
        found = self._one("SELECT * FROM members WHERE handle = ? AND company = 1", handle)
        if found is None:
            raise No(404, "There is nothing at this address.")
        return found

    def get(self, member: int) -> Member:
        found = self._one("SELECT * FROM members WHERE id = ?", member)
        if found is None:
            raise No(404, "There is nothing at this address.")
        return found

    def of_visitor(self, visitor: str) -> list[Member]:
        """The customers as whom a browser has written, the current one first."""
        if not visitor:
            return []
        with self._store.read() as db:
            rows = db.execute(
                "SELECT * FROM members WHERE visitor = ? ORDER BY chosen_at DESC, id DESC", (_hash(visitor),)
            ).fetchall()
        return [_member(row) for row in rows]

    def join(self, visitor: str, name: str) -> Member:
        """The customer of this name in this browser, who becomes its current one; made when there is none."""
        name = checked_name(name)
        with self._store.write() as db:
            known = self.of_visitor(visitor)
            found = next((m for m in known if m.name.casefold() == name.casefold()), None)
            now = max(self._clock(), _last_choice(db, visitor) + 1)
            if found is None:
                _check_name_is_free(db, name, known)
                db.execute(
                    "INSERT INTO members (handle, name, company, visitor, chosen_at) VALUES (?, ?, 0, ?, ?)",
                    (_free_handle(db, name), name, _hash(visitor), now),
                )
            else:
                db.execute("UPDATE members SET chosen_at = ? WHERE id = ?", (now, found.id))
            return self.of_visitor(visitor)[0]

    def take_answers(self, customer: Member, takes: bool) -> None:
        """Whether the customer lets companies answer."""
        with self._store.write() as db:
            db.execute("UPDATE members SET takes_answers = ? WHERE id = ?", (takes, customer.id))

    def set_weather(self, company: Member, weather: str) -> None:
        """What shall happen to the company's next message: one of ``WEATHERS``."""
        if weather not in WEATHERS:
            raise No(422, "There is no such weather.")
        with self._store.write() as db:
            db.execute("UPDATE members SET weather = ? WHERE id = ?", (weather, company.id))

    def take_weather(self, company: Member) -> str:
        """What shall happen to this message; the next one has good weather again."""
        if not company.weather:
            return ""
        with self._store.write() as db:
            weather = self.get(company.id).weather
            db.execute("UPDATE members SET weather = '' WHERE id = ?", (company.id,))
        return weather

    def mark_seen(self, customer: Member) -> None:
        with self._store.write() as db:
            db.execute("UPDATE members SET seen_at = ? WHERE id = ?", (self._clock(), customer.id))

    def _one(self, query: str, value: str | int) -> Member | None:
        with self._store.read() as db:
            row = db.execute(query, (value,)).fetchone()
        return None if row is None else _member(row)


def _member(row: sqlite3.Row) -> Member:
    return Member(
        id=row["id"],
        handle=row["handle"],
        name=row["name"],
        company=bool(row["company"]),
        about=row["about"],
        takes_answers=bool(row["takes_answers"]),
        weather=row["weather"],
        seen_at=row["seen_at"],
    )


def _hash(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def _last_choice(db: sqlite3.Connection, visitor: str) -> int:
    row = db.execute("SELECT max(chosen_at) FROM members WHERE visitor = ?", (_hash(visitor),)).fetchone()
    return int(row[0] or 0)


def _check_name_is_free(db: sqlite3.Connection, name: str, known: list[Member]) -> None:
    if len(known) >= NAMES_OF_A_VISITOR:
        raise No(429, "You have {count} names already; please choose one of them.", count=len(known))
    companies = [row["name"].casefold() for row in db.execute("SELECT name FROM members WHERE company = 1")]
    if name.casefold() in companies:
        raise No(422, "This is the name of a company. Please choose another one.")


def _free_handle(db: sqlite3.Connection, name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = ".".join(re.findall(r"[a-z0-9]+", letters))[:30] or "guest"
    taken = {row[0] for row in db.execute("SELECT handle FROM members WHERE handle LIKE ?", (stem + "%",))}
    return next(h for h in (stem, *(f"{stem}{n}" for n in range(2, len(taken) + 3))) if h not in taken)
