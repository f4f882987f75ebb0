"""An archive as a channel: rows of a table, read by ``draht import``. There is no network behind it."""

from __future__ import annotations

from draht.channels.archive.mapper import OURS, read_row
from draht.contract.channel import Act, Channel, ReadsRows, Setting
from draht.contract.messages import Account, Item, NotAllowed, Reading
from draht.contract.words import words


class Archive(Channel, ReadsRows):
    label = words("Archive")
    settings = (
        Setting("name", words("Name"), words("What this archive is called."), required=False, default="Archive"),
    )
    needed = ("text", "at")
    columns = {
        "id": ("id", "message_id", "tweet_id", "comment_id", "post_id", "id_str", "uuid"),
        "text": ("text", "full_text", "body", "message", "content", "comment", "tweet", "tweet_text"),
        "at": ("at", "created_at", "tweet_created", "created", "published_at", "published", "sent_at", "posted_at",
               "timestamp", "datetime", "date", "time"),
        "author_id": ("author_id", "user_id", "customer_id", "sender_id", "from_id"),
        "handle": ("handle", "author_handle", "screen_name", "user_screen_name", "username"),
        "author": ("author", "author_name", "name", "user_name", "customer_name", "user", "sender", "from", "customer"),
        "author_url": ("author_url", "user_url"),
        "avatar": ("avatar", "author_avatar"),
        "thread": ("thread", "thread_id", "conversation_id", "conversation", "ticket_id", "ticket"),
        "parent": ("parent", "parent_id", "in_response_to_tweet_id", "in_reply_to_status_id", "in_reply_to_tweet_id",
                   "in_reply_to_id", "in_reply_to", "reply_to"),
        "inbound": ("inbound", "direction"),
        "private": ("private", "is_private"),
        "held": ("held",),
        "title": ("title", "subject"),
        "url": ("url", "link", "permalink"),
        "language": ("language", "lang"),
        "attachments": ("attachments",),
        "edited_at": ("edited_at",),
        "deleted_at": ("deleted_at",),
        "versions": ("versions",),
        "connection_id": ("connection_id",),
    }  # fmt: skip

    def whoami(self) -> Account:
        return Account(OURS, self.config.get("name") or self.label)

    def may(self, act: Act, item: Item) -> NotAllowed:
        return NotAllowed(words("An archive can't be answered: there is no network behind it."))

    def read_item(self, raw: str) -> Reading:
        return read_row(raw)
