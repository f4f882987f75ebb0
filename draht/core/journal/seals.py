"""The hash chain over the journal: sealing what is complete, and checking what was sealed.

A row's digest is the first 24 bytes of SHA-256 over the digest before it and the row's fields; so every row stands on
all rows before it, and the first one that was changed can be named.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from draht.core.clock import now
from draht.core.journal.models import Seal
from draht.core.journal.queries import FIELDS, Position, Row, read_after
from draht.core.sql import execute, is_postgres, one_of, select

DIGEST = 24  # bytes of each row's digest
ONE = struct.Struct(f">q{DIGEST}s")


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row that is not as it was sealed."""

    entry_id: int
    why: str


@dataclass(frozen=True, slots=True)
class State:
    """How far the chain reaches. ``head`` stands for all its rows: kept elsewhere, it proves them later."""

    rows: int
    unsealed: int
    head: str


def state() -> State:
    [(sealed, there)] = select(
        "SELECT (SELECT coalesce(sum(length(rows)), 0) FROM journal_seal), (SELECT count(*) FROM journal_entry)"
    )
    last = Seal.objects.order_by("-id").first()
    rows = int(sealed) // ONE.size
    return State(rows, int(there) - rows, bytes(last.head).hex()[:16] if last else "")


def seal(limit: int = 5000, *, complete: bool = True) -> int:
    """Seals the next complete rows; how many. Two processes may call it at once: the second one waits."""
    if not read_after(_reached(), 1, complete=complete):
        return 0
    with transaction.atomic():
        if is_postgres():
            execute("SELECT pg_advisory_xact_lock(%s)", [0x5EA1])
        last = Seal.objects.order_by("-id").first()
        position, digest = (Position(last.last_tx, last.last_id), _last_digest(last)) if last else (Position(), b"")
        rows = read_after(position, limit, complete=complete)
        if not rows:
            return 0
        packed = bytearray()
        for row in rows:
            digest = digest_of(digest, row)
            packed += ONE.pack(row.id, digest)
        Seal.objects.create(
            at=now(),
            last_tx=rows[-1].tx,
            last_id=rows[-1].id,
            rows=bytes(packed),
            head=_head(bytes(last.head) if last else b"", bytes(packed)),
        )
        return len(rows)


def _reached() -> Position:
    rows = select("SELECT last_tx, last_id FROM journal_seal ORDER BY id DESC LIMIT 1")
    return Position(*rows[0]) if rows else Position()


def check() -> Broken | None:
    """Walks the whole chain; the first broken row, or ``None``."""
    digest, head = b"", b""
    for seal_row in Seal.objects.order_by("id").iterator(chunk_size=20):
        packed = bytes(seal_row.rows)
        head = _head(head, packed)
        if head != bytes(seal_row.head):
            return Broken(ONE.unpack_from(packed)[0], _("the seal %(number)s was changed") % {"number": seal_row.pk})
        sealed = list(ONE.iter_unpack(packed))
        found = _rows([entry_id for entry_id, _ in sealed])
        for entry_id, told in sealed:
            if entry_id not in found:
                return Broken(entry_id, _("the row was removed"))
            digest = digest_of(digest, found[entry_id])
            if digest != told:
                return Broken(entry_id, _("the row was changed"))
    return _slipped_in()


def digest_of(before: bytes, row: Row) -> bytes:
    """The digest of one row; the transaction number is the store's own and changes when a backup is restored."""
    return sha256(before + msgspec.json.encode(row[1:])).digest()[:DIGEST]


def _slipped_in() -> Broken | None:
    """A row among the sealed ones that no seal knows."""
    last = Seal.objects.order_by("-id").first()
    if last is None:
        return None
    sealed = sum(len(rows) for rows in Seal.objects.values_list("rows", flat=True).iterator()) // ONE.size
    below = "(tx, id) <= (%s, %s)" if is_postgres() else "id <= %s"
    place = [last.last_tx, last.last_id] if is_postgres() else [last.last_id]
    [(there,)] = select(f"SELECT count(*) FROM journal_entry WHERE {below}", place)
    if there == sealed:
        return None
    known = {entry for rows in Seal.objects.values_list("rows", flat=True) for entry, _ in ONE.iter_unpack(bytes(rows))}
    for (entry_id,) in select(f"SELECT id FROM journal_entry WHERE {below} ORDER BY id", place):
        if entry_id not in known:
            return Broken(entry_id, _("the row was slipped in after sealing"))
    return None


def _rows(ids: list[int]) -> dict[int, Row]:
    where, parameter = one_of("id", ids)
    return {row[1]: Row(*row) for row in select(f"SELECT {FIELDS} FROM journal_entry WHERE {where}", [parameter])}


def _head(before: bytes, packed: bytes) -> bytes:
    return sha256(before + packed).digest()


def _last_digest(last: Seal) -> bytes:
    packed = bytes(last.rows)
    digest: bytes = ONE.unpack_from(packed, len(packed) - ONE.size)[1]
    return digest
