"""Instagram: what one account can do. ``round.py``, ``hooks.py``, ``again.py`` read; ``rights.py`` says what may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from draht.channels.instagram import again, hooks, lacking, mapper, posts, rights
from draht.channels.instagram.answers import find_answer, send_answer
from draht.channels.instagram.client import Client
from draht.channels.instagram.login import SETTINGS, DirectLogin, PageLogin, offers
from draht.channels.instagram.round import Round
from draht.contract.channel import (
    Act,
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
    Subscribes,
)
from draht.contract.errors import Forged, LoginExpired, Refused
from draht.contract.graph_hooks import hub_accounts, hub_handshake, hub_verify
from draht.contract.graph_messaging import is_message
from draht.contract.login import Offer, OffersAccounts, SignsIn
from draht.contract.messages import (
    Account,
    Hook,
    HookAnswer,
    Item,
    May,
    OutgoingPost,
    OutgoingReply,
    Reading,
    Sent,
    Takes,
)
from draht.contract.purse import Budget
from draht.contract.reading import read_again
from draht.contract.words import words

COMMENT = 2200  # characters; [M], not confirmed
MESSAGE = 1000  # bytes of UTF-8
REPEATED_FOR = 2 * 86_400.0  # seconds; Meta repeats a delivery for 36 hours
PAGE = "facebook"


class Instagram(
    SignsIn, Channel, Fetches, RereadsItems, Hears, Subscribes, Reconciles, Replies, LooksBack, Moderates, Publishes,
    LooksBackAtPosts, OffersAccounts,
):  # fmt: skip
    """One professional account, through an app of one's own."""

    label = "Instagram"
    every = 120  # seconds; what is new comes by hook
    batch = 20
    budget = Budget(shared_by="client_id")
    oauth = DirectLogin.oauth
    settings = SETTINGS

    @property
    def through_page(self) -> bool:
        return self.config.get("through", "").strip().lower() == PAGE

    @cached_property
    def login(self) -> SignsIn:
        return PageLogin(self) if self.through_page else DirectLogin(self)

    @cached_property
    def client(self) -> Client:
        return Client(self.http, self.config, self.us.id, self.through_page)

    @property
    def stranger(self) -> Client:
        """Before it is known whose login this is."""
        return Client(self.http, self.config, "", self.through_page)

    @property
    def us(self) -> Account:
        self.account = self.account or self.whoami()
        return self.account

    # -- login --------------------------------------------------------------------------------------------------

    def sign_in_address(self, back: str, state: str, verifier: str) -> str:
        return self.login.sign_in_address(back, state, verifier)

    def sign_in(self, code: str, back: str, verifier: str) -> Mapping[str, str]:
        return self.login.sign_in(code, back, verifier)

    def renew_at(self) -> datetime | None:
        return self.login.renew_at()

    def renew(self) -> Mapping[str, str]:
        return self.login.renew()

    def whoami(self) -> Account:
        if not self.config.get("access_token"):
            raise LoginExpired(words("Nobody has signed in yet."))
        return mapper.to_account(self.stranger.me())

    def accounts(self) -> Sequence[Offer]:
        """At Instagram a login is one account; at Facebook it is those of all pages."""
        return offers(self.stranger.graph) if self.through_page else [Offer(self.whoami())]

    def lacks(self) -> tuple[str, ...]:
        return lacking.lacks(self.client, self.config.get("scope", ""), self.login.lacking_scopes)

    def may(self, act: Act, item: Item) -> May:
        return rights.may(act, item)

    # -- reading ------------------------------------------------------------------------------------------------

    def fetch(self, cursor: str) -> Reading:
        return Round(self.client, self.us, cursor, self.since).step()

    def read_item(self, raw: str) -> Reading:
        return read_again(raw, lambda payload: mapper.to_told(payload, self.us))

    def look_again(self, items: Sequence[Item]) -> Reading:
        return again.look_again(items, self.us, self.client)

    def verify(self, hook: Hook) -> None:
        """Meta signs with the secret of the Instagram app or with that of the app around it."""
        try:
            hub_verify(hook, self.config.get("client_secret", ""), REPEATED_FOR)
        except Forged:
            hub_verify(hook, self.config.get("app_secret", ""), REPEATED_FOR)

    def told_accounts(self, hook: Hook) -> Iterable[str]:
        return hub_accounts(hook)

    def handshake(self, hook: Hook) -> HookAnswer | None:
        try:
            return hub_handshake(hook, self.config.get("client_secret", ""))
        except Forged:
            return hub_handshake(hook, self.config.get("app_secret", ""))

    def read_hook(self, hook: Hook) -> Reading:
        return hooks.read_hook(hook.body, self.us, self.client)

    def subscribe(self, address: str) -> None:
        self.client.subscribe(address)

    def is_subscribed(self, address: str) -> bool:
        return lacking.is_subscribed(self.client, address)

    # -- writing ------------------------------------------------------------------------------------------------

    def counter(self, item: Item) -> Counter:
        if item.private:
            return Counter(MESSAGE, words("bytes"), lambda text: len(text.encode("utf-8", "surrogatepass")))
        return Counter(COMMENT, words("characters"), _length)

    def takes(self, item: Item) -> Takes:
        return posts.OF_A_MESSAGE if is_message(item) else Takes()

    def reply(self, reply: OutgoingReply) -> Sent:
        return send_answer(self.client, reply, self.us)

    def find_reply(self, reply: OutgoingReply) -> Sent | None:
        return find_answer(self.client, reply, self.us)

    def moderate(self, act: Act, item: Item) -> None:
        match act:
            case Act.HIDE | Act.UNHIDE:
                self.client.hide(item.id, act is Act.HIDE)
            case Act.DELETE:
                self.client.delete(item.id)
            case _:
                raise Refused(words("{network} has no such function.").format(network=self.label))

    def post_counter(self) -> Counter:
        return Counter(posts.CAPTION, words("characters"), _length)

    def post_takes(self) -> Takes:
        return posts.TAKES

    def may_publish(self, post: OutgoingPost) -> May:
        return posts.may_publish(post)

    def publish(self, post: OutgoingPost) -> Sent:
        return posts.publish(self.client, post)

    def find_post(self, post: OutgoingPost) -> Sent | None:
        return posts.find(self.client, post)


def _length(text: str) -> int:
    """UTF-16 units: never fewer than what Instagram may count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
