"""A WordPress blog as a channel: its comments are fetched, answered and moderated; posts are published."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from draht.channels.wordpress.client import Client
from draht.channels.wordpress.mapper import (
    from_post,
    from_text,
    text_of,
    to_account,
    to_event,
    to_sent,
    to_sent_post,
    words_of_post,
)
from draht.channels.wordpress.reading import read_comments
from draht.contract.channel import (
    Act,
    Channel,
    Counter,
    Fetches,
    LooksBack,
    LooksBackAtPosts,
    Moderates,
    Publishes,
    Replies,
    RereadsItems,
    Schedules,
    Setting,
    not_allowed,
)
from draht.contract.errors import Refused
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
from draht.contract.words import words

LONGEST = 65_525  # bytes of a comment: wp_get_comment_fields_max_lengths()
LONGEST_POST = 4_000_000  # bytes: less than what MariaDB takes in one statement (max_allowed_packet of 16 MiB)
SKEW = timedelta(minutes=5)  # their clock may run behind ours
STATUS = {Act.APPROVE: "approved", Act.HOLD: "hold", Act.SPAM: "spam", Act.DELETE: "trash"}


class WordPress(Channel, Fetches, RereadsItems, Replies, LooksBack, Moderates, Publishes, LooksBackAtPosts, Schedules):
    """One user of one site. It needs the right to moderate comments (the role Editor has it)."""

    label = "WordPress"
    ahead: ClassVar[tuple[int, int]] = (120, 10 * 365 * 24 * 3600)
    settings = (
        Setting("url", words("Address of the site"), words("For example https://blog.example.com")),
        Setting("username", words("User name")),
        Setting("password", words("Application password"), words("Not the password of your login."), secret=True),
    )

    @cached_property
    def client(self) -> Client:
        return Client(self.http, self.config["url"], self.config["username"], self.config["password"])

    def whoami(self) -> Account:
        user = self.client.me()
        if not isinstance(user, dict) or not {"id", "username"} <= user.keys():
            raise Refused(words("{site} does not answer as a WordPress site does.").format(site=self.client.site))
        if not (user.get("capabilities") or {}).get("moderate_comments"):
            told = words("The user {name} has no right to moderate comments. Give it the role Editor.")
            raise Refused(told.format(name=user["username"]))
        return to_account(user)

    def may(self, act: Act, item: Item) -> May:
        if item.deleted:
            return NotAllowed(words("This comment is gone from the blog."))
        if act is Act.REPLY and item.held:
            return NotAllowed(words("This comment waits for approval. Approve it first, then answer."))
        if act is Act.APPROVE and not item.held:
            return NotAllowed(words("This comment is public already."))
        if act is Act.HOLD and item.held:
            return NotAllowed(words("This comment waits for approval already."))
        if act is Act.SPAM and item.ours:
            return NotAllowed(words("This is our own comment."))
        if act is not Act.REPLY and act not in STATUS:
            return not_allowed(self.label)
        return Allowed(note=words("It can be restored from the trash of the blog.") if act is Act.DELETE else "")

    def fetch(self, cursor: str) -> Reading:
        return read_comments(self.client, cursor)

    def read_item(self, raw: str) -> Reading:
        return read_again(raw, to_event)

    # -- answering ------------------------------------------------------------------------------------------

    def counter(self, item: Item) -> Counter:
        return Counter(LONGEST, words("bytes"), lambda text: len(from_text(text).encode()))

    def reply(self, reply: OutgoingReply) -> Sent:
        written = self.client.write(self._post_of(reply.to), reply.to.id, from_text(reply.text))
        if written is not None:
            return to_sent(written)
        found = self.find_reply(reply)
        if found is None:
            raise Refused(words("WordPress says that we answered this with the same words before."))
        return found

    def find_reply(self, reply: OutgoingReply) -> Sent | None:
        """By its words: WordPress itself takes the same words to the same comment for the same answer."""
        account = self.account or self.whoami()
        ours = self.client.ours_below(self._post_of(reply.to), reply.to.id, account.id.removeprefix("user-"))
        words = text_of({"content": {"raw": from_text(reply.text)}})
        messages, _ = read_each(ours, to_event)
        return next(
            (Sent(m.id, m.at, m.url) for m in messages if isinstance(m, IncomingMessage) and m.text == words), None
        )

    def _post_of(self, item: Item) -> int:
        return item.raw.get("post") or self.client.post_of(item.id)

    def moderate(self, act: Act, item: Item) -> None:
        found = self.client.set_status(item.id, STATUS[act])
        if not found and act is not Act.DELETE:
            raise Refused(words("This comment is gone from the blog."))

    def post_counter(self) -> Counter:
        return Counter(LONGEST_POST, words("bytes"), lambda text: len(from_text(text).encode()))

    def publish(self, post: OutgoingPost) -> Sent:
        return to_sent_post(self.client.publish(*from_post(post), post.at))

    def find_post(self, post: OutgoingPost) -> Sent | None:
        """By its words among our newest posts; one that was written before the first attempt is another one."""
        account, wanted = self.account or self.whoami(), from_post(post)
        since = post.first_tried_at and post.first_tried_at - SKEW
        for found in self.client.our_posts(account.id.removeprefix("user-")):
            sent = to_sent_post(found)
            if words_of_post(found) == wanted and (since is None or post.at or sent.at >= since):
                return sent
        return None
