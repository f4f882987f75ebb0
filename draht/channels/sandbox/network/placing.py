"""Where a new message may go, and how many may come: the rules that need to look into the file."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from draht.channels.sandbox.network.rows import NOTHING, standing
from draht.channels.sandbox.network.rules import COMPANY_PACE, CUSTOMER_PACE, WINDOW, No, waits_for_approval
from draht.channels.sandbox.network.values import Member, Message


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new message goes."""

    root: int | None = None
    parent: int | None = None
    customer: int | None = None
    about: int | None = None


def check_pace(db: sqlite3.Connection, author: Member, now: int) -> None:
    """At most so many writes in the last minute: the oldest of them says when the next one may come."""
    pace = COMPANY_PACE if author.company else CUSTOMER_PACE
    row = db.execute(
        "SELECT created_at FROM messages WHERE author = ? AND created_at > ? AND created_at <= ?"
        " ORDER BY created_at DESC LIMIT 1 OFFSET ?",
        (author.id, now - 60_000, now, pace - 1),
    ).fetchone()
    if row is not None:
        wait = max(1, -(-(row["created_at"] + 60_000 - now) // 1000))
        raise No(429, "That was a lot at once. Please go on in {wait} seconds.", wait=wait)


def first_state(author: Member, text: str, private: bool) -> str:
    if private:
        return "private"
    return "held" if not author.company and waits_for_approval(text) else "public"


def place_of(
    db: sqlite3.Connection, author: Member, wall: Member, parent: int | None, private: bool, now: int
) -> Place:
    """Where a message may go, or ``No``."""
    if author.company and author.id != wall.id:
        raise No(403, "A company writes on its own pages only.")
    if parent is None:
        if not private:
            return Place()
        if author.company:
            raise No(422, "A private message of a company answers a message of a customer.")
        return Place(customer=author.id)
    answered = standing(db, parent)
    if answered.wall != wall.id:
        raise No(404, NOTHING)
    if answered.private:
        return _private_place(db, author, answered, now)
    if author.company:
        _check_takes_answers(answered.author.name, answered.author.takes_answers)
    if answered.state == "held" and author.id != answered.author.id:
        raise No(403, "This message waits for approval. It can be answered when it is public.")
    if private:
        return _place_about(db, author, answered, now)
    return Place(root=answered.root, parent=answered.id)


def _private_place(db: sqlite3.Connection, author: Member, answered: Message, now: int) -> Place:
    if not author.company:
        if author.id != answered.customer:
            raise No(404, NOTHING)
        return Place(parent=answered.id, customer=author.id)
    customer = db.execute(_CUSTOMER, {"wall": author.id, "customer": answered.customer}).fetchone()
    _check_takes_answers(customer["name"], customer["takes_answers"])
    if now > (customer["last"] or 0) + WINDOW:
        raise No(403, "The customer last wrote more than 7 days ago. They have to write first.")
    return Place(parent=answered.id, customer=answered.customer)


def _check_takes_answers(name: str, takes_answers: bool) -> None:
    if not takes_answers:
        raise No(403, "{name} does not take answers from companies.", name=name)


def _place_about(db: sqlite3.Connection, author: Member, answered: Message, now: int) -> Place:
    """A private answer to a public message: one, within the window."""
    if not author.company:
        return Place(customer=author.id)
    if answered.author.company:
        raise No(403, "Only what a customer wrote can be answered privately.")
    if now > answered.created_at + WINDOW:
        raise No(403, "A public message can be answered privately for 7 days only.")
    if db.execute("SELECT 1 FROM messages WHERE about = ?", (answered.id,)).fetchone():
        raise No(403, "This message was answered privately already. The customer has to write first.")
    return Place(customer=answered.author.id, about=answered.id)


# the customer's last word: in the private conversation, or the public message with whose answer it began
_CUSTOMER = """
    SELECT name, takes_answers, (
        SELECT max(created_at) FROM messages WHERE author = members.id AND wall = :wall AND (
            customer = :customer
            OR id IN (SELECT about FROM messages WHERE wall = :wall AND customer = :customer)
        )
    ) AS last FROM members WHERE id = :customer"""
