"""Recorded refusals of real servers, answered once more over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from draht.channels.mastodon.client import Client
from draht.channels.mastodon.tests import spec
from draht.contract.errors import ChannelError, LoginExpired, Refused
from draht.contract.http import Http
from draht.contract.loopback import Loopback


class Recorded:
    """Answers anything with one recorded answer."""

    def __init__(self, name: str) -> None:
        spec.need(spec.PAYLOADS)
        recording = json.loads((spec.PAYLOADS / f"{name}.json").read_text())
        told = recording[0]["response"] if isinstance(recording, list) else recording
        self.status = told["status"]
        self.body = told["body"] if "body" in told else told["response"]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response(f"{self.status} as recorded", [("Content-Type", "application/json")])
        return [json.dumps(self.body).encode()]


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    loopback, http = Loopback(Recorded(request.param)), Http(timeout=5)
    yield Client(http, loopback.url, "token")
    http.close()
    loopback.close()


@pytest.mark.parametrize(
    ("client", "error", "words"),
    [
        ("status_empty", Refused, "Textを入力してください"),
        ("local_gts_15-too-long", Refused, "exceed max chars"),
        ("local_gts_14-401", LoginExpired, "401"),
    ],
    indirect=["client"],
)
def test_a_refusal_keeps_the_servers_words(client: Client, error: type[ChannelError], words: str) -> None:
    with pytest.raises(error, match=words):
        client.write({"status": ""}, "key")


@pytest.mark.parametrize("client", ["status_missing", "local_gts_18-deleted-404"], indirect=True)
def test_what_is_missing_is_gone(client: Client) -> None:
    assert client.status("0") is None
    assert client.statuses(["0"]) == []
    assert client.ancestors("0") is None
