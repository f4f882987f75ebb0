"""Reddit: what one user can do. ``round.py`` reads, ``outbox.py`` writes, ``rights.py`` says what may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property

from draht.channels.reddit import mapper, outbox, rights, round
from draht.channels.reddit.client import PAGE, Client, subreddits_of
from draht.contract.channel import (
    Act,
    Channel,
    Counter,
    Edits,
    Fetches,
    LooksBack,
    LooksBackAtPosts,
    Moderates,
    Publishes,
    Reconciles,
    Replies,
    RereadsItems,
    Setting,
)
from draht.contract.errors import LoginExpired, Refused, TryLater
from draht.contract.http import Http
from draht.contract.login import OAuth2, Scope, SignsIn
from draht.contract.messages import (
    Account,
    Item,
    May,
    NotAllowed,
    OutgoingPost,
    OutgoingReply,
    Reading,
    Sent,
)
from draht.contract.purse import Budget
from draht.contract.reading import read_again, read_each
from draht.contract.text import counter
from draht.contract.words import words

SITE = "https://www.reddit.com"
LONGEST = 10_000  # characters of a comment or message; [M], not confirmed
LONGEST_POST = 40_000  # characters; [M]
SCOPES = (
    Scope("identity", words("to know which account this is")),
    Scope("privatemessages", words("to read the inbox and answer private messages")),
    Scope("read", words("to read posts and comments")),
    Scope("history", words("to find what we published, so that nothing is published twice")),
    Scope("submit", words("to answer, and to publish posts")),
    Scope("edit", words("to change and delete what we wrote")),
    Scope("modposts", words("to hide and approve in your own subreddits")),
    Scope("modcontributors", words("to ban people from your own subreddits")),
)


class Reddit(
    SignsIn, Channel, Fetches, RereadsItems, Reconciles, Replies, LooksBack, Moderates, Edits, Publishes,
    LooksBackAtPosts,
):  # fmt: skip
    """One user, through an app of one's own that Reddit has approved."""

    label = "Reddit"
    off = words(
        "Reddit has to approve every use of its interface before (Responsible Builder Policy), for companies usually "
        "against payment. Switch it on when you have that approval."
    )
    every = 90  # seconds
    batch = PAGE
    budget = Budget(shared_by="client_id")
    oauth = OAuth2(
        authorize="{site}/api/v1/authorize",
        token="{site}/api/v1/access_token",  # noqa: S106 - an address
        scopes=SCOPES,
        extra={"duration": "permanent"},
        basic=True,
    )
    settings = (
        Setting("client_id", words("Client ID"), words("Below the name of your app at reddit.com/prefs/apps")),
        Setting("client_secret", words("Secret of the app"), secret=True),
        Setting(
            "subreddits",
            words("Your own subreddits"),
            words("Where this account is a moderator, like r/boots. Leave it empty to read the inbox only."),
            required=False,
        ),
        Setting(
            "reads",
            words("What is read there"),
            default="all",
            choices=(
                ("all", words("All posts and comments")),
                ("queue", words("Only what waits for a moderator")),
            ),
        ),
        Setting("publish_in", words("Subreddit to publish in"), words("Like r/boots"), required=False),
    )

    def __init__(
        self, settings: Mapping[str, str], http: Http, account: Account | None = None, since: datetime | None = None
    ) -> None:
        super().__init__({"site": SITE, **settings}, http, account, since)

    @cached_property
    def client(self) -> Client:
        return Client(self.http, self.config, self.us)

    @property
    def us(self) -> str:
        self.account = self.account or self.whoami()
        return self.account.id

    @property
    def subreddits(self) -> list[str]:
        return subreddits_of(self.config.get("subreddits", ""))

    def whoami(self) -> Account:
        if not self.config.get("access_token"):
            raise LoginExpired(words("Nobody has signed in yet."))
        return mapper.to_account(Client(self.http, self.config).me())

    def lacks(self) -> tuple[str, ...]:
        return self.lacking_scopes(self.config.get("scope", "")) + tuple(
            words("Our account is no moderator of r/{name}.").format(name=name)
            for name in self.subreddits
            if not self._moderates(name)
        )

    def _moderates(self, subreddit: str) -> bool:
        try:
            told = self.client.about(subreddit)
        except Refused:  # private, or not there
            return False
        data = told.get("data") if isinstance(told, dict) else None
        return isinstance(data, dict) and data.get("user_is_moderator") is True

    def may(self, act: Act, item: Item) -> May:
        return rights.may(act, item, {name.lower() for name in self.subreddits})

    # -- reading ------------------------------------------------------------------------------------------------

    def fetch(self, cursor: str) -> Reading:
        asked = round.listings(self.subreddits, self.config.get("reads") != "queue")
        return round.step(self.client, self.us, cursor, self.since, asked)

    def read_item(self, raw: str) -> Reading:
        return read_again(raw, lambda thing: mapper.to_event(thing, self.us))

    def look_again(self, items: Sequence[Item]) -> Reading:
        """What Reddit does not list may be deleted, or in a subreddit that was closed: it says neither."""
        names = [item.id for item in items if item.id.startswith(("t1_", "t3_"))]
        if not names:
            return Reading()
        try:
            things = mapper.children_of(self.client.info(names))
        except (LookupError, TypeError) as error:
            raise TryLater(words("The network answered with something unexpected.")) from error
        return Reading(*read_each(things, lambda thing: mapper.to_event(thing, self.us)))

    # -- writing ------------------------------------------------------------------------------------------------

    def counter(self, item: Item) -> Counter:
        return counter(LONGEST, count=len)

    def reply(self, reply: OutgoingReply) -> Sent:
        return outbox.send_answer(self.client, reply)

    def find_reply(self, reply: OutgoingReply) -> Sent | None:
        return outbox.find_answer(self.client, reply, self.us)

    def moderate(self, act: Act, item: Item) -> None:
        outbox.act_on(self.client, act, item)

    def edit(self, item: Item, text: str) -> None:
        self.client.change(item.id, text)

    def post_counter(self) -> Counter:
        return counter(LONGEST_POST, count=len)

    def may_publish(self, post: OutgoingPost) -> May:
        return outbox.may_publish(post, self.config.get("publish_in", ""))

    def publish(self, post: OutgoingPost) -> Sent:
        if isinstance(may := self.may_publish(post), NotAllowed):
            raise Refused(may.why)
        [subreddit, *_] = subreddits_of(self.config["publish_in"])
        return mapper.to_sent(self.client.submit(subreddit, post.title.strip(), outbox.whole(post)), datetime.now(UTC))

    def find_post(self, post: OutgoingPost) -> Sent | None:
        return outbox.find_post(self.client, post, self.us)
