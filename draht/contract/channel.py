"""A channel: one network, told by what it can do. Abilities are base classes; the class line is the manifest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from draht.contract.http import Http
from draht.contract.messages import (
    Account,
    Allowed,
    Attachment,
    Hook,
    HookAnswer,
    Item,
    May,
    Media,
    NotAllowed,
    OutgoingPost,
    OutgoingReply,
    Reading,
    Sent,
    Takes,
    Template,
)
from draht.contract.purse import Budget
from draht.contract.words import words


class Act(StrEnum):
    """What may be asked of one item."""

    REPLY = "reply"  # seen by everybody, or, to a private item, by its author
    REPLY_PRIVATELY = "reply_privately"  # answer a public item so that only its author reads it
    APPROVE = "approve"  # let a held item appear
    HOLD = "hold"  # take it back into moderation
    SPAM = "spam"
    DELETE = "delete"  # take the item away from the network
    HIDE = "hide"  # only its author (and their friends) still see it; the house keeps it as held
    UNHIDE = "unhide"
    LIKE = "like"
    BAN = "ban"  # take it away, and let its author not write to us again
    EDIT = "edit"  # change the words of an item of ours


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of the connect page.

    ``secret`` values are encrypted at rest and never shown again; ``lines`` asks for several lines; ``choices`` are
    values, each with what it is called.
    """

    key: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    default: str = ""
    lines: bool = False
    choices: tuple[tuple[str, str], ...] = ()


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
        budget: what a day of calls may cost, where the network counts or charges them.
        off: why the channel is only offered where the administrator has switched it on; empty = it always is.
        since: how far back the first fetch reads; ``None`` = as far as is usual for the network.
    """

    label: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]] = ()
    budget: ClassVar[Budget | None] = None
    off: ClassVar[str] = ""

    def __init__(
        self,
        settings: Mapping[str, str],
        http: Http,
        account: Account | None = None,
        since: datetime | None = None,
    ) -> None:
        self.config = settings
        self.http = http
        self.account = account
        self.since = since

    @abstractmethod
    def whoami(self) -> Account:
        """Tests the login against the network. Raises one of the four errors."""

    def lacks(self) -> tuple[str, ...]:
        """What a login that works is still missing (a permission, a subscription), each with what to do about it."""
        return ()

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

    def told_accounts(self, hook: Hook) -> Iterable[str]:
        """Ids of the accounts that a verified hook tells of, where one address serves all accounts of an app.

        The house reads it once for each that is connected and verifies it too. Empty: it is about this one. No I/O.
        """
        return ()

    def handshake(self, hook: Hook) -> HookAnswer | None:
        """The answer to a question that the network wants at once; ``None`` for ordinary calls. No I/O."""
        return None

    @abstractmethod
    def read_hook(self, hook: Hook) -> Reading:
        """What a verified call says to this account. It is read later, by the worker."""


class Waits(ABC):
    """Can be told at once that something is new, over a connection that stays open (long poll, IMAP IDLE)."""

    @abstractmethod
    def wait(self, cursor: str, seconds: float) -> bool:
        """Whether something came after ``cursor``; blocks for at most ``seconds``. Nothing is taken away."""


class Reconciles(ABC):
    """Reads known messages again, to find edits and deletions that nobody told us of.

    Attributes:
        batch: how many are asked for with one call.
    """

    batch: ClassVar[int] = 50

    @abstractmethod
    def look_again(self, items: Sequence[Item]) -> Reading:
        """Each item as it is by now: a newer version, a ``Deletion`` if it is certainly gone, nothing if the network
        could not say. No cursor."""


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
        """How long an answer to this item may be, counted as the network counts. For a private answer to a public item
        the house asks with ``private`` set."""

    def takes(self, item: Item) -> Takes:
        """Which files may go with an answer to this item; asked as ``counter`` is. No I/O."""
        return Takes()

    @abstractmethod
    def reply(self, reply: OutgoingReply) -> Sent:
        """Sends. Raises one of the four errors; ``Unsure`` only when it may have been carried out."""


class HasTemplates(ABC):
    """Has texts that were agreed with the network, for where it takes no others (``Allowed.templates``).

    ``Replies.reply`` knows a template again by the text of an answer; where only a template goes out it refuses any
    other text, and one with gaps that nobody filled.
    """

    @abstractmethod
    def templates(self) -> Sequence[Template]:
        """Those that can be used now. Raises one of the four errors."""


class LooksBack(ABC):
    """Can find out whether an answer of ours arrived."""

    @abstractmethod
    def find_reply(self, reply: OutgoingReply) -> Sent | None:
        """The answer as it stands on the network, or ``None`` if it is certainly not there."""


class Moderates(ABC):
    """Acts on what others wrote to us or on our pages. ``may`` says which acts."""

    @abstractmethod
    def moderate(self, act: Act, item: Item) -> None:
        """Carries out APPROVE, HOLD, SPAM, DELETE, HIDE, UNHIDE, LIKE or BAN. Doing it twice changes nothing."""


class Edits(ABC):
    """Changes the words of what we wrote."""

    @abstractmethod
    def edit(self, item: Item, text: str) -> None:
        """Puts ``text`` in the place of an item of ours. Doing it twice changes nothing."""


class BringsMedia(ABC):
    """Opens files that only our login opens."""

    @abstractmethod
    def bring(self, attachment: Attachment, most: int) -> Media:
        """The file of an attachment that has a ``key``. ``Refused`` if it is gone or has more than ``most`` bytes."""


class Publishes(ABC):
    """Publishes posts of our own.

    Attributes:
        posts_repeat_for: as ``Replies.repeats_for``, for ``OutgoingPost.key``.
    """

    posts_repeat_for: ClassVar[int] = 0

    @abstractmethod
    def post_counter(self) -> Counter:
        """How long a post may be, counted as the network counts."""

    def post_takes(self) -> Takes:
        """Which files may go with a post. No I/O."""
        return Takes()

    def may_publish(self, post: OutgoingPost) -> May:
        """Whether it can be published as it is, and at what cost. No I/O."""
        return Allowed()

    @abstractmethod
    def publish(self, post: OutgoingPost) -> Sent:
        """Publishes, at once or at ``post.at``. Same errors as ``Replies.reply``."""


class Schedules(ABC):
    """A network that publishes at a given time by itself.

    Attributes:
        ahead: how many seconds ahead at least and at most.
    """

    ahead: ClassVar[tuple[int, int]]


class LooksBackAtPosts(ABC):
    """Can find out whether a post of ours arrived."""

    @abstractmethod
    def find_post(self, post: OutgoingPost) -> Sent | None:
        """The post as it stands on the network, or ``None`` if it is certainly not there."""


class Subscribes(ABC):
    """Takes the address of our hook through its API, so that nobody has to type it in."""

    @abstractmethod
    def subscribe(self, address: str) -> None:
        """Asks the network to call ``address`` from now on. Doing it twice changes nothing."""

    def is_subscribed(self, address: str) -> bool:
        """Whether the network still calls ``address``; some switch a hook off that failed for an hour."""
        return True


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
