"""The road of a reply: claimed, sent, and what came of it written down. Never a second copy in public."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import draht.connections.actions as connections
import draht.features.inbox.actions as inbox
from draht.connections.turns import Turns
from draht.contract.channel import Act, Channel, LooksBack, Replies
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, Unsure, only_the_four
from draht.contract.messages import Media, NotAllowed, OutgoingReply, Sent
from draht.contract.words import words
from draht.core.clock import MINUTE, SECOND, now, to_datetime
from draht.features.inbox.actions import Reply
from draht.features.inbox.queries import item_of

ON_ITS_WAY = 2 * MINUTE  # a repetition must arrive before the network forgets the key
SEND_THREADS = 8
SENDINGS = Turns(SEND_THREADS)


def send_due() -> bool:
    """Sends one answer that is due, or finds out what became of it; whether there was one."""
    work = next_reply()
    if work:
        work()
    return work is not None


def next_reply() -> Callable[[], None] | None:
    """The answer whose turn it is, to be sent by a call; nobody else sends it meanwhile."""
    for reply in inbox.claim_due_replies(not_of=SENDINGS.must_wait()):
        step = _settle if reply.is_uncertain else _send
        return SENDINGS.take(reply.conversation.connection, partial(step, reply))
    return None


def _send(reply: Reply) -> None:
    """An answer of which nothing can have arrived yet."""
    try:
        with _opened(reply) as channel:
            outgoing = _outgoing(reply)
            with only_the_four(TryLater):
                _check(channel, outgoing)
            _attempt(reply, channel, outgoing)
    except Unsure as error:
        inbox.reply_unsure(reply, error.reason, looks_again=True)
    except TryLater as error:
        inbox.reply_postponed(reply, error.reason, error.after)
    except LoginExpired as error:
        connections.note_trouble(reply.conversation.connection_id, error)
        inbox.reply_postponed(reply, error.reason, None)
    except ChannelError as error:
        inbox.reply_failed(reply, error.reason)


def _settle(reply: Reply) -> None:
    """An answer that may have arrived. It is repeated where the network knows our key, looked for where it can be read
    back, and else left to a person. Whatever fails meanwhile: it stays unsure."""
    try:
        with _opened(reply) as channel:
            if _knows_the_key(reply, channel):
                return _repeat(reply, channel)
            if isinstance(channel, LooksBack):
                return _look_back(reply, channel)
    except LoginExpired as error:
        connections.note_trouble(reply.conversation.connection_id, error)
        return inbox.reply_unsure(reply, error.reason, looks_again=True)
    except (TryLater, Unsure) as error:
        return inbox.reply_unsure(reply, error.reason, looks_again=True, after=getattr(error, "after", None))
    except ChannelError as error:
        return inbox.reply_unsure(reply, error.reason, looks_again=False)
    return inbox.reply_unsure(reply, reply.reason, looks_again=False)


def _repeat(reply: Reply, channel: Channel) -> None:
    try:
        _attempt(reply, channel, _outgoing(reply))
    except Refused as error:  # perhaps of the repetition only, because of what has changed since the first attempt
        if not isinstance(channel, LooksBack):
            raise
        found = _find(reply, channel)
        if found is None:
            inbox.reply_failed(reply, error.reason)
        else:
            inbox.reply_sent(reply, found)


def _look_back(reply: Reply, channel: LooksBack) -> None:
    found = _find(reply, channel)
    if found is None:
        inbox.reply_missing(reply)
    else:
        inbox.reply_sent(reply, found)


def _find(reply: Reply, channel: LooksBack) -> Sent | None:
    with only_the_four(TryLater):
        return channel.find_reply(_outgoing(reply))


def _attempt(reply: Reply, channel: Channel, outgoing: OutgoingReply) -> None:
    assert isinstance(channel, Replies)
    if not inbox.start_attempt(reply):
        return
    with only_the_four(Unsure):
        sent = channel.reply(outgoing)
    inbox.reply_sent(reply, sent)
    if reply.conversation.connection.trouble_kind == "login":
        connections.end_trouble(reply.conversation.connection_id)


@contextmanager
def _opened(reply: Reply) -> Iterator[Channel]:
    connection = reply.conversation.connection
    if connection.removed_at:
        raise Refused(words("This account is no longer connected."))
    if connection.paused:
        raise TryLater(words("This account is paused."))
    with connections.opened(connection) as channel:
        if not isinstance(channel, Replies):
            raise Refused(words("{network} cannot be answered.").format(network=channel.label))
        yield channel


def _check(channel: Channel, outgoing: OutgoingReply) -> None:
    """Raises ``Refused`` for what the network would refuse."""
    assert isinstance(channel, Replies)
    privately = outgoing.private and not outgoing.to.private
    answer = channel.may(Act.REPLY_PRIVATELY if privately else Act.REPLY, outgoing.to)
    if isinstance(answer, NotAllowed):
        raise Refused(answer.why)
    counter = channel.counter(outgoing.to)
    if counter.count(outgoing.text) > counter.limit:
        told = words("{network} takes {limit} {unit}; this answer is longer.")
        raise Refused(told.format(network=channel.label, limit=counter.limit, unit=counter.unit))


def _knows_the_key(reply: Reply, channel: Channel) -> bool:
    assert isinstance(channel, Replies)
    return now() < (reply.first_tried_at or 0) + channel.repeats_for * SECOND - ON_ITS_WAY


def _media(reply: Reply) -> tuple[Media, ...]:
    try:
        return inbox.media_of(reply)
    except OSError as error:
        raise Refused(words("A file of this answer is gone from our disk. Attach it again.")) from error


def _outgoing(reply: Reply) -> OutgoingReply:
    tried = reply.first_tried_at
    return OutgoingReply(
        key=str(reply.key),
        text=reply.text,
        to=item_of(reply.to),
        private=reply.private,
        first_tried_at=to_datetime(tried) if tried else None,
        media=_media(reply),
    )
