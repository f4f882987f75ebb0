"""Talks to a forum as one of its users. Raw JSON in and out. Source: docs.discourse.org (the OpenAPI document)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from draht.channels.discourse.refusals import BAD_KEY, Forbidden, NotThere, refusal_of
from draht.contract.errors import LoginExpired, Refused, TryLater
from draht.contract.http import Answer, Http
from draht.contract.messages import Media
from draht.contract.words import words

LIKE = 2  # kinds of post actions
FLAG_AS_SPAM = 8
TOLD = frozenset({400, 403, 404, 410, 413, 422, 429})  # the body says more than the status
MOVED = frozenset({301, 302, 303, 307, 308})


class Client:
    """One user's API key."""

    def __init__(self, http: Http, config: Mapping[str, str]) -> None:
        self.http = http
        self.base = base_of(config.get("server", ""))
        self.us = config.get("username", "").strip().removeprefix("@")
        self.headers = {"Api-Key": config.get("key", "").strip(), "Api-Username": self.us}

    # -- reading ------------------------------------------------------------------------------------------------

    def me(self) -> dict[str, Any]:
        user = self._own(f"/u/{quote(self.us, safe='')}.json").get("user")
        if not isinstance(user, dict):
            raise Refused(words("{url} does not answer like a Discourse forum.").format(url=self.base))
        return user

    def posts(self, before: int) -> list[Any]:
        """The newest public posts of the whole forum, or those up to a post; at most 50."""
        return _list(self._own("/posts.json", **({"before": before} if before else {})), "latest_posts")

    def post(self, id: str) -> dict[str, Any]:
        return self._get(f"/posts/{_number(id)}.json")

    def topic(self, id: int) -> dict[str, Any]:
        """What a topic is, and the ids of its posts (``post_stream.stream``)."""
        return self._get(f"/t/{id}.json")

    def posts_of(self, topic: int, ids: Sequence[int]) -> list[Any]:
        """Those of these posts that are there, and for us."""
        stream = self._get(f"/t/{topic}/posts.json", **{"post_ids[]": list(ids)}).get("post_stream")
        return _list(stream if isinstance(stream, dict) else {}, "posts")

    def letters(self, sent: bool = False) -> list[Any]:
        """Topics of private messages to us, the one with the newest post first."""
        kind = "private-messages-sent" if sent else "private-messages"
        found = self._get(f"/topics/{kind}/{quote(self.us, safe='')}.json").get("topic_list")
        return _list(found if isinstance(found, dict) else {}, "topics")

    def topic_of_key(self, key: str) -> int:
        """The number of a topic that was made with an id of ours."""
        answer = self._ask("GET", f"/t/external_id/{quote(key, safe='')}.json", accept=MOVED)
        number = answer.headers.get("location", "").partition("?")[0].removesuffix(".json").rpartition("/")[2]
        if not number.isdigit():
            raise TryLater(words("{url} does not answer like a Discourse forum.").format(url=self.base))
        return int(number)

    # -- writing ------------------------------------------------------------------------------------------------

    def write(self, values: Mapping[str, Any], repeatable: bool = False) -> Any:
        return self._ask("POST", "/posts.json", json=dict(values), repeatable=repeatable).json()

    def change(self, id: str, raw: str) -> None:
        self._ask("PUT", f"/posts/{_number(id)}.json", json={"post": {"raw": raw}}, repeatable=True)

    def delete(self, id: str) -> None:
        self._ask("DELETE", f"/posts/{_number(id)}.json", repeatable=True)

    def act(self, id: str, kind: int) -> None:
        self._ask("POST", "/post_actions.json", json={"id": _number(id), "post_action_type_id": kind}, repeatable=True)

    def silence(self, user: int, until: str, reason: str) -> None:
        asked = {"silenced_till": until, "reason": reason}
        path = f"/admin/users/{user}/silence.json"
        try:
            self._ask("PUT", path, json=asked, repeatable=True, accept=frozenset({409}))  # 409: they are already
        except NotThere as error:  # such pages do not exist for others
            raise Refused(words("Our user is not a moderator of the forum.")) from error

    def upload(self, media: Media) -> Any:
        """A file that nobody sees until a post names it."""
        file = (media.name or "picture", media.content, media.content_type)
        asked = {"upload_type": "composer", "synchronous": "true"}
        return self._ask(
            "POST", "/uploads.json", data=asked, files={"file": file}, repeatable=True, timeout=60.0
        ).json()

    # -- asking -------------------------------------------------------------------------------------------------

    def _own(self, path: str, **params: Any) -> dict[str, Any]:
        """What every user may read: a no means the key."""
        try:
            return self._get(path, **params)
        except Forbidden as error:
            raise LoginExpired(BAD_KEY) from error

    def _get(self, path: str, **params: Any) -> dict[str, Any]:
        told = self._ask("GET", path, params=params).json()
        if not isinstance(told, dict):
            raise TryLater(words("{url} does not answer like a Discourse forum.").format(url=self.base))
        return told

    def _ask(
        self, method: str, path: str, *, repeatable: bool = False, accept: frozenset[int] = frozenset(), **options: Any
    ) -> Answer:
        answer = self.http.request(
            method, f"{self.base}{path}", headers=self.headers, repeatable=repeatable, accept=TOLD | accept, **options
        )
        if answer.status in TOLD:
            raise refusal_of(answer, repeatable or method == "GET")
        return answer


def base_of(server: str) -> str:
    """The forum's address without a slash at its end."""
    told = server.strip().rstrip("/")
    return told if "://" in told else f"https://{told}"


def _number(id: str) -> int:
    if not id.isdigit():
        raise Refused(words("It is not known where this stands in the forum."))
    return int(id)


def _list(told: Mapping[str, Any], name: str) -> list[Any]:
    found = told.get(name)
    return found if isinstance(found, list) else []
