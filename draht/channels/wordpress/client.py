"""Talks to the REST API of one WordPress site, with an application password."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.http import Answer, Http
from draht.contract.words import words

PAGE = 50  # comments of one answer; each may have 65,525 bytes, and PHP writes them twice and escaped
MAX_ANSWER = 24 * 1024 * 1024  # bytes
# What we need and no more: neither the address nor the browser of the author.
FIELDS = (
    "id,post,parent,author,author_name,author_email,author_url,author_avatar_urls,date_gmt,content,link,status,type,"
    "_links.up,_embedded"
)
MOVED = frozenset({301, 302, 307, 308})
# The oldest comments are asked for by local time, and a clock that is put back has the same hour twice.
MARGIN = timedelta(hours=2)


class Client:
    """The calls that the channel makes.

    ``index.php?rest_route=`` works on every site; ``/wp-json/`` only where permalinks are switched on.
    """

    def __init__(self, http: Http, site: str, username: str, password: str) -> None:
        self.http = http
        site = site.strip().rstrip("/")
        self.site = site if "://" in site else f"https://{site}"
        self.auth = (username.strip(), password.strip())

    def me(self) -> Any:
        return self._get("/wp/v2/users/me", context="edit").json()

    def newest(self, page: int) -> tuple[list[Any], int]:
        """The newest comments and the number of all, those that wait for approval included; spam and trash are not."""
        return _list(self._comments(order="desc", page=page))

    def oldest(self, after: str, offset: int) -> tuple[list[Any], int]:
        """Comments since ``after`` (``date_gmt`` of a comment) from the oldest on, and how many there are."""
        since = {"after": _earlier(after)} if after else {}
        return _list(self._comments(order="asc", offset=offset, **since))

    def those_of(self, ids: list[str]) -> list[Any]:
        """Which of these comments are still there, in at most one page."""
        return _list(self._comments(include=",".join(ids[:PAGE])))[0]

    def ours_below(self, post: int, parent: str, author: str) -> list[Any]:
        """Our answers to one comment, newest first."""
        return _list(self._comments(post=post, parent=parent, author=author, order="desc"))[0]

    def post_of(self, comment: str) -> int:
        found = self._get(f"/wp/v2/comments/{comment}", context="edit", _fields="post").json()
        if not isinstance(found, dict) or not isinstance(found.get("post"), int):
            raise TryLater(words("The site answered with something that is not a comment."))
        return int(found["post"])

    def write(self, post: int, parent: str, content: str) -> Any:
        """Writes a comment. ``None``: WordPress says that we have said the same there already."""
        words = {"post": post, "parent": int(parent), "content": {"raw": content}}
        answer = self._post("/wp/v2/comments", words, accept=frozenset({409}))
        return None if answer.status == 409 else _written(answer)

    def set_status(self, comment: str, status: str) -> bool:
        """Whether the comment was there. Setting the same status twice does no harm."""
        answer = self._post(f"/wp/v2/comments/{comment}", {"status": status}, accept=frozenset({404}), repeatable=True)
        return answer.status != 404

    def publish(self, title: str, content: str, at: datetime | None = None) -> Any:
        when = {"status": "future", "date_gmt": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"} if at else {}
        words = {"title": {"raw": title}, "content": {"raw": content}, "status": "publish"}
        return _written(self._post("/wp/v2/posts", words | when))

    def our_posts(self, author: str) -> list[Any]:
        """Our newest posts, published and scheduled."""
        where = {"author": author, "context": "edit", "status": "publish,future", "per_page": 20, "orderby": "id"}
        return _list(self._get("/wp/v2/posts", **where))[0]

    def _comments(self, **params: Any) -> Answer:
        params = {"orderby": "date_gmt", "per_page": PAGE, "_embed": "up", "_fields": FIELDS} | params
        return self._get("/wp/v2/comments", context="edit", status="all", **params)

    def _get(self, route: str, **params: Any) -> Answer:
        return self._ask("GET", route, params=params)

    def _post(self, route: str, words: dict[str, Any], **options: Any) -> Answer:
        return self._ask("POST", route, json=words, **options)

    def _ask(
        self,
        method: str,
        route: str,
        params: dict[str, Any] | None = None,
        accept: frozenset[int] = frozenset(),
        **options: Any,
    ) -> Answer:
        answer = self.http.request(
            method,
            f"{self.site}/index.php",
            params={"rest_route": route} | (params or {}),
            auth=self.auth,
            accept=accept | MOVED,
            most=MAX_ANSWER,
            **options,
        )
        if answer.status in MOVED:
            told = words("{site} has moved to {target}: connect that address.")
            raise Refused(told.format(site=self.site, target=answer.headers.get("location")))
        return answer


def _list(answer: Answer) -> tuple[list[Any], int]:
    found = answer.json()
    if not isinstance(found, list):
        raise TryLater(words("The site answered with something that is not a list of comments."))
    return found, int(answer.headers.get("x-wp-total") or len(found))


def _written(answer: Answer) -> Any:
    """What was written. It was, even if a warning of PHP in the answer makes it unreadable."""
    try:
        found = answer.json()
    except TryLater as error:
        raise Unsure(error.reason) from error
    if not isinstance(found, dict) or not isinstance(found.get("date_gmt"), str) or "id" not in found:
        raise Unsure(words("The site took it, but its answer cannot be read."))
    return found


def _earlier(date_gmt: str) -> str:
    return f"{(datetime.fromisoformat(date_gmt) - MARGIN).isoformat()}Z"
