"""What waits for the worker, and how its duties fare."""

from __future__ import annotations

from django.db import models


class Delivery(models.Model):
    """A verified hook, kept as it came, until the worker has read it."""

    id = models.BigAutoField(primary_key=True)
    connection_id = models.BigIntegerField()
    received_at = models.BigIntegerField()
    request = models.TextField()  # JSON: method, headers, query
    body = models.BinaryField()
    lease_until = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)


class DutyState(models.Model):
    """When a duty last ran, and what last went wrong."""

    name = models.CharField(max_length=40, primary_key=True)
    ran_at = models.BigIntegerField(default=0)
    fault = models.TextField(blank=True)
    fault_at = models.BigIntegerField(null=True)
