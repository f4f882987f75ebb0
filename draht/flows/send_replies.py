"""The road of a reply: what ``outgoing`` does, told for answers in the inbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import draht.features.inbox.actions as inbox
from draht.connections.models import Connection
from draht.contract.channel import Act, Channel, LooksBack, Replies
from draht.contract.errors import Refused
from draht.contract.messages import Media, NotAllowed, OutgoingReply, Sent
from draht.contract.words import words
from draht.core.clock import to_datetime
from draht.features.inbox.actions import Reply
from draht.features.inbox.queries import item_of
from draht.flows.outgoing import Road, next_of

SEND_THREADS = 16  # so two for one host


def send_due() -> bool:
    """Sends one answer that is due, or finds out what became of it; whether there was one."""
    work = next_reply()
    if work:
        work()
    return work is not None


def next_reply() -> Callable[[], None] | None:
    """The answer whose turn it is, to be sent by a call; nobody else sends it meanwhile."""
    return next_of(SENDINGS)


class Answers(Road[Reply, OutgoingReply]):
    def claim(self, not_of: Sequence[int]) -> Sequence[Reply]:
        return inbox.claim_due_replies(not_of=not_of)

    def connection(self, row: Reply) -> Connection:
        return row.conversation.connection

    def told(self, row: Reply) -> OutgoingReply:
        tried = row.first_tried_at
        return OutgoingReply(
            key=str(row.key),
            text=row.text,
            to=item_of(row.to),
            private=row.private,
            first_tried_at=to_datetime(tried) if tried else None,
            media=_media(row),
        )

    def check(self, channel: Channel, told: OutgoingReply) -> None:
        assert isinstance(channel, Replies)
        privately = told.private and not told.to.private
        answer = channel.may(Act.REPLY_PRIVATELY if privately else Act.REPLY, told.to)
        if isinstance(answer, NotAllowed):
            raise Refused(answer.why)
        counter = channel.counter(told.to)
        if counter.count(told.text) > counter.limit:
            longer = words("{network} takes {limit} {unit}; this answer is longer.")
            raise Refused(longer.format(network=channel.label, limit=counter.limit, unit=counter.unit))

    def repeats_for(self, channel: Channel) -> int:
        if not isinstance(channel, Replies):
            raise Refused(words("{network} cannot be answered.").format(network=channel.label))
        return channel.repeats_for

    def send(self, channel: Channel, told: OutgoingReply) -> Sent:
        assert isinstance(channel, Replies)
        return channel.reply(told)

    def find(self, channel: Channel) -> Callable[[OutgoingReply], Sent | None] | None:
        return channel.find_reply if isinstance(channel, LooksBack) else None

    def start(self, row: Reply) -> bool:
        return inbox.start_attempt(row)

    def sent(self, row: Reply, sent: Sent) -> None:
        inbox.reply_sent(row, sent)

    def postponed(self, row: Reply, reason: str, after: float | None) -> None:
        inbox.reply_postponed(row, reason, after)

    def failed(self, row: Reply, reason: str) -> None:
        inbox.reply_failed(row, reason)

    def unsure(self, row: Reply, reason: str, *, looks_again: bool, after: float | None = None) -> None:
        inbox.reply_unsure(row, reason, looks_again=looks_again, after=after)

    def missing(self, row: Reply) -> None:
        inbox.reply_missing(row)


def _media(reply: Reply) -> tuple[Media, ...]:
    try:
        return inbox.media_of(reply)
    except OSError as error:
        raise Refused(words("A file of this answer is gone from our disk. Attach it again.")) from error


SENDINGS = Answers(SEND_THREADS)
