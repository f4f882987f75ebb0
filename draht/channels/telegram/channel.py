"""Telegram: what one bot can do. ``arrivals.py`` reads, ``outbox.py`` sends, ``rights.py`` says what may be done."""

from __future__ import annotations

import mimetypes
import re
from functools import cached_property

from draht.channels.telegram import arrivals, lacking, mapper, outbox, rights, subscription
from draht.channels.telegram.client import Client
from draht.channels.telegram.content import utf16
from draht.contract.channel import (
    Act,
    BringsMedia,
    Channel,
    Counter,
    Edits,
    Fetches,
    Hears,
    Moderates,
    Publishes,
    Replies,
    RereadsItems,
    Setting,
    Subscribes,
    Waits,
)
from draht.contract.errors import Refused
from draht.contract.messages import (
    Account,
    Allowed,
    Attachment,
    Hook,
    Item,
    May,
    Media,
    NotAllowed,
    OutgoingPost,
    OutgoingReply,
    Reading,
    Sent,
    Takes,
)
from draht.contract.reading import read_again
from draht.contract.text import counter
from draht.contract.words import words

NAME = re.compile(r"(?:https?://)?(?:www\.)?(?:t\.me/|telegram\.me/|@)?([A-Za-z]\w{3,})/?")
NO_CHANNEL = words("No channel to publish in is set. Write its name into the connection's settings.")


class Telegram(
    Channel, Fetches, Waits, RereadsItems, Hears, Subscribes, Replies, Moderates, Edits, BringsMedia, Publishes
):  # fmt: skip
    label = "Telegram"
    every = 120  # seconds; what is new is told at once by hook, or by waiting
    settings = (
        Setting("token", words("Token of the bot"), words("From @BotFather in Telegram"), secret=True),
        Setting(
            "groups",
            words("What the bot reads"),
            words("In groups it also needs to be a member, and its privacy mode decides what it sees."),
            default="no",
            choices=(("no", words("Private chats only")), ("yes", words("Private chats and groups"))),
        ),
        Setting(
            "channel",
            words("Channel to publish in"),
            words("Like @nordlicht; the bot has to be an administrator of it."),
            required=False,
        ),
    )

    @cached_property
    def client(self) -> Client:
        return Client(self.http, self.config.get("token", ""), self.config.get("api", ""))

    @property
    def groups(self) -> bool:
        return self.config.get("groups") == "yes"

    @property
    def published_in(self) -> int | str:
        """The id or the @name of the channel; empty = none."""
        told = self.config.get("channel", "").strip()
        if re.fullmatch(r"-\d+", told):
            return int(told)
        named = NAME.fullmatch(told)
        return f"@{named[1]}" if named else told

    def whoami(self) -> Account:
        return mapper.to_account(self.client.me())

    def lacks(self) -> tuple[str, ...]:
        return tuple(lacking.lacks(self.client, self.groups, self.published_in))

    def may(self, act: Act, item: Item) -> May:
        return rights.may(act, item)

    # -- reading ------------------------------------------------------------------------------------------------

    def fetch(self, cursor: str) -> Reading:
        return arrivals.fetch(self.client, cursor, self.groups)

    def wait(self, cursor: str, seconds: float) -> bool:
        return arrivals.wait(self.client, cursor, seconds)

    def read_item(self, raw: str) -> Reading:
        return read_again(raw, lambda update: mapper.to_event(update, self.groups))

    def verify(self, hook: Hook) -> None:
        subscription.verify(hook, self.client.token)

    def read_hook(self, hook: Hook) -> Reading:
        return arrivals.read_hook(self.client, hook.body, self.groups)

    def subscribe(self, address: str) -> None:
        subscription.subscribe(self.client, address)

    def is_subscribed(self, address: str) -> bool:
        return subscription.is_subscribed(self.client, address)

    def bring(self, attachment: Attachment, most: int) -> Media:
        answer = self.client.file(attachment.key, most)
        kind = mimetypes.guess_type(answer.url)[0] or "application/octet-stream"
        return Media(answer.body, kind, attachment.name, attachment.alt)

    # -- writing ------------------------------------------------------------------------------------------------

    def counter(self, item: Item) -> Counter:
        return counter(outbox.LONGEST, count=utf16)

    def takes(self, item: Item) -> Takes:
        return outbox.TAKES

    def reply(self, reply: OutgoingReply) -> Sent:
        return outbox.send_answer(self.client, reply)

    def moderate(self, act: Act, item: Item) -> None:
        outbox.act_on(self.client, act, item)

    def edit(self, item: Item, text: str) -> None:
        outbox.edit(self.client, item, text)

    def post_counter(self) -> Counter:
        return counter(outbox.LONGEST, count=utf16)

    def post_takes(self) -> Takes:
        return outbox.TAKES

    def may_publish(self, post: OutgoingPost) -> May:
        if not self.published_in:
            return NotAllowed(NO_CHANNEL)
        if post.media and utf16(_whole(post)) > outbox.CAPTION:
            return NotAllowed(outbox.TOO_LONG_A_CAPTION)
        return Allowed()

    def publish(self, post: OutgoingPost) -> Sent:
        if not self.published_in:
            raise Refused(NO_CHANNEL)
        return outbox.send(self.client, {"chat_id": self.published_in}, _whole(post), post.media)


def _whole(post: OutgoingPost) -> str:
    """All words in one text: a channel's posts have no titles."""
    link = "" if post.link in post.text else post.link
    return "\n\n".join(part for part in (post.title, post.text, link) if part)
