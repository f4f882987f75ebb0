"""X calls us: handshakes, signatures, and whose events they are."""

from __future__ import annotations

import base64
import hmac
import json

import pytest

from draht.channels.x.channel import X
from draht.channels.x.tests import spec
from draht.channels.x.tests.desk import Desk
from draht.channels.x.tests.office import API_SECRET
from draht.contract.errors import Forged
from draht.contract.http import Http
from draht.contract.messages import Account, Hook


@pytest.fixture
def x() -> X:
    """Without a network: what needs one would fail."""
    return X({"api_secret": API_SECRET}, Http(), Account("1111111111111111111", "Example User", "ExampleUser"))


def asked(token: str) -> Hook:
    return Hook("GET", {}, {"crc_token": token}, b"")


def test_the_handshake_is_answered_as_the_guide_says() -> None:
    """The vector is computed with OpenSSL: printf %s TOKEN | openssl dgst -sha256 -hmac SECRET -binary | base64"""
    x = X({"api_secret": "consumer-secret"}, Http())
    answer = x.handshake(asked("challenge_string"))
    assert answer is not None
    assert answer.content_type == "application/json"
    told = json.loads(answer.body)["response_token"]
    assert told == "sha256=S/mG8E9n5SjoGuCqHguvP8K8uuu5ogCPF0dOpIdyZlk="


def test_an_ordinary_call_is_no_handshake(x: X) -> None:
    assert x.handshake(Hook("POST", {}, {}, b"{}")) is None
    assert x.handshake(Hook("POST", {}, {"crc_token": "a"}, b"{}")) is None
    assert x.handshake(Hook("GET", {}, {}, b"")) is None
    assert X({}, Http()).handshake(asked("a")) is None


def test_nobody_gets_a_hook_signed_by_asking_for_a_handshake(x: X) -> None:
    """The same secret signs handshakes and hooks: what could be a hook must not be signed for whoever asks."""
    for body in ('{"data":{"event_type":"dm.received"}}', "[1]", '"a"', "a" * 300, ""):
        answer = x.handshake(asked(body))
        assert answer is not None
        assert answer.status == 400
        assert b"sha256" not in answer.body


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=bm90IG91cnM=", "nonsense", "sha256=é"])
def test_a_forged_hook_is_turned_away(x: X, desk: Desk, signature: str) -> None:
    hook = Hook("POST", {"x-twitter-webhooks-signature": signature}, {}, b"{}")
    with pytest.raises(Forged):
        x.verify(hook)


def test_the_signature_is_over_the_raw_bytes_and_in_base64(x: X, desk: Desk) -> None:
    true = desk.double.exchange.hook('{"data": {"text": "ä"}}'.encode())
    x.verify(true)
    from_meta = desk.double.exchange.hook(true.body, "sha256=" + "ab" * 32)
    again = desk.double.exchange.hook(true.body.replace(b" ", b""), true.headers["x-twitter-webhooks-signature"])
    for other in (from_meta, again):
        with pytest.raises(Forged):
            x.verify(other)


def test_without_the_secret_nothing_is_believed(desk: Desk) -> None:
    signed_with_nothing = base64.b64encode(hmac.new(b"", b"{}", "sha256").digest()).decode()
    with pytest.raises(Forged):
        X({}, Http()).verify(desk.double.exchange.hook(b"{}", f"sha256={signed_with_nothing}"))


@pytest.mark.parametrize("name", ["post_mention_create", "dm_received", "like_create", "post_delete"])
def test_a_recorded_hook_tells_whose_it_is(x: X, name: str) -> None:
    hook = Hook("POST", {}, {}, json.dumps(spec.payload(f"xaa_{name}")).encode())
    assert list(x.told_accounts(hook)) == ["1111111111111111111"]


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[]", b"{}", b'{"data":{"filter":{}}}', b'{"data":{"filter":[]}}', b"[" * 9999]
)
def test_a_strange_hook_tells_of_nobody_and_is_a_leftover(x: X, body: bytes) -> None:
    hook = Hook("POST", {}, {}, body)
    assert list(x.told_accounts(hook)) == []
    reading = x.read_hook(hook)
    assert reading.events == ()
    assert len(reading.unread) == 1


def test_another_accounts_events_are_not_ours(x: X) -> None:
    body = json.dumps(spec.payload("xaa_post_mention_create")).encode()
    assert x.read_hook(Hook("POST", {}, {}, body)).events
    other = X(x.config, Http(), Account("5", "Other"))
    reading = other.read_hook(Hook("POST", {}, {}, body))
    assert (reading.events, reading.unread) == ((), ())


def test_a_hook_played_again_says_the_same(x: X) -> None:
    hook = Hook("POST", {}, {}, json.dumps(spec.payload("xaa_dm_received")).encode())
    assert x.read_hook(hook) == x.read_hook(hook)
    assert x.read_hook(hook).cursor is None
