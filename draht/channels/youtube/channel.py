"""YouTube: what the channel can do. Reading is in ``round.py``, videos in ``uploads.py``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import ClassVar

import msgspec

from draht.channels.youtube import acts, uploads
from draht.channels.youtube.client import BASE, BATCH, Client
from draht.channels.youtube.mapper import description, thread_of, to_account, to_event, to_events, to_sent
from draht.channels.youtube.round import PACE, Round
from draht.contract.channel import (
    Act,
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
    Schedules,
)
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.google import GoogleChannel, GoogleRefused, google_login
from draht.contract.login import Offer, OffersAccounts, Scope
from draht.contract.messages import (
    Account,
    Allowed,
    Deletion,
    IncomingMessage,
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
from draht.contract.reading import read_again, read_each
from draht.contract.text import counter
from draht.contract.words import words

QUOTA = 10_000  # units a day and app: developers.google.com/youtube/data/determine_quota_cost
LONGEST = 10_000  # characters of a comment; from memory, not confirmed: YouTube itself answers commentTextTooLong
LONGEST_DESCRIPTION = 5_000  # bytes; developers.google.com/youtube/v3/docs/videos
LONGEST_TITLE = 100  # characters; same source
LARGEST = 128 * 1024 * 1024  # bytes of a video: ours, for it is sent from memory; YouTube takes 256 GB
SOONEST, LATEST = 900, 2 * 365 * 24 * 3600  # seconds; not documented, so with care
LOOK_BACK_PAGES = 10  # of the answers below one comment
SKEW = timedelta(minutes=10)  # their clock may run behind ours


class YouTube(
    GoogleChannel, Fetches, RereadsItems, Reconciles, Replies, LooksBack, Moderates, Edits, Publishes,
    LooksBackAtPosts, Schedules, OffersAccounts,
):  # fmt: skip
    """One channel: the comments below all its videos."""

    label = "YouTube"
    oauth = google_login(
        Scope(
            "https://www.googleapis.com/auth/youtube.force-ssl",
            words("To read the comments below your videos, answer them, moderate them, and publish videos."),
        )
    )
    budget = Budget(QUOTA, words("quota units"), resets_in="America/Los_Angeles", shared_by="client_id")
    every = int(PACE.every)
    batch: ClassVar[int] = BATCH
    ahead: ClassVar[tuple[int, int]] = (SOONEST, LATEST)

    @cached_property
    def client(self) -> Client:
        return Client(self.http, self.config.get("api", BASE), self.config.get("access_token", ""))

    # -- who we are ---------------------------------------------------------------------------------------

    def whoami(self) -> Account:
        wanted = self.config.get("channel_id")
        for offer in self.accounts():
            if wanted in {None, "", offer.account.id}:
                return offer.account
        raise Refused(words("This Google account has no YouTube channel, or no longer the one that was chosen."))

    def accounts(self) -> Sequence[Offer]:
        try:
            found = [to_account(raw) for raw in self.client.channels()]
        except msgspec.ValidationError as error:
            told = words("YouTube answered with a channel that cannot be read: {error}")
            raise TryLater(told.format(error=error)) from error
        return [Offer(account, {"channel_id": account.id}) for account in found]

    @property
    def _us(self) -> str:
        self.account = self.account or self.whoami()
        return self.account.id

    # -- reading ----------------------------------------------------------------------------------------------

    def fetch(self, cursor: str) -> Reading:
        if PACE.spent(self.http.purse):  # what is left is for answers
            return Reading(pause=self.http.purse.day_ends_in())
        return Round(self.client, self._us, cursor, self.since, datetime.now(UTC)).run()

    def read_item(self, raw: str) -> Reading:
        return read_again(raw, to_events)

    def look_again(self, items: Sequence[Item]) -> Reading:
        """Absent is gone. What is held is not asked for: whether YouTube shows it by its id is not documented."""
        due = [item.id for item in items if not item.held]
        if not due:
            return Reading()
        events, unread = read_each(self.client.comments(due), to_event)
        there = {event.id for event in events}
        gone = () if unread else tuple(Deletion(id, at=datetime.now(UTC)) for id in due if id not in there)
        return Reading(events + gone)

    # -- what we do ---------------------------------------------------------------------------------------

    def may(self, act: Act, item: Item) -> May:
        ours = item.ours or (self.account is not None and item.author.id == self.account.id)
        return acts.may(act, item, ours=ours, label=self.label)

    def counter(self, item: Item) -> Counter:
        return counter(LONGEST, count=len)

    def reply(self, reply: OutgoingReply) -> Sent:
        try:
            return to_sent(self.client.write(thread_of(reply.to.id), reply.text))
        except GoogleRefused as error:
            # mostly a bad text, sometimes a passing fault: once more, not for ever
            if error.code == "processingFailure" and reply.first_tried_at is None:
                raise TryLater(error.reason) from error
            raise

    def find_reply(self, reply: OutgoingReply) -> Sent | None:
        """By its words below the same thread, written by us and not before the first attempt."""
        since = reply.first_tried_at and reply.first_tried_at - SKEW
        token = ""
        for _ in range(LOOK_BACK_PAGES):
            page = self.client.replies(thread_of(reply.to.id), token)
            for message in read_each(page.items, to_event)[0]:
                if isinstance(message, IncomingMessage) and acts.is_reply(message, reply, self._us, since):
                    return Sent(message.id, message.at, message.url)
            token = page.next
            if not token:
                return None
        raise Unsure(words("There are more answers below this comment than can be looked through."))

    def edit(self, item: Item, text: str) -> None:
        self.client.rewrite(item.id, text)

    def moderate(self, act: Act, item: Item) -> None:
        if act is Act.DELETE and (item.ours or item.author.id == self._us):
            return self.client.delete(item.id)
        there = self.client.set_status(item.id, acts.STATUS[act], ban=act is Act.BAN)
        if not there and act is not Act.DELETE:
            raise Refused(words("This comment is gone from YouTube."))
        return None

    # -- videos -------------------------------------------------------------------------------------------

    def post_counter(self) -> Counter:
        return Counter(LONGEST_DESCRIPTION, words("bytes"), lambda text: len(text.encode()))

    def post_takes(self) -> Takes:
        return Takes(count=1, types=("video/mp4", "video/quicktime", "video/webm"), most=LARGEST, needed=True)

    def may_publish(self, post: OutgoingPost) -> May:
        if len(post.media) != 1 or post.media[0].kind != "video":
            return NotAllowed(words("YouTube takes videos only. Add one video."))
        if not post.title.strip() or len(post.title.strip()) > LONGEST_TITLE:
            return NotAllowed(words("A video needs a title of at most 100 characters."))
        if {"<", ">"} & set(post.title + description(post)):
            return NotAllowed(words("YouTube takes no < and no > in titles and descriptions."))
        if len(description(post).encode()) > LONGEST_DESCRIPTION:
            return NotAllowed(words("With its link the description is longer than YouTube takes."))
        return Allowed()

    def publish(self, post: OutgoingPost) -> Sent:
        may = self.may_publish(post)
        if isinstance(may, NotAllowed):
            raise Refused(may.why)
        return uploads.upload(self.client, post)

    def find_post(self, post: OutgoingPost) -> Sent | None:
        return uploads.find_video(self.client, post)
