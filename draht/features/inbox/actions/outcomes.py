"""What came of sending an answer. Each outcome is one transaction, and counts only for its own attempt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least

from draht.connections.models import Connection
from draht.contract.messages import Author, IncomingMessage, Sent
from draht.contract.text import clean
from draht.contract.words import words
from draht.core.clock import DAY, HOUR, MINUTE, SECOND, now
from draht.core.journal.facts import Fact
from draht.core.worker.claim import FREE, NEVER, but_not, claim, come, due, free
from draht.features.inbox.actions.locking import tell
from draht.features.inbox.models import Attachment, Conversation, Message, Reply, ReplyState, State
from draht.features.inbox.store import Incoming, store
from draht.features.inbox.summaries import answer_until

LEASE = 2 * MINUTE  # longer than any request may take
LOOK_AFTER = 20 * SECOND  # networks need a moment until a new message can be read back
LONGEST_WAIT = DAY
MOST_ATTEMPTS = 100  # that are counted
DUE = f"state IN ('queued', 'sending', 'postponed', 'unsure') AND {due('due_at')} AND {FREE}"
OF_CONNECTION = "(SELECT c.connection_id FROM inbox_conversation c WHERE c.id = inbox_reply.conversation_id)"
FIRST_VERSION = datetime.fromtimestamp(0, UTC)  # our own wording; the network's version of it is newer


def claim_due_replies(limit: int = 1, not_of: Sequence[int] = ()) -> list[Reply]:
    """Answers that are due, leased to the caller. One whose worker died in the middle comes back as SENDING.

    Args:
        not_of: connections whose networks keep enough threads busy already.
    """
    at = now()
    others, those = but_not(OF_CONNECTION, not_of)
    ids = claim("inbox_reply", DUE + others, [*come(at), *free(at), *those], "due_at", limit, at + LEASE)
    return list(Reply.objects.filter(pk__in=ids).select_related("conversation__connection", "to__person", "author"))


def start_attempt(reply: Reply) -> bool:
    """Writes down that the answer is leaving now, before it does. False if somebody withdrew it meanwhile.

    The lease begins anew: no other worker looks for the answer while this attempt can still be under way.
    """
    at = now()
    changed = Reply.objects.filter(pk=reply.pk, state=reply.state, lease_until=reply.lease_until).update(
        state=ReplyState.SENDING, first_tried_at=reply.first_tried_at or at, lease_until=at + LEASE
    )
    if changed:
        reply.lease_until = at + LEASE
    return bool(changed)


@transaction.atomic
def reply_sent(reply: Reply, sent: Sent) -> None:
    """The network took it. Our message joins the thread by the same road as every other message.

    This is a fact, so it counts even if the worker slept and its lease ran out; all other outcomes do not.
    """
    connection = Connection.objects.select_for_update().get(pk=reply.conversation.connection_id)
    settled = [ReplyState.SENT, ReplyState.WITHDRAWN]
    if not Reply.objects.select_for_update(of=("self",)).filter(pk=reply.pk).exclude(state__in=settled).exists():
        return None
    message = _our_message(reply, connection, sent)
    if Reply.objects.filter(message=message).exists():
        return _write(
            reply, ReplyState.FAILED, Fact.REPLY_FAILED, words("The same answer already stands there."), NEVER
        )
    Message.objects.filter(pk=message.pk).update(author_id=reply.author_id)
    answer_until(message.pk, message.conversation_id, reply.answers_until)
    if not Attachment.objects.filter(message=message).exists():  # else its echo has brought them
        Attachment.objects.filter(reply=reply).update(message=message)
    Reply.objects.filter(pk=reply.pk).update(
        state=ReplyState.SENT, message=message, reason="", lease_until=0, due_at=now()
    )
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
    """Nothing was sent; another attempt follows after ``after`` seconds, or a growing pause of at most an hour."""
    _outcome(reply, ReplyState.POSTPONED, Fact.REPLY_POSTPONED, reason, now() + _pause(reply, after))


@transaction.atomic
def reply_failed(reply: Reply, reason: str) -> None:
    """The network said no."""
    _outcome(reply, ReplyState.FAILED, Fact.REPLY_FAILED, reason, NEVER)


@transaction.atomic
def reply_unsure(reply: Reply, reason: str, *, looks_again: bool, after: float | None = None) -> None:
    """It may have arrived. The worker looks again after a pause as above, or leaves it to a person."""
    due_at = now() + max(LOOK_AFTER, _pause(reply, after)) if looks_again else NEVER
    _outcome(reply, ReplyState.UNSURE, Fact.REPLY_UNSURE, reason, due_at)


@transaction.atomic
def reply_missing(reply: Reply) -> None:
    """Somebody has looked: no earlier attempt arrived. It leaves as if for the first time."""
    if _still_ours(reply):
        Reply.objects.filter(pk=reply.pk).update(
            state=ReplyState.QUEUED, first_tried_at=None, due_at=now(), lease_until=0
        )


def _pause(reply: Reply, after: float | None) -> int:
    """Milliseconds: what the network asked for, at most a day; or what grows with every attempt in vain."""
    told = int(min(after or 0, LONGEST_WAIT / SECOND) * SECOND)
    return max(told, min(HOUR, 15 * SECOND << min(reply.attempts, 8)))


def _outcome(reply: Reply, state: ReplyState, fact: Fact, reason: str, due_at: int) -> None:
    if _still_ours(reply):
        _write(reply, state, fact, reason, due_at)


def _write(reply: Reply, state: ReplyState, fact: Fact, reason: str, due_at: int) -> None:
    reason = clean(reason)
    Reply.objects.filter(pk=reply.pk).update(
        state=state,
        reason=reason[:1000],
        due_at=due_at,
        lease_until=0,
        attempts=Least(F("attempts") + 1, MOST_ATTEMPTS),
        first_tried_at=F("first_tried_at") if state == ReplyState.UNSURE else None,
    )
    conversation = Conversation.objects.get(replies=reply.pk)
    tell(fact, conversation, None, reply=reply.pk, reason=reason[:300])


def _still_ours(reply: Reply) -> bool:
    """Whether the lease is still the one that was taken: a worker that slept too long has no say any more."""
    held = Reply.objects.select_for_update(of=("self",)).filter(pk=reply.pk, lease_until=reply.lease_until)
    return held.exclude(state__in=[ReplyState.SENT, ReplyState.WITHDRAWN]).exists()
