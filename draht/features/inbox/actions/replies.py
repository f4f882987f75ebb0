"""Answers as colleagues write, withdraw, release and settle them. Sending is the worker's (flows/send_replies.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

import draht.connections.queries as connections
from draht.contract.text import clean
from draht.core.clock import SECOND, now
from draht.core.files.uploads import Upload
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Role
from draht.core.possible import NotPossible
from draht.features.inbox.actions.attachments import attach
from draht.features.inbox.actions.locking import locked, locked_reply, tell
from draht.features.inbox.echoes import recognise
from draht.features.inbox.models import Conversation, Message, Reply, ReplyState
from draht.features.inbox.queries import item_of

TAKEN_BACK = {ReplyState.QUEUED, ReplyState.HELD, ReplyState.POSTPONED, ReplyState.FAILED, ReplyState.BY_HAND}


@transaction.atomic
def queue_reply(
    viewer: Viewer,
    conversation_id: int,
    text: str,
    *,
    to_id: int | None = None,
    private: bool = False,
    then_resolve: bool = False,
    uploads: Sequence[Upload] = (),
) -> Reply:
    """Writes the wish to answer. It leaves after the time to undo; a trainee's answer waits for a colleague.

    Args:
        to_id: the message that is answered; the customer's newest if ``None``.
        private: answer a public message so that only its author reads it.
        uploads: files that go with it.
    """
    viewer.must_be(Role.TRAINEE)
    text = clean(text).strip()
    if not text:
        raise NotPossible(_("The answer is empty."))
    conversation = locked(viewer, conversation_id)
    theirs = Message.objects.filter(conversation=conversation, deleted_at=None)
    theirs = theirs.select_related("connection", "person", "conversation")
    to = theirs.filter(pk=to_id).first() if to_id else theirs.filter(ours=False).order_by("-id").first()
    if to is None:
        raise NotPossible(_("The message that you answer is gone."))
    releases = viewer.is_at_least(Role.AGENT)
    reply = Reply.objects.create(
        conversation=conversation,
        to=to,
        author_id=viewer.user_id,
        key=uuid4(),
        text=text,
        private=private or to.private,
        then_resolve=then_resolve,
        state=ReplyState.QUEUED if releases else ReplyState.HELD,
        answers_until=_newest(conversation),
        written_at=now(),
        due_at=now() + settings.UNDO_SECONDS * SECOND,
    )
    if uploads:
        attach(viewer, reply, uploads, connections.takes(to.connection, replace(item_of(to), private=reply.private)))
    fields = ["unread"]
    conversation.unread = False
    if conversation.assignee_id is None and releases:
        conversation.assignee_id = viewer.user_id
        fields.append("assignee")
    conversation.save(update_fields=fields)
    tell(Fact.REPLY_QUEUED if releases else Fact.REPLY_HELD, conversation, viewer, reply=reply.pk)
    return reply


@transaction.atomic
def hand_over(viewer: Viewer, conversation_id: int, text: str) -> Reply:
    """Keeps an answer that a person posts on the network by hand, where it has no call for that. Once it is seen there
    under our name, it counts as sent."""
    viewer.must_be(Role.AGENT)
    text = clean(text).strip()
    if not text:
        raise NotPossible(_("The answer is empty."))
    conversation = locked(viewer, conversation_id)
    to = Message.objects.filter(conversation=conversation, deleted_at=None, ours=False).order_by("-id").first()
    if to is None:
        raise NotPossible(_("The message that you answer is gone."))
    reply = Reply.objects.create(
        conversation=conversation,
        to=to,
        author_id=viewer.user_id,
        key=uuid4(),
        text=text,
        state=ReplyState.BY_HAND,
        answers_until=_newest(conversation),
        written_at=now(),
        due_at=now(),
    )
    tell(Fact.REPLY_HANDED_OVER, conversation, viewer, reply=reply.pk)
    return reply


def _newest(conversation: Conversation) -> int:
    """The newest message that whoever answers can have read."""
    newest = Message.objects.filter(conversation=conversation).order_by("-id").values_list("id", flat=True)
    return newest[:1].get()


@transaction.atomic
def undo_reply(viewer: Viewer, reply_id: int) -> str:
    """Takes an answer back before it leaves; its text, so that it can be written better."""
    viewer.must_be(Role.TRAINEE)
    reply = locked_reply(viewer, reply_id)
    if reply.state not in TAKEN_BACK:
        raise NotPossible(_("It has already been sent."))
    if reply.author_id != viewer.user_id:
        viewer.must_be(Role.AGENT)
    _set(reply, ReplyState.WITHDRAWN, Fact.REPLY_WITHDRAWN, viewer)
    return reply.text


@transaction.atomic
def release_reply(viewer: Viewer, reply_id: int) -> None:
    """A colleague lets a trainee's answer go."""
    viewer.must_be(Role.AGENT)
    reply = locked_reply(viewer, reply_id)
    if reply.state != ReplyState.HELD:
        raise NotPossible(_("This answer does not wait for a release."))
    reply.due_at = now() + settings.UNDO_SECONDS * SECOND
    _set(reply, ReplyState.QUEUED, Fact.REPLY_RELEASED, viewer)


@transaction.atomic
def retry_reply(viewer: Viewer, reply_id: int) -> None:
    """Sends a failed or postponed answer again: really, and at once."""
    viewer.must_be(Role.AGENT)
    reply = locked_reply(viewer, reply_id)
    if reply.state not in {ReplyState.FAILED, ReplyState.POSTPONED}:
        raise NotPossible(_("Only a failed or postponed answer can be sent again."))
    reply.due_at, reply.reason, reply.attempts = now(), "", 0
    _set(reply, ReplyState.QUEUED, Fact.REPLY_RETRIED, viewer)


@transaction.atomic
def deliver_again(viewer: Viewer, reply_id: int) -> None:
    """Sends once more what was taken already, where the other side recognises it and makes no second copy of it."""
    viewer.must_be(Role.LEAD)
    reply = locked_reply(viewer, reply_id)
    window = connections.repeats_for(reply.conversation.connection.channel) * SECOND
    if reply.state != ReplyState.SENT or now() > reply.written_at + window:
        raise NotPossible(_("It cannot be sent again without the danger of a second copy."))
    reply.due_at, reply.reason, reply.attempts = now(), "", 0
    _set(reply, ReplyState.QUEUED, Fact.REPLY_RETRIED, viewer)


@transaction.atomic
def look_again(viewer: Viewer, reply_id: int) -> None:
    """Lets the worker look at once whether an unsure answer stands on the network."""
    viewer.must_be(Role.AGENT)
    reply = locked_reply(viewer, reply_id)
    if reply.state != ReplyState.UNSURE:
        raise NotPossible(_("It is already known what became of this answer."))
    reply.due_at = now()
    _set(reply, ReplyState.UNSURE, Fact.REPLY_RETRIED, viewer)


@transaction.atomic
def settle_reply(viewer: Viewer, reply_id: int, *, arrived: bool) -> None:
    """A person has looked whether an unsure answer stands on the network. If not, it is sent again."""
    viewer.must_be(Role.AGENT)
    reply = locked_reply(viewer, reply_id)
    if reply.state not in {ReplyState.UNSURE, ReplyState.BY_HAND} or (
        reply.state == ReplyState.BY_HAND and not arrived
    ):
        raise NotPossible(_("It is already known what became of this answer."))
    reply.due_at, reply.reason, reply.attempts = now(), "", 0
    reply.first_tried_at = reply.first_tried_at if arrived else None
    _set(reply, ReplyState.SENT if arrived else ReplyState.QUEUED, Fact.REPLY_SETTLED, viewer, arrived=arrived)
    recognise([reply.conversation_id])


def _set(reply: Reply, state: ReplyState, fact: Fact, viewer: Viewer, **data: object) -> None:
    reply.state = state
    reply.lease_until = 0
    reply.save(update_fields=["state", "due_at", "reason", "attempts", "first_tried_at", "lease_until"])
    tell(fact, reply.conversation, viewer, reply=reply.pk, **data)
