"""Posts, and what becomes of each on each account. Tables and constraints; no I/O."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from draht.connections.models import Connection
from draht.core.files.models import File
from draht.core.people.models import User
from draht.core.worker.outgoing import Outgoing


class Post(models.Model):
    """What we want to say. It may be changed as long as nothing of it has left."""

    id = models.BigAutoField(primary_key=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    link = models.CharField(max_length=2000, blank=True)
    at = models.BigIntegerField(null=True)  # when it is to appear; null: as soon as somebody says so
    by_network = models.BooleanField(default=False)  # the networks that can are to keep the time themselves
    moment = models.BigIntegerField()  # by which lists are sorted: planned, or let go, or last changed

    class Meta:
        indexes = [models.Index(fields=["moment", "id"], name="post_moment")]


class PublicationState(models.TextChoices):
    DRAFT = "draft", _("draft")
    HELD = "held", _("waits for release")  # a trainee wrote it
    SCHEDULED = "scheduled", _("planned")
    QUEUED = "queued", _("will be published")
    SENDING = "sending", _("is being published")
    SENT = "sent", _("published")
    POSTPONED = "postponed", _("postponed")
    FAILED = "failed", _("failed")
    UNSURE = "unsure", _("unsure")  # the network's answer was lost
    WITHDRAWN = "withdrawn", _("withdrawn")


class Publication(Outgoing):
    """A post on one account."""

    id = models.BigAutoField(primary_key=True)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="publications", db_index=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    text = models.TextField(blank=True)  # words for this account alone; empty: those of the post
    by_network = models.BooleanField(default=False)  # it left early: the network keeps the time
    external_id = models.CharField(max_length=400, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    sent_at = models.BigIntegerField(null=True)  # by the network's clock; may lie ahead where it keeps the time

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "connection"], name="publication_once")]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="publication_due",
                condition=Q(state__in=["scheduled", "queued", "sending", "postponed", "unsure"]),
            ),
            models.Index(fields=["state", "post"], name="publication_state"),
        ]


class PostFile(models.Model):
    """A picture, film or file of a post, with what it shows."""

    id = models.BigAutoField(primary_key=True)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200, blank=True)
    alt = models.TextField(blank=True)
