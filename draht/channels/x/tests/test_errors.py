"""Each answer of X that its guide lists becomes the right one of the four errors."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from draht.channels.x.channel import X
from draht.channels.x.tests.desk import answer
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, Unsure
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import Account, Author, Item
from draht.contract.testing import drain

PROBLEMS = "https://api.twitter.com/2/problems/"


class Says:
    """Answers anything with one answer."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self.status, self.body, self.headers = status, body, headers or {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response(f"{self.status} so", [("Content-Type", "application/problem+json"), *self.headers.items()])
        return [json.dumps(self.body).encode()]


def problem(type: str, detail: str, **more: Any) -> dict[str, Any]:
    return {"type": PROBLEMS + type, "title": detail, "detail": detail, **more}


def raised(status: int, body: Any, *, writing: bool, headers: dict[str, str] | None = None) -> ChannelError:
    loopback, http = Loopback(Says(status, body, headers)), Http(timeout=5)
    x = X({"api": loopback.url, "access_token": "t"}, http, Account("1", "Brand", "brand"))
    item = Item(id="2", thread="2", author=Author("3"), at=datetime.now(UTC))
    try:
        with pytest.raises(ChannelError) as error:
            x.reply(answer(item)) if writing else drain(x, "")
    finally:
        http.close()
        loopback.close()
    return error.value


@pytest.mark.parametrize(
    ("status", "body", "reading", "writing", "said"),
    [
        (400, problem("invalid-request", "One or more parameters are invalid."), Refused, Refused, "parameters"),
        (
            401,
            {"title": "Unauthorized", "type": "about:blank", "status": 401},
            LoginExpired,
            LoginExpired,
            "Unauthorized",
        ),
        (402, {"title": "CreditsDepleted", "type": "about:blank"}, TryLater, TryLater, "credits"),
        (403, problem("client-forbidden", "Your app is not enrolled."), Refused, Refused, "enrolled"),
        (403, problem("not-authorized-for-resource", "You may not see it."), Refused, Refused, "may not see"),
        (403, {"detail": "You are not permitted to do this.", "title": "Forbidden"}, Refused, Refused, "permitted"),
        (404, problem("resource-not-found", "Could not find it."), Refused, Refused, "Could not find"),
        (429, problem("usage-capped", "Usage cap exceeded: Monthly."), TryLater, TryLater, "Usage cap"),
        (429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}, TryLater, TryLater, "Rate limit exceeded"),
        (500, {"title": "Internal Server Error"}, TryLater, Unsure, "Internal"),
        (502, {}, TryLater, Unsure, "502"),
        (503, {"title": "Service Unavailable"}, TryLater, TryLater, "Unavailable"),
        (504, {}, TryLater, Unsure, "504"),
        (200, [], TryLater, Unsure, ""),
    ],
)
def test_a_documented_answer_is_the_right_error(
    status: int, body: Any, reading: type[ChannelError], writing: type[ChannelError], said: str
) -> None:
    first, second = raised(status, body, writing=False), raised(status, body, writing=True)
    assert (type(first), type(second)) == (reading, writing)
    assert said in first.reason
    assert second.reason


def test_a_limit_says_how_long_to_wait() -> None:
    headers = {
        "x-rate-limit-limit": "100",
        "x-rate-limit-remaining": "0",
        "x-rate-limit-reset": str(int(time.time()) + 300),
    }
    error = raised(429, {}, writing=True, headers=headers)
    assert isinstance(error, TryLater)
    assert error.after is not None
    assert 290 < error.after <= 300
