"""Talks to a server of the AT Protocol (XRPC): calls to raw JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from draht.channels.bluesky.session import Login, error_of
from draht.contract.errors import LoginExpired, Refused, TryLater
from draht.contract.http import Answer, Http
from draht.contract.words import words

POST = "app.bsky.feed.post"
GATE = "app.bsky.feed.threadgate"
LIKE = "app.bsky.feed.like"
BLOCK = "app.bsky.graph.block"

PAGE = 100  # notifications and messages a page: the most that the network gives
BATCH = 25  # posts read at once: the most that the network gives
OWN_PAGE = 50
SEARCH_PAGE = 50
REASONS = ["mention", "reply", "quote"]
OLD_TOKEN = frozenset({"ExpiredToken", "InvalidToken"})
LOCKED_OUT = frozenset({"AccountTakedown", "AccountDeactivated", "AccountSuspended", "AccountMigrated"})
NO_CALL = 501
BAD = 400
# What a write costs of the 5,000 points an hour and 35,000 a day. Source: docs.bsky.app, "Rate limits".
CREATE, UPDATE, DELETE = 3, 2, 1


class Client:
    """One login at one server."""

    def __init__(self, http: Http, login: Login) -> None:
        self.http = http
        self.login = login

    @property
    def us(self) -> str:
        return self.login.session.did

    # -- reading ------------------------------------------------------------------------------------------

    def profile(self, actor: str) -> Any:
        return self.get("app.bsky.actor.getProfile", {"actor": actor}).json()

    def notifications(self, cursor: str) -> tuple[list[Any], str]:
        """One page of mentions, replies and quotes, the newest first, and where the older ones are."""
        asked = {"reasons": REASONS, "limit": PAGE} | ({"cursor": cursor} if cursor else {})
        answer = self.get("app.bsky.notification.listNotifications", asked)
        return items(answer, "notifications"), text(answer, "cursor")

    def posts(self, uris: Sequence[str]) -> list[Any]:
        """These posts as they are by now; those that are gone, and those of who blocked us, are left out."""
        found: list[Any] = []
        for start in range(0, len(uris), BATCH):
            asked = {"uris": list(uris[start : start + BATCH])}
            found += items(self.get("app.bsky.feed.getPosts", asked), "posts")
        return found

    def search(self, query: str) -> list[Any]:
        """The newest posts that a search finds, the newest first."""
        asked = {"q": query, "sort": "latest", "limit": SEARCH_PAGE}
        return items(self.get("app.bsky.feed.searchPosts", asked), "posts")

    def own(self) -> list[Any]:
        """Our newest posts and answers, the newest first."""
        asked = {"actor": self.us, "filter": "posts_with_replies", "limit": OWN_PAGE}
        return items(self.get("app.bsky.feed.getAuthorFeed", asked), "feed")

    def record(self, repo: str, collection: str, rkey: str) -> Any | None:
        """A record as its owner wrote it; ``None`` if it is certainly not there."""
        asked = {"repo": repo, "collection": collection, "rkey": rkey}
        answer = self.get("com.atproto.repo.getRecord", asked, accept=frozenset({BAD}))
        if answer.status == BAD and error_of(answer)[0] == "RecordNotFound":
            return None
        return self._good(answer).json()

    def resolve(self, handle: str) -> str:
        """Whose handle it is (a DID); empty if it is nobody's."""
        answer = self.get("com.atproto.identity.resolveHandle", {"handle": handle}, accept=frozenset({BAD}))
        return text(answer, "did") if answer.status != BAD else ""

    # -- writing ------------------------------------------------------------------------------------------

    def create(self, collection: str, rkey: str, record: Any) -> Any | None:
        """Writes a record under our own key, once: ``None`` if the server failed, as it does when the key is there."""
        body = {"repo": self.us, "collection": collection, "rkey": rkey, "record": record}
        accept = frozenset({500})
        answer = self.post("com.atproto.repo.createRecord", body, accept=accept, units=CREATE, bucket="write")
        return None if answer.status == 500 else answer.json()

    def put(self, collection: str, rkey: str, record: Any, swap: str | None) -> bool:
        """Replaces a record, if it still is as we know it (``swap``; ``None``: it is not there). Whether it was."""
        body = {"repo": self.us, "collection": collection, "rkey": rkey, "record": record, "swapRecord": swap}
        accept = frozenset({BAD})
        answer = self.post("com.atproto.repo.putRecord", body, accept=accept, units=UPDATE, bucket="write")
        if answer.status == BAD and error_of(answer)[0] == "InvalidSwap":
            return False
        self._good(answer)
        return True

    def delete(self, collection: str, rkey: str) -> None:
        """Takes a record of ours away; one that is not there is no error."""
        body = {"repo": self.us, "collection": collection, "rkey": rkey}
        self.post("com.atproto.repo.deleteRecord", body, units=DELETE, bucket="write")

    def upload(self, content: bytes, content_type: str) -> Any:
        """Lays a file down; a record has to name it soon, or it is forgotten."""
        headers = {"Content-Type": content_type}
        answer = self._ask("POST", "com.atproto.repo.uploadBlob", content=content, headers=headers, bucket="upload")
        return part(answer, "blob")

    # -- HTTP ---------------------------------------------------------------------------------------------

    def get(self, call: str, params: Any = None, **options: Any) -> Answer:
        return self._ask("GET", call, params=params or {}, **options)

    def post(self, call: str, body: Any, **options: Any) -> Answer:
        return self._ask("POST", call, json=body, **options)

    def _ask(self, method: str, call: str, *, headers: Any = None, accept: Any = frozenset(), **options: Any) -> Answer:
        """Every write here may be sent again: it carries our own key, or what it was before. Chat says otherwise."""
        session = self.login.session
        sent = dict(headers or {}) | {"Authorization": f"Bearer {session.accessJwt}"}
        options = {"repeatable": True, "units": 0} | options
        url = f"{self.login.home}/xrpc/{call}"
        answer = self.http.request(method, url, headers=sent, accept=accept | {BAD, NO_CALL}, **options)
        known = answer.status in accept and not _token_is_old(answer)
        return answer if known else self._good(answer)

    def _good(self, answer: Answer) -> Answer:
        if answer.status < BAD:
            return answer
        name, said = error_of(answer)
        reason = words("The server refuses it: {reason}").format(reason=said or name)
        if name in LOCKED_OUT or _token_is_old(answer):
            raise LoginExpired(reason)
        raise Refused(reason)


def _token_is_old(answer: Answer) -> bool:
    """The server says so with 400, and says the same where an app password opens no direct messages."""
    name, said = error_of(answer) if answer.status == BAD else ("", "")
    return name in OLD_TOKEN and said != "Bad token method"


def part(answer: Answer, key: str) -> Any:
    body = answer.json()
    found = body.get(key) if isinstance(body, dict) else None
    if found is None:
        told = words("{url} answered with something unexpected: {answer}")
        raise TryLater(told.format(url=answer.url, answer=str(body)[:100]))
    return found


def items(answer: Answer, key: str) -> list[Any]:
    found = part(answer, key)
    if not isinstance(found, list):
        told = words("{url} answered with something unexpected: {answer}")
        raise TryLater(told.format(url=answer.url, answer=str(found)[:100]))
    return found


def text(answer: Answer, key: str) -> str:
    body = answer.json()
    found = body.get(key) if isinstance(body, dict) else None
    return found if isinstance(found, str) else ""
