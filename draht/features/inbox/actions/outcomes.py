"""What came of sending an answer. Each outcome is one transaction, and counts only for its own attempt."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from draht.connections.models import Connection
from draht.contract.messages import Author, IncomingMessage, Sent
from draht.core.clock import HOUR, MINUTE, SECOND, now
from draht.core.journal.facts import Fact
from draht.core.worker.claim import claim
from draht.features.inbox.actions.locking import tell
from draht.features.inbox.models import Conversation, Message, Reply, ReplyState, State
from draht.features.inbox.store import Incoming, store

LEASE = 2 * MINUTE  # longer than any request may take
NEVER = 2**53  # due when a person decides
DUE = "state IN ('queued', 'sending', 'postponed', 'unsure') AND due_at <= %s AND lease_until < %s"
FIRST_VERSION = datetime.fromtimestamp(0, UTC)  # our own wording; the network's version of it is newer


def claim_due_replies(limit: int = 1) -> list[Reply]:
    """Answers that are due, leased to the caller. One whose worker died in the middle comes back as SENDING."""
    at = now()
    ids = claim("inbox_reply", DUE, [at, at], "due_at", limit, at + LEASE)
    return list(Reply.objects.filter(pk__in=ids).select_related("conversation__connection", "to__person", "author"))


def start_attempt(reply: Reply) -> bool:
    """Writes down that the answer is leaving now, before it does. False if somebody withdrew it meanwhile."""
    changed = Reply.objects.filter(pk=reply.pk, state=reply.state, lease_until=reply.lease_until).update(
        state=ReplyState.SENDING, attempts=reply.attempts + 1, first_tried_at=reply.first_tried_at or now()
    )
    if changed:
        reply.state, reply.attempts = ReplyState.SENDING, reply.attempts + 1
        reply.first_tried_at = reply.first_tried_at or now()
    return bool(changed)


@transaction.atomic
def reply_sent(reply: Reply, sent: Sent) -> None:
    """The network took it. Our message joins the thread by the same road as every other message."""
    connection = Connection.objects.select_for_update().get(pk=reply.conversation.connection_id)
    if not _still_ours(reply):
        return None
    store(
        Incoming(
            connection_id=connection.pk,
            department_id=reply.conversation.department_id,
            account_id=connection.account_id,
            received_at=now(),
            events=[
                IncomingMessage(
                    id=sent.id,
                    author=Author(connection.account_id, connection.account_name, connection.account_handle),
                    text=reply.text,
                    at=sent.at,
                    parent=reply.to.external_id,
                    private=reply.private,
                    revision=FIRST_VERSION,
                    url=sent.url,
                )
            ],
        )
    )
    message = Message.objects.get(connection_id=connection.pk, external_id=sent.id)
    if Reply.objects.filter(message=message).exists():
        return _outcome(reply, ReplyState.FAILED, Fact.REPLY_FAILED, "The same answer already stands there.", NEVER)
    Message.objects.filter(pk=message.pk).update(author_id=reply.author_id)
    Reply.objects.filter(pk=reply.pk).update(
        state=ReplyState.SENT, message=message, reason="", lease_until=0, due_at=now()
    )
    if reply.then_resolve:
        Conversation.objects.filter(pk=message.conversation_id, waiting_since=None).update(
            state=State.RESOLVED, unread=False
        )
    tell(Fact.REPLY_SENT, reply.conversation, None, reply=reply.pk, message=message.pk, author=reply.author_id)
    return None


@transaction.atomic
def reply_postponed(reply: Reply, reason: str, after: float | None) -> None:
    """Nothing was sent; another attempt follows after ``after`` seconds, or a growing pause of at most an hour."""
    pause = max(int((after or 0) * SECOND), min(HOUR, 15 * SECOND * 2 ** min(reply.attempts - 1, 8)))
    _outcome(reply, ReplyState.POSTPONED, Fact.REPLY_POSTPONED, reason, now() + pause)


@transaction.atomic
def reply_failed(reply: Reply, reason: str) -> None:
    """The network said no."""
    _outcome(reply, ReplyState.FAILED, Fact.REPLY_FAILED, reason, NEVER)


@transaction.atomic
def reply_unsure(reply: Reply, reason: str, look_again_at: int | None) -> None:
    """It may have arrived. The worker looks again then (milliseconds); ``None``: a person decides."""
    _outcome(reply, ReplyState.UNSURE, Fact.REPLY_UNSURE, reason, look_again_at or NEVER)


def _outcome(reply: Reply, state: ReplyState, fact: Fact, reason: str, due_at: int) -> None:
    if _still_ours(reply):
        Reply.objects.filter(pk=reply.pk).update(state=state, reason=reason[:1000], due_at=due_at, lease_until=0)
        tell(fact, reply.conversation, None, reply=reply.pk, reason=reason[:300])


def _still_ours(reply: Reply) -> bool:
    """Whether the lease is still the one that was taken: a worker that slept too long has no say any more."""
    return (
        Reply.objects.select_for_update()
        .filter(pk=reply.pk, lease_until=reply.lease_until)
        .exclude(state__in=[ReplyState.SENT, ReplyState.WITHDRAWN])
        .exists()
    )
