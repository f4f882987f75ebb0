"""Opening hours and promises, each in versions that are never changed. Tables and constraints; no I/O.

A new version holds from the moment on which it was saved. So nothing that somebody changes rewrites what was measured.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from draht.core.people.models import Department


class Calendar(models.Model):
    """Opening hours, as people call them."""

    name = models.CharField(max_length=80, unique=True)


class CalendarVersion(models.Model):
    """What they were, from ``since`` on."""

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="versions", db_index=False)
    since = models.BigIntegerField()
    zone = models.CharField(max_length=80)
    week = models.JSONField()  # seven texts, Monday first
    country = models.CharField(max_length=10, blank=True)
    subdivision = models.CharField(max_length=40, blank=True)
    exceptions = models.JSONField(default=dict)  # ISO date → text

    class Meta:
        indexes = [models.Index(fields=["calendar", "since", "id"], name="calendar_version")]


class Policy(models.Model):
    """A promise, as people call it."""

    name = models.CharField(max_length=80, unique=True)


class PolicyVersion(models.Model):
    """What was promised, and to whom, from ``since`` on. Targets in seconds; null: not promised."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions", db_index=False)
    since = models.BigIntegerField()
    ended = models.BooleanField(default=False)  # from then on it holds no more
    channel = models.CharField(max_length=40, blank=True)  # empty: whatever it is; as for all below
    private = models.BooleanField(null=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, related_name="+")
    topic = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=20, blank=True)
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="+")
    business = models.BooleanField(default=True)  # targets count open time; else they run day and night
    first = models.PositiveIntegerField(null=True)
    next = models.PositiveIntegerField(null=True)
    resolution = models.PositiveIntegerField(null=True)
    share = models.PositiveSmallIntegerField(default=80)  # percent that shall be kept

    class Meta:
        indexes = [models.Index(fields=["policy", "since", "id"], name="policy_version")]
        constraints = [models.CheckConstraint(condition=Q(share__gte=1, share__lte=100), name="policy_share")]
