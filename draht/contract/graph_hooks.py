"""Hooks as Meta sends them: one address for all accounts of an app, a handshake, a signature over the raw bytes.

Source: developers.facebook.com/docs/graph-api/webhooks/getting-started.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import msgspec

from draht.contract.errors import Forged
from draht.contract.graph import seconds
from draht.contract.messages import Hook, HookAnswer
from draht.contract.signatures import fits, sign


def hub_token(secret: str) -> str:
    """The word by which our address knows the app while the app's hook is set up; nobody has to type it."""
    return sign(secret, b"hub.verify_token")[:40]


def hub_handshake(hook: Hook, secret: str) -> HookAnswer | None:
    if hook.method != "GET" or hook.query.get("hub.mode") != "subscribe":
        return None
    told = hook.query.get("hub.verify_token", "")
    if not secret or not hmac.compare_digest(told.encode("utf-8", "replace"), hub_token(secret).encode()):
        raise Forged("the verify token is not ours")
    return HookAnswer(200, hook.query.get("hub.challenge", "").encode())


class _Dated(msgspec.Struct):
    id: Any = ""
    time: float = 0


class _Delivery(msgspec.Struct):
    entry: list[_Dated] = []


def hub_verify(hook: Hook, secret: str, repeated_for: float) -> None:
    """Raises ``Forged`` unless Meta signed these bytes, and not longer ago than it repeats a delivery (seconds)."""
    if not fits(secret, hook.body, hook.headers.get("x-hub-signature-256", "")):
        raise Forged("X-Hub-Signature-256 does not fit the body")
    newest = max((seconds(one.time) for one in _dated(hook.body)), default=0.0)
    if 0 < newest < time.time() - repeated_for:
        raise Forged("it is older than anything that is still delivered")


def hub_accounts(hook: Hook) -> tuple[str, ...]:
    """The accounts that a delivery tells of."""
    return tuple(dict.fromkeys(str(one.id) for one in _dated(hook.body) if one.id))


def hub_entries(body: bytes, account: str) -> list[dict[str, Any]]:
    """What a delivery says to one account. Raises ``ValueError`` or ``KeyError`` on what is no delivery."""
    told = msgspec.json.decode(body)
    return [one for one in told["entry"] if str(one["id"]) == account]


def _dated(body: bytes) -> Iterable[_Dated]:
    try:
        return msgspec.json.decode(body, type=_Delivery, strict=False).entry
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()


def hub_hears(subscriptions: Iterable[Any], object: str, address: str, fields: Iterable[str]) -> bool:
    """Whether an app's one address for ``object`` works, hears all ``fields``, and is with us: another account of ours
    may have set it, so the last part of the path may differ."""
    return any(
        one.get("object") == object
        and one.get("active") is True
        and hub_same_house(str(one.get("callback_url")), address)
        and set(fields) <= {_name(field) for field in one.get("fields") or ()}
        for one in subscriptions
        if isinstance(one, dict)
    )


def _name(field: Any) -> str:
    return str(field.get("name")) if isinstance(field, dict) else str(field)


def hub_same_house(one: str, other: str) -> bool:
    """Whether two addresses of hooks differ in nothing but the account that set them."""
    return _house(one) == _house(other)


def _house(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.netloc, parts.path.rstrip("/").rpartition("/")[0]
