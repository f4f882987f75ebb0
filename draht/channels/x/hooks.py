"""The webhook of X: its handshake, its signature, and whose events it tells.

Source: docs.x.com/x-api/webhooks/quickstart. X signs no time: a hook that is played again tells the
same versions of the same messages, which the house has already.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import msgspec

from draht.contract.errors import Forged
from draht.contract.messages import Hook, HookAnswer

HEADER = "x-twitter-webhooks-signature"
# Whoever asks gets a token signed with the secret that signs hooks, too: nothing that could be a hook may be signed.
_TOKEN = re.compile(r"[\w+/=.-]{1,200}")


def signature(secret: str, message: bytes) -> str:
    return "sha256=" + b64encode(hmac.new(secret.encode(), message, sha256).digest()).decode()


def verify(secret: str, hook: Hook) -> None:
    told = hook.headers.get(HEADER, "").encode("utf-8", "replace")
    if not secret or not hmac.compare_digest(signature(secret, hook.body).encode(), told):
        raise Forged("the signature does not fit")


def handshake(secret: str, hook: Hook) -> HookAnswer | None:
    """The answer to X's hourly question whether we know the app's secret."""
    token = hook.query.get("crc_token")
    if hook.method != "GET" or token is None or not secret:
        return None
    if not _TOKEN.fullmatch(token):
        return HookAnswer(400, b"no token")
    told = msgspec.json.encode({"response_token": signature(secret, token.encode())})
    return HookAnswer(200, told, "application/json")


def event(body: bytes) -> Any:
    """The event of a hook: what lies in its envelope. Raises what msgspec and ``dict`` raise on anything else."""
    return msgspec.json.decode(body)["data"]


def told_accounts(body: bytes) -> Iterable[str]:
    """The account of our app that the event is about."""
    try:
        told = event(body)["filter"].get("user_id")
    except (msgspec.DecodeError, UnicodeError, RecursionError, LookupError, TypeError, AttributeError):
        return ()
    return (told,) if isinstance(told, str) else ()
