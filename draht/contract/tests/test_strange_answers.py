"""An answer that nobody can read is one of the four errors, and never a reason to act twice."""

from __future__ import annotations

import pytest

from draht.contract.errors import LONGEST_WAIT, Refused, TryLater, Unsure
from draht.contract.http import Http
from draht.contract.loopback import Loopback

STRANGE = [b"", b"<html>", b'{"text": "\xff"}', b"[" * 100_000]


@pytest.mark.parametrize("body", STRANGE)
def test_a_good_status_with_a_strange_body(body: bytes) -> None:
    def app(environ: object, start_response: object) -> list[bytes]:
        start_response("200 OK", [])  # type: ignore[operator]
        return [body]

    loopback, http = Loopback(app), Http(timeout=5)
    with pytest.raises(TryLater):
        http.get(loopback.url).json()
    with pytest.raises(TryLater):
        http.post(loopback.url, json={}, repeatable=True).json()
    with pytest.raises(Unsure):
        http.post(loopback.url, json={}).json()
    http.close()
    loopback.close()


@pytest.mark.parametrize("body", STRANGE)
def test_a_no_with_a_strange_body(body: bytes) -> None:
    def app(environ: object, start_response: object) -> list[bytes]:
        start_response("403 Forbidden", [])  # type: ignore[operator]
        return [body]

    loopback, http = Loopback(app), Http(timeout=5)
    with pytest.raises(Refused, match="answered 403"):
        http.get(loopback.url)
    http.close()
    loopback.close()


@pytest.mark.parametrize(
    ("told", "after"), [("30", 30.0), ("9" * 400, LONGEST_WAIT), ("²", None), ("-5", None), ("soon", None)]
)
def test_a_strange_wait(told: str, after: float | None) -> None:
    def app(environ: object, start_response: object) -> list[bytes]:
        start_response("429 Too Many Requests", [("Retry-After", told)])  # type: ignore[operator]
        return [b""]

    loopback, http = Loopback(app), Http(timeout=5)
    with pytest.raises(TryLater) as error:
        http.get(loopback.url)
    assert error.value.after == after
    http.close()
    loopback.close()


@pytest.mark.parametrize("url", ["http://..", f"http://{'a' * 300}.example", "x", "file:///etc/passwd", "http://\x00"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    http = Http(timeout=5)
    with pytest.raises(Refused, match="is not an address that can be called"):
        http.get(url)
    http.close()


def test_a_login_that_cannot_be_sent_is_refused() -> None:
    http = Http(timeout=5)
    with pytest.raises(Refused, match="characters that cannot be sent"):
        http.get("http://127.0.0.1:1/", headers={"Authorization": "Bearer tökèn"})
    http.close()
