"""Tokens at rest: encrypted with a key drawn from the secret key. Old keys still open, the newest one closes."""

from __future__ import annotations

import base64
from hashlib import sha256

import msgspec
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def encrypt(values: dict[str, str]) -> bytes:
    return _fernet().encrypt(msgspec.json.encode(values))


def decrypt(blob: bytes | memoryview) -> dict[str, str]:
    """Raises ``cryptography.fernet.InvalidToken`` when no key of ours fits."""
    return msgspec.json.decode(_fernet().decrypt(bytes(blob)), type=dict[str, str]) if blob else {}


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.OLD_SECRET_KEYS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(sha256(b"connections:" + k.encode()).digest())) for k in keys])
