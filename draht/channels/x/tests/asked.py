"""A request to the double, and an answer of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answer:
    status: int
    body: Any
    content_type: str = "application/json; charset=utf-8"
    location: str = ""


@dataclass
class Asked:
    method: str
    path: str
    query: list[tuple[str, str]]
    body: Any
    form: dict[str, str]
    authorization: str
    template: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    call: Callable[[Asked], Answer] | None = None

    @property
    def where(self) -> dict[str, str]:
        return dict(self.query)


Routes = list[tuple[str, str, Callable[[Asked], Answer]]]


def problem(status: int, detail: str, type: str, title: str = "") -> Answer:
    """RFC 7807, as X answers."""
    told = {"title": title or detail, "detail": detail, "type": type, "status": status}
    return Answer(status, told, "application/problem+json; charset=utf-8")
