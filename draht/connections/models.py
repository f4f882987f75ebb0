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
    renew_at = models.BigIntegerField(null=True)  # null: the login does not run out
    renewed_at = models.BigIntegerField(null=True)
    renewing_until = models.BigIntegerField(default=0)  # lease of whoever renews it
    lacks = models.JSONField(default=list)  # what the login was missing when it was last tested, in English
    tested_at = models.BigIntegerField(null=True)
    purse = models.ForeignKey("Purse", on_delete=models.PROTECT, null=True, related_name="connections")
    hook_key = models.CharField(max_length=64, unique=True)
    cursor = models.TextField(blank=True)
    subscribed_again_at = models.BigIntegerField(null=True)  # when our hook had been switched off there, last
    since_at = models.BigIntegerField(null=True)  # how far back the first fetch reads; null: as is usual there
    paused = models.BooleanField(default=False)
    next_fetch_at = models.BigIntegerField(null=True)  # null: this channel does not fetch
    fetched_at = models.BigIntegerField(null=True)  # when that last worked
    lease_until = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)  # in a row
    trouble = models.TextField(blank=True)  # the network's words
    trouble_kind = models.CharField(max_length=20, blank=True)  # login | later | refused | budget
    trouble_since = models.BigIntegerField(null=True)
    made_at = models.BigIntegerField()
    removed_at = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_fetch_at"], name="connection_due", condition=Q(next_fetch_at__isnull=False)),
            models.Index(fields=["renew_at"], name="connection_renew", condition=Q(renew_at__isnull=False)),
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


class Purse(models.Model):
    """A quota and its money: of one connection, or of all that share an app. Days begin in the network's zone."""

    channel = models.CharField(max_length=40)
    key = models.CharField(max_length=80)  # "connection 12" or "app <hash>"
    cap_cents = models.BigIntegerField(null=True)  # US cents a month; null: no cap
    day = models.IntegerField(default=0)  # ordinal, as of date.toordinal()
    units = models.BigIntegerField(default=0)  # spent on that day
    month = models.IntegerField(default=0)  # year * 12 + month
    cents = models.FloatField(default=0.0)  # spent in that month

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "key"], name="purse_key")]


class Spending(models.Model):
    """What one connection used on one day, for the budget page."""

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    day = models.IntegerField()
    calls = models.BigIntegerField(default=0)
    units = models.BigIntegerField(default=0)
    cents = models.FloatField(default=0.0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "day"], name="spending_day")]


class ToldLimit(models.Model):
    """What a network last said about one of its limits, and which app it holds for if it is an app's."""

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    purse = models.ForeignKey(Purse, on_delete=models.CASCADE, null=True, related_name="+")
    bucket = models.CharField(max_length=120, blank=True)
    remaining = models.FloatField()
    most = models.FloatField()  # 0: it did not say
    resets_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "bucket"], name="told_limit")]
        indexes = [models.Index(fields=["purse"], name="told_limit_purse", condition=Q(purse__isnull=False))]
