"""YouTube in memory: comments below the videos of one channel, held, answered, banned; videos that are uploaded.

What it takes and what it answers is held against Google's discovery document.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from draht.channels.youtube.tests import shapes
from draht.channels.youtube.tests.films import Films
from draht.contract.testing.google import Asked, GoogleDouble, No, Route, Told

US = "UCnordlicht00000000000000"
JANE = "UCjane0000000000000000000"
VIDEO = "dQnordlicht"
EMBEDDED = 5  # answers that come along with a thread
LONGEST = 10_000


@dataclass
class Comment:
    """One comment; ``status`` as YouTube names it."""

    id: str
    author: str
    text: str
    at: datetime
    number: int
    status: str = "published"
    video: str = VIDEO
    edited: datetime | None = None
    image: str = ""

    @property
    def thread(self) -> str:
        return self.id.partition(".")[0]

    @property
    def is_answer(self) -> bool:
        return "." in self.id


@dataclass
class Video:
    title: str
    answers: bool = True


@dataclass
class Channel:
    id: str
    title: str
    handle: str


@dataclass
class State:
    comments: dict[str, Comment] = field(default_factory=dict)
    banned: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)


class Double(Films, GoogleDouble):
    """The network. Whatever a test wants to happen there is a method without an underscore."""

    document = "youtube.v3"

    def __init__(self) -> None:
        super().__init__()
        self.state = State()
        self.channels = [Channel(US, "Nordlicht", "@nordlicht")]
        self.videos = {VIDEO: Video("How to wax boots")}
        self.expired_pages = False
        self.shows_originals = False
        self._last = 0

    # -- what happens without us ----------------------------------------------------------------------------

    def write(self, text: str, *, author: str = JANE, below: str = "", **how: Any) -> Comment:
        """Somebody writes below a video, or ``below`` a comment. A second passes."""
        self._last += 1
        self.pass_time(seconds=1)
        own = f"Ugx{self._last:06d}AaABAg"
        parent = self.state.comments.get(below)
        id = f"{parent.thread}.{own[3:]}" if parent else own
        comment = Comment(id, author, text, self.now, self._last, **how)
        comment.video = parent.video if parent else comment.video
        if author in self.state.banned:
            comment.status = "rejected"
        self.state.comments[id] = comment
        return comment

    def rewrite(self, id: str, text: str) -> None:
        self.pass_time(seconds=1)
        comment = self.state.comments[id]
        comment.text, comment.edited = text, self.now

    def remove(self, id: str) -> None:
        """With the answers below it."""
        for known in [known for known in self.state.comments if known == id or known.startswith(f"{id}.")]:
            del self.state.comments[known]

    def answers(self, thread: str, status: str = "published") -> list[Comment]:
        found = [each for each in self._all(status) if each.is_answer and each.thread == thread]
        return sorted(found, key=lambda each: each.number, reverse=True)

    def _all(self, status: str) -> list[Comment]:
        return [each for each in self.state.comments.values() if each.status == status]

    # -- the interface ----------------------------------------------------------------------------------------

    def routes(self) -> Iterable[Route]:
        comments = "youtube/v3/comments"
        return [
            ("GET", "youtube/v3/channels", self._channels, 1),
            ("GET", "youtube/v3/commentThreads", self._threads, 1),
            ("GET", comments, self._comments, 1),
            ("POST", comments, self._insert, 50),
            ("PUT", comments, self._update, 50),
            ("DELETE", comments, self._delete, 50),
            ("POST", f"{comments}/setModerationStatus", self._moderate, 50),
            ("GET", "youtube/v3/videos", self._videos, 1),
            *self.film_routes(),
        ]

    def _channels(self, asked: Asked) -> Told:
        if asked.one("mine") != "true":
            raise No(400, "missingRequiredParameter", "No filter selected.")
        if not self.channels:
            raise No(401, "youtubeSignupRequired", "The account has no YouTube channel.")
        items = [shapes.channel(each, asked.several("part")) for each in self.channels]
        return Told({"kind": "youtube#channelListResponse", "pageInfo": {"totalResults": len(items)}, "items": items})

    def _videos(self, asked: Asked) -> Told:
        there = [id for id in asked.several("id") if id in self.videos]
        items = [{"kind": "youtube#video", "id": id, "snippet": {"title": self.videos[id].title}} for id in there]
        return Told({"kind": "youtube#videoListResponse", "items": items})

    def _threads(self, asked: Asked) -> Told:
        if asked.one("allThreadsRelatedToChannelId") != US:
            raise No(404, "channelNotFound", "The channel cannot be found.")
        status = asked.one("moderationStatus", "published")
        ids = {each.thread for each in self._all(status) if status != "published" or not each.is_answer}
        found = [self.state.comments[id] for id in ids]
        page, after = self._page(sorted(found, key=lambda each: (each.at, each.number), reverse=True), asked)
        items = [self._thread(each, status) for each in page]
        return Told({"kind": "youtube#commentThreadListResponse", "items": items} | after)

    def _thread(self, first: Comment, status: str) -> dict[str, Any]:
        answers = self.answers(first.id, status)
        shown = [self._shown(each) for each in answers[:EMBEDDED]]
        open_ = self.videos[first.video].answers
        return shapes.thread(first, self._shown(first), shown, len(self.answers(first.id)), open_)

    def _comments(self, asked: Asked) -> Told:
        filters = [name for name in ("id", "parentId") if asked.one(name)]
        if len(filters) != 1 or (asked.one("id") and (asked.one("maxResults") or asked.one("pageToken"))):
            raise No(400, "incompatibleParameters", "These parameters cannot be used in the same request.")
        if asked.one("id"):
            known = [self.state.comments.get(id) for id in asked.several("id")]
            # without its status: "Will not be set if the comments were requested through the id filter"
            items = [self._shown(each, told=False) for each in known if each and each.status != "rejected"]
            return Told({"kind": "youtube#commentListResponse", "items": items})
        if asked.one("parentId") not in self.state.comments:
            raise No(404, "commentNotFound", "One or more of the specified comments cannot be found.")
        page, after = self._page(self.answers(asked.one("parentId")), asked)
        items = [self._shown(each) for each in page]
        return Told({"kind": "youtube#commentListResponse", "items": items} | after)

    def _page(self, found: list[Comment], asked: Asked) -> tuple[list[Comment], dict[str, Any]]:
        size, token = int(asked.one("maxResults", "20")), asked.one("pageToken")
        if token and self.expired_pages:
            raise No(400, "invalidPageToken", "The request specifies an invalid page token.")
        rest = [each for each in found if not token or each.number < int(token)]
        after: dict[str, Any] = {"pageInfo": {"totalResults": len(found), "resultsPerPage": size}}
        if len(rest) > size:
            after["nextPageToken"] = str(rest[size - 1].number)
        return rest[:size], after

    def _shown(self, comment: Comment, *, told: bool = True) -> dict[str, Any]:
        original = self.shows_originals or comment.author == US
        return shapes.comment(comment, self.time, original=original, status=told)

    def _insert(self, asked: Asked) -> Told:
        snippet = asked.body.get("snippet", {})
        parent = self.state.comments.get(snippet.get("parentId", ""))
        text = self._text(snippet)
        if parent is None or parent.is_answer:
            raise No(404, "parentCommentNotFound", "The specified parent comment could not be found.")
        if parent.status != "published":
            raise No(400, "parentCommentIsPrivate", "The specified parent comment is private.")
        if not self.videos[parent.video].answers:
            raise No(403, "commentsDisabled", "The video has disabled comments.")
        return Told(self._shown(self.write(text, author=US, below=parent.id)))

    def _update(self, asked: Asked) -> Told:
        comment = self._found(asked.body.get("id", ""))
        if comment.author != US:
            raise No(403, "forbidden", "The comment cannot be changed: it was written by somebody else.")
        self.rewrite(comment.id, self._text(asked.body.get("snippet", {})))
        return Told(self._shown(comment))

    def _delete(self, asked: Asked) -> Told:
        comment = self._found(asked.one("id"))
        if comment.author != US:
            raise No(403, "forbidden", "The comment could not be deleted because of insufficient permissions.")
        self.state.done.append(f"{comment.id} deleted")
        self.remove(comment.id)
        return Told(None, 204)

    def _moderate(self, asked: Asked) -> Told:
        status, ban = asked.one("moderationStatus"), asked.one("banAuthor") == "true"
        if ban and status != "rejected":
            raise No(400, "banWithoutReject", "banAuthor needs the status rejected.")
        if status == "likelySpam":
            raise No(400, "processingFailure", "This status cannot be set.")
        for id in asked.several("id"):
            comment = self._found(id)
            comment.status = status
            self.state.done.append(f"{id} {status}{' and banned' if ban else ''}")
            self.state.banned |= {comment.author} if ban else set()
        return Told(None, 204)

    def _found(self, id: str) -> Comment:
        if id not in self.state.comments:
            raise No(404, "commentNotFound", "One or more of the specified comments cannot be found.")
        return self.state.comments[id]

    def _text(self, snippet: dict[str, Any]) -> str:
        text = str(snippet.get("textOriginal") or "")
        if not text.strip():
            raise No(400, "commentTextRequired", "The comment resource must specify a textOriginal.")
        if len(text) > LONGEST:
            raise No(400, "commentTextTooLong", "The comment is too long.")
        if text == "processingFailure":
            raise No(400, "processingFailure", "The API server failed to process the request.")
        return text
