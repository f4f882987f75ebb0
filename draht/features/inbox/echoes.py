"""Finding the message of an answer whose id on the network we never learned: somebody saw it, or posted it by hand, or
nobody could tell whether it arrived until the network showed it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from draht.core.clock import MINUTE
from draht.core.worker.claim import NEVER
from draht.features.inbox.models import Message, Reply, ReplyState
from draht.features.inbox.summaries import answer_until

CLOCKS = 10 * MINUTE  # by which the network's clock and ours may differ


def recognise(conversation_ids: Collection[int]) -> None:
    """Ties such answers to their messages. One statement when there are none, as nearly always."""
    waiting = Q(state__in=[ReplyState.SENT, ReplyState.BY_HAND]) | Q(state=ReplyState.UNSURE, due_at=NEVER)
    seen = Reply.objects.filter(waiting, conversation__in=conversation_ids, message=None)
    for reply in seen.select_related("to").order_by("id"):
        message = _message_of(reply)
        if message is not None:
            Message.objects.filter(pk=message.pk).update(author_id=reply.author_id)
            answer_until(message.pk, message.conversation_id, reply.answers_until)
            Reply.objects.filter(pk=reply.pk).update(message=message, state=ReplyState.SENT, reason="")


def _message_of(reply: Reply) -> Message | None:
    """The first with the same words. Networks change words: of what is known to be there, else the first that answers
    the same message."""
    since = (reply.first_tried_at or reply.written_at) - CLOCKS
    ours = Message.objects.filter(conversation=reply.conversation_id, ours=True, reply=None, author=None, at__gte=since)
    same_words = ours.filter(text=reply.text).order_by("id").first()
    if same_words or reply.state == ReplyState.UNSURE:
        return same_words
    return ours.filter(parent=reply.to.external_id).order_by("id").first()
