"""Signatures over raw bytes, compared in constant time."""

from __future__ import annotations

import hmac
from hashlib import sha256


def sign(secret: str, body: bytes) -> str:
    """HMAC-SHA256 of ``body`` in lower-case hex."""
    return hmac.new(secret.encode(), body, sha256).hexdigest()


def fits(secret: str, body: bytes, signature: str) -> bool:
    """Whether ``signature`` (hex, with or without ``sha256=`` before it) is ours. An empty secret never fits."""
    told = signature.removeprefix("sha256=")
    return bool(secret) and hmac.compare_digest(sign(secret, body).encode(), told.encode("utf-8", "replace"))
