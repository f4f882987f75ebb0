"""One answer: how bad it is, what it says, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"  # somebody should look
    FAIL = "fail"  # messages do not come in or go out, or something is lost


@dataclass(frozen=True, slots=True)
class Finding:
    """``since`` is in milliseconds."""

    level: Level
    says: str
    todo: str = ""
    since: int | None = None


def ok(says: str) -> Finding:
    return Finding(Level.OK, says)


def warn(says: str, todo: str, since: int | None = None) -> Finding:
    return Finding(Level.WARN, says, todo, since)


def fail(says: str, todo: str, since: int | None = None) -> Finding:
    return Finding(Level.FAIL, says, todo, since)
