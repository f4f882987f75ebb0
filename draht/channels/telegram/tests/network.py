"""Telegram in memory: people, chats, messages and what a bot may do. ``double.py`` puts the Bot API before it."""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass, field
from typing import Any

Thing = dict[str, Any]
BOT = 7001
NAME = "nordlicht_bot"
ADA: Thing = {"id": 111, "is_bot": False, "first_name": "Ada", "last_name": "Kovač", "username": "ada"}
BEN: Thing = {"id": 222, "is_bot": False, "first_name": "Ben"}
US: Thing = {"id": BOT, "is_bot": True, "first_name": "Nordlicht", "username": NAME}
PRIVATE: Thing = {"id": 111, "type": "private", "first_name": "Ada", "last_name": "Kovač", "username": "ada"}
GROUP: Thing = {"id": -1001234, "type": "supergroup", "title": "Nordlicht friends", "username": "nordlichtfriends"}
BASIC: Thing = {"id": -4321, "type": "group", "title": "Wholesale"}
CHANNEL: Thing = {"id": -1009999, "type": "channel", "title": "Nordlicht news", "username": "nordlicht"}
DIRECT: Thing = {"id": -1005555, "type": "supergroup", "title": "Nordlicht news", "is_direct_messages": True}
CHATS = (PRIVATE, GROUP, BASIC, CHANNEL, DIRECT)
RIGHTS = ("can_delete_messages", "can_restrict_members")
Message = Thing


@dataclass
class World:
    """``now`` is the clock, in seconds; ``ask`` is notified whenever something is new."""

    now: int = field(default_factory=lambda: int(time.time()) - 60)
    chats: dict[int, dict[str, Any]] = field(default_factory=lambda: {chat["id"]: dict(chat) for chat in CHATS})
    messages: dict[tuple[int, int], Message] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    reactions: dict[tuple[int, int], Any] = field(default_factory=dict)
    deleted: list[tuple[int, int]] = field(default_factory=list)
    banned: list[tuple[int, int]] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    moved: dict[int, int] = field(default_factory=dict)
    rights: dict[int, set[str]] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    started: set[int] = field(default_factory=lambda: {111})
    news: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._updates = itertools.count(10_001)
        self.rights = {GROUP["id"]: set(RIGHTS), CHANNEL["id"]: {"can_post_messages", "can_edit_messages"}}

    # -- what happens without us --------------------------------------------------------------------------------

    def write(self, text: str = "", *, chat: Any = PRIVATE, author: Any = ADA, to: int = 0, **more: Any) -> Message:
        """Somebody writes. A second passes."""
        self.now += 1
        message: Message = {"message_id": next(self._numbers), "date": self.now, "chat": self.chats[chat["id"]]}
        message |= ({"from": author} if author else {}) | ({"text": text} if text else {}) | more
        if to:
            replied = self.messages[chat["id"], to]
            message["reply_to_message"] = {k: v for k, v in replied.items() if k != "reply_to_message"}
        self.messages[chat["id"], message["message_id"]] = message
        self.blocked.discard(author["id"] if author else 0)
        self.tell("channel_post" if chat["type"] == "channel" else "message", message)
        return message

    def rewrite(self, message: Message, text: str) -> None:
        self.now += 1
        message |= {"text": text, "edit_date": self.now}
        self.tell("edited_message", message)

    def block(self) -> None:
        """Ada blocks the bot."""
        self.now += 1
        self.blocked.add(ADA["id"])
        member = {"user": US, "status": "member"}
        out = {"user": US, "status": "kicked", "until_date": 0}
        self.tell("my_chat_member", {"chat": PRIVATE, "from": ADA, "date": self.now} | {
            "old_chat_member": member, "new_chat_member": out})  # fmt: skip

    def upgrade(self) -> int:
        """The basic group becomes a supergroup; its new id."""
        new = -1004321
        self.write(chat=BASIC, migrate_to_chat_id=new)
        self.chats[new] = {"id": new, "type": "supergroup", "title": BASIC["title"]}
        self.moved[BASIC["id"]] = new
        return new

    def keep(self, content: bytes, name: str) -> str:
        """A file; its id."""
        id = f"file{len(self.files)}"
        self.files[id] = (name, content)
        return id

    def tell(self, kind: str, what: Any) -> None:
        with self.news:
            self.updates.append({"update_id": next(self._updates), kind: dict(what)})
            self.news.notify_all()

    # -- what the bot does ----------------------------------------------------------------------------------------

    def say(self, chat: dict[str, Any], asked: dict[str, Any], **content: Any) -> Message:
        """Without an update: a bot is not told of what it sends."""
        self.now += 1
        message: Message = {"message_id": next(self._numbers), "date": self.now, "chat": chat, **content}
        message |= {"sender_chat": chat} if chat["type"] == "channel" else {"from": US}
        if to := asked.get("reply_parameters"):
            replied = self.messages.get((chat["id"], to["message_id"]))
            message |= {"reply_to_message": replied} if replied else {}
        self.messages[chat["id"], message["message_id"]] = message
        return message

    def ours(self, channel: bool = False) -> list[str]:
        """What stands there in our name: answers, or posts in the channel."""
        found = [m for m in self.messages.values() if m.get("from") == US or "sender_chat" in m]
        return [m.get("text") or m.get("caption", "") for m in found if (m["chat"]["type"] == "channel") == channel]
