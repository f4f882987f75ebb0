"""X: what the channel can do. Reading is in ``round.py``, sending in ``outbox.py``, what is allowed in ``rules.py``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import ClassVar

from draht.channels.x import hooks, media, outbox, rules, subscription, wording
from draht.channels.x.again import Again
from draht.channels.x.client import BASE, Client
from draht.channels.x.login import SETTINGS, SignsInAtX
from draht.channels.x.lookback import LookBack
from draht.channels.x.mapper import is_alone, newest_id, to_account, to_events
from draht.channels.x.outbox import Outbox
from draht.channels.x.parts import SITE
from draht.channels.x.round import Round
from draht.channels.x.subscription import Subscription
from draht.contract.channel import (
    Act,
    BringsMedia,
    Channel,
    Counter,
    Fetches,
    Hears,
    LooksBack,
    LooksBackAtPosts,
    Moderates,
    Publishes,
    Reconciles,
    Replies,
    RereadsItems,
    Setting,
    Subscribes,
)
from draht.contract.errors import Refused
from draht.contract.http import Http
from draht.contract.messages import (
    Account,
    Attachment,
    Hook,
    HookAnswer,
    Item,
    May,
    Media,
    OutgoingPost,
    OutgoingReply,
    Reading,
    Sent,
    Takes,
)
from draht.contract.purse import Budget
from draht.contract.reading import read_again, read_each
from draht.contract.text import counter
from draht.contract.words import words

ENTERPRISE = "enterprise"
NOBODY = Account("", "")  # as long as nobody knows whose login it is: these questions ask no network


class X(
    SignsInAtX, Channel, Fetches, Hears, Subscribes, RereadsItems, Reconciles, Replies, LooksBack, Moderates,
    BringsMedia, Publishes, LooksBackAtPosts,
):  # fmt: skip
    label: ClassVar[str] = "X"
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS
    budget: ClassVar[Budget | None] = Budget(costs_money=True, shared_by="client_id")
    every: ClassVar[int] = 60
    batch: ClassVar[int] = 50

    def __init__(
        self, settings: Mapping[str, str], http: Http, account: Account | None = None, since: datetime | None = None
    ) -> None:
        super().__init__({"api": BASE, "site": SITE, **settings}, http, account, since)
        self.enterprise = self.config.get("access", "").strip().casefold() == ENTERPRISE

    @cached_property
    def client(self) -> Client:
        return Client(self.http, self.config, free=self.enterprise)

    def whoami(self) -> Account:
        return to_account(self.client.me())

    def lacks(self) -> tuple[str, ...]:
        unheard = subscription.lacks(self.client) if self._is_called else (subscription.SLOW,)
        return self.lacking_scopes(self.config.get("scope", "")) + unheard

    # -- in ---------------------------------------------------------------------------------------------

    def fetch(self, cursor: str) -> Reading:
        granted = self.config.get("scope", "dm.read").split()
        now = datetime.now(UTC)
        return Round(self.client, self._us, cursor, self.since, messages="dm.read" in granted, now=now).run()

    def read_item(self, raw: str) -> Reading:
        return read_again(raw, to_events)

    def look_again(self, items: Sequence[Item]) -> Reading:
        return Again(self.client, items).look()

    def verify(self, hook: Hook) -> None:
        hooks.verify(self._api_secret, hook)

    def handshake(self, hook: Hook) -> HookAnswer | None:
        return hooks.handshake(self._api_secret, hook)

    def told_accounts(self, hook: Hook) -> Iterable[str]:
        return hooks.told_accounts(hook.body)

    def read_hook(self, hook: Hook) -> Reading:
        told = tuple(hooks.told_accounts(hook.body))
        if told and told != (self._us.id,):
            return Reading()
        events, unread = read_each([hook.body], lambda body: to_events(hooks.event(body)))
        return Reading(tuple(event for event in events if not is_alone(event, self._us.id)), unread)

    def subscribe(self, address: str) -> None:
        if self._is_called:
            Subscription(self.client, self._us.id, address).make()

    def is_subscribed(self, address: str) -> bool:
        return not self._is_called or Subscription(self.client, self._us.id, address).holds()

    def bring(self, attachment: Attachment, most: int) -> Media:
        answer = self.client.file(attachment.key, most)
        kind = answer.headers.get("content-type", "application/octet-stream")
        return Media(answer.body, kind, attachment.name, attachment.alt)

    # -- out --------------------------------------------------------------------------------------------

    def may(self, act: Act, item: Item) -> May:
        return rules.may(act, item, self.account or NOBODY, self.enterprise)

    def counter(self, item: Item) -> Counter:
        if item.private:
            return counter(outbox.LONGEST_MESSAGE, count=len)
        return wording.counter(rules.addressees(item, self.account or NOBODY))

    def takes(self, item: Item) -> Takes:
        return media.WITH_A_MESSAGE if item.private else media.WITH_A_POST

    def reply(self, reply: OutgoingReply) -> Sent:
        sender = Outbox(self.client, self._us)
        try:
            return sender.message(reply) if _is_message(reply) else sender.answer(reply)
        except Refused:
            # a second copy is refused: then the first one is there
            if reply.first_tried_at is not None and (found := self.find_reply(reply)):
                return found
            raise

    def find_reply(self, reply: OutgoingReply) -> Sent | None:
        looking = LookBack(self.client, self._us)
        return looking.message(reply) if _is_message(reply) else looking.answer(reply)

    def moderate(self, act: Act, item: Item) -> None:
        if act in {Act.HIDE, Act.UNHIDE}:
            self.client.hide(newest_id(item), act is Act.HIDE)
        elif act is Act.DELETE:
            self.client.delete(newest_id(item))
        else:
            raise Refused(words("X has no such function for apps."))

    def post_counter(self) -> Counter:
        return wording.counter()

    def post_takes(self) -> Takes:
        return media.WITH_A_POST

    def may_publish(self, post: OutgoingPost) -> May:
        return outbox.may_publish(post, self.enterprise)

    def publish(self, post: OutgoingPost) -> Sent:
        return Outbox(self.client, self._us).publish(post)

    def find_post(self, post: OutgoingPost) -> Sent | None:
        return LookBack(self.client, self._us).post(post)

    @property
    def _us(self) -> Account:
        self.account = self.account or self.whoami()
        return self.account

    @property
    def _api_secret(self) -> str:
        return self.config.get("api_secret", "").strip()

    @property
    def _is_called(self) -> bool:
        return bool(self._api_secret and self.config.get("bearer_token", "").strip())


def _is_message(reply: OutgoingReply) -> bool:
    return reply.private or reply.to.private
