"""Talks to the Blogger API v3: raw JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from draht.contract.errors import TryLater, Unsure
from draht.contract.google import GoogleCalls
from draht.contract.http import Answer, Http
from draht.contract.words import words

BASE = "https://blogger.googleapis.com"
PAGE = 100  # comments a page; the most that Blogger gives is not documented, and a shorter page does no harm
STATUSES = ("LIVE", "PENDING", "SPAM", "EMPTIED")
GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; ``next`` is empty on the last one."""

    items: list[Any]
    next: str


class Client(GoogleCalls):
    """One login and one blog; without ``blog`` only ``blogs`` can be asked."""

    def __init__(self, http: Http, base: str, token: str, blog: str) -> None:
        super().__init__(http, base, token)
        self.blog = blog

    def blogs(self) -> list[Any]:
        """The blogs of this login, each with what this login may do there."""
        found = self._get("v3/users/self/blogs", fetchUserInfo="true")
        return _list(found.get("blogUserInfos", []))

    def blog_and_user(self) -> dict[str, Any]:
        return self._get(f"v3/users/self/blogs/{_safe(self.blog)}")

    def comments(self, since: datetime | None, token: str) -> Page:
        """Of all states, published at ``since`` or later."""
        asked: dict[str, Any] = {"status": list(STATUSES), "fetchBodies": "true", "maxResults": str(PAGE)}
        if since:
            asked["startDate"] = _time(since)
        if token:
            asked["pageToken"] = token
        found = self._get(f"{self._here}/comments", **asked)
        return Page(_list(found.get("items", [])), str(found.get("nextPageToken") or ""))

    def comments_of(self, post: str) -> list[Any]:
        """Some hundred comments of one post."""
        return _list(self._get(f"{self._here}/posts/{_safe(post)}/comments", maxResults="500").get("items", []))

    def comment(self, post: str, id: str) -> Any | None:
        """One comment; ``None`` if it is gone."""
        return self._one(self._comment(post, id), view="ADMIN")

    def post(self, id: str) -> Any | None:
        """A post without its text and comments; ``None`` if it is gone."""
        return self._one(f"{self._here}/posts/{_safe(id)}", fetchBody="false", maxComments="0")

    def act(self, post: str, id: str, verb: str) -> bool:
        """``approve``, ``spam`` or ``removecontent``. Whether the comment was there."""
        path = f"{self._comment(post, id)}/{verb}"
        return self.ask("POST", path, accept=GONE, repeatable=True).status not in GONE

    def delete(self, post: str, id: str) -> None:
        """For good. One that is gone already is deleted."""
        self.ask("DELETE", self._comment(post, id), accept=GONE, repeatable=True)

    # -- posts ----------------------------------------------------------------------------------------------

    def write(self, post: dict[str, Any], *, draft: bool) -> Any:
        asked = {"isDraft": "true" if draft else "false"}
        return _written(self.ask("POST", f"{self._here}/posts", params=asked, json=post))

    def publish(self, id: str, at: datetime) -> Any:
        asked = {"publishDate": _time(at)}
        return _written(self.ask("POST", f"{self._here}/posts/{_safe(id)}/publish", params=asked))

    def posts(self, statuses: Sequence[str]) -> list[Any]:
        """The newest posts in these states."""
        asked: dict[str, Any] = {"status": list(statuses), "fetchBodies": "true", "maxResults": "20", "view": "ADMIN"}
        return _list(self._get(f"{self._here}/posts", **asked).get("items", []))

    # -- the calls --------------------------------------------------------------------------------------------

    @property
    def _here(self) -> str:
        return f"v3/blogs/{_safe(self.blog)}"

    def _comment(self, post: str, id: str) -> str:
        return f"{self._here}/posts/{_safe(post)}/comments/{_safe(id)}"

    def _get(self, path: str, **params: Any) -> dict[str, Any]:
        return _object(self.ask("GET", path, params=params))

    def _one(self, path: str, **params: Any) -> Any | None:
        answer = self.ask("GET", path, params=params, accept=GONE)
        return None if answer.status in GONE else _object(answer)


def _object(answer: Answer) -> dict[str, Any]:
    found = answer.json()
    if not isinstance(found, dict):
        raise TryLater(words("Blogger answered with something unexpected."))
    return found


def _list(found: Any) -> list[Any]:
    if not isinstance(found, list):
        raise TryLater(words("Blogger answered with something unexpected."))
    return found


def _written(answer: Answer) -> Any:
    try:
        found = answer.json()
    except TryLater as error:
        raise Unsure(error.reason) from error
    if not isinstance(found, dict) or not isinstance(found.get("id"), str):
        raise Unsure(words("Blogger took it, but its answer cannot be read."))
    return found


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _safe(id: str) -> str:
    return quote(id, safe="")
