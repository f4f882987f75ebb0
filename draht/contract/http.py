"""The one door to the networks. It turns transport faults and status codes into the four errors.

``httpx2`` continues ``httpx``; nothing else in the project imports it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

import httpx2 as httpx
import msgspec

from draht import __version__
from draht.contract.addresses import public_address
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, Unsure
from draht.contract.purse import Purse, limit_of
from draht.contract.words import words

MAX_ANSWER = 8 * 1024 * 1024  # bytes; no answer of a network that we use is larger
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ANSWERS_OF_A_CROWD = frozenset({408, 425, 429, 502, 503, 504})


NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # what msgspec raises on bytes of any kind


class Answer:
    """An answer with a good status code: its status, headers (names in lower case) and body."""

    __slots__ = ("body", "headers", "repeatable", "status", "url")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes, url: str, repeatable: bool = True) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.url = url
        self.repeatable = repeatable

    def json(self) -> Any:
        """The body as JSON. A network that answers something else is out of order: ``TryLater``, or ``Unsure`` when the
        request was carried out and must not be repeated."""
        try:
            return msgspec.json.decode(self.body)
        except NO_JSON as error:
            told = words("{host} answered with something that is not JSON.").format(host=_host(self.url))
            raise (TryLater(told) if self.repeatable else Unsure(told)) from error


class Http:
    """A client with time-outs, an answer's size bound and the four errors.

    Args:
        transport: for tests and networks inside the process; ``None`` is the real network.
        timeout: seconds for connecting and for each read.
        purse: counts what calls cost, and says no before a limit is passed.
    """

    def __init__(
        self, transport: httpx.BaseTransport | None = None, timeout: float = 20.0, purse: Purse | None = None
    ) -> None:
        self._transport = transport
        self._timeout = timeout
        self.purse = purse or Purse()

    @cached_property
    def _client(self) -> httpx.Client:
        """Made when it is first needed: a channel that only checks a signature never calls anybody."""
        return httpx.Client(
            transport=self._transport,
            timeout=self._timeout,
            follow_redirects=False,
            headers={"User-Agent": f"Draht/{__version__}"},
        )

    def close(self) -> None:
        if "_client" in self.__dict__:
            self._client.close()

    def get(self, url: str, **options: Any) -> Answer:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> Answer:
        return self.request("POST", url, **options)

    def request(
        self,
        method: str,
        url: str,
        *,
        repeatable: bool = False,
        accept: frozenset[int] = frozenset(),
        public: bool = False,
        most: int = MAX_ANSWER,
        units: int = 1,
        cents: float = 0.0,
        bucket: str = "",
        **options: Any,
    ) -> Answer:
        """Sends one request.

        Args:
            repeatable: the network acts once however often this is sent (idempotency key, or deleting); a lost answer
                is then ``TryLater``, not ``Unsure``.
            accept: further status codes that the caller wants to see instead of an error.
            public: somebody else gave us the address; it may not lie within our own network.
            most: bytes of the longest answer that is read.
            units: of the network's quota, that this call uses.
            cents: US cents that it costs at most. An error costs nothing, unless it is ``Unsure``.
            bucket: which of the network's limits it counts for.
            options: ``params``, ``json``, ``data``, ``files``, ``content``, ``headers``, ``auth`` as httpx takes them.
        """
        repeatable = repeatable or method in SAFE
        self.purse.spend(units, cents, bucket)
        try:
            answer = self._send(method, url, repeatable, public, most, options)
            if (limit := limit_of(answer.headers)) is not None:
                self.purse.told(limit, bucket)
            if 200 <= answer.status < 300 or answer.status in accept:
                return answer
            raise error_of(answer, repeatable)
        except Unsure:
            raise
        except ChannelError:
            if cents:
                self.purse.give_back(cents=cents)
            raise

    def _send(
        self, method: str, url: str, repeatable: bool, public: bool, most: int, options: dict[str, Any]
    ) -> Answer:
        try:
            target, options = _bound_to_public(url, options) if public else (url, options)
            with self._client.stream(method, target, **options) as response:
                body = _read_within_bound(response, most)
        except UnicodeEncodeError as error:
            told = words("The login for {host} has characters that cannot be sent. Was it copied as a whole?")
            raise Refused(told.format(host=_host(url))) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:  # of a name that is none
            told = words("{url} is not an address that can be called: {error}")
            raise Refused(told.format(url=url, error=error)) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            told = words("{host} cannot be reached: {error}")
            raise TryLater(told.format(host=_host(url), error=error)) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            told = words("The answer of {host} was lost: {error}")
            lost = told.format(host=_host(url), error=str(error) or type(error).__name__)
            raise (TryLater(lost) if repeatable else Unsure(lost)) from error
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, body, url, repeatable)


def _bound_to_public(url: str, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The same request, bound to the address that was checked: no second look-up can lead elsewhere."""
    asked = httpx.URL(url)
    if asked.scheme not in {"http", "https"} or not asked.host:
        raise httpx.UnsupportedProtocol("it needs a host, and http or https before it")
    headers = dict(options.get("headers") or {}) | {
        "Host": asked.netloc.decode("ascii"),
        "Connection": "close",  # a kept connection would be known by its number alone
    }
    extensions = {"sni_hostname": asked.raw_host.decode("ascii")}
    numeric = asked.copy_with(host=public_address(asked.host))
    return str(numeric), options | {"headers": headers, "extensions": extensions}


def _read_within_bound(response: httpx.Response, most: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > most:
            raise httpx.DecodingError(f"the answer is larger than {most} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def error_of(answer: Answer, repeatable: bool) -> LoginExpired | TryLater | Refused | Unsure:
    """What a bad status code means by HTTP alone; for networks that say more in the body, and not always."""
    told = words("{host} answered {status}: {words}")
    said = told.format(host=_host(answer.url), status=answer.status, words=_words_of(answer))
    if answer.status == 401:
        return LoginExpired(said)
    if answer.status in {408, 425, 429} or (answer.status in ANSWERS_OF_A_CROWD and repeatable):
        return TryLater(said, after=_wait_of(answer.headers))
    if answer.status == 503:  # by its definition nothing was done
        return TryLater(said, after=_wait_of(answer.headers))
    if answer.status >= 500:
        return TryLater(said) if repeatable else Unsure(said)
    return Refused(said)


def _words_of(answer: Answer) -> str:
    """The network's own words, from the usual places, else the beginning of the body."""
    try:
        body = msgspec.json.decode(answer.body)
    except NO_JSON:
        return " ".join(answer.body.decode("utf-8", "replace").split())[:300] or "no words"
    for key in ("error_description", "message", "error", "detail", "title"):
        found = body.get(key) if isinstance(body, dict) else None
        if isinstance(found, dict):
            found = found.get("message")
        if isinstance(found, str) and found:
            return found[:300]
    return str(body)[:300]


def _wait_of(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from ``Retry-After`` (RFC 9110) or the network's limit."""
    told = headers.get("retry-after")
    if told:
        if told.isascii() and told.isdigit():
            return float(told)
        try:
            return max(0.0, (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds())
        except (ValueError, TypeError):
            return None
    limit = limit_of(headers)
    return None if limit is None or limit.remaining >= 1 else max(0.0, limit.resets_at - time.time())


def _host(url: str) -> str:
    return httpx.URL(url).host or url
