"""The accounts that somebody connected, the hooks kept for them, and what could not be read."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from draht.core.people.models import Department


class Connection(models.Model):
    """Our account on one network: how to open it, where reading goes on, and its trouble if it has any."""

    channel = models.CharField(max_length=40)  # the channel's name in the registry
    name = models.CharField(max_length=120)  # what colleagues call it
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    account_id = models.CharField(max_length=400, blank=True)  # who we are there: contract.Account
    account_name = models.CharField(max_length=200, blank=True)
    account_handle = models.CharField(max_length=200, blank=True)
    account_url = models.CharField(max_length=2000, blank=True)
    settings = models.JSONField(default=dict)
    secrets = models.BinaryField(default=bytes)  # JSON, encrypted
    hook_key = models.CharField(max_length=64, unique=True)
    cursor = models.TextField(blank=True)
    paused = models.BooleanField(default=False)
    next_fetch_at = models.BigIntegerField(null=True)  # null: this channel does not fetch
    fetched_at = models.BigIntegerField(null=True)  # when that last worked
    lease_until = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)  # in a row
    trouble = models.TextField(blank=True)  # the network's words
    trouble_kind = models.CharField(max_length=20, blank=True)  # login | later | refused
    trouble_since = models.BigIntegerField(null=True)
    made_at = models.BigIntegerField()
    removed_at = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_fetch_at"], name="connection_due", condition=Q(next_fetch_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class Leftover(models.Model):
    """A payload that nobody understood. A mended mapper can read it again."""

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="leftovers")
    received_at = models.BigIntegerField()
    request = models.TextField(blank=True)  # as in Delivery; empty for a fetched item
    raw = models.TextField()
    reason = models.TextField()
