"""A blog that behaves as WordPress 6.1 does, as far as the channel goes: it keeps state and can say no.

Its answers are modelled on recorded ones and held against the JSON Schema of the real server; ``real/`` runs the same
tests against that server itself.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import md5
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from draht.channels.wordpress.tests import spec

ZONE = ZoneInfo("America/St_Johns")  # behind UTC, and by half an hour
LISTED = {"all": {"approved", "hold"}, "approve": {"approved"}, "hold": {"hold"}}
LONGEST = 65_525


class No(Exception):
    """An error as WordPress tells it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "data": {"status": status}}


@dataclass
class User:
    """Somebody with a login."""

    id: int
    login: str
    password: str
    name: str
    moderates: bool


@dataclass
class Comment:
    """One comment as it lies in the database."""

    id: int
    post: int
    parent: int
    text: str
    at: datetime
    status: str
    name: str
    mail: str = ""
    user: int = 0


@dataclass
class Blog:
    """The site. ``now`` is its clock: it stands still until somebody moves it."""

    url: str = "http://blog.example.test"
    users: list[User] = field(default_factory=list)
    posts: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    now: datetime = datetime(2026, 11, 20, 8, tzinfo=UTC)
    moderated: bool = False
    asked: list[str] = field(default_factory=list)
    _last: int = 0

    def __post_init__(self) -> None:
        self.users.append(User(2, "agent", "abcd EFGH ijkl", "Agent Boots", moderates=True))
        self.users.append(User(3, "writer", "mnop QRST uvwx", "Writer Boots", moderates=False))
        self.posts[4] = {"title": "Winter boots &#038; more", "content": "", "open": True}

    # -- what happens on the site without us ----------------------------------------------------------------

    def visitor_writes(self, text: str, parent: int = 0, name: str = "Jane", post: int = 4) -> Comment:
        status = "hold" if self.moderated else "approved"
        return self._add(post, parent, text, status, name, f"{name.lower()}@example.test")

    def _add(self, post: int, parent: int, text: str, status: str, name: str, mail: str, user: int = 0) -> Comment:
        self._last += 1
        comment = Comment(self._last, post, parent, text, self.now, status, name, mail, user)
        self.comments[comment.id] = comment
        return comment

    # -- HTTP -----------------------------------------------------------------------------------------------

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        query = dict(parse_qsl(environ["QUERY_STRING"]))
        route = query.pop("rest_route", "")
        self.asked.append(f"{environ['REQUEST_METHOD']} {route}")
        body = environ["wsgi.input"].read()
        try:
            if environ["PATH_INFO"] != "/index.php" or not route:
                raise No(404, "rest_no_route", "No route was found matching the URL and request method.")
            user = self._user_of(environ.get("HTTP_AUTHORIZATION", ""))
            told = self._route(environ["REQUEST_METHOD"], route, query, json.loads(body or b"{}"), user)
            status, answer, headers = told
        except No as no:
            status, answer, headers = no.status, no.body, {}
        headers = {"Content-Type": "application/json; charset=UTF-8", "Date": format_datetime(self.now, True)} | headers
        start(f"{status} ", [*headers.items()])
        return [json.dumps(answer).encode()]

    def _user_of(self, authorization: str) -> User | None:
        """Wrong passwords make nobody, as on the real site: what follows is what a stranger may do."""
        name, _, password = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        return next((u for u in self.users if (u.login, u.password) == (name, password)), None)

    def _route(
        self, method: str, route: str, query: dict[str, str], body: dict[str, Any], user: User | None
    ) -> tuple[int, Any, dict[str, str]]:
        parts = route.removeprefix("/wp/v2/").split("/")
        match (method, *parts):
            case ("GET", "users", "me"):
                return 200, self._me(user), {}
            case ("GET", "comments"):
                return self._list(query, user)
            case ("GET", "comments", number):
                return 200, self._shown(self._comment(number, user), query), {}
            case ("POST", "comments"):
                return 201, self._shown(self._create(body, user), {}), {}
            case ("POST", "comments", number):
                self._check("comments", body)
                self._comment(number, user).status = body["status"]
                return 200, self._shown(self._comment(number, user), {}), {}
            case ("GET", "posts"):
                return self._posts_of(query, user)
            case ("POST", "posts"):
                return 201, self._publish(body, user), {}
        raise No(404, "rest_no_route", "No route was found matching the URL and request method.")

    def _me(self, user: User | None) -> Any:
        if user is None:
            raise No(401, "rest_not_logged_in", "You are not currently logged in.")
        rights = {"edit_posts": True} | ({"moderate_comments": True} if user.moderates else {})
        return {
            "id": user.id,
            "username": user.login,
            "name": user.name,
            "link": f"{self.url}/author/{user.login}/",
            "capabilities": rights,
        }

    # -- comments -------------------------------------------------------------------------------------------

    def _list(self, query: dict[str, str], user: User | None) -> tuple[int, Any, dict[str, str]]:
        faults = spec.faults_of_query("comments", query)
        if faults:
            raise No(400, "rest_invalid_param", "; ".join(faults))
        if query.get("context") == "edit" and not (user and user.moderates):
            raise No(403 if user else 401, "rest_forbidden_context", "Sorry, you are not allowed to edit comments.")
        found = sorted(
            (c for c in self.comments.values() if self._fits(c, query)),
            key=lambda c: (c.at, c.id),
            reverse=query.get("order", "desc") == "desc",
        )
        size = int(query.get("per_page", 10))
        start = int(query.get("offset", 0)) or size * (int(query.get("page", 1)) - 1)
        page = [self._shown(comment, query) for comment in found[start : start + size]]
        return 200, page, {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(-(-len(found) // size))}

    def _fits(self, comment: Comment, query: dict[str, str]) -> bool:
        status = query.get("status", "approve")
        wanted = {"post": comment.post, "parent": comment.parent, "author": comment.user, "include": comment.id}
        return (
            (status == "any" or comment.status in LISTED.get(status, {status}))
            and all(str(value) in query[name].split(",") for name, value in wanted.items() if name in query)
            and ("after" not in query or _local(comment.at) > _local(datetime.fromisoformat(query["after"])))
        )

    def _comment(self, number: str, user: User | None) -> Comment:
        comment = self.comments.get(int(number))
        if comment is None:
            raise No(404, "rest_comment_invalid_id", "Invalid comment ID.")
        if not (user and user.moderates):
            raise No(403 if user else 401, "rest_cannot_edit", "Sorry, you are not allowed to edit this comment.")
        return comment

    def _create(self, body: dict[str, Any], user: User | None) -> Comment:
        self._check("comments", body)
        if user is None:
            raise No(401, "rest_comment_login_required", "Sorry, you must be logged in to comment.")
        post, text = self.posts.get(body.get("post", 0)), body.get("content", {}).get("raw", "").strip()
        if post is None:
            raise No(403, "rest_comment_invalid_post_id", "Sorry, you are not allowed to create this comment.")
        if not post["open"]:
            raise No(403, "rest_comment_closed", "Sorry, comments are closed for this item.")
        if not text:
            raise No(400, "rest_comment_content_invalid", "Invalid comment content.")
        if len(text.encode()) > LONGEST:
            raise No(400, "comment_content_column_length", "Comment field exceeds maximum length allowed.")
        place = (body["post"], body.get("parent", 0), user.id)
        if (
            any(
                (c.post, c.parent, c.user, c.text) == (*place, text) and c.status != "trash"
                for c in self.comments.values()
            )
            and "\\" not in text
        ):  # the real one is blind there: it compares with slashes
            raise No(409, "comment_duplicate", "Duplicate comment detected; it looks as though you&#8217;ve said that!")
        status = "approved" if user.moderates else "hold"
        return self._add(place[0], place[1], text, status, user.name, f"{user.login}@example.test", user.id)

    def _check(self, route: str, body: dict[str, Any]) -> None:
        faults = spec.faults_of_body(route, body)
        if faults:
            raise No(400, "rest_invalid_param", "; ".join(faults))

    def _shown(self, comment: Comment, query: dict[str, str]) -> dict[str, Any]:
        """A comment in the context ``edit``."""
        face = md5(comment.mail.encode(), usedforsecurity=False).hexdigest()
        shown: dict[str, Any] = {
            "id": comment.id,
            "post": comment.post,
            "parent": comment.parent,
            "author": comment.user,
            "author_name": comment.name,
            "author_email": comment.mail,
            "author_url": "",
            "author_ip": "127.0.0.1",
            "author_user_agent": "",
            "date": _local(comment.at).isoformat(),
            "date_gmt": comment.at.replace(tzinfo=None).isoformat(),
            "content": {"rendered": f"<p>{comment.text}</p>\n", "raw": comment.text},
            "link": f"{self.url}/?p={comment.post}#comment-{comment.id}",
            "status": comment.status,
            "type": "comment",
            "author_avatar_urls": {
                size: f"http://1.gravatar.com/avatar/{face}?s={size}" for size in ("24", "48", "96")
            },
            "meta": [],
            "_links": {"up": [{"embeddable": True, "href": f"{self.url}/wp-json/wp/v2/posts/{comment.post}"}]},
        }
        faults = spec.faults_of_answer("comments", shown)
        assert not faults, f"the double has drifted from WordPress: {faults}"
        if query.get("_embed") == "up":
            post = self.posts.get(comment.post)
            gone = {"code": "rest_post_invalid_id", "message": "Invalid post ID.", "data": {"status": 404}}
            shown["_embedded"] = {"up": [{"title": {"rendered": post["title"]}} if post else gone]}
        wanted = {name.partition(".")[0] for name in query["_fields"].split(",")} if "_fields" in query else set(shown)
        return {name: value for name, value in shown.items() if name in wanted}

    # -- posts ----------------------------------------------------------------------------------------------

    def _publish(self, body: dict[str, Any], user: User | None) -> Any:
        self._check("posts", body)
        if user is None:
            raise No(401, "rest_cannot_create", "Sorry, you are not allowed to create posts as this user.")
        number = max(self.posts) + 1
        at = datetime.fromisoformat(body["date_gmt"]).replace(tzinfo=UTC) if "date_gmt" in body else self.now
        self.posts[number] = {
            "title": body["title"]["raw"],
            "content": body["content"]["raw"],
            "open": True,
            "author": user.id,
            "at": at,
            "status": "future" if at > self.now else "publish",
        }
        return self._shown_post(number)

    def _posts_of(self, query: dict[str, str], user: User | None) -> tuple[int, Any, dict[str, str]]:
        faults = spec.faults_of_query("posts", query)
        if faults:
            raise No(400, "rest_invalid_param", "; ".join(faults))
        if user is None:
            raise No(401, "rest_forbidden_context", "Sorry, you are not allowed to edit posts in this post type.")
        found = [
            self._shown_post(number)
            for number, post in sorted(self.posts.items(), reverse=True)
            if str(post.get("author", 1)) == query["author"] and post.get("status") in query["status"].split(",")
        ]
        return 200, found[: int(query.get("per_page", 10))], {"X-WP-Total": str(len(found))}

    def _shown_post(self, number: int) -> dict[str, Any]:
        post = self.posts[number]
        shown = {
            "id": number,
            "author": post["author"],
            "date_gmt": post["at"].replace(tzinfo=None).isoformat(),
            "link": f"{self.url}/?p={number}",
            "status": post["status"],
            "title": {"raw": post["title"], "rendered": post["title"]},
            "content": {"raw": post["content"], "rendered": f"<p>{post['content']}</p>"},
        }
        faults = spec.faults_of_answer("posts", shown)
        assert not faults, f"the double has drifted from WordPress: {faults}"
        return shown

    def pass_time(self, **span: float) -> None:
        self.now += timedelta(**span)


def _local(moment: datetime) -> datetime:
    """WordPress compares dates by the clock on the wall of the site, and takes one without a zone for that clock's."""
    return moment.astimezone(ZONE).replace(tzinfo=None) if moment.tzinfo else moment
