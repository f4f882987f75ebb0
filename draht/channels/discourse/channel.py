"""Discourse: what one user of a forum can do. ``round.py`` and ``hooks.py`` read, ``answers.py`` writes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property

from draht.channels.discourse import acts, answers, hooks, mapper, posts, rights
from draht.channels.discourse.again import look_again
from draht.channels.discourse.client import Client, base_of
from draht.channels.discourse.refusals import Forbidden
from draht.channels.discourse.round import Round
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
    Setting,
)
from draht.contract.errors import Forged
from draht.contract.messages import (
    Account,
    Hook,
    Item,
    May,
    OutgoingPost,
    OutgoingReply,
    Reading,
    Sent,
    Takes,
)
from draht.contract.reading import read_again
from draht.contract.signatures import fits
from draht.contract.text import counter
from draht.contract.words import words

DAY = 86_400


class Discourse(
    Channel, Fetches, RereadsItems, Hears, Reconciles, Replies, LooksBack, Moderates, Edits, Publishes, LooksBackAtPosts
):  # fmt: skip
    label = "Discourse"
    every = 60  # seconds
    batch = 10  # each may take a call, and a key has 60 a minute
    posts_repeat_for = 30 * DAY
    settings = (
        Setting("server", words("Address of the forum"), words("Like forum.example.org")),
        Setting("username", words("Username"), words("The forum's user that Draht reads and writes as")),
        Setting("key", words("API key"), words("From the forum's Admin, Advanced, API keys"), secret=True),
        Setting(
            "hook_secret",
            words("Secret of the webhook"),
            words("The same that you write into the forum's webhook; without it, Draht asks once a minute."),
            secret=True,
            required=False,
        ),
        Setting(
            "category",
            words("Category for topics of ours"),
            words("Its address or number, like https://forum.example.org/c/news/5"),
            required=False,
        ),
    )

    @cached_property
    def client(self) -> Client:
        return Client(self.http, self.config)

    @property
    def base(self) -> str:
        return base_of(self.config.get("server", ""))

    @property
    def category(self) -> int | None:
        """The number at the end of its address."""
        found = re.search(r"(\d+)/?$", self.config.get("category", "").strip())
        return int(found[1]) if found else None

    def whoami(self) -> Account:
        return mapper.to_account(self.client.me(), self.base)

    def lacks(self) -> tuple[str, ...]:
        try:
            self.client.letters()
        except Forbidden:
            return (words("The key may not read private messages. Make one for a single user with all its rights."),)
        return ()

    def may(self, act: Act, item: Item) -> May:
        return rights.may(act, item, self.base)

    # -- reading ------------------------------------------------------------------------------------------------

    def fetch(self, cursor: str) -> Reading:
        return Round(self.client, cursor, self.since, datetime.now(UTC)).run()

    def read_item(self, raw: str) -> Reading:
        return read_again(raw, lambda payload: mapper.to_event(payload, self.base))

    def look_again(self, items: Sequence[Item]) -> Reading:
        return look_again(self.client, items, datetime.now(UTC))

    def verify(self, hook: Hook) -> None:
        if not fits(self.config.get("hook_secret", ""), hook.body, hook.headers.get(hooks.SIGNATURE, "")):
            raise Forged("The signature of this call is not the forum's.")

    def read_hook(self, hook: Hook) -> Reading:
        return hooks.read_hook(self.client, hook, datetime.now(UTC))

    # -- writing ------------------------------------------------------------------------------------------------

    def counter(self, item: Item) -> Counter:
        return counter(answers.LONGEST, count=len)

    def takes(self, item: Item) -> Takes:
        return answers.PICTURES

    def reply(self, reply: OutgoingReply) -> Sent:
        return answers.send_answer(self.client, reply)

    def find_reply(self, reply: OutgoingReply) -> Sent | None:
        return answers.find_answer(self.client, reply)

    def moderate(self, act: Act, item: Item) -> None:
        acts.act_on(self.client, act, item)

    def edit(self, item: Item, text: str) -> None:
        answers.edit(self.client, item.id, text)

    def post_counter(self) -> Counter:
        return counter(answers.LONGEST, count=len)

    def post_takes(self) -> Takes:
        return answers.PICTURES

    def publish(self, post: OutgoingPost) -> Sent:
        return posts.publish(self.client, post, self.category)

    def find_post(self, post: OutgoingPost) -> Sent | None:
        return posts.find(self.client, post)
