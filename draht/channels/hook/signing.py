"""Who may call us: Standard Webhooks, and two other ways that systems which do not know it have."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime

from standardwebhooks import Webhook

from draht.contract.errors import Forged, Refused
from draht.contract.messages import Hook
from draht.contract.signatures import fits
from draht.contract.words import words

STANDARD, HUB, TOKEN = "standard", "hub", "token"
WAYS = (
    (STANDARD, words("Standard Webhooks")),
    (HUB, words("X-Hub-Signature-256, as GitHub signs")),
    (TOKEN, words("A fixed token in the header Authorization")),
)
MOST_ID = 256  # characters of a call's id


def verify(way: str, secret: str, hook: Hook) -> None:
    """Raises ``Forged`` unless the call is signed with our secret, and, by the standard, not older than 5 minutes."""
    if not secret:
        raise Forged("There is no secret.")
    if way == STANDARD:
        _verify_standard(secret, hook)
    elif way == HUB:
        if not fits(secret, hook.body, hook.headers.get("x-hub-signature-256", "")):
            raise Forged("X-Hub-Signature-256 does not fit.")
    elif not hmac.compare_digest(_token(hook).encode("utf-8", "replace"), secret.encode()):
        raise Forged("The token does not fit.")


def opener(secret: str) -> Webhook:
    """Signs and verifies. ``Refused`` for a secret that is none."""
    try:
        return Webhook(secret.strip())
    except Exception as error:
        told = words("The secret is not one of Standard Webhooks: whsec_ and then Base64.")
        raise Refused(told) from error


def signed(secret: str, id: str, body: str, at: datetime) -> dict[str, str]:
    """The headers of a call of ours. ``id`` is the same in every attempt."""
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": opener(secret).sign(id, at.astimezone(UTC), body),
        "content-type": "application/json",
    }


def _verify_standard(secret: str, hook: Hook) -> None:
    if len(hook.headers.get("webhook-id", "")) > MOST_ID:
        raise Forged("The webhook-id is too long.")
    try:
        opener(secret).verify(hook.body, dict(hook.headers), json_parse=False)
    except Exception as error:  # the library's own error, and what it raises on headers of a strange form
        raise Forged(f"{type(error).__name__}: {error}") from error


def _token(hook: Hook) -> str:
    return hook.headers.get("authorization", "").removeprefix("Bearer ").strip()
