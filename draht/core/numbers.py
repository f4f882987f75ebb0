"""Numbers out of addresses and headers, where anything may stand."""

from __future__ import annotations

MOST = 2**63 - 1  # what a column holds


def whole(text: str) -> int | None:
    """A whole number that fits into a column. ``"²".isdigit()`` is true, and ``int("²")`` raises."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return None
    number = int(text)
    return number if number <= MOST else None
