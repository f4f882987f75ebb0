"""Finding the message of an answer whose id on the network we never learned: somebody saw it, or posted it by hand."""

from __future__ import annotations

from collections.abc import Collection

from draht.core.clock import MINUTE
from draht.features.inbox.models import Message, Reply, ReplyState
from draht.features.inbox.summaries import answer_until

CLOCKS = 10 * MINUTE  # by which the network's clock and ours may differ


def recognise(conversation_ids: Collection[int]) -> None:
    """Ties such answers to their messages. One statement when there are none, as nearly always."""
    waiting = [ReplyState.SENT, ReplyState.BY_HAND]
    seen = Reply.objects.filter(conversation__in=conversation_ids, state__in=waiting, message=None)
    for reply in seen.select_related("to").order_by("id"):
        message = _message_of(reply)
        if message is not None:
            Message.objects.filter(pk=message.pk).update(author_id=reply.author_id)
            answer_until(message.pk, message.conversation_id, reply.answers_until)
            Reply.objects.filter(pk=reply.pk).update(message=message, state=ReplyState.SENT)


def _message_of(reply: Reply) -> Message | None:
    """The first with the same words; networks change words, so else the first that answers the same message."""
    since = (reply.first_tried_at or reply.written_at) - CLOCKS
    ours = Message.objects.filter(conversation=reply.conversation_id, ours=True, reply=None, author=None, at__gte=since)
    same_words = ours.filter(text=reply.text).order_by("id").first()
    return same_words or ours.filter(parent=reply.to.external_id).order_by("id").first()
