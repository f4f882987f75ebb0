"""Web chat: a network that the house runs itself. Its endpoint hears visitors of a website and writes the hooks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from draht.contract.messages import Hook


@dataclass(frozen=True, slots=True)
class Site:
    """What the widget shows, the origins of the pages that may carry it ("https://www.example.org"), and how many
    characters a message may have.
    """

    title: str
    greeting: str
    origins: frozenset[str]
    longest: int


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who writes. ``id`` is also their thread; a name is known only of somebody whom the website vouches for."""

    id: str
    name: str = ""
    handle: str = ""


class Deed(StrEnum):
    """What a visitor does. They may change and delete only what they wrote."""

    WRITE = "message"
    EDIT = "edit"
    DELETE = "deletion"


@dataclass(frozen=True, slots=True)
class Said:
    """One deed of a visitor. ``id`` is the message's, the same in every attempt; ``at`` is the time by our clock."""

    deed: Deed
    visitor: Visitor
    id: str
    at: datetime
    text: str = ""
    page: str = ""


class Welcomes(ABC):
    """Talks with the visitors of a website through a widget that the house serves."""

    @abstractmethod
    def site(self) -> Site:
        """What the widget needs to know. No I/O."""

    @abstractmethod
    def vouches(self, user_id: str, proof: str) -> bool:
        """Whether the website itself has signed that the visitor is this user of theirs. No I/O."""

    @abstractmethod
    def write_hook(self, said: Said) -> Hook:
        """A deed as a signed hook; the channel's ``verify`` and ``read_hook`` take it. No I/O."""
