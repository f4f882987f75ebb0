"""Google's refusals become the right one of the four; its documents become JSON Schema; its tokens are renewed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from draht.contract.channel import Act
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater
from draht.contract.google import GoogleCalls, GoogleChannel, google_login
from draht.contract.http import Http
from draht.contract.login import Scope
from draht.contract.loopback import Loopback
from draht.contract.messages import Account, Item, May, NotAllowed
from draht.contract.purse import Purse
from draht.contract.testing.discovery import to_json_schema
from draht.contract.testing.google import Asked, GoogleDouble, Told, faults_of


class Double(GoogleDouble):
    """One call, and any refusal."""

    refusal: tuple[int, Any] = (200, {"fine": True})

    def routes(self) -> Any:
        return [("GET", "thing", self.thing, 1)]

    def thing(self, asked: Asked) -> Told:
        return Told(self.refusal[1], self.refusal[0])


class Channel(GoogleChannel):
    """As little as a channel can be."""

    label = "Thing"
    oauth = google_login(Scope("things", "To see them."), Scope("more", "To change them."))

    def whoami(self) -> Account:
        return Account("1", "One")

    def may(self, act: Act, item: Item) -> May:
        return NotAllowed("no")


class Pacific(Purse):
    """It is ten to midnight."""

    def day_ends_in(self) -> float:
        return 600.0


@pytest.fixture
def double() -> Double:
    return Double()


@pytest.fixture
def net(double: Double) -> Iterator[Loopback]:
    loopback = Loopback(double)
    yield loopback
    loopback.close()


@pytest.fixture
def open_calls(net: Loopback) -> Iterator[Callable[..., GoogleCalls]]:
    http = Http(timeout=5, purse=Pacific())
    yield lambda token="access-1": GoogleCalls(http, net.url, token)
    http.close()


def told(reason: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": f"It is {reason}.", "errors": [{"reason": reason} | more]}}


INFO = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED"}


@pytest.mark.parametrize(
    ("status", "body", "error", "after"),
    [
        (401, told("authError"), LoginExpired, None),
        (401, told("youtubeSignupRequired"), Refused, None),
        (403, told("insufficientPermissions"), LoginExpired, None),
        (403, told("quotaExceeded"), TryLater, 600.0),
        (403, told("dailyLimitExceeded"), TryLater, 600.0),
        (403, told("rateLimitExceeded"), TryLater, None),
        (403, told("userRateLimitExceeded"), TryLater, None),
        (403, told("forbidden"), Refused, None),
        (403, told("accessNotConfigured"), Refused, None),
        (400, told("keyInvalid"), Refused, None),
        (404, told("notFound"), Refused, None),
        (429, {"error": {"message": "slow", "details": [INFO]}}, TryLater, None),
        (429, {"error": {"details": [INFO | {"metadata": {"quota_limit": "QueriesPerDay"}}]}}, TryLater, 600.0),
        (403, "<html>", Refused, None),
        (403, {"error": "access_denied"}, Refused, None),
        (403, {"error": {"errors": "many", "details": {"a": 1}, "message": None}}, Refused, None),
        (500, told("backendError"), TryLater, None),
    ],
)
def test_a_refusal_is_one_of_the_four(
    double: Double,
    open_calls: Callable[..., GoogleCalls],
    status: int,
    body: Any,
    error: type[ChannelError],
    after: float | None,
) -> None:
    double.refusal = (status, body)
    with pytest.raises(error) as raised:
        open_calls().ask("GET", "thing")
    assert raised.value.reason
    assert getattr(raised.value, "after", None) == after


def test_after_the_days_quota_nobody_asks_again(
    double: Double, net: Loopback, open_calls: Callable[..., GoogleCalls]
) -> None:
    double.refusal = (403, told("quotaExceeded"))
    for _ in range(3):
        with pytest.raises(TryLater):
            open_calls().ask("GET", "thing")
    assert len(net.requests) == 1


def test_without_a_token_nobody_is_asked(net: Loopback, open_calls: Callable[..., GoogleCalls]) -> None:
    with pytest.raises(LoginExpired):
        open_calls("").ask("GET", "thing")
    assert net.requests == []


def test_a_person_signs_in_and_the_token_is_renewed(double: Double, net: Loopback) -> None:
    http = Http(timeout=5)
    config = {"client_id": "client-1", "client_secret": "secret-1"}
    config |= {"google_authorize": f"{net.url}/authorize", "google_token": f"{net.url}/token"}
    page = Channel(config, http).sign_in_address("https://desk.example/back", "state-1", "v" * 50)
    sent = http.get(page, accept=frozenset({302})).headers["location"]
    back = {key: values[0] for key, values in parse_qs(urlsplit(sent).query).items()}
    assert back["state"] == "state-1"
    with pytest.raises(LoginExpired):
        Channel(config, http).sign_in(back["code"], "https://desk.example/back", "another" * 8)
    sent = http.get(page, accept=frozenset({302})).headers["location"]
    code = parse_qs(urlsplit(sent).query)["code"][0]
    kept = Channel(config, http).sign_in(code, "https://desk.example/back", "v" * 50)
    assert {"access_token", "refresh_token", "expires_at", "scope"} <= kept.keys()
    renewed = Channel(config | dict(kept), http).renew()
    assert renewed["access_token"] != kept["access_token"]
    assert Channel(config | dict(kept), http).lacks() == ()
    assert len(Channel(config | {"scope": "things"}, http).lacks()) == 1
    with pytest.raises(LoginExpired, match="revoked"):
        Channel(config | {"refresh_token": "gone"}, http).renew()
    http.close()


def test_googles_own_addresses_are_used_unless_somebody_says_otherwise() -> None:
    channel = Channel({"client_id": "c"}, Http())
    page = channel.sign_in_address("https://desk.example/back", "s", "v" * 50)
    assert page.startswith("https://accounts.google.com/o/oauth2/v2/auth?")
    assert parse_qs(urlsplit(page).query)["access_type"] == ["offline"]


def test_a_documents_schema_knows_what_is_wrong() -> None:
    schema = to_json_schema(
        json.loads("""{"id": "Thing", "type": "object", "properties": {
            "at": {"type": "string", "format": "date-time"}, "count": {"type": "integer", "format": "uint32",
            "minimum": "1"}, "of": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}}}""")
    )
    assert faults_of(schema, {"at": "2026-11-20T08:00:00.000Z", "count": 1, "of": ["a"]}) == []
    for wrong in ({"at": "yesterday"}, {"count": 0}, {"count": "1"}, {"of": ["c"]}, {"more": 1}):
        assert faults_of(schema, wrong), wrong
