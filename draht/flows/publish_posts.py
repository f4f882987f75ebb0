"""The road of a post: what ``outgoing`` does, told for posts. The time of a planned one is kept here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import draht.features.publishing.actions as publishing
from draht.connections.models import Connection
from draht.connections.outlets import schedules
from draht.contract.channel import Channel, LooksBackAtPosts, Publishes
from draht.contract.errors import Refused, TryLater
from draht.contract.messages import Media, NotAllowed, OutgoingPost, Sent
from draht.contract.words import words
from draht.core.clock import HOUR, SECOND, now
from draht.features.publishing.actions import Publication
from draht.flows.outgoing import Road, next_of

PUBLISH_THREADS = 4
TOO_LATE = 6 * HOUR


def publish_due() -> bool:
    """Publishes one post on one account, or finds out what became of it; whether there was one."""
    work = next_post()
    if work:
        work()
    return work is not None


def next_post() -> Callable[[], None] | None:
    """The post whose turn it is, to be published by a call; nobody else publishes it meanwhile."""
    return next_of(PUBLISHINGS)


class Posts(Road[Publication, OutgoingPost]):
    def claim(self, not_of: Sequence[int]) -> Sequence[Publication]:
        return publishing.claim_due_publications(not_of=not_of)

    def connection(self, row: Publication) -> Connection:
        return row.connection

    def told(self, row: Publication) -> OutgoingPost:
        _must_be_timely(row)
        return publishing.told(row, _media(row), _ahead(row))

    def check(self, channel: Channel, told: OutgoingPost) -> None:
        assert isinstance(channel, Publishes)
        answer = channel.may_publish(told)
        if isinstance(answer, NotAllowed):
            raise Refused(answer.why)
        counter = channel.post_counter()
        if counter.count(told.text) > counter.limit:
            longer = words("{network} takes {limit} {unit}; this post is longer.")
            raise Refused(longer.format(network=channel.label, limit=counter.limit, unit=counter.unit))

    def repeats_for(self, channel: Channel) -> int:
        if not isinstance(channel, Publishes):
            raise Refused(words("{network} takes no posts.").format(network=channel.label))
        return channel.posts_repeat_for

    def send(self, channel: Channel, told: OutgoingPost) -> Sent:
        assert isinstance(channel, Publishes)
        return channel.publish(told)

    def find(self, channel: Channel) -> Callable[[OutgoingPost], Sent | None] | None:
        return channel.find_post if isinstance(channel, LooksBackAtPosts) else None

    def start(self, row: Publication) -> bool:
        return publishing.start_attempt(row)

    def sent(self, row: Publication, sent: Sent) -> None:
        publishing.publication_sent(row, sent)

    def postponed(self, row: Publication, reason: str, after: float | None) -> None:
        publishing.publication_postponed(row, reason, after)

    def failed(self, row: Publication, reason: str) -> None:
        publishing.publication_failed(row, reason)

    def unsure(self, row: Publication, reason: str, *, looks_again: bool, after: float | None = None) -> None:
        publishing.publication_unsure(row, reason, looks_again=looks_again, after=after)

    def missing(self, row: Publication) -> None:
        publishing.publication_missing(row)


def _must_be_timely(row: Publication) -> None:
    """What was planned for a time does not surprise anybody long after it, when a house or a network was away."""
    if row.post.at is not None and not row.is_uncertain and now() > row.post.moment + TOO_LATE:
        raise Refused(words("It could not leave at its time. Publish it again if it still makes sense."))


def _ahead(row: Publication) -> int | None:
    """When the network is to publish it; the same in every attempt. ``TryLater`` when it is too late to ask for that:
    then it leaves at its time."""
    at = row.post.at
    if not row.by_network or at is None:
        return None
    if row.is_uncertain or schedules(row.connection, at):
        return at
    if at > now():
        raise TryLater(words("It is too late for the network to keep the time. Draht keeps it."), (at - now()) / SECOND)
    return None


def _media(row: Publication) -> tuple[Media, ...]:
    try:
        return publishing.media_of(row.post)
    except OSError as error:
        raise Refused(words("A file of this post is gone from our disk. Attach it again.")) from error


PUBLISHINGS = Posts(PUBLISH_THREADS)
