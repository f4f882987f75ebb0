"""Compiles the translations that are newer than what they were compiled to."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_all() -> int:
    """How many catalogues were written."""
    written = 0
    for source in LOCALE.glob("*/LC_MESSAGES/django.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
        with target.open("wb") as file:
            write_mo(file, catalogue)
        written += 1
    return written


if __name__ == "__main__":
    compile_all()
