"""A channel: one network, told by what it can do. Abilities are base classes; the class line is the manifest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from draht.contract.http import Http
from draht.contract.messages import (
    Account,
    Hook,
    HookAnswer,
    Item,
    May,
    NotAllowed,
    OutgoingPost,
    OutgoingReply,
    Reading,
    Sent,
)
from draht.contract.words import words


class Act(StrEnum):
    """What may be asked of one item."""

    REPLY = "reply"  # seen by everybody, or, to a private item, by its author
    REPLY_PRIVATELY = "reply_privately"  # answer a public item so that only its author reads it
    APPROVE = "approve"  # let a held item appear
    HOLD = "hold"  # take it back into moderation
    SPAM = "spam"
    DELETE = "delete"  # take the item away from the network


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of the connect page.

    ``secret`` values are encrypted at rest and never shown again; ``lines`` asks for several lines.
    """

    key: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    default: str = ""
    lines: bool = False


@dataclass(frozen=True, slots=True)
class Counter:
    """How a network counts text: the limit, the name of its unit, and the count itself."""

    limit: int
    unit: str
    count: Callable[[str], int]


class Channel(ABC):
    """One account on one network. It holds no state beyond its login; opening one is cheap.

    Attributes:
        label: the name people know ("Mastodon").
        settings: what the connect page asks for.
    """

    label: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]] = ()

    def __init__(self, settings: Mapping[str, str], http: Http, account: Account | None = None) -> None:
        self.config = settings
        self.http = http
        self.account = account

    @abstractmethod
    def whoami(self) -> Account:
        """Tests the login against the network. Raises one of the four errors."""

    @abstractmethod
    def may(self, act: Act, item: Item) -> May:
        """What may be done with this one item, without asking the network."""


class Fetches(ABC):
    """Asks the network for what is new."""

    every: ClassVar[int] = 60  # seconds between two fetches

    @abstractmethod
    def fetch(self, cursor: str) -> Reading:
        """What came since ``cursor``; the empty string is the beginning. At most some hundred events a call."""


class Hears(ABC):
    """The network calls us."""

    @abstractmethod
    def verify(self, hook: Hook) -> None:
        """Raises ``Forged`` unless the raw bytes carry the network's signature. No I/O."""

    def handshake(self, hook: Hook) -> HookAnswer | None:
        """The answer to a question that the network wants at once; ``None`` for ordinary calls. No I/O."""
        return None

    @abstractmethod
    def read_hook(self, hook: Hook) -> Reading:
        """What a verified call says. It is read later, by the worker."""


class RereadsItems(ABC):
    """Can read again what was kept as a leftover, when its mapper was mended."""

    @abstractmethod
    def read_item(self, raw: str) -> Reading:
        """What ``Unread.raw`` says by now; it is still ``unread`` if nobody understands it. No I/O, no exception."""


class ReadsRows(RereadsItems):
    """Reads archives: tables whose columns have names. ``read_item`` takes one row as a JSON object.

    Attributes:
        columns: what a row may hold, each with the names that it has in other people's files, the likeliest first.
        needed: what a table must have.
    """

    columns: ClassVar[Mapping[str, tuple[str, ...]]]
    needed: ClassVar[tuple[str, ...]]


class Replies(ABC):
    """Answers items.

    Attributes:
        repeats_for: for how many seconds after the first attempt the network recognises ``OutgoingReply.key`` and
            does not act twice; 0 = never.
    """

    repeats_for: ClassVar[int] = 0

    @abstractmethod
    def counter(self, item: Item) -> Counter:
        """How long an answer to this item may be, counted as the network counts."""

    @abstractmethod
    def reply(self, reply: OutgoingReply) -> Sent:
        """Sends. Raises one of the four errors; ``Unsure`` only when it may have been carried out."""


class LooksBack(ABC):
    """Can find out whether an answer of ours arrived."""

    @abstractmethod
    def find_reply(self, reply: OutgoingReply) -> Sent | None:
        """The answer as it stands on the network, or ``None`` if it is certainly not there."""


class Moderates(ABC):
    """Approves, holds, marks as spam or deletes what others wrote on our pages."""

    @abstractmethod
    def moderate(self, act: Act, item: Item) -> None:
        """Carries out one of APPROVE, HOLD, SPAM, DELETE. Doing it twice changes nothing."""


class Publishes(ABC):
    """Publishes posts of our own."""

    @abstractmethod
    def publish(self, post: OutgoingPost) -> Sent:
        """Publishes at once. Same errors as ``Replies.reply``."""


class Subscribes(ABC):
    """Takes the address of our hook through its API, so that nobody has to type it in."""

    @abstractmethod
    def subscribe(self, address: str) -> None:
        """Asks the network to call ``address`` from now on. Doing it twice changes nothing."""


class Demonstrates(ABC):
    """Can be connected to the demo company without any account elsewhere."""

    @classmethod
    @abstractmethod
    def demo(cls, data_dir: str, house: str, website: str) -> Mapping[str, str]:
        """The settings of a connection for the demo.

        Args:
            data_dir: a folder that a network inside the process may keep its state in.
            house: where this installation can be reached from itself, for example ``http://127.0.0.1:8000``.
            website: the demo company's website.
        """


WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class BringsPages(ABC):
    """A network that runs inside the process and has pages of its own, served under ``/<channel>/``."""

    @classmethod
    @abstractmethod
    def pages(cls, data_dir: str) -> WSGIApp:
        """The pages as a WSGI application; ``data_dir`` is a folder that the network may keep its state in."""


def not_allowed(label: str) -> NotAllowed:
    """The usual answer for an act that a network does not have."""
    return NotAllowed(words("{network} has no such function.").format(network=label))
