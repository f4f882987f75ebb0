"""The sandbox once more, as networks that make it harder to say a thing exactly once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from draht.channels.sandbox.channel import Sandbox
from draht.contract.channel import Act, Channel, Counter, Fetches, HasTemplates, Publishes, Replies, Schedules
from draht.contract.errors import LoginExpired
from draht.contract.messages import (
    Account,
    Allowed,
    Item,
    May,
    Media,
    NotAllowed,
    OutgoingPost,
    OutgoingReply,
    Reading,
    Sent,
    Takes,
    Template,
)


class Keyed(Sandbox):
    """The sandbox, asked more often."""

    every: ClassVar[int] = 1


class Keyless(Keyed):
    """The sandbox as a network without idempotency keys: it can only be read back."""

    repeats_for: ClassVar[int] = 0
    posts_repeat_for: ClassVar[int] = 0


class Blind(Channel, Fetches, Replies, Publishes):
    """The sandbox as a network that neither knows keys nor can be read back."""

    label = "Blind"
    settings = Sandbox.settings

    @property
    def _inner(self) -> Sandbox:
        return Keyless(self.config, self.http, self.account)

    def whoami(self) -> Account:
        return self._inner.whoami()

    def may(self, act: Act, item: Item) -> May:
        return self._inner.may(act, item)

    def fetch(self, cursor: str) -> Reading:
        return self._inner.fetch(cursor)

    def counter(self, item: Item) -> Counter:
        return self._inner.counter(item)

    def reply(self, reply: OutgoingReply) -> Sent:
        return self._inner.reply(reply)

    def post_counter(self) -> Counter:
        return self._inner.post_counter()

    def publish(self, post: OutgoingPost) -> Sent:
        return self._inner.publish(post)


class ByHand(Keyed):
    """The sandbox as a network that has no call for answers: people answer on its pages."""

    def may(self, act: Act, item: Item) -> May:
        if act in {Act.REPLY, Act.REPLY_PRIVATELY}:
            return NotAllowed("It has no call for answers.", by_hand="https://net.example/answer?text={text}")
        return super().may(act, item)


class Pictured(Keyed):
    """The sandbox as a network that takes pictures, of which it remembers what came."""

    came: ClassVar[list[Media]] = []

    def post_takes(self) -> Takes:
        return Takes(count=2, types=("image/png",), most=1000, alt=20)

    def may_publish(self, post: OutgoingPost) -> May:
        return Allowed(cost_cents=1.5) if post.title else NotAllowed("A picture needs a title.")

    def publish(self, post: OutgoingPost) -> Sent:
        self.came.extend(post.media)
        return super().publish(post)

    def takes(self, item: Item) -> Takes:
        return Takes(count=2, types=("image/png",), most=1000, alt=20)

    def reply(self, reply: OutgoingReply) -> Sent:
        self.came.extend(reply.media)
        return super().reply(reply)


class Diary(Keyed, Schedules):
    """The sandbox as a network that keeps the time of a post itself: it remembers which it was asked for."""

    ahead: ClassVar[tuple[int, int]] = (600, 30 * 86_400)
    asked: ClassVar[list[datetime | None]] = []

    def publish(self, post: OutgoingPost) -> Sent:
        sent = super().publish(post)
        self.asked.append(post.at)
        return replace(sent, at=post.at or sent.at)


class Templated(Keyed, HasTemplates):
    """The sandbox as a network that takes agreed texts only."""

    def may(self, act: Act, item: Item) -> May:
        return Allowed(templates=True) if act is Act.REPLY else super().may(act, item)

    def templates(self) -> list[Template]:
        if self.config["token"] == "lost":
            raise LoginExpired("The token has run out.")
        return [Template("delay", "Your parcel {{1}} is late.", "en")]
