"""A forum in memory: users, topics, posts, likes, flags. ``double.py`` puts its web interface before it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

US, ADA, BEN, SYSTEM = 42, 7, 8, -1
NAMES = {US: "nordlicht", ADA: "ada", BEN: "ben", SYSTEM: "system"}
SITE = "https://forum.nordlicht.example"


@dataclass
class Topic:
    id: int
    title: str
    private: bool = False
    category: int = 5
    tags: list[str] = field(default_factory=list)
    key: str = ""
    closed: bool = False
    deleted: bool = False
    members: set[int] = field(default_factory=set)

    @property
    def slug(self) -> str:
        return "-".join(re.findall(r"\w+", self.title.lower()))


@dataclass
class Post:
    id: int
    topic: Topic
    number: int
    author: int
    raw: str
    at: datetime
    edited: datetime
    to: int | None = None
    version: int = 1
    kind: int = 1
    deleted: datetime | None = None
    by_author: bool = False
    hidden: bool = False
    acts: set[tuple[int, int]] = field(default_factory=set)  # who, what

    @property
    def cooked(self) -> str:
        return "".join(f"<p>{html.escape(part)}</p>" for part in self.raw.split("\n\n"))


class World:
    """``now`` is the clock. ``told`` are the events that the forum's webhook tells: name and post as it was."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC) - timedelta(hours=1)
        self.topics: dict[int, Topic] = {}
        self.posts: dict[int, Post] = {}
        self.silenced: set[int] = set()
        self.queue: list[str] = []
        self.told: list[tuple[str, Post]] = []
        self._last = 100
        self.hall = self.open("Where is my parcel now?")

    def open(self, title: str, *, private: bool = False, members: tuple[int, ...] = (ADA, US), **more: object) -> Topic:
        topic = Topic(self._next(), title, private, members=set(members) if private else set())
        for key, value in more.items():
            setattr(topic, key, value)
        self.topics[topic.id] = topic
        return topic

    def write(
        self, raw: str, *, author: int = ADA, topic: Topic | None = None, to: int | None = None, kind: int = 1
    ) -> Post:
        """Somebody writes. A second passes."""
        self.now += timedelta(seconds=1)
        where = topic or self.hall
        number = 1 + max((post.number for post in self.posts.values() if post.topic is where), default=0)
        post = Post(self._next(), where, number, author, raw, self.now, self.now, to, kind=kind)
        self.posts[post.id] = post
        self.tell("post_created", post)
        return post

    def rewrite(self, post: Post, raw: str) -> None:
        self.now += timedelta(seconds=1)
        post.raw, post.edited, post.version = raw, self.now, post.version + 1
        self.tell("post_edited", post)

    def remove(self, post: Post) -> None:
        """A moderator deletes it; the first post takes the topic along."""
        self.now += timedelta(seconds=1)
        post.deleted = self.now
        post.topic.deleted = post.topic.deleted or post.number == 1
        self.tell("post_destroyed", post)

    def withdraw(self, post: Post) -> None:
        """Its author deletes it: the forum takes its words away."""
        self.rewrite(post, "(post deleted by author)")
        post.by_author = True

    def bring_back(self, post: Post) -> None:
        self.now += timedelta(seconds=1)
        post.deleted, post.topic.deleted = None, False
        self.tell("post_recovered", post)

    def tell(self, event: str, post: Post) -> None:
        self.told.append((event, post))

    def visible(self, post: Post, to: int = US) -> bool:
        return not post.deleted and not post.topic.deleted and self.may_enter(post.topic, to)

    def may_enter(self, topic: Topic, who: int = US) -> bool:
        return not topic.private or who in topic.members

    def of(self, topic: Topic) -> list[Post]:
        return [post for post in self.posts.values() if post.topic is topic and self.visible(post)]

    def ours(self, *, topics: bool = False) -> list[str]:
        """What stands in our name: answers, or first posts of topics."""
        mine = [post for post in self.posts.values() if post.author == US and self.visible(post)]
        return [post.raw for post in mine if (post.number == 1 and not post.topic.private) == topics]

    def _next(self) -> int:
        self._last += 1
        return self._last
