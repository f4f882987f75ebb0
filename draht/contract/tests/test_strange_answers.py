"""An answer that nobody can read is one of the four errors, and never a reason to act twice."""

from __future__ import annotations

import pytest

from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.http import Http
from draht.contract.testing import Loopback

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
