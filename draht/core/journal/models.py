"""The journal: what happened, in order, never changed. Seals chain its rows by hash."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One fact.

    ``tx`` is PostgreSQL's transaction number (0 on SQLite, which has one writer): rows are complete up to the oldest
    transaction that still runs, so the journal's order is (tx, id).
    """

    id = models.BigAutoField(primary_key=True)
    tx = models.BigIntegerField(db_default=0)
    at = models.BigIntegerField()
    fact = models.CharField(max_length=40)
    actor_id = models.BigIntegerField(null=True)  # a colleague; null: the house itself
    department_id = models.BigIntegerField(null=True)  # who may see it live; null: everybody
    conversation_id = models.BigIntegerField(null=True)
    data = models.TextField(default="{}")  # JSON


class Seal(models.Model):
    """A sealed stretch of the journal.

    ``rows`` holds 8 bytes of id and 24 bytes of digest for each row; ``head`` is the SHA-256 over the head before it
    and ``rows``. Neither is ever changed.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.BigIntegerField()
    last_tx = models.BigIntegerField()
    last_id = models.BigIntegerField()
    rows = models.BinaryField()
    head = models.BinaryField()
