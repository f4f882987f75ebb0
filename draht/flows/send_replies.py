"""The road of a reply: claimed, sent, and what came of it written down. Never a second copy in public."""

from __future__ import annotations

import draht.connections.actions as connections
import draht.features.inbox.actions as inbox
from draht.contract.channel import Act, Channel, LooksBack, Replies
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, Unsure
from draht.contract.messages import NotAllowed, OutgoingReply
from draht.core.clock import SECOND, now, to_datetime
from draht.features.inbox.actions import Reply
from draht.features.inbox.queries import item_of

LOOK_AFTER = 20 * SECOND  # networks need a moment until a new message can be read back


def send_due() -> bool:
    """Sends one answer that is due; whether there was one."""
    claimed = inbox.claim_due_replies(limit=1)
    for reply in claimed:
        try:
            _deal_with(reply)
        except Unsure as error:
            _unsure(reply, error.reason)
        except TryLater as error:
            inbox.reply_postponed(reply, error.reason, error.after)
        except LoginExpired as error:
            connections.note_trouble(reply.conversation.connection_id, error)
            inbox.reply_postponed(reply, error.reason, None)
        except ChannelError as error:
            inbox.reply_failed(reply, error.reason)
    return bool(claimed)


def _deal_with(reply: Reply) -> None:
    connection = reply.conversation.connection
    if connection.removed_at:
        raise Refused("This account is no longer connected.")
    with connections.opened(connection) as channel:
        if not isinstance(channel, Replies):
            raise Refused(f"{channel.label} cannot be answered.")
        outgoing = _outgoing(reply)
        if reply.is_uncertain:  # an earlier attempt: its outcome is not known
            _look_first(reply, channel, outgoing)
        else:
            _send(reply, channel, outgoing)


def _send(reply: Reply, channel: Channel, outgoing: OutgoingReply) -> None:
    assert isinstance(channel, Replies)
    answer = channel.may(
        Act.REPLY_PRIVATELY if outgoing.private and not outgoing.to.private else Act.REPLY, outgoing.to
    )
    if isinstance(answer, NotAllowed):
        raise Refused(answer.why)
    counter = channel.counter(outgoing.to)
    if counter.count(outgoing.text) > counter.limit:
        raise Refused(f"{channel.label} takes {counter.limit} {counter.unit}; this answer is longer.")
    if inbox.start_attempt(reply):
        inbox.reply_sent(reply, channel.reply(outgoing))


def _look_first(reply: Reply, channel: Channel, outgoing: OutgoingReply) -> None:
    """Repeats where the network recognises our key, reads back where it can be read, else leaves it to a person."""
    assert isinstance(channel, Replies)
    if now() < (reply.first_tried_at or 0) + channel.repeats_for * SECOND:
        return _send(reply, channel, outgoing)
    if not isinstance(channel, LooksBack):
        return inbox.reply_unsure(reply, reply.reason, None)
    found = channel.find_reply(outgoing)
    if found is not None:
        return inbox.reply_sent(reply, found)
    return _send(reply, channel, outgoing)


def _unsure(reply: Reply, reason: str) -> None:
    inbox.reply_unsure(reply, reason, now() + LOOK_AFTER)


def _outgoing(reply: Reply) -> OutgoingReply:
    tried = reply.first_tried_at
    return OutgoingReply(
        key=str(reply.key),
        text=reply.text,
        to=item_of(reply.to),
        private=reply.private,
        first_tried_at=to_datetime(tried) if tried else None,
    )
