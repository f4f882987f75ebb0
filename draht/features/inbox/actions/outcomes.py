"""What came of sending an answer. Each outcome is one transaction, and counts only for its own attempt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction

from draht.connections.models import Connection
from draht.contract.messages import Author, IncomingMessage, Sent
from draht.contract.text import clean
from draht.contract.words import words
from draht.core.clock import now
from draht.core.journal.facts import Fact
from draht.core.worker import outgoing
from draht.features.inbox.actions.locking import tell
from draht.features.inbox.echoes import recognise
from draht.features.inbox.models import Attachment, Conversation, Message, Reply, State
from draht.features.inbox.store import Incoming, store
from draht.features.inbox.summaries import answer_until

OF_CONNECTION = "(SELECT c.connection_id FROM inbox_conversation c WHERE c.id = inbox_reply.conversation_id)"
ALREADY_THERE = words("The same answer already stands there.")
FIRST_VERSION = datetime.fromtimestamp(0, UTC)  # our own wording; the network's version of it is newer


def claim_due_replies(limit: int = 1, not_of: Sequence[int] = ()) -> list[Reply]:
    """Answers that are due, leased to the caller.

    Args:
        not_of: connections whose networks keep enough threads busy already.
    """
    ids = outgoing.claim_due("inbox_reply", OF_CONNECTION, not_of, limit)
    return list(Reply.objects.filter(pk__in=ids).select_related("conversation__connection", "to__person", "author"))


def start_attempt(reply: Reply) -> bool:
    """Writes down that the answer is leaving now, before it does. False if somebody withdrew it meanwhile."""
    return outgoing.start_attempt(reply)


@transaction.atomic
def reply_sent(reply: Reply, sent: Sent) -> None:
    """The network took it. Our message joins the thread by the same road as every other message.

    This is a fact, so it counts even if the worker slept and its lease ran out; all other outcomes do not.
    """
    connection = Connection.objects.select_for_update().get(pk=reply.conversation.connection_id)
    if not outgoing.is_open(reply):
        return None
    message = _our_message(reply, connection, sent)
    if Reply.objects.filter(message=message).exclude(pk=reply.pk).exists():
        outgoing.fail(reply, ALREADY_THERE)
        return _tell(Fact.REPLY_FAILED, reply, ALREADY_THERE)
    Message.objects.filter(pk=message.pk).update(author_id=reply.author_id)
    answer_until(message.pk, message.conversation_id, reply.answers_until)
    if not Attachment.objects.filter(message=message).exists():  # else its echo has brought them
        Attachment.objects.filter(reply=reply).update(message=message)
    outgoing.write_sent(reply)
    Reply.objects.filter(pk=reply.pk).update(message=message)
    if reply.then_resolve:
        Conversation.objects.filter(pk=message.conversation_id, waiting_since=None).update(
            state=State.RESOLVED, unread=False
        )
    tell(Fact.REPLY_SENT, message.conversation, None, reply=reply.pk, message=message.pk, author=reply.author_id)
    return None


def _our_message(reply: Reply, connection: Connection, sent: Sent) -> Message:
    """The message that our answer became; its echo may have been there before us."""
    us = Author(connection.account_id, connection.account_name, connection.account_handle)
    said = IncomingMessage(
        id=sent.id,
        author=us,
        text=reply.text,
        at=sent.at,
        parent=reply.to.external_id,
        private=reply.private,
        revision=FIRST_VERSION,
        url=sent.url,
    )
    store(Incoming(connection.pk, connection.department_id, connection.account_id, now(), [said]))
    return Message.objects.select_related("conversation").get(connection_id=connection.pk, external_id=sent.id)


@transaction.atomic
def reply_postponed(reply: Reply, reason: str, after: float | None) -> None:
    """Nothing was sent; another attempt follows."""
    if outgoing.write_postponed(reply, clean(reason), after):
        _tell(Fact.REPLY_POSTPONED, reply, reason)


@transaction.atomic
def reply_failed(reply: Reply, reason: str) -> None:
    """The network said no."""
    if outgoing.write_failed(reply, clean(reason)):
        _tell(Fact.REPLY_FAILED, reply, reason)


@transaction.atomic
def reply_unsure(reply: Reply, reason: str, *, looks_again: bool, after: float | None = None) -> None:
    """It may have arrived. The worker looks again after a pause, or leaves it to a person."""
    if outgoing.write_unsure(reply, clean(reason), looks_again=looks_again, after=after):
        _tell(Fact.REPLY_UNSURE, reply, reason)
        recognise([reply.conversation_id])  # the network may have shown it already


@transaction.atomic
def reply_missing(reply: Reply) -> None:
    """Somebody has looked: no earlier attempt arrived. It leaves as if for the first time."""
    outgoing.write_missing(reply)


def _tell(fact: Fact, reply: Reply, reason: str) -> None:
    conversation = Conversation.objects.get(replies=reply.pk)
    tell(fact, conversation, None, reply=reply.pk, reason=clean(reason)[:300])
