"""Blogger in memory: one login, its blogs, their posts and comments. No call of it writes a comment: people do.

What it takes and what it answers is held against Google's discovery document.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from draht.contract.testing.google import Asked, GoogleDouble, No, Route, Told

BLOG = "2399953"
USER = "530579030283"  # our profile
JANE = "901"
POST = "6069922188027612413"


@dataclass
class Comment:
    """``author`` is a profile, or empty for somebody without one."""

    id: str
    post: str
    author: str
    name: str
    text: str
    at: datetime
    status: str = "LIVE"
    parent: str = ""


@dataclass
class Post:
    id: str
    title: str
    content: str
    at: datetime
    status: str = "LIVE"
    labels: list[str] = field(default_factory=list)


class Double(GoogleDouble):
    """The network. Whatever a test wants to happen there is a method without an underscore."""

    document = "blogger.v3"

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.tokens = {"access-1": self.now.replace(year=self.now.year + 1, day=1)}
        self.blogs = {BLOG: "Nordlicht"}
        self.admin = True
        self.moderated = False
        self.expired_pages = False
        self.oldest_first = False
        self.posts = {POST: Post(POST, "Winter boots", "<p>They are here.</p>", self.now)}
        self.comments: dict[str, Comment] = {}
        self._last = 1000

    # -- what happens without us --------------------------------------------------------------------------------

    def write(self, text: str, *, author: str = JANE, name: str = "Jane", **how: Any) -> Comment:
        """Somebody writes with the blog's form. A second passes."""
        self.pass_time(seconds=1)
        status = "PENDING" if self.moderated and author != USER else "LIVE"
        values: dict[str, Any] = {"post": POST, "status": status} | how
        comment = Comment(self._new_id(), author=author, name=name, text=text, at=self.now, **values)
        self.comments[comment.id] = comment
        return comment

    def answer_by_hand(self, text: str) -> Comment:
        """We paste an answer into the form of the blog."""
        return self.write(text, author=USER, name="Nordlicht")

    def _new_id(self) -> str:
        self._last += 1
        return str(self._last)

    # -- the interface ------------------------------------------------------------------------------------------

    def routes(self) -> Iterable[Route]:
        blog = r"v3/blogs/(\w+)"
        comment = rf"{blog}/posts/(\w+)/comments/(\w+)"
        return [
            ("GET", "v3/users/self/blogs", self._blogs, 1),
            ("GET", r"v3/users/self/blogs/(\w+)", self._blog, 1),
            ("GET", f"{blog}/comments", self._list, 1),
            ("GET", rf"{blog}/posts/(\w+)/comments", self._list_of_post, 1),
            ("GET", comment, self._get, 1),
            ("DELETE", comment, self._delete, 1),
            ("POST", rf"{comment}/(approve|spam|removecontent)", self._act, 1),
            ("GET", f"{blog}/posts", self._posts, 1),
            ("POST", f"{blog}/posts", self._insert, 1),
            ("GET", rf"{blog}/posts/(\w+)", self._post, 1),
            ("POST", rf"{blog}/posts/(\w+)/publish", self._publish, 1),
        ]

    def _blogs(self, asked: Asked) -> Told:
        infos = [self._info(id) for id in self.blogs]
        return Told({"kind": "blogger#blogList", "items": [each["blog"] for each in infos], "blogUserInfos": infos})

    def _blog(self, asked: Asked) -> Told:
        return Told(self._info(self._known(asked)))

    def _info(self, id: str) -> dict[str, Any]:
        name = self.blogs[id]
        url = f"http://{name.lower().replace(' ', '-')}.blogspot.com/"
        user = {"kind": "blogger#blogPerUserInfo", "userId": USER, "blogId": id, "hasAdminAccess": self.admin}
        blog = {"kind": "blogger#blog", "id": id, "name": name, "url": url}
        return {"kind": "blogger#blogUserInfo", "blog": blog, "blog_user_info": user}

    def _known(self, asked: Asked) -> str:
        if asked.named[0] not in self.blogs:
            raise No(404, "notFound", "Not Found")
        return asked.named[0]

    def _admin(self) -> None:
        if not self.admin:
            raise No(403, "forbidden", "We're sorry, but you don't have permission to access this resource.")

    def _list(self, asked: Asked) -> Told:
        self._known(asked)
        self._admin()
        statuses = asked.several("status") or ["LIVE"]
        since = datetime.fromisoformat(asked.one("startDate")) if asked.one("startDate") else None
        found = [c for c in self.comments.values() if c.status in statuses and (since is None or c.at >= since)]
        return self._page(found, asked)

    def _list_of_post(self, asked: Asked) -> Told:
        self._known(asked)
        return self._page([c for c in self.comments.values() if c.post == asked.named[1]], asked)

    def _page(self, found: list[Comment], asked: Asked) -> Told:
        if asked.one("pageToken") and self.expired_pages:
            raise No(400, "invalid", "Invalid value for pageToken")
        size, start = int(asked.one("maxResults", "20")), int(asked.one("pageToken", "0"))
        ordered = sorted(found, key=lambda each: int(each.id), reverse=not self.oldest_first)
        told: dict[str, Any] = {"kind": "blogger#commentList"}
        told["items"] = [self._shown(each) for each in ordered[start : start + size]]
        if start + size < len(ordered):
            told["nextPageToken"] = str(start + size)
        return Told(told)

    def _shown(self, told: Comment) -> dict[str, Any]:
        author: dict[str, Any] = {"displayName": told.name, "image": {"url": "//img1.blogblog.com/img/blank.gif"}}
        if told.author:
            author |= {"id": told.author, "url": f"https://www.blogger.com/profile/{told.author}"}
        content = html.escape(told.text, quote=False).replace("\n", "<br />")
        shown: dict[str, Any] = {
            "kind": "blogger#comment",
            "id": told.id,
            "post": {"id": told.post},
            "blog": {"id": BLOG},
            "published": self.time(told.at),
            "updated": self.time(told.at),
            "content": "" if told.status == "EMPTIED" else content,
            "author": author,
            "status": told.status,
        }
        return shown | ({"inReplyTo": {"id": told.parent}} if told.parent else {})

    def _found(self, asked: Asked) -> Comment:
        self._known(asked)
        self._admin()
        comment = self.comments.get(asked.named[2])
        if comment is None or comment.post != asked.named[1]:
            raise No(404, "notFound", "Not Found")
        return comment

    def _get(self, asked: Asked) -> Told:
        return Told(self._shown(self._found(asked)))

    def _delete(self, asked: Asked) -> Told:
        del self.comments[self._found(asked).id]
        return Told(None, 204)

    def _act(self, asked: Asked) -> Told:
        comment = self._found(asked)
        comment.status = {"approve": "LIVE", "spam": "SPAM", "removecontent": "EMPTIED"}[asked.named[3]]
        return Told(self._shown(comment))

    # -- posts --------------------------------------------------------------------------------------------------

    def _posts(self, asked: Asked) -> Told:
        self._known(asked)
        statuses = asked.several("status") or ["LIVE"]
        found = [self._shown_post(each) for each in reversed(self.posts.values()) if each.status in statuses]
        return Told({"kind": "blogger#postList", "items": found[: int(asked.one("maxResults", "10"))]})

    def _post(self, asked: Asked) -> Told:
        return Told(self._shown_post(self._found_post(asked)))

    def _found_post(self, asked: Asked) -> Post:
        self._known(asked)
        if asked.named[1] not in self.posts:
            raise No(404, "notFound", "Not Found")
        return self.posts[asked.named[1]]

    def _shown_post(self, post: Post) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "kind": "blogger#post",
            "id": post.id,
            "blog": {"id": BLOG},
            "published": self.time(post.at),
            "title": post.title,
            "content": post.content,
            "status": post.status,
            "author": {"id": USER, "displayName": "Nordlicht"},
        }
        if post.status == "LIVE":
            shown["url"] = f"http://nordlicht.blogspot.com/2026/11/{post.id}.html"
        return shown | ({"labels": post.labels} if post.labels else {})

    def _insert(self, asked: Asked) -> Told:
        self._known(asked)
        self._admin()
        told = asked.body
        if not told.get("title") and not told.get("content"):
            raise No(400, "invalid", "A post needs a title or content.")
        status = "DRAFT" if asked.one("isDraft") == "true" else "LIVE"
        # it keeps HTML as it likes: the last paragraph gets a line of its own
        content = told.get("content", "").replace("</p><p>", "</p>\n<p>")
        post = Post(self._new_id(), told.get("title", ""), content, self.now, status, told.get("labels", []))
        self.posts[post.id] = post
        return Told(self._shown_post(post))

    def _publish(self, asked: Asked) -> Told:
        self._admin()
        post = self._found_post(asked)
        at = asked.one("publishDate")
        post.at = datetime.fromisoformat(at) if at else self.now
        post.status = "SCHEDULED" if post.at > self.now else "LIVE"
        return Told(self._shown_post(post))
