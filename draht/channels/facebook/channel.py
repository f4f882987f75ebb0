"""Facebook: what one page can do. ``round.py``, ``hooks.py``, ``again.py`` read; ``rights.py`` says what may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property

from draht.channels.facebook import again, hooks, lacking, mapper, posts, rights
from draht.channels.facebook.answers import find_answer, send_answer
from draht.channels.facebook.client import Client
from draht.channels.facebook.round import Round
from draht.contract.channel import (
    Act,
    Channel,
    Counter,
    Edits,
    Fetches,
    Hears,
    LooksBack,
    LooksBackAtPosts,
    Moderates,
    Publishes,
    Reconciles,
    Replies,
    RereadsItems,
    Schedules,
    Setting,
    Subscribes,
)
from draht.contract.errors import LoginExpired, Refused
from draht.contract.graph import BATCH, to_sent
from draht.contract.graph_hooks import hub_accounts, hub_handshake, hub_verify
from draht.contract.graph_login import DIALOG, GraphLogin
from draht.contract.graph_messaging import is_message
from draht.contract.login import OAuth2, Offer, OffersAccounts, Scope
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

COMMENT = 8000  # characters; [M], not confirmed
MESSAGE = 2000  # characters of a message in Messenger; [M]
POST = 63_206  # characters
REPEATED_FOR = 2 * 86_400.0  # seconds; Meta repeats a delivery for 36 hours
SCOPES = (
    Scope("pages_show_list", words("to list the pages that you can connect")),
    Scope("pages_read_engagement", words("to read the page's posts and the comments below them")),
    Scope("pages_read_user_content", words("to read comments and posts of visitors, and who wrote them")),
    Scope("pages_manage_engagement", words("to answer, like, hide and delete comments")),
    Scope("pages_manage_posts", words("to publish posts")),
    Scope("pages_manage_metadata", words("to be told at once when something is new, and to block people")),
    Scope("pages_messaging", words("to read and answer messages in Messenger")),
)


class Facebook(
    GraphLogin, Channel, Fetches, RereadsItems, Hears, Subscribes, Reconciles, Replies, LooksBack, Moderates, Edits,
    Publishes, LooksBackAtPosts, Schedules, OffersAccounts,
):  # fmt: skip
    """One page, through an app of one's own."""

    label = "Facebook"
    every = 120  # seconds; what is new comes by hook
    batch = BATCH
    ahead = posts.AHEAD
    budget = Budget(shared_by="client_id")
    oauth = OAuth2(DIALOG, "", SCOPES, between=",")
    settings = (
        Setting("client_id", words("App ID"), words("From your app's dashboard at developers.facebook.com")),
        Setting("client_secret", words("App secret"), words("In the app's settings, under Basic"), secret=True),
        Setting("config_id", words("Configuration ID"), words("Only with Facebook Login for Business"), required=False),
    )

    @cached_property
    def client(self) -> Client:
        return Client(self.http, self.config)

    @property
    def us(self) -> str:
        self.account = self.account or self.whoami()
        return self.account.id

    def whoami(self) -> Account:
        if not self.config.get("access_token"):
            raise LoginExpired(words("Nobody has signed in yet."))
        try:
            return mapper.to_account(self.client.me())
        except Refused as error:
            if "nonexisting field" not in error.reason:
                raise
            raise Refused(words("This login opens no page. Sign in again and choose a page.")) from error

    def accounts(self) -> Sequence[Offer]:
        """The pages. The token of a page does not run out by itself."""
        own = [(mapper.to_account(page), str(page.get("access_token") or "")) for page in self.client.pages()]
        return [Offer(account, {"access_token": token, "expires_at": ""}) for account, token in own if token]

    def lacks(self) -> tuple[str, ...]:
        return lacking.lacks(self.client, self.lacking_scopes)

    def may(self, act: Act, item: Item) -> May:
        return rights.may(act, item, self.account.id if self.account else "")

    # -- reading ------------------------------------------------------------------------------------------------

    def fetch(self, cursor: str) -> Reading:
        return Round(self.client, self.us, cursor, self.since).step()

    def read_item(self, raw: str) -> Reading:
        return read_again(raw, lambda payload: mapper.to_told(payload, self.us))

    def look_again(self, items: Sequence[Item]) -> Reading:
        return again.look_again(items, self.us, self.client)

    def verify(self, hook: Hook) -> None:
        hub_verify(hook, self.config.get("client_secret", ""), REPEATED_FOR)

    def told_accounts(self, hook: Hook) -> Iterable[str]:
        return hub_accounts(hook)

    def handshake(self, hook: Hook) -> HookAnswer | None:
        return hub_handshake(hook, self.config.get("client_secret", ""))

    def read_hook(self, hook: Hook) -> Reading:
        return hooks.read_hook(hook.body, self.us, self.client)

    def subscribe(self, address: str) -> None:
        self.client.subscribe(address)

    def is_subscribed(self, address: str) -> bool:
        return lacking.is_subscribed(self.client, address)

    # -- writing ------------------------------------------------------------------------------------------------

    def counter(self, item: Item) -> Counter:
        return Counter(MESSAGE if item.private else COMMENT, words("characters"), _length)

    def takes(self, item: Item) -> Takes:
        if item.private:
            return posts.OF_A_MESSAGE if is_message(item) else Takes()
        return posts.OF_A_COMMENT

    def reply(self, reply: OutgoingReply) -> Sent:
        return send_answer(self.client, reply, self.us)

    def find_reply(self, reply: OutgoingReply) -> Sent | None:
        return find_answer(self.client, reply, self.us)

    def moderate(self, act: Act, item: Item) -> None:
        match act:
            case Act.HIDE | Act.UNHIDE:
                self.client.change(item.id, is_hidden=act is Act.HIDE)
            case Act.LIKE:
                self.client.like(item.id)
            case Act.DELETE:
                self.client.delete(item.id)
            case Act.BAN:
                self.client.block(item.author.id)
                if not item.private:
                    self.client.delete(item.id)
            case _:
                raise Refused(words("{network} has no such function.").format(network=self.label))

    def edit(self, item: Item, text: str) -> None:
        self.client.change(item.id, message=text)

    def post_counter(self) -> Counter:
        return Counter(POST, words("characters"), _length)

    def post_takes(self) -> Takes:
        return posts.OF_A_POST

    def may_publish(self, post: OutgoingPost) -> May:
        return posts.may_publish(post)

    def publish(self, post: OutgoingPost) -> Sent:
        return to_sent(posts.publish(self.client, post), datetime.now(UTC))

    def find_post(self, post: OutgoingPost) -> Sent | None:
        return posts.find(self.client, post)


def _length(text: str) -> int:
    """UTF-16 units: never fewer than what Facebook may count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
