"""Bluesky: what the channel can do. The work is in ``round.py`` (in) and ``writing.py`` (out)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import ClassVar

import msgspec

from draht.channels.bluesky import mapper, records, rights
from draht.channels.bluesky.again import look_again
from draht.channels.bluesky.chat import Chat
from draht.channels.bluesky.client import BATCH, BLOCK, LIKE, POST, Client
from draht.channels.bluesky.round import Round
from draht.channels.bluesky.session import ENTRYWAY, Login
from draht.channels.bluesky.writing import Writing
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
    not_allowed,
)
from draht.contract.errors import Refused
from draht.contract.login import Renews
from draht.contract.messages import (
    Account,
    Allowed,
    Item,
    May,
    NotAllowed,
    OutgoingPost,
    OutgoingReply,
    Reading,
    Sent,
    Takes,
)
from draht.contract.purse import Budget
from draht.contract.reading import read_again
from draht.contract.words import words

FOR_EVER = 365 * 86_400  # a key of ours stays taken as long as the record is there


class Bluesky(
    Channel,
    Fetches,
    RereadsItems,
    Replies,
    LooksBack,
    Moderates,
    Edits,
    Reconciles,
    Publishes,
    LooksBackAtPosts,
    Renews,
):
    label: ClassVar[str] = "Bluesky"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("handle", words("Handle"), words("As on your profile, like acme.bsky.social")),
        Setting("password", words("App password"), words("From Settings, Privacy and security"), secret=True),
        Setting("server", words("Server"), words("Only if yours is another one"), required=False, default=ENTRYWAY),
        Setting(
            "search",
            words("Words to look for"),
            words("One search a line; what is found comes in as if it was written to you"),
            required=False,
            lines=True,
        ),
    )
    budget: ClassVar[Budget | None] = Budget(units=35_000, unit=words("points for writing"))
    every: ClassVar[int] = 30
    batch: ClassVar[int] = BATCH
    repeats_for: ClassVar[int] = FOR_EVER
    posts_repeat_for: ClassVar[int] = FOR_EVER

    @cached_property
    def client(self) -> Client:
        return Client(self.http, Login(self.http, self.config))

    @cached_property
    def chat(self) -> Chat:
        return Chat(self.client, self.config.get("chat", ""))

    @cached_property
    def writing(self) -> Writing:
        return Writing(self.client, self.chat)

    # -- the login ----------------------------------------------------------------------------------------

    def whoami(self) -> Account:
        self.client.login.ensure()
        try:
            return mapper.to_account(self.client.profile(self.client.us))
        except msgspec.ValidationError as error:
            told = words("{url} does not answer like a server of Bluesky's network: {error}")
            raise Refused(told.format(url=self.client.login.server, error=error)) from error

    def lacks(self) -> tuple[str, ...]:
        self.client.login.ensure()
        return () if self.client.login.reads_messages else (rights.NO_ACCESS,)

    def renew_at(self) -> datetime | None:
        return self.client.login.renew_at()

    def renew(self) -> Mapping[str, str]:
        self.client.login.renew()
        return self.client.login.kept()

    # -- in -----------------------------------------------------------------------------------------------

    def fetch(self, cursor: str) -> Reading:
        searches = [line.strip() for line in self.config.get("search", "").splitlines() if line.strip()]
        return Round(self.client, self.chat, cursor, self.since, searches).run()

    def read_item(self, raw: str) -> Reading:
        return read_again(raw, mapper.to_any)

    def look_again(self, items: Sequence[Item]) -> Reading:
        return look_again(self.client, items)

    # -- what may be done ---------------------------------------------------------------------------------

    def may(self, act: Act, item: Item) -> May:
        login = self.client.login
        us = self.account.id if self.account else login.known_did
        return rights.may(act, item, us, login.may_read_messages)

    def counter(self, item: Item) -> Counter:
        return records.counter(direct=item.private)

    def takes(self, item: Item) -> Takes:
        return Takes() if item.private else records.takes()

    def post_counter(self) -> Counter:
        return records.counter(direct=False)

    def post_takes(self) -> Takes:
        return records.takes()

    def may_publish(self, post: OutgoingPost) -> May:
        counter = self.post_counter()
        if counter.count(records.words_of(post)) > counter.limit:
            return NotAllowed(words("With its title and its link this post is too long for Bluesky."))
        return Allowed()

    # -- out ----------------------------------------------------------------------------------------------

    def reply(self, reply: OutgoingReply) -> Sent:
        if reply.first_tried_at is not None and (found := self.find_reply(reply)):
            return found
        return self.writing.send(reply) if _goes_direct(reply) else self.writing.reply(reply)

    def find_reply(self, reply: OutgoingReply) -> Sent | None:
        return self.writing.find_message(reply) if _goes_direct(reply) else self.writing.find(reply.key)

    def publish(self, post: OutgoingPost) -> Sent:
        if post.first_tried_at is not None and (found := self.find_post(post)):
            return found
        return self.writing.publish(post)

    def find_post(self, post: OutgoingPost) -> Sent | None:
        return self.writing.find(post.key)

    def edit(self, item: Item, text: str) -> None:
        self.writing.edit(item, text)

    def moderate(self, act: Act, item: Item) -> None:
        if act is Act.DELETE:
            self.client.delete(POST, mapper.parts(item.id)[2])
        elif act in (Act.HIDE, Act.UNHIDE):
            self.writing.hide(rights.root_of(item), item.id, hidden=act is Act.HIDE)
        elif act is Act.LIKE:
            self.writing.once(LIKE, item.id, records.like(item.id, self.writing.cid(item)))
        elif act is Act.BAN:
            self.writing.once(BLOCK, item.author.id, records.block(item.author.id))
        else:
            raise Refused(not_allowed(self.label).why)


def _goes_direct(reply: OutgoingReply) -> bool:
    return reply.private or rights.is_direct(reply.to)
