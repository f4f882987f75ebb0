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

    class Meta:
        indexes = [models.Index(fields=["connection_id", "id"], name="delivery_of_connection")]


class Errand(models.Model):
    """Something that is done for one connection again and again, by one worker at a time: reading its hooks, for one.

    Whose errand has waited longest is next, so each connection gets its turn, however much there is to do for another.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=40)
    connection_id = models.BigIntegerField()
    due_at = models.BigIntegerField()
    lease_until = models.BigIntegerField(default=0)
    began_at = models.BigIntegerField(default=0)  # of an errand of many steps: when this time's first was made
    position = models.BigIntegerField(default=0)  # and where the next goes on

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "connection_id"], name="errand_once")]
        indexes = [models.Index(fields=["name", "due_at"], name="errand_due")]


class DutyState(models.Model):
    """When a duty last ran, and what last went wrong."""

    name = models.CharField(max_length=40, primary_key=True)
    ran_at = models.BigIntegerField(default=0)
    fault = models.TextField(blank=True)
    fault_at = models.BigIntegerField(null=True)
