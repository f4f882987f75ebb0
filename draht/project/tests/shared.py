"""Real messages that lie beside the repository on a developer's machine and in CI."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3].parent / "shared"


def shared_file(name: str) -> Path:
    """A file of ``../shared``. Skips the test where there is none; never in CI."""
    path = SHARED / name
    if not path.exists():
        why = f"there is no ../shared/{name}"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return path
