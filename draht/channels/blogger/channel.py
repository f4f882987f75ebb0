"""Blogger: what the channel can do. Reading is in ``round.py``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar

import msgspec

from draht.channels.blogger.client import BASE, Client
from draht.channels.blogger.mapper import BlogAndUser, from_post, to_account, to_blog, to_event, to_sent, words_of
from draht.channels.blogger.round import PACE, Round
from draht.contract.channel import (
    Act,
    Counter,
    Fetches,
    LooksBackAtPosts,
    Moderates,
    Publishes,
    Reconciles,
    RereadsItems,
    Schedules,
    not_allowed,
)
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.google import GoogleChannel, google_login
from draht.contract.login import Offer, OffersAccounts, Scope
from draht.contract.messages import (
    Account,
    Allowed,
    Deletion,
    Event,
    Item,
    May,
    NotAllowed,
    OutgoingPost,
    Reading,
    Sent,
)
from draht.contract.purse import Budget
from draht.contract.reading import read_again, read_each
from draht.contract.words import words

QUOTA = 10_000  # calls a day and app; from memory, not confirmed
LONGEST_POST = 500_000  # bytes; ours: Blogger documents none
SKEW = timedelta(minutes=10)  # their clock may run behind ours
# The blog's own form. That it takes its text from the address (postBody) is seen in older programs, not documented.
FORM = "https://www.blogger.com/comment.g?blogID={blog}&postID={post}&isPopup=true&postBody={{text}}#form"
VERBS = {Act.APPROVE: "approve", Act.SPAM: "spam"}


class Blogger(
    GoogleChannel, Fetches, RereadsItems, Reconciles, Moderates, Publishes, LooksBackAtPosts, Schedules,
    OffersAccounts,
):  # fmt: skip
    """One blog. Its interface has no call that writes a comment: a person answers with the blog's own form."""

    label = "Blogger"
    oauth = google_login(
        Scope(
            "https://www.googleapis.com/auth/blogger",
            words("To read the comments of your blog, moderate them, and publish posts."),
        )
    )
    budget = Budget(QUOTA, words("calls"), resets_in="America/Los_Angeles", shared_by="client_id")
    every = int(PACE.every)
    batch: ClassVar[int] = 20
    ahead: ClassVar[tuple[int, int]] = (120, 10 * 365 * 24 * 3600)

    @cached_property
    def client(self) -> Client:
        config = self.config
        return Client(self.http, config.get("api", BASE), config.get("access_token", ""), config.get("blog_id", ""))

    # -- who we are -----------------------------------------------------------------------------------------

    def whoami(self) -> Account:
        found = self._chosen()
        if not found.blog_user_info.has_admin_access:
            told = words("You are no administrator of {blog}. Only administrators may moderate its comments.")
            raise Refused(told.format(blog=found.blog.name or found.blog.id))
        return to_account(found.blog)

    def accounts(self) -> Sequence[Offer]:
        found = [_blog(raw) for raw in self.client.blogs()]
        return [
            Offer(to_account(each.blog), {"blog_id": each.blog.id, "user_id": each.blog_user_info.user_id})
            for each in found
            if each.blog_user_info.has_admin_access
        ]

    def _chosen(self) -> BlogAndUser:
        """The blog of this connection; before anybody chose, the first one."""
        if not self.client.blog:
            offers = self.accounts()
            if not offers:
                raise Refused(words("This Google account is no administrator of any blog on Blogger."))
            self.client.blog = offers[0].account.id
        return _blog(self.client.blog_and_user())

    @cached_property
    def _us(self) -> tuple[str, str]:
        """Our id as an author of comments, and the blog's, by which the house knows us."""
        if self.config.get("user_id") and self.client.blog:
            return self.config["user_id"], self.client.blog
        found = self._chosen()
        return found.blog_user_info.user_id, found.blog.id

    # -- reading --------------------------------------------------------------------------------------------

    def fetch(self, cursor: str) -> Reading:
        if PACE.spent(self.http.purse):  # what is left is for what we do there
            return Reading(pause=self.http.purse.day_ends_in())
        us = self._us
        return Round(self.client, us, cursor, self.since).run()

    def read_item(self, raw: str) -> Reading:
        us = (self.config.get("user_id", ""), self.config.get("blog_id", ""))
        return read_again(raw, lambda told: to_event(told, us))

    def look_again(self, items: Sequence[Item]) -> Reading:
        us = self._us
        found: list[Any] = []
        gone: list[Event] = []
        for item in items:
            raw = self.client.comment(item.thread, item.id)
            if raw is None:
                gone.append(Deletion(item.id))
            else:
                found.append(raw)
        events, _ = read_each(found, lambda told: to_event(told, us))
        return Reading(events + tuple(gone))

    # -- what we do -----------------------------------------------------------------------------------------

    def may(self, act: Act, item: Item) -> May:
        ours = item.ours or (self.account is not None and item.author.id == self.account.id)
        if item.deleted:
            return NotAllowed(words("This comment is gone from the blog."))
        if act is Act.REPLY:
            return self._may_reply(item)
        if act is Act.APPROVE and not item.held:
            return NotAllowed(words("This comment is public already."))
        if act is Act.SPAM and ours:
            return NotAllowed(words("This is our own comment."))
        if act is Act.DELETE:
            return Allowed(note=words("It is deleted for good. If it has answers, its place stays, without its words."))
        if act is Act.EDIT:
            return NotAllowed(words("On Blogger nobody can change a comment, not even its author."))
        return Allowed() if act in VERBS else not_allowed(self.label)

    def _may_reply(self, item: Item) -> May:
        if item.held:
            return NotAllowed(words("This comment waits for approval. Approve it first, then answer."))
        why = words(
            "Blogger lets no program write comments. The blog's own page opens, and you paste the answer there."
        )
        blog = self.account.id if self.account else self.config.get("blog_id", "")
        return NotAllowed(why, by_hand=FORM.format(blog=blog, post=item.thread))

    def moderate(self, act: Act, item: Item) -> None:
        _ = self._us
        if act is Act.DELETE:
            return self._delete(item)
        if not self.client.act(item.thread, item.id, VERBS[act]):
            raise Refused(words("This comment is gone from the blog."))
        return None

    def _delete(self, item: Item) -> None:
        """With answers below it, only its words go: else the answers would hang in the air."""
        around = self.client.comments_of(item.thread) if self.client.comment(item.thread, item.id) else []
        if any(isinstance(each, dict) and each.get("inReplyTo") == {"id": item.id} for each in around):
            self.client.act(item.thread, item.id, "removecontent")
        else:
            self.client.delete(item.thread, item.id)

    # -- posts ----------------------------------------------------------------------------------------------

    def post_counter(self) -> Counter:
        return Counter(LONGEST_POST, words("bytes"), lambda text: len(text.encode()))

    def may_publish(self, post: OutgoingPost) -> May:
        return Allowed() if post.title.strip() else NotAllowed(words("A post on a blog needs a title."))

    def publish(self, post: OutgoingPost) -> Sent:
        """One that waits for its time is a draft first, which a further attempt uses again."""
        _ = self._us
        if post.at is None:
            return to_sent(self.client.write(from_post(post), draft=False))
        left = self._find(post, ("DRAFT",)) if post.first_tried_at else None
        try:
            draft: Any = left or self.client.write(from_post(post), draft=True)
        except Unsure as error:  # nobody sees a draft
            raise TryLater(error.reason) from error
        return to_sent(self.client.publish(draft["id"], post.at))

    def find_post(self, post: OutgoingPost) -> Sent | None:
        _ = self._us
        found = self._find(post, ("LIVE", "SCHEDULED"))
        return to_sent(found) if found else None

    def _find(self, post: OutgoingPost, statuses: tuple[str, ...]) -> Any:
        """By its words among our newest posts; one that was published before the first attempt is another one."""
        since = post.first_tried_at and post.first_tried_at - SKEW
        for raw in self.client.posts(statuses):
            if not isinstance(raw, dict) or words_of(raw) != words_of(from_post(post)):
                continue
            if since is None or post.at or to_sent(raw).at >= since:
                return raw
        return None


def _blog(raw: Any) -> BlogAndUser:
    try:
        return to_blog(raw)
    except msgspec.ValidationError as error:
        told = words("Blogger answered with a blog that cannot be read: {error}")
        raise TryLater(told.format(error=error)) from error
