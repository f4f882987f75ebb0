"""Tokens at rest: encrypted with a key drawn from the secret key. Old keys still open, the newest one closes."""

from __future__ import annotations

import base64
from hashlib import sha256

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def encrypt(values: dict[str, str]) -> bytes:
    return _fernet().encrypt(msgspec.json.encode(values))


def decrypt(blob: bytes | memoryview) -> dict[str, str]:
    """Raises ``cryptography.fernet.InvalidToken`` when no key of ours fits."""
    return msgspec.json.decode(_fernet().decrypt(bytes(blob)), type=dict[str, str]) if blob else {}


def needs_new_key(blob: bytes | memoryview) -> bool:
    """Whether an old key of ours opens it, and the newest one does not."""
    try:
        _keys()[0].decrypt(bytes(blob))
    except InvalidToken:
        return bool(blob) and _opens(blob)
    return False


def _opens(blob: bytes | memoryview) -> bool:
    try:
        decrypt(blob)
    except InvalidToken:
        return False
    return True


def _fernet() -> MultiFernet:
    return MultiFernet(_keys())


def _keys() -> list[Fernet]:
    keys = [settings.SECRET_KEY, *settings.OLD_SECRET_KEYS]
    return [Fernet(base64.urlsafe_b64encode(sha256(b"connections:" + k.encode()).digest())) for k in keys]
