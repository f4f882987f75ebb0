"""Mastodon: what the channel can do. The work is in ``round.py`` (in) and below (out)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar

import msgspec

from draht.channels.mastodon import mapper, wording
from draht.channels.mastodon.client import OWN_PAGE, Client
from draht.channels.mastodon.mapper import StatusLimits
from draht.channels.mastodon.round import Round
from draht.contract.channel import (
    Act,
    Channel,
    Counter,
    Fetches,
    LooksBack,
    LooksBackAtPosts,
    Publishes,
    Replies,
    RereadsItems,
    Setting,
)
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.messages import (
    Account,
    Allowed,
    IncomingMessage,
    Item,
    May,
    NotAllowed,
    OutgoingPost,
    OutgoingReply,
    Reading,
    Sent,
)
from draht.contract.reading import read_again, read_each
from draht.contract.text import graphemes
from draht.contract.words import words

LOOK_BACK_PAGES = 10
SKEW = timedelta(minutes=5)  # their clock may run behind ours


class Mastodon(Channel, Fetches, RereadsItems, Replies, LooksBack, Publishes, LooksBackAtPosts):
    label: ClassVar[str] = "Mastodon"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("server", words("Server"), words("The address of your server, like mastodon.social")),
        Setting("token", words("Access token"), words("From Preferences, Development, on your server"), secret=True),
    )
    every: ClassVar[int] = 30
    repeats_for: ClassVar[int] = 3600
    posts_repeat_for: ClassVar[int] = 3600

    _limits: StatusLimits | None = None

    @cached_property
    def client(self) -> Client:
        return Client(self.http, self.config["server"], self.config["token"])

    def whoami(self) -> Account:
        try:
            return mapper.to_account(self.client.me())
        except msgspec.ValidationError as error:
            told = words("{url} does not answer like a Mastodon server: {error}")
            raise Refused(told.format(url=self.client.base, error=error)) from error

    def fetch(self, cursor: str) -> Reading:
        return Round(self.client, self._us, cursor).run()

    def read_item(self, raw: str) -> Reading:
        return read_again(raw, mapper.to_told)

    def may(self, act: Act, item: Item) -> May:
        if item.deleted:
            return NotAllowed(words("This message is gone from Mastodon."))
        if act is Act.REPLY:
            return Allowed(note=words("Only those whom it mentions can read the answer.") if item.private else "")
        if act is Act.REPLY_PRIVATELY:
            return self._may_reply_privately(item)
        return NotAllowed(
            words(
                "On Mastodon nobody can hide or remove what others wrote. "
                "On your server's page you can mute, block or report its author."
            )
        )

    def counter(self, item: Item) -> Counter:
        limits = self._known_limits()

        def count(text: str) -> int:
            whole = mapper.addressed(text, item, self._us)
            told = wording.length(whole, limits.characters_reserved_per_url)
            return told + graphemes(mapper.warning(item))

        return Counter(limit=limits.max_characters, unit=words("characters"), count=count)

    def reply(self, reply: OutgoingReply) -> Sent:
        # Mastodon recognises the key by itself; some servers of the same API do not
        if reply.first_tried_at is not None and (found := self.find_reply(reply)):
            return found
        status = mapper.from_reply(reply, self._us)
        if status["visibility"] == "direct" and "@" not in status["status"]:
            raise Refused(words("Nobody would be told of this private answer. Answer a message of the person instead."))
        answer = self.client.write(status, reply.key)
        return self._certain(_sent(answer) or self.find_reply(reply))

    def find_reply(self, reply: OutgoingReply) -> Sent | None:
        text = mapper.from_reply(reply, self._us)["status"]
        since = reply.first_tried_at and reply.first_tried_at - SKEW
        # without a parent: what it answers has been deleted since
        return self._find(text, {reply.to.id, ""}, since)

    def post_counter(self) -> Counter:
        limits = self._known_limits()

        def count(text: str) -> int:
            return wording.length(text, limits.characters_reserved_per_url)

        return Counter(limit=limits.max_characters, unit=words("characters"), count=count)

    def publish(self, post: OutgoingPost) -> Sent:
        answer = self.client.write(mapper.from_post(post), post.key)
        return self._certain(_sent(answer) or self.find_post(post))

    def find_post(self, post: OutgoingPost) -> Sent | None:
        since = post.first_tried_at and post.first_tried_at - SKEW
        return self._find(mapper.from_post(post)["status"], {""}, since)

    @property
    def _us(self) -> str:
        self.account = self.account or self.whoami()
        return self.account.id

    def _may_reply_privately(self, item: Item) -> May:
        if item.private:
            return NotAllowed(words("This is a private mention: an ordinary answer is as private."))
        if item.ours or (self.account is not None and item.author.id == self.account.id):
            return NotAllowed(words("This is a message of our own."))
        return Allowed(note=words("Mastodon does not encrypt private mentions."))

    def _known_limits(self) -> StatusLimits:
        """What the server allows; Mastodon's defaults if it cannot be asked now."""
        if self._limits is None:
            try:
                self._limits = mapper.to_limits(self.client.instance())
            except (TryLater, Refused, msgspec.ValidationError):
                return StatusLimits()
        return self._limits

    def _find(self, text: str, parents: set[str], since: datetime | None) -> Sent | None:
        """Our newest status with these words. Without ``since`` only the newest page is looked at."""
        where: dict[str, str] = {}
        for _ in range(LOOK_BACK_PAGES):
            page = self.client.own(self._us, **where)
            ours = [each for each in read_each(page, mapper.to_message)[0] if isinstance(each, IncomingMessage)]
            for message in ours:
                same_words = wording.letters(message.text) == wording.letters(text)
                if same_words and message.parent in parents and (since is None or message.at >= since):
                    return Sent(id=message.id, at=message.at, url=message.url)
            if since is None or len(page) < OWN_PAGE or not ours or ours[-1].at < since:
                return None
            where = {"max_id": ours[-1].id}
        told = words("{url} holds more posts of ours since then than can be looked through.")
        raise Unsure(told.format(url=self.client.base))

    def _certain(self, sent: Sent | None) -> Sent:
        if sent is None:
            raise Unsure(words("{url} took it, but did not say where it stands.").format(url=self.client.base))
        return sent


def _sent(answer: Any) -> Sent | None:
    """``None`` when the server does not show the status: some answer a known key with "done already" only."""
    try:
        return mapper.to_sent(answer)
    except msgspec.ValidationError:
        return None
