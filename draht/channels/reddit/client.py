"""Talks to Reddit as one user. Raw JSON in and out.

Sources: www.reddit.com/dev/api, github.com/reddit-archive/reddit/wiki/API (rate limits, user agents, ``raw_json``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from draht import __version__
from draht.channels.reddit.refusals import to_error
from draht.contract.errors import TryLater
from draht.contract.http import Answer, Http
from draht.contract.words import words

BASE = "https://oauth.reddit.com"
PAGE = 100  # things of a listing, at most
SUBREDDIT = re.compile(r"(?:https?://[^/]*reddit\.com/|/)?(?:r/)?([A-Za-z0-9_]{2,21})/?")


class Client:
    """One user's login. ``name`` is that of the user, as far as it is known: Reddit wants it in every request."""

    def __init__(self, http: Http, config: Mapping[str, str], name: str = "") -> None:
        self.http = http
        self.base = (config.get("api") or BASE).rstrip("/")
        app = re.sub(r"[^\w-]", "", config.get("client_id", "")) or "draht"
        self._headers = {
            "Authorization": f"Bearer {config.get('access_token', '')}",
            "User-Agent": f"web:draht-{app}:v{__version__} (by /u/{name or 'unknown'})",
        }

    def me(self) -> Any:
        return self._get("api/v1/me")

    def listing(self, path: str, after: str = "", limit: int = PAGE, **params: Any) -> Any:
        """One page, the newest first."""
        return self._get(path, limit=limit, **params, **({"after": after} if after else {}))

    def info(self, names: list[str]) -> Any:
        return self._get("api/info", id=",".join(names))

    def answers_to(self, link: str, comment: str) -> Any:
        """A post, and the newest answers to it or to one comment below it."""
        params = {"depth": 2, "limit": PAGE, "sort": "new"} | ({"comment": comment} if comment else {})
        return self._get(f"comments/{_safe(link)}", **params)

    def about(self, subreddit: str) -> Any:
        return self._get(f"r/{_safe(subreddit)}/about")

    # -- writing ------------------------------------------------------------------------------------------------

    def comment(self, name: str, text: str) -> Any:
        return self._post("api/comment", thing_id=name, text=text)

    def submit(self, subreddit: str, title: str, text: str) -> Any:
        return self._post("api/submit", sr=subreddit, kind="self", title=title, text=text, sendreplies="true")

    def change(self, name: str, text: str) -> Any:
        return self._post("api/editusertext", repeatable=True, thing_id=name, text=text)

    def act(self, path: str, name: str, **values: str) -> Any:
        """``del``, ``approve``, ``remove`` and ``block``: doing it twice changes nothing."""
        return self._post(f"api/{path}", repeatable=True, id=name, **values)

    def ban(self, subreddit: str, person: str) -> Any:
        values = {"name": person, "type": "banned"}
        return self._post(f"r/{_safe(subreddit)}/api/friend", repeatable=True, **values)

    # -- HTTP ---------------------------------------------------------------------------------------------------

    def _get(self, path: str, **params: Any) -> Any:
        asked = {key: str(value) for key, value in params.items()} | {"raw_json": "1"}
        return self._read(self.http.get(f"{self.base}/{path}", params=asked, headers=self._headers))

    def _post(self, path: str, *, repeatable: bool = False, **values: str) -> Any:
        answer = self.http.post(
            f"{self.base}/{path}",
            data=values | {"api_type": "json"},
            params={"raw_json": "1"},
            headers=self._headers,
            repeatable=repeatable,
        )
        told = self._read(answer)
        if (error := to_error(told)) is not None:
            raise error
        return told

    def _read(self, answer: Answer) -> Any:
        told = answer.json()
        if isinstance(told, dict | list):
            return told
        raise TryLater(words("The network answered with something unexpected."))


def subreddits_of(told: str) -> list[str]:
    """Names, as people write them: with or without ``r/``, by commas or lines."""
    found = (SUBREDDIT.fullmatch(one) for one in re.split(r"[\s,;]+", told) if one)
    return list(dict.fromkeys(one[1] for one in found if one))


def _safe(part: str) -> str:
    return quote(part, safe="")
