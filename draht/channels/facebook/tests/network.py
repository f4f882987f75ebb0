"""What stands on a small Facebook: posts, comments of two levels, Messenger; and what it tells by hook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from draht.contract.testing.graph_talks import Message, Person, Talks

PAGE = "100473908465587"
WEB = "https://www.facebook.com"


US = Person(PAGE, "Boots & More")
JANE = Person("3844961895548656", "Jane Customer")
RAVI = Person("2711636948859886", "Ravi Customer")


@dataclass
class Post:
    id: str
    author: Person
    text: str
    at: datetime
    hidden: bool = False
    published: bool = True
    due: int = 0
    pictures: list[str] = field(default_factory=list)
    elsewhere: bool = False


@dataclass
class Comment:
    id: str
    post: str
    parent: str
    author: Person
    text: str
    at: datetime
    hidden: bool = False
    photo: str = ""


@dataclass
class Network(Talks):
    us: Person = US
    object: str = "page"
    posts: dict[str, Post] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    likes: list[str] = field(default_factory=list)

    # -- what people do -----------------------------------------------------------------------------------------

    def post(self, text: str, author: Person = US, **more: Any) -> Post:
        owner = author.id if more.get("elsewhere") else PAGE
        post = Post(f"{owner}_{self.next_id()}", author, text, more.pop("at", self.now), **more)
        self.posts[post.id] = post
        value = {"item": "status", "verb": "add", "post_id": post.id, "message": text, "published": int(post.published)}
        self._tell("mention" if post.elsewhere else "feed", value, author)
        return post

    def comment(self, text: str, below: Post | Comment | None = None, author: Person = JANE, **more: Any) -> Comment:
        """Below the newest post of ours, unless told otherwise. Below an answer it stands below the first comment."""
        below = below or next((post for post in reversed(self.posts.values()) if post.author == US), None)
        below = below or self.post("Winter boots are here.\nCome and see!")
        post = below.id if isinstance(below, Post) else below.post
        parent = "" if isinstance(below, Post) else below.parent or below.id
        comment = Comment(
            f"{post.partition('_')[2]}_{self.next_id()}", post, parent, author, text, more.pop("at", self.now), **more
        )
        self.comments[comment.id] = comment
        self._tell_comment(comment, "add", author)
        return comment

    def edit(self, comment: Comment, text: str) -> None:
        comment.text = text
        self._tell_comment(comment, "edited", comment.author)

    def hide(self, comment: Comment, hidden: bool) -> None:
        """The page does. The hook names the page in the author's place, as the recorded ones do."""
        if comment.hidden != hidden:
            comment.hidden = hidden
            self._tell_comment(comment, "hide" if hidden else "unhide", US)

    def remove(self, id: str) -> None:
        """What stands below goes, too; Facebook tells only of the one."""
        post, comment = self.posts.pop(id, None), self.comments.pop(id, None)
        for other in [c.id for c in self.comments.values() if id in {c.parent, c.post}]:
            self.comments.pop(other, None)
        if comment is not None:
            self._tell_comment(comment, "remove", comment.author)
        elif post is not None:
            self._tell("feed", {"item": "post", "verb": "remove", "post_id": id}, post.author)

    def write(self, text: str, person: Person = JANE, ours: bool = False, tag: str = "", **more: Any) -> Message | None:
        return super().write(text, person, ours, tag, **more)

    def commented(self, id: str) -> tuple[Person, datetime] | None:
        what = self.comments.get(id) or self.posts.get(id)
        return None if what is None else (what.author, what.at)

    def below(self, id: str, whole: bool = True) -> Iterable[Comment]:
        """The newest first; ``whole``: of both levels."""
        found = [c for c in self.comments.values() if id in {c.post if whole or not c.parent else "", c.parent}]
        return sorted(found, key=lambda c: (c.at, c.id), reverse=True)

    # -- hooks --------------------------------------------------------------------------------------------------

    def _tell_comment(self, comment: Comment, verb: str, by: Person) -> None:
        value = {
            "item": "comment",
            "verb": verb,
            "comment_id": comment.id,
            "post_id": comment.post,
            "parent_id": comment.parent or comment.post,
            "message": comment.text,
            "post": {"id": comment.post, "permalink_url": f"{WEB}/{comment.post}", "is_published": True},
        }
        self._tell("feed", value | ({"photo": comment.photo} if comment.photo else {}), by)

    def _tell(self, name: str, value: dict[str, Any], by: Person) -> None:
        value |= {"from": {"id": by.id, "name": by.name}, "created_time": int(self.now.timestamp())}
        self.deliver(changes=[{"field": name, "value": value}])
