"""The channel on the sandbox: everything a channel can do, on a network that lives in the same process."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import msgspec

from draht.channels.sandbox import mapper
from draht.channels.sandbox.client import Client
from draht.channels.sandbox.network import open_account
from draht.channels.sandbox.seed import seed
from draht.channels.sandbox.site import serve
from draht.contract.channel import (
    Act,
    BringsPages,
    Channel,
    Counter,
    Demonstrates,
    Edits,
    Fetches,
    Hears,
    LooksBack,
    LooksBackAtPosts,
    Moderates,
    Publishes,
    Replies,
    RereadsItems,
    Setting,
    Subscribes,
    WSGIApp,
    not_allowed,
)
from draht.contract.errors import ChannelError, Forged, TryLater, Unsure
from draht.contract.messages import (
    Account,
    Allowed,
    Hook,
    Item,
    May,
    NotAllowed,
    OutgoingPost,
    OutgoingReply,
    Reading,
    Sent,
    Unread,
)
from draht.contract.reading import as_text, read_again
from draht.contract.signatures import fits
from draht.contract.text import counter
from draht.contract.words import words

WINDOW = timedelta(days=7)  # for private answers
STATES = {Act.APPROVE: "public", Act.HOLD: "held", Act.SPAM: "spam"}


class Sandbox(
    Channel,
    Fetches,
    Hears,
    RereadsItems,
    Subscribes,
    Replies,
    LooksBack,
    Moderates,
    Edits,
    Publishes,
    LooksBackAtPosts,
    BringsPages,
    Demonstrates,
):
    """A company's account on the sandbox."""

    label = "Sandbox"
    every = 15
    repeats_for: ClassVar[int] = 365 * 24 * 3600  # the network keeps its keys as long as its messages
    posts_repeat_for: ClassVar[int] = repeats_for
    settings = (
        Setting("url", words("Address"), words("Where the sandbox is, for example http://localhost:8000/sandbox.")),
        Setting("token", words("Token"), words("The demo makes one; see “How to get the token”."), secret=True),
        Setting(
            "hook_secret",
            words("Hook secret"),
            words("What the sandbox signs its hooks with."),
            secret=True,
            required=False,
        ),
    )

    @property
    def client(self) -> Client:
        return Client(self.http, self.config.get("url", ""), self.config.get("token", ""))

    def whoami(self) -> Account:
        client = self.client
        with _understood():
            return mapper.to_account(client.whoami(), client.base)

    def fetch(self, cursor: str) -> Reading:
        client = self.client
        with _understood():
            return mapper.to_page_reading(client.events(cursor), client.base)

    def verify(self, hook: Hook) -> None:
        signature = hook.headers.get("x-sandbox-signature", "")
        if not fits(self.config.get("hook_secret", ""), hook.body, signature):
            raise Forged("The signature does not fit.")

    def read_hook(self, hook: Hook) -> Reading:
        try:
            event = msgspec.json.decode(hook.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return Reading(unread=(Unread(as_text(hook.body), f"No JSON: {error}"),))
        return mapper.to_reading([event], self.client.base)

    def read_item(self, raw: str) -> Reading:
        base = self.client.base
        return read_again(raw, lambda event: mapper.to_event(event, base))

    def counter(self, item: Item) -> Counter:
        return counter(500)

    def reply(self, reply: OutgoingReply) -> Sent:
        return self._write(mapper.from_reply(reply))

    def post_counter(self) -> Counter:
        return counter(500)

    def publish(self, post: OutgoingPost) -> Sent:
        return self._write(mapper.from_post(post))

    def find_reply(self, reply: OutgoingReply) -> Sent | None:
        return self._find(reply.key)

    def find_post(self, post: OutgoingPost) -> Sent | None:
        return self._find(post.key)

    def moderate(self, act: Act, item: Item) -> None:
        if act is Act.DELETE:
            self.client.delete(item.id)
        else:
            self.client.moderate(item.id, STATES[act])

    def edit(self, item: Item, text: str) -> None:
        self.client.edit(item.id, text)

    def may(self, act: Act, item: Item) -> May:
        if item.deleted:
            return NotAllowed(words("It is gone from the network."))
        ours = item.ours or (self.account is not None and item.author.id == self.account.id)
        match act:
            case Act.REPLY:
                return _may_reply_privately(item, ours) if item.private else _may_reply(item, ours)
            case Act.REPLY_PRIVATELY:
                return not_allowed(self.label) if item.private else _may_reply_privately(item, ours)
            case Act.DELETE:
                return _may_delete(item, ours)
            case Act.EDIT:
                return Allowed() if ours else NotAllowed(words("Only what we wrote ourselves can be changed."))
            case Act.APPROVE | Act.HOLD | Act.SPAM:
                return _may_moderate(act, item, ours)
            case _:
                return not_allowed(self.label)

    def subscribe(self, address: str) -> None:
        if self.config.get("hook_secret"):  # else it is content with polling
            self.client.subscribe(address, self.config["hook_secret"])

    @classmethod
    def demo(cls, data_dir: str, house: str, website: str) -> Mapping[str, str]:
        handle = seed(data_dir, datetime.now(UTC))
        token = open_account(data_dir, handle, handle)
        return {"url": f"{house}/sandbox", "token": token, "hook_secret": secrets.token_urlsafe(24)}

    @classmethod
    def pages(cls, data_dir: str) -> WSGIApp:
        return serve(data_dir)

    def _find(self, key: str) -> Sent | None:
        client = self.client
        with _understood():
            found = client.by_key(key)
            return mapper.to_sent(found[0], client.base) if found else None

    def _write(self, message: dict[str, object]) -> Sent:
        client, once = self.client, self.repeats_for > 0
        with _understood(TryLater if once else Unsure):
            return mapper.to_sent(client.write(message, once), client.base)


@contextmanager
def _understood(strange: type[ChannelError] = TryLater) -> Iterator[None]:
    """JSON of another shape than ours is one of the four errors, too."""
    try:
        yield
    except msgspec.ValidationError as error:
        told = words("The sandbox answered with something unexpected: {error}")
        raise strange(told.format(error=error)) from error


def _takes_answers(item: Item) -> bool:
    author = item.raw.get("author")
    return not isinstance(author, dict) or author.get("takes_answers") is not False


def _may_reply(item: Item, ours: bool) -> May:
    if item.held:
        return NotAllowed(words("It waits for approval. Approve it first."))
    if not ours and not _takes_answers(item):
        return NotAllowed(words("{name} does not take answers from companies.").format(name=item.author.name))
    return Allowed()


def _may_reply_privately(item: Item, ours: bool) -> May:
    """Private answers have a window; a public message gets one of them."""
    if ours:
        return NotAllowed(words("This is our own. Choose a message of the customer."))
    if item.held:
        return NotAllowed(words("It waits for approval. Approve it first."))
    if not _takes_answers(item):
        return NotAllowed(words("{name} does not take answers from companies.").format(name=item.author.name))
    if item.answered_privately:
        return NotAllowed(words("This was answered privately already, and the network allows that once."))
    until = item.at + WINDOW
    if datetime.now(UTC) > until:
        return NotAllowed(words("The 7 days for a private answer are over."), until)
    return Allowed(until, note="" if item.private else words("One private answer, then the customer has to write."))


def _may_moderate(act: Act, item: Item, ours: bool) -> May:
    if item.private or ours:
        return NotAllowed(words("Only what customers write in public can be moderated."))
    if act is Act.APPROVE and not item.held:
        return NotAllowed(words("It is public already."))
    if act is Act.HOLD and item.held:
        return NotAllowed(words("It waits for approval already."))
    return Allowed()


def _may_delete(item: Item, ours: bool) -> May:
    if item.private and not ours:
        return NotAllowed(words("A private message belongs to the customer."))
    return Allowed()
