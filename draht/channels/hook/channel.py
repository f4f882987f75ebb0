"""Webhooks: another system tells us of messages, and is told of our answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec

from draht.channels.hook import mapper
from draht.channels.hook.signing import STANDARD, WAYS, opener, signed, verify
from draht.contract.channel import (
    Act,
    Channel,
    Counter,
    Edits,
    Hears,
    Moderates,
    Publishes,
    Replies,
    RereadsItems,
    Setting,
    not_allowed,
)
from draht.contract.errors import Refused
from draht.contract.http import NO_JSON
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
    Takes,
    Unread,
)
from draht.contract.reading import as_text, read_again, read_each
from draht.contract.text import counter
from draht.contract.words import words

LONGEST = 10_000  # characters of an answer: ours; the standard names no limit
REPEATS = 3 * 24 * 3600  # receivers keep the ids of calls as long as senders try again: about three days
FILES = Takes(
    4, ("image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "application/pdf"), 25_000_000, 1000
)


class Webhooks(Channel, Hears, RereadsItems, Replies, Moderates, Edits, Publishes):
    """One system on the other side."""

    label: ClassVar[str] = words("Webhooks")
    repeats_for: ClassVar[int] = REPEATS
    posts_repeat_for: ClassVar[int] = REPEATS
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("name", words("Name of the other system")),
        Setting("signed", words("How its calls are signed"), choices=WAYS, default=STANDARD),
        Setting(
            "secret", words("Secret"), words("Both sides sign with it. whsec_ and Base64, for example."), secret=True
        ),
        Setting(
            "reply_url",
            words("Where our answers go"),
            words("Answers are posted there, signed by Standard Webhooks. Empty: nothing can be answered."),
            required=False,
        ),
        Setting(
            "fields",
            words("Where things stand in its calls"),
            words("A line for each, like: text = data.message.body. Empty if it sends the form that the guide shows."),
            required=False,
            lines=True,
        ),
    )

    def whoami(self) -> Account:
        if self._reply_url or self.config.get("signed", STANDARD) == STANDARD:
            opener(self.config.get("secret", ""))
        self._fields()
        if self._reply_url and not self._reply_url.startswith(("https://", "http://")):
            raise Refused(words("The address for our answers has to begin with https://"))
        return mapper.to_account(self.config["name"], self._reply_url)

    # -- in ---------------------------------------------------------------------------------------------------

    def verify(self, hook: Hook) -> None:
        verify(self.config.get("signed", STANDARD), self.config.get("secret", ""), hook)

    def read_hook(self, hook: Hook) -> Reading:
        """A call tells of one thing, or of a list of them."""
        try:
            told = msgspec.json.decode(hook.body)
        except NO_JSON as error:
            return Reading(unread=(Unread(as_text(hook.body), f"No JSON: {error}"),))
        fields, at = self._fields(), _told_at(hook)
        return Reading(
            *read_each(told if isinstance(told, list) else [told], lambda one: mapper.to_event(one, fields, at))
        )

    def read_item(self, raw: str) -> Reading:
        fields, at = self._fields(), datetime.now(UTC)
        return read_again(raw, lambda one: mapper.to_event(one, fields, at))

    # -- out --------------------------------------------------------------------------------------------------

    def may(self, act: Act, item: Item) -> May:
        if item.deleted:
            return NotAllowed(words("It was deleted."))
        if act not in {Act.REPLY, Act.EDIT, Act.DELETE}:
            return not_allowed(self.label)
        if not self._reply_url:
            return NotAllowed(words("This connection has no address where answers go."))
        ours = item.ours or item.author.id == mapper.US
        if act is not Act.REPLY and not ours:
            return NotAllowed(words("Only what we wrote ourselves can be changed."))
        return Allowed()

    def counter(self, item: Item) -> Counter:
        return counter(LONGEST)

    def takes(self, item: Item) -> Takes:
        return FILES

    def reply(self, reply: OutgoingReply) -> Sent:
        at = datetime.now(UTC)
        return self._sent(reply.key, mapper.from_reply(reply, at), at)

    def moderate(self, act: Act, item: Item) -> None:
        at = datetime.now(UTC)
        self._call(f"{item.id}:deleted", mapper.from_deletion(item, at), at)

    def edit(self, item: Item, text: str) -> None:
        at = datetime.now(UTC)
        self._call(f"{item.id}:{at.timestamp():.0f}", mapper.from_edit(item, text, at), at)

    def post_counter(self) -> Counter:
        return counter(LONGEST)

    def post_takes(self) -> Takes:
        return FILES

    def may_publish(self, post: OutgoingPost) -> May:
        if self._reply_url:
            return Allowed()
        return NotAllowed(words("This connection has no address where answers go."))

    def publish(self, post: OutgoingPost) -> Sent:
        at = datetime.now(UTC)
        return self._sent(post.key, mapper.from_post(post, at), at)

    def _sent(self, key: str, call: dict[str, Any], at: datetime) -> Sent:
        """The receiver may say under which id it keeps it."""
        try:
            told = msgspec.json.decode(self._call(key, call, at))
        except NO_JSON:
            told = None
        id, url = (told.get("id"), told.get("url")) if isinstance(told, dict) else (None, None)
        return Sent(id if isinstance(id, str) and id else key, at, url if isinstance(url, str) else "")

    def _call(self, id: str, call: dict[str, Any], at: datetime) -> bytes:
        body = msgspec.json.encode(call)
        headers = signed(self.config.get("secret", ""), id, body.decode(), at)
        answer = self.http.request("POST", self._reply_url, content=body, headers=headers, repeatable=True)
        return answer.body

    @property
    def _reply_url(self) -> str:
        return self.config.get("reply_url", "").strip()

    def _fields(self) -> dict[str, str]:
        try:
            return mapper.to_fields(self.config.get("fields", ""))
        except ValueError as error:
            told = words("“{line}” does not say where something stands. Possible are: {fields}.")
            raise Refused(told.format(line=error, fields=", ".join(mapper.FIELDS))) from error


def _told_at(hook: Hook) -> datetime:
    """When the call was made, by its own header; else now."""
    told = hook.headers.get("webhook-timestamp", "")
    return datetime.fromtimestamp(int(told), UTC) if told.isascii() and told.isdigit() else datetime.now(UTC)
