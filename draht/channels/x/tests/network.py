"""The state behind the double: people, posts with their edits, direct messages, and what X tells of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

BEGINNING = 1_288_834_974_657  # ms; docs.x.com/fundamentals/x-ids
MENTION = re.compile(r"(?<![\w/])@(\w{1,15})")
LINK = re.compile(r"https?://\S+")


@dataclass
class Person:
    id: str
    handle: str
    name: str
    takes_messages: bool = True


@dataclass
class File:
    key: str
    kind: str
    url: str
    alt: str = ""


@dataclass
class Written:
    """One version of a post. ``history`` is shared by all versions."""

    id: str
    author: Person
    text: str
    at: datetime
    conversation: str
    history: list[str]
    parent: str = ""
    quoted: str = ""
    files: list[File] = field(default_factory=list)
    lead: int = 0  # characters of mentions that X put before an answer


@dataclass
class Message:
    id: str
    sender: Person
    recipient: Person
    text: str
    at: datetime
    files: list[File] = field(default_factory=list)


@dataclass
class Told:
    """Something that subscribers want to hear: a kind of event, whose, and the post or message."""

    kind: str
    about: str
    what: Any


class Network:
    """X with an account of ours, ``brand``. Time passes only here, a second with each act."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
        self.people: dict[str, Person] = {}
        self.posts: dict[str, Written] = {}
        self.messages: list[Message] = []
        self.hidden: set[str] = set()
        self.protected: set[str] = set()
        self.told: list[Told] = []
        self.listeners: list[Callable[[Told], None]] = []
        self.acts: list[tuple[str, str]] = []
        self.brand = self.person("brand")

    def person(self, handle: str) -> Person:
        id = str(1_000_000_000 + len(self.people))
        return self.people.setdefault(handle, Person(id, handle, handle.title()))

    def pass_time(self, seconds: float = 1) -> None:
        self.now += timedelta(seconds=seconds)

    def new_id(self) -> str:
        self.pass_time()
        return str((int(self.now.timestamp() * 1000) - BEGINNING << 22) + len(self.posts) + len(self.messages))

    # -- what people do ---------------------------------------------------------------------------------

    def write(
        self, handle: str, text: str, *, parent: str = "", quoted: str = "", files: list[File] | None = None
    ) -> Written:
        id, author = self.new_id(), self.person(handle)
        above = self.posts.get(parent)
        lead = ""
        if above and above.author is not author:
            lead = "" if text.startswith(f"@{above.author.handle}") else f"@{above.author.handle} "
        conversation = above.conversation if above else id
        whole = lead + text
        start = len(lead) or _leading(text) if above else 0
        post = Written(id, author, whole, self.now, conversation, [id], parent, quoted, files or [], start)
        self.posts[id] = post
        self._tell_of(post)
        return post

    def edit(self, id: str, text: str) -> Written:
        """Each version is a post of its own; all of them know the whole chain."""
        old = self.posts[self.posts[id].history[-1]]
        new = self.new_id()
        old.history.append(new)
        post = Written(
            new, old.author, text, self.now, old.conversation, old.history, old.parent, old.quoted, old.files, old.lead
        )
        self.posts[new] = post
        self._tell_of(post)
        return post

    def delete(self, id: str) -> None:
        self.pass_time()
        post = self.posts[id]
        for each in list(post.history):
            del self.posts[each]
        self._tell("post.delete", post.author, post)

    def send(self, sender: str, recipient: str, text: str, files: list[File] | None = None) -> Message:
        id = self.new_id()
        message = Message(id, self.person(sender), self.person(recipient), text, self.now, files or [])
        self.messages.append(message)
        self._tell("dm.sent", message.sender, message)
        self._tell("dm.received", message.recipient, message)
        return message

    # -- who is concerned -------------------------------------------------------------------------------

    def newest(self) -> list[Written]:
        """The posts as they stand, the newest first."""
        standing = [post for post in self.posts.values() if post.history[-1] == post.id]
        return sorted(standing, key=lambda post: int(post.id), reverse=True)

    def mentioned(self, post: Written) -> list[Person]:
        names = {name.casefold() for name in MENTION.findall(post.text)}
        return [person for person in self.people.values() if person.handle.casefold() in names]

    def summons(self, post: Written, whom: Person) -> bool:
        quoted = self.posts.get(post.quoted)
        return whom in self.mentioned(post) or (quoted is not None and quoted.author is whom)

    def _tell_of(self, post: Written) -> None:
        self._tell("post.create", post.author, post)
        for person in self.mentioned(post):
            self._tell("post.mention.create", person, post)
        if post.parent in self.posts:
            self._tell("post.reply.create", self.posts[post.parent].author, post)
        if post.quoted in self.posts:
            self._tell("post.quote.create", self.posts[post.quoted].author, post)

    def _tell(self, kind: str, about: Person, what: Any) -> None:
        told = Told(kind, about.id, what)
        self.told.append(told)
        for listen in self.listeners:
            listen(told)


def _leading(text: str) -> int:
    found = re.match(r"(?:@\w+\s+)*", text)
    return found.end() if found else 0
