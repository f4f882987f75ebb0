"""What stands on a small Instagram: our posts, comments of two levels, others' posts that name us, direct messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from draht.contract.testing.graph_talks import Message, Person, Talks

ACCOUNT = "17841430541631416"
WEB = "https://www.instagram.com"
US = Person(ACCOUNT, "Boots & More", "bootsandmore")
JANE = Person("848067418322071", "Jane Customer", "jane_customer")
RAVI = Person("848067418322072", "Ravi Customer", "ravi.customer")


@dataclass
class Media:
    id: str
    author: Person
    caption: str
    at: datetime
    parts: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Comment:
    id: str
    media: str
    parent: str
    author: Person
    text: str
    at: datetime
    hidden: bool = False
    live: bool = False


@dataclass
class Network(Talks):
    us: Person = US
    object: str = "instagram"
    media: dict[str, Media] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    last: int = 17867301270523378

    def post(self, caption: str, author: Person = US, **more: Any) -> Media:
        """Of others: it names us, and a hook tells only its number."""
        media = Media(self.next_id(), author, caption, more.pop("at", self.now), **more)
        self.media[media.id] = media
        if author != US:
            self.deliver(changes=[{"field": "mentions", "value": {"media_id": media.id}}])
        return media

    def comment(self, text: str, below: Media | Comment | None = None, author: Person = JANE, **more: Any) -> Comment:
        """Below our newest post, unless told otherwise. An answer to an answer stands below the first comment."""
        below = below or next((one for one in reversed(self.media.values()) if one.author == US), None)
        below = below or self.post("Winter boots are here.\nCome and see!")
        media = below.id if isinstance(below, Media) else below.media
        parent = "" if isinstance(below, Media) else below.parent or below.id
        comment = Comment(self.next_id(), media, parent, author, text, more.pop("at", self.now), **more)
        self.comments[comment.id] = comment
        self._tell(comment)
        return comment

    def _tell(self, comment: Comment) -> None:
        if self.media[comment.media].author != US:
            value = {"media_id": comment.media, "comment_id": comment.id}
            return self.deliver(changes=[{"field": "mentions", "value": value}])
        author = {"id": comment.author.id, "username": comment.author.username}
        media = {"id": comment.media, "media_product_type": "FEED"}
        told: dict[str, Any] = {"id": comment.id, "from": author, "media": media, "text": comment.text}
        told |= {"parent_id": comment.parent} if comment.parent else {}
        return self.deliver(changes=[{"field": "live_comments" if comment.live else "comments", "value": told}])

    def write(self, text: str, person: Person = JANE, ours: bool = False, tag: str = "", **more: Any) -> Message | None:
        return super().write(text, person, ours, tag, **more)

    def unsend(self, message: Message) -> None:
        del self.messages[message.id]
        self.tell_message(message, {"message": {"mid": message.id, "is_deleted": True}})

    def remove(self, id: str) -> None:
        """No hook tells of it. What stands below goes, too."""
        self.media.pop(id, None)
        self.comments.pop(id, None)
        for other in [c.id for c in self.comments.values() if id in {c.parent, c.media}]:
            self.comments.pop(other, None)

    def below(self, media: str) -> list[Comment]:
        """First comments, the newest first."""
        found = [c for c in self.comments.values() if c.media == media and not c.parent]
        return sorted(found, key=lambda c: (c.at, c.id), reverse=True)

    def answers(self, comment: str) -> list[Comment]:
        return [c for c in self.comments.values() if c.parent == comment]

    def commented(self, id: str) -> tuple[Person, datetime] | None:
        comment = self.comments.get(id)
        return None if comment is None else (comment.author, comment.at)
