"""Recorded mails that lie beside the repository: nasty MIME, delivery notices, replies as people send them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PAYLOADS = Path(__file__).resolve().parents[4].parent / "shared" / "payloads" / "email"


def need() -> Path:
    """Skips what needs the corpus and does not find it. In CI that is a failure."""
    if not PAYLOADS.exists():
        reason = f"{PAYLOADS} is missing: nothing to hold the channel against"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return PAYLOADS


def mail(name: str) -> bytes:
    return (need() / name).read_bytes()


def mails() -> list[Path]:
    return sorted(PAYLOADS.glob("*.eml"))
