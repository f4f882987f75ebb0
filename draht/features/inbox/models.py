"""Conversations, their messages, our replies and notes. Tables and constraints; no I/O."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from draht.connections.models import Connection
from draht.core.files.models import File
from draht.core.people.models import Department, User
from draht.core.worker.outgoing import Outgoing
from draht.features.inbox.ids import MessageId


class State(models.IntegerChoices):
    """Where a conversation stands. ``LIVE`` ones are below RESOLVED."""

    OPEN = 0, _("open")  # somebody here has to do something
    WAITING = 1, _("waiting")  # we answered; the customer's turn
    SNOOZED = 2, _("snoozed")  # comes back by itself
    RESOLVED = 3, _("resolved")


class Person(models.Model):
    """Somebody who wrote to us, as one connection knows them."""

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=400)
    name = models.CharField(max_length=200, blank=True)
    handle = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    avatar = models.CharField(max_length=2000, blank=True)
    first_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "external_id"], name="person_once")]


class Conversation(models.Model):
    """A thread on a network, with what we make of it.

    ``last_*`` and ``waiting_since`` follow from the messages alone; ``state``, ``assignee``, ``department`` and
    ``unread`` are ours. ``unread``: a customer wrote, and nobody responsible has looked yet.
    """

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=400)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # who wrote first; null: only we wrote so far
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    assignee = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.PositiveSmallIntegerField(choices=State.choices, default=State.OPEN)
    unread = models.BooleanField(default=True)
    private = models.BooleanField(default=False)
    title = models.CharField(max_length=300, blank=True)
    preview = models.CharField(max_length=200, blank=True)
    message_count = models.PositiveIntegerField(default=0)
    first_at = models.BigIntegerField()
    last_at = models.BigIntegerField()
    last_out_id = models.BigIntegerField(default=0)  # up to which message we have answered
    waiting_since = models.BigIntegerField(null=True)  # the customer's oldest message without an answer
    snoozed_until = models.BigIntegerField(null=True)
    tags: models.ManyToManyField[Tag, models.Model] = models.ManyToManyField("Tag", related_name="+", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "external_id"], name="conversation_once")]
        indexes = [
            models.Index(fields=["department", "state", "-last_at", "-id"], name="conversation_list"),
            models.Index(
                fields=["assignee", "state", "-last_at", "-id"],
                name="conversation_mine",
                condition=Q(assignee__isnull=False),
            ),
            models.Index(
                fields=["department", "-last_at", "-id"],
                name="conversation_unassigned",
                condition=Q(assignee__isnull=True, state=State.OPEN),
            ),
            models.Index(
                fields=["department", "state", "assignee"],
                name="conversation_unread",
                condition=Q(unread=True),
            ),
            models.Index(fields=["person", "-last_at"], name="conversation_person"),
            models.Index(fields=["snoozed_until"], name="conversation_wakes", condition=Q(state=State.SNOOZED)),
        ]


class Message(models.Model):
    """One message as it stands now. Its id is its time: see ``ids.py``.

    ``rank`` orders the versions of a message (milliseconds of the revision): the highest stands, whatever came first.
    It is deleted while ``gone``, the rank of its deletion, is not below ``rank``.
    """

    id = MessageId(primary_key=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=400)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ours = models.BooleanField(default=False)
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # the colleague, if it was sent from here
    private = models.BooleanField(default=False)
    held = models.BooleanField(default=False)  # in the network's own moderation
    parent = models.CharField(max_length=400, blank=True)
    text = models.TextField()
    stems = models.TextField()  # what the full text is made of
    language = models.CharField(max_length=20, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    attachments = models.TextField(default="[]")  # JSON
    raw = models.TextField(default="{}")  # JSON
    at = models.BigIntegerField()
    received_at = models.BigIntegerField()
    rank = models.BigIntegerField(default=0)
    gone = models.BigIntegerField(default=-1)
    edited_at = models.BigIntegerField(null=True)
    deleted_at = models.BigIntegerField(null=True)
    answers_until = models.BigIntegerField(null=True)  # of ours: up to which message; null: all that is older

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "external_id"], name="message_once")]
        indexes = [
            models.Index(fields=["conversation", "id"], name="message_thread"),
            models.Index(fields=["connection", "id"], name="message_of_connection"),  # reconciling walks along it
        ]


class Version(models.Model):
    """A text that a message had before, or that came late."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="versions", db_index=False)
    rank = models.BigIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "rank"], name="version_once")]


class Grave(models.Model):
    """A deletion that came before its message."""

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=400)
    rank = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "external_id"], name="grave_once")]


class ReplyState(models.TextChoices):
    HELD = "held", _("waits for release")  # a trainee wrote it
    QUEUED = "queued", _("will be sent")
    SENDING = "sending", _("is being sent")
    SENT = "sent", _("sent")
    POSTPONED = "postponed", _("postponed")
    FAILED = "failed", _("failed")
    UNSURE = "unsure", _("unsure")  # the network's answer was lost
    BY_HAND = "by_hand", _("is posted by hand")  # the network has no call for it; its echo tells that it is there
    WITHDRAWN = "withdrawn", _("withdrawn")


class Reply(Outgoing):
    """Our answer on its way."""

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="replies")
    to = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+", db_index=False)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.TextField()
    private = models.BooleanField(default=False)
    then_resolve = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=ReplyState.choices)
    written_at = models.BigIntegerField()
    answers_until = models.BigIntegerField(null=True)  # the newest message that was there when it was written
    message = models.OneToOneField(Message, on_delete=models.PROTECT, null=True, related_name="reply")

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                name="reply_due",
                condition=Q(state__in=["queued", "sending", "postponed", "unsure"]),
            )
        ]


class Attachment(models.Model):
    """A picture, film, sound or file: of a message, of an answer on its way, or uploaded and not sent yet.

    Networks' addresses do not last, so the content is fetched at once and kept; ``refused`` says why it is not.
    """

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="files", db_index=False)
    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, null=True, related_name="files")
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # who uploaded it
    place = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=10)  # image | video | audio | file
    url = models.TextField(blank=True)
    key = models.TextField(blank=True)
    name = models.CharField(max_length=200, blank=True)
    alt = models.TextField(blank=True)
    file = models.ForeignKey(File, on_delete=models.PROTECT, null=True, related_name="+")
    refused = models.CharField(max_length=300, blank=True)
    due_at = models.BigIntegerField(null=True)  # when it is fetched; null: it is here, or will never be
    lease_until = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "place"], name="attachment_once")]
        indexes = [models.Index(fields=["due_at"], name="attachment_due", condition=Q(due_at__isnull=False))]


class Note(models.Model):
    """What colleagues tell each other. Never leaves the house."""

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.TextField()
    at = models.BigIntegerField()


class Tag(models.Model):
    name = models.CharField(max_length=60, unique=True)

    def __str__(self) -> str:
        return self.name
