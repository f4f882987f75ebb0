"""Talks to the sandbox's API: six calls, raw JSON."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.http import Answer, Http
from draht.contract.words import words

PAGE = 200  # events a call
GONE = frozenset({404, 410})


class Client:
    """One login to the network at ``base``."""

    def __init__(self, http: Http, base: str, token: str) -> None:
        self.base = base.strip().rstrip("/")
        if not self.base.startswith(("http://", "https://")):
            raise Refused(words("{address} is not the address of a sandbox.").format(address=base))
        self.http = http
        self.headers = {"Authorization": f"Bearer {token.strip()}"}

    def whoami(self) -> Any:
        return _object(self._get("whoami"))

    def events(self, after: str) -> Any:
        """What happened after event number ``after``, the oldest first."""
        return _object(self._get("events", params={"after": after or "0", "limit": str(PAGE)}))

    def write(self, message: dict[str, Any], once: bool) -> Any:
        """Writes. ``once``: the network acts once however often the same key is sent."""
        headers = self.headers | ({"Idempotency-Key": message["client_key"]} if once else {})
        return _object(self.http.post(self._url("messages"), json=message, headers=headers, repeatable=once))

    def by_key(self, key: str) -> list[Any]:
        """What was written with this key, the first copy first."""
        found = _object(self._get("messages", params={"client_key": key})).get("messages")
        if not isinstance(found, list):
            raise TryLater(words("The sandbox answered with something unexpected."))
        return found

    def moderate(self, id: str, state: str) -> None:
        url = self._url(f"messages/{quote(id, safe='')}/state")
        self.http.request("PUT", url, json={"state": state}, headers=self.headers, repeatable=True)

    def edit(self, id: str, text: str) -> None:
        url = self._url(f"messages/{quote(id, safe='')}")
        self.http.request("PATCH", url, json={"text": text}, headers=self.headers, repeatable=True)

    def delete(self, id: str) -> None:
        url = self._url(f"messages/{quote(id, safe='')}")
        self.http.request("DELETE", url, headers=self.headers, repeatable=True, accept=GONE)

    def subscribe(self, address: str, secret: str) -> None:
        wish = {"url": address, "secret": secret}
        self.http.request("PUT", self._url("hook"), json=wish, headers=self.headers, repeatable=True)

    def _get(self, path: str, **options: Any) -> Answer:
        return self.http.get(self._url(path), headers=self.headers, **options)

    def _url(self, path: str) -> str:
        return f"{self.base}/api/{path}"


def _object(answer: Answer) -> dict[str, Any]:
    body = answer.json()
    if not isinstance(body, dict):
        strange = words("{url} answered with something unexpected: {answer}")
        told = strange.format(url=answer.url, answer=str(body)[:100])
        raise TryLater(told) if answer.repeatable else Unsure(told)
    return body
