"""Talks to a Mastodon server: seven calls, raw JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from draht.contract.errors import Refused, TryLater
from draht.contract.http import Answer, Http
from draht.contract.words import words

PAGE = 80  # mentions a page: the most that Mastodon gives
OWN_PAGE = 40  # statuses of ours a page: the most that Mastodon gives
BATCH = 20  # statuses read at once: the most that Mastodon gives
GONE = frozenset({404, 410})
NO_SUCH_CALL = frozenset({400, 403, 404, 405, 410, 422})


class Client:
    """One login. ``server`` is an address as a person types it: with or without scheme or path."""

    def __init__(self, http: Http, server: str, token: str) -> None:
        self.base = _base(server.strip())
        self.http = http
        self.headers = {"Authorization": f"Bearer {token.strip()}"}

    def me(self) -> Any:
        return self._get("/api/v1/accounts/verify_credentials").json()

    def instance(self) -> Any:
        return self._get("/api/v2/instance").json()

    def mentions(self, **where: str) -> list[Any]:
        """One page of notifications, the newest first; ``min_id`` gives what follows it, without a gap.

        With the filtered ones: since Mastodon 4.3 private mentions from strangers are filtered unless the
        account's owner changes that, and customers are strangers.
        """
        asked = {"types[]": "mention", "include_filtered": "true", "limit": str(PAGE)}
        return _list(self._get("/api/v1/notifications", params=asked | where))

    def own(self, account: str, **where: str) -> list[Any]:
        """One page of the account's own statuses, private ones too, the newest first."""
        asked = {"exclude_reblogs": "true", "limit": str(OWN_PAGE)}
        return _list(self._get(f"/api/v1/accounts/{_safe(account)}/statuses", params=asked | where))

    def statuses(self, ids: Sequence[str]) -> list[Any]:
        """At most ``BATCH`` statuses; those that are gone are left out.

        Servers without that call (Mastodon before 4.3, others of this API) give none.
        """
        answer = self._get("/api/v1/statuses", params={"id[]": list(ids)}, accept=NO_SUCH_CALL)
        return _list(answer) if answer.status == 200 else []

    def status(self, id: str) -> Any | None:
        """One status, or ``None`` if it is gone, or no longer for us."""
        answer = self._get(f"/api/v1/statuses/{_safe(id)}", accept=GONE)
        return answer.json() if answer.status == 200 else None

    def ancestors(self, id: str) -> list[Any] | None:
        """What a status answers, the root first.

        ``None`` if the server cannot say, be it by a fault of its own: one broken thread must not stop all.
        """
        answer = self._get(f"/api/v1/statuses/{_safe(id)}/context", accept=NO_SUCH_CALL | {500})
        return _list(answer, "ancestors") if answer.status == 200 else None

    def write(self, status: dict[str, str], key: str) -> Any:
        """Posts a status. The key makes it repeatable for an hour."""
        headers = self.headers | {"Idempotency-Key": key}
        url = f"{self.base}/api/v1/statuses"
        return self.http.post(url, json=status, headers=headers, repeatable=True).json()

    def _get(self, path: str, **options: Any) -> Answer:
        return self.http.get(self.base + path, headers=self.headers, **options)


def _base(typed: str) -> str:
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
    except ValueError:  # a bracket that nobody closed
        parts = urlsplit("")
    if not parts.netloc:
        raise Refused(words("{address} is not the address of a server.").format(address=typed))
    return f"{parts.scheme}://{parts.netloc}"


def _list(answer: Answer, key: str = "") -> list[Any]:
    body = answer.json()
    found = body.get(key) if key and isinstance(body, dict) else body
    if not isinstance(found, list):
        told = words("{url} answered with something unexpected: {answer}")
        raise TryLater(told.format(url=answer.url, answer=str(body)[:100]))
    return found


def _safe(id: str) -> str:
    return quote(id, safe="")
