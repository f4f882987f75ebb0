"""Meta's Graph API, as every product of that house speaks it: signed calls, errors, pages, usage.

Source: developers.facebook.com/docs/graph-api (guides/error-handling, guides/secure-requests, overview/rate-limiting,
batch-requests, changelog/versions).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import msgspec

from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, Unsure
from draht.contract.http import Answer, Http, error_of
from draht.contract.messages import Sent
from draht.contract.purse import WHOLE_APP, Limit
from draht.contract.signatures import sign
from draht.contract.words import words

BASE = "https://graph.facebook.com/v25.0"  # available until 29 July 2028
BATCH = 50  # requests in one call, at most
ALL_FAULTS = frozenset(range(400, 600))
# Codes. Each comes with a text, and often with a status of 400, whatever it means.
CROWDED = frozenset({4, 9, 17, 32, 341, 613, *range(80_000, 80_015), 130_429, 131_048, 131_056})  # nothing was done
SHORT = frozenset({-2, -1, 1, 2, 1200})  # unknown, or out of order for a short time
NOT_YET = frozenset({(9007, 2207027)})  # what is to be published is not ready: nothing was done
NOT_NOW = frozenset({131_000, 131_016, 131_057, 133_004})  # a fault or maintenance, after which nothing was sent
LOGGED_OUT = frozenset({102, 190})
NOT_THERE = frozenset({(100, 33), (803, None)})
WHEN_CROWDED = 300.0  # seconds to wait where the answer does not tell
WAITS = {130_429: 10.0, 131_056: 10.0}  # seconds, of limits per second or per person
USED_UP = 100.0  # percent
OVER = words("The time in which this person may be written to is over.")
SAYS: Mapping[tuple[Any, Any], str] = {
    (10, 2018278): OVER,
    (10, 2018065): OVER,
    (10, 2534022): OVER,
    (551, None): words("This person cannot be reached now: they blocked us, or their account is gone."),
    (368, None): words("Meta has blocked this for a while because it took something of ours for abuse."),
    (10900, None): words("This was answered privately already, and the network allows that once."),
}


class NotThere(Refused):
    """There is no such object, or it is not for us: Graph does not tell the two apart."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of many: ``after`` is where the rest begins, empty at the end."""

    items: list[Any]
    after: str = ""


class Graph:
    """One login. Paths are relative to ``base``; values that are not text are written as Graph reads them.

    Args:
        secret: of the app. With it every call proves that it comes from the app (``appsecret_proof``).
        says: what a product's own codes mean, in words for people.
    """

    def __init__(
        self, http: Http, token: str, secret: str = "", base: str = BASE, says: Mapping[int, str] = MappingProxyType({})
    ) -> None:
        self.http = http
        self.base = base.rstrip("/")
        self.says = says
        self.token = token.strip()
        self._headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        self._proof = {"appsecret_proof": proof(self.token, secret)} if secret else {}

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        asked = self._proof | {key: _field(value) for key, value in params.items()}
        return _object(self._ask("GET", path, params=asked))

    def post(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        repeatable: bool = False,
        files: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        told = self._proof | {key: _field(value) for key, value in (data or {}).items()}
        options = {"files": files} if files else {}
        return _object(self._ask("POST", path, repeatable=repeatable, data=told, **options))

    def post_json(self, path: str, data: Mapping[str, Any], *, repeatable: bool = False) -> dict[str, Any]:
        """For products whose description asks for JSON instead of a form."""
        return _object(self._ask("POST", path, repeatable=repeatable, params=self._proof, json=data))

    def delete(self, path: str) -> None:
        """What is not there any more is as well as deleted."""
        try:
            self._ask("DELETE", path, repeatable=True, params=self._proof)
        except NotThere:
            return

    def page(self, path: str, after: str = "", **params: Any) -> Page:
        return to_page(self.get(path, **params, **({"after": after} if after else {})))

    def get_many(self, paths: Sequence[str]) -> list[dict[str, Any] | ChannelError]:
        """At most ``BATCH`` GETs in one call: for each its object or its error."""
        asked = _field([{"method": "GET", "relative_url": path} for path in paths])
        told = self._proof | {"access_token": self.token, "batch": asked, "include_headers": "false"}
        answer = self._ask("POST", "", repeatable=True, data=told)  # its parts take the login from the form
        parts = answer.json()
        if not isinstance(parts, list) or len(parts) != len(paths):
            raise TryLater(words("The network answered with something unexpected."))
        return [self._one_of_many(path, part) for path, part in zip(paths, parts, strict=True)]

    def _one_of_many(self, path: str, part: Any) -> dict[str, Any] | ChannelError:
        """``null`` stands for a request that was not carried out in time."""
        if not isinstance(part, dict) or not isinstance(part.get("body"), str):
            return TryLater(words("The network did not answer in time."))
        status = part.get("code") if isinstance(part.get("code"), int) else 500
        answer = Answer(int(status or 500), {}, part["body"].encode(), f"{self.base}/{path}")
        try:
            return _object(answer) if answer.status == 200 else to_error(answer, True, self.says)
        except TryLater as error:
            return error

    def _ask(self, method: str, path: str, *, repeatable: bool = False, **options: Any) -> Answer:
        answer = self.http.request(
            method,
            f"{self.base}/{path}",
            headers=self._headers,
            repeatable=repeatable,
            accept=ALL_FAULTS,
            **options,
        )
        for bucket, limit in usage_of(answer.headers).items():
            self.http.purse.told(limit, bucket)
        if answer.status >= 400:
            raise to_error(answer, repeatable or method == "GET", self.says)
        return answer


def proof(token: str, secret: str) -> str:
    return sign(secret, token.encode())


def to_page(told: Mapping[str, Any]) -> Page:
    """A list as Graph gives it. There is more only if it names the address of the rest."""
    items, paging = told.get("data"), told.get("paging") or {}
    if not isinstance(items, list):
        raise TryLater(words("The network answered with something unexpected."))
    after = (paging.get("cursors") or {}).get("after") if paging.get("next") else ""
    return Page(items, str(after or ""))


def to_error(answer: Answer, repeatable: bool, says: Mapping[int, str] = MappingProxyType({})) -> ChannelError:
    """Which of the four a bad answer is. ``repeatable``: it does no harm to ask again; ``says``: words for codes."""
    told = _error_in(answer)
    if told is None:
        return error_of(answer, repeatable)
    code, subcode = told.get("code"), told.get("error_subcode")
    said = says.get(code or 0) or SAYS.get((code, subcode)) or SAYS.get((code, None)) or _said(told)
    if code in LOGGED_OUT or (answer.status == 401 and code is None):
        return LoginExpired(said)
    if code in CROWDED or (code, subcode) in NOT_YET:
        return TryLater(said, after=WAITS.get(code or 0) or _wait(answer.headers))
    if code in NOT_NOW:
        return TryLater(said)
    if code in SHORT or told.get("is_transient") is True:
        return TryLater(said) if repeatable else Unsure(said)
    if (code, subcode) in NOT_THERE or (code, None) in NOT_THERE:
        return NotThere(said)
    return Refused(said) if code is not None else error_of(answer, repeatable)


def _error_in(answer: Answer) -> dict[str, Any] | None:
    try:
        told = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, dict) else None


def _said(error: Mapping[str, Any]) -> str:
    more = error.get("error_data")
    details = more.get("details") if isinstance(more, dict) else None
    return str(error.get("error_user_msg") or details or error.get("message") or error.get("code") or "?")[:500]


# -- usage: percent of what an app, or a page through it, may ask within an hour ---------------------------------------

USAGES = {"x-app-usage": WHOLE_APP, "x-page-usage": "", "x-business-use-case-usage": ""}


def usage_of(headers: Mapping[str, str]) -> dict[str, Limit]:
    """What is left, in percent, in each bucket that the headers tell of (names in lower case)."""
    found: dict[str, Limit] = {}
    for name, bucket in USAGES.items():
        for told in _usages(headers.get(name, "null")):
            limit = _limit(told)
            if bucket not in found or limit.remaining < found[bucket].remaining:
                found[bucket] = limit
    return found


def _limit(told: Mapping[str, Any]) -> Limit:
    used = max(_number(told.get(key)) for key in ("call_count", "total_time", "total_cputime"))
    minutes = _number(told.get("estimated_time_to_regain_access"))
    left = 0.0 if minutes else max(0.0, USED_UP - used)
    return Limit(left, time.time() + (minutes * 60 or WHEN_CROWDED), USED_UP)


def _usages(header: str) -> Iterator[Mapping[str, Any]]:
    """One, or those of several kinds of use by account."""
    try:
        told = msgspec.json.decode(header)
    except msgspec.DecodeError:
        return
    if isinstance(told, dict):
        lists = [one for value in told.values() if isinstance(value, list) for one in value]
        yield from (one for one in lists or [told] if isinstance(one, dict))


def _wait(headers: Mapping[str, str]) -> float:
    ends = [limit.resets_at - time.time() for limit in usage_of(headers).values() if limit.remaining < 1]
    return max([WHEN_CROWDED, *ends])


def _number(told: Any) -> float:
    return float(told) if isinstance(told, int | float) and not isinstance(told, bool) else 0.0


# -- values ----------------------------------------------------------------------------------------------------------


def to_sent(told: Any, now: datetime) -> Sent:
    """What Graph says it made. Without an id it may stand there all the same."""
    id = told.get("id") or told.get("message_id") if isinstance(told, dict) else None
    if not isinstance(id, str):
        raise Unsure(words("The network took it, but did not say where it stands."))
    at = told.get("created_time") or told.get("timestamp")
    return Sent(id, moment(at) if isinstance(at, str) else now, str(told.get("permalink_url") or ""))


def moment(told: Any) -> datetime:
    """A time as Graph writes it: epoch in seconds or milliseconds, or ISO with an offset."""
    if isinstance(told, str) and not told.isdigit():
        found = datetime.fromisoformat(told)
        if found.tzinfo is None:
            raise ValueError(f"{told} has no zone")
        return found
    return datetime.fromtimestamp(seconds(float(told)), UTC)


def seconds(told: float) -> float:
    return told / 1000 if told > 100_000_000_000 else told


def _field(value: Any) -> str:
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def _object(answer: Answer) -> dict[str, Any]:
    told = answer.json()
    if isinstance(told, dict):
        return told
    said = words("The network answered with something unexpected.")
    raise TryLater(said) if answer.repeatable else Unsure(said)
