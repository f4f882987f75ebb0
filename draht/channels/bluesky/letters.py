"""Direct messages: at first what conversations hold, from then on the chat's log."""

from __future__ import annotations

from typing import Any

import msgspec

from draht.channels.bluesky.chat import Chat
from draht.channels.bluesky.mapper import direct, to_direct
from draht.channels.bluesky.window import moment
from draht.contract.messages import Deletion, Event, Unread
from draht.contract.reading import read_each

KIND = "chat.bsky.convo.defs#"
MESSAGE, CREATED, DELETED = f"{KIND}messageView", f"{KIND}logCreateMessage", f"{KIND}logDeleteMessage"
BEGIN = "2222222222222"  # before every entry of the log
FIRST = "*"  # the walk through the conversations has yet to begin


class Mark(msgspec.Struct, omit_defaults=True):
    """``log``: the newest entry that was read. ``walk``: the next page of conversations; empty = they are done."""

    log: str = ""
    walk: str = ""


class Letters:
    """One reading. ``since``: ms since 1970; older messages are left where they are."""

    def __init__(self, chat: Chat, mark: Mark, since: int) -> None:
        self.chat = chat
        self.mark = mark
        self.since = since
        self.events: list[Event] = []
        self.unread: list[Unread] = []

    def run(self) -> bool:
        """Says whether there is more. The mark moves only if all went well."""
        if not self.mark.log:  # the log first: what is written meanwhile comes twice rather than never
            self.mark = Mark(self.chat.log("")[1] or BEGIN, FIRST)
        return self._walk() if self.mark.walk else self._read_log()

    def _walk(self) -> bool:
        """The next conversations, whole up to ``since`` or their newest hundred messages."""
        convos, cursor = self.chat.convos("" if self.mark.walk == FIRST else self.mark.walk)
        for convo in convos:
            if _is_between_two(convo) and self._recent(convo.get("lastMessage")):
                page = self.chat.messages(str(convo.get("id")))[0]
                self._take(direct(convo, each) for each in reversed(page) if self._recent(each))
        self.mark = Mark(self.mark.log, cursor if convos else "")
        return bool(self.mark.walk)

    def _read_log(self) -> bool:
        logs, cursor = self.chat.log(self.mark.log)
        new = [entry for entry in logs if not isinstance(entry, dict) or str(entry.get("rev") or "~") > self.mark.log]
        convos = {id: self.chat.convo(id) for id in dict.fromkeys(_convo(entry) for entry in new) if id}
        for entry in new:
            self._understand(entry, convos.get(_convo(entry)))
        moved = cursor > self.mark.log
        self.mark = Mark(max(self.mark.log, cursor))
        return bool(new) and moved

    def _understand(self, entry: Any, convo: Any) -> None:
        if not isinstance(entry, dict) or entry.get("$type") not in (CREATED, DELETED):
            return
        if entry["$type"] == DELETED:
            events, unread = read_each([entry], _deletion)
            self.events += events
            self.unread += unread
        elif _is_between_two(convo):
            self._take([direct(convo, entry.get("message"))])

    def _take(self, payloads: Any) -> None:
        """What was deleted since, and what the network itself says in a conversation, is no message."""
        written = [each for each in payloads if _kind(each["message"]) == MESSAGE]
        events, unread = read_each(written, to_direct)
        self.events += events
        self.unread += unread

    def _recent(self, message: Any) -> bool:
        return isinstance(message, dict) and moment({"indexedAt": message.get("sentAt")}) >= self.since


def _deletion(entry: Any) -> Deletion:
    return Deletion(f"{entry['convoId']}/{entry['message']['id']}")


def _convo(entry: Any) -> str:
    """Of an entry that tells of a new message, its conversation."""
    if not isinstance(entry, dict) or entry.get("$type") != CREATED:
        return ""
    return str(entry.get("convoId") or "")


def _is_between_two(convo: Any) -> bool:
    """Groups are not: what is said there is not said to us."""
    return isinstance(convo, dict) and _kind(convo.get("kind") or {}) != f"{KIND}groupConvo"


def _kind(raw: Any) -> str:
    """Without a type it is what everybody expected there."""
    return str(raw.get("$type") or MESSAGE) if isinstance(raw, dict) else ""
