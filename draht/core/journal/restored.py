"""A journal that was restored into another PostgreSQL cluster: there, transaction numbers begin elsewhere.

Rows with numbers that the new cluster has yet to give out would count as unfinished, and new rows as older than them.
So restored rows get the number 0, which lies before all numbers of any cluster. The chain of hashes does not hold the
number, and stays as it is.
"""

from __future__ import annotations

from django.db import transaction

from draht.core.journal import seals
from draht.core.sql import execute, is_postgres, select


def is_from_elsewhere() -> bool:
    """Whether the journal knows transaction numbers that this cluster has not given out yet."""
    if not is_postgres():
        return False
    [(newest,)] = select("SELECT coalesce(max(tx), 0) FROM journal_entry")
    [(following,)] = select(
        "SELECT greatest(pg_snapshot_xmax(pg_current_snapshot())::text::bigint,"
        " pg_current_xact_id_if_assigned()::text::bigint + 1)"  # our own rows, too, are from here
    )
    return int(newest) >= int(following)


def settle() -> bool:
    """Takes a restored journal over, before anything else is written to it; whether that was needed."""
    if not is_from_elsewhere():
        return False
    with transaction.atomic():
        execute("LOCK TABLE journal_entry, journal_seal IN ACCESS EXCLUSIVE MODE")
        if is_from_elsewhere():  # nobody else was quicker
            while seals.seal(complete=False):
                pass
            _forget_transactions()
    return True


def _forget_transactions() -> None:
    for table, trigger in (("journal_entry", "journal_stays"), ("journal_seal", "seals_stay")):
        execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    execute("UPDATE journal_entry SET tx = 0 WHERE tx <> 0")
    execute(
        "UPDATE journal_seal SET last_tx = 0, last_id = (SELECT max(id) FROM journal_entry)"
        " WHERE id = (SELECT max(id) FROM journal_seal)"
    )
    for table, trigger in (("journal_entry", "journal_stays"), ("journal_seal", "seals_stay")):
        execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
