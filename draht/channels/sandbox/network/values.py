"""The network's own values: who is there, and what was written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """A company or a customer."""

    id: int
    handle: str
    name: str
    company: bool
    about: str = ""
    takes_answers: bool = True
    weather: str = ""
    seen_at: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it stands now. Times are milliseconds since 1970, UTC."""

    id: int
    wall: int
    author: Member
    root: int | None
    parent: int | None
    customer: int | None
    about: int | None
    text: str
    state: str  # public | held | spam | private
    created_at: int
    changed_at: int
    edited_at: int | None = None
    deleted_at: int | None = None

    @property
    def private(self) -> bool:
        return self.customer is not None
