"""What Reddit's answers look like."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class No(Exception):
    """A refusal by HTTP alone."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status


class Errors(Exception):
    """A refusal as Reddit's API tells it."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.told = {"json": {"errors": [[code, message, field]]}}


def listing(of: Iterable[dict[str, Any]], after: str | None = None) -> dict[str, Any]:
    children = [{"kind": one["name"][:2], "data": one} for one in of]
    return {"kind": "Listing", "data": {"after": after, "before": None, "modhash": None, "children": children}}


def things(thing: dict[str, Any]) -> dict[str, Any]:
    return {"json": {"errors": [], "data": {"things": [{"kind": thing["name"][:2], "data": thing}]}}}
