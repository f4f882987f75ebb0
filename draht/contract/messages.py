"""The values that travel between a channel and the house. Frozen, without a database row, times with zones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are on a network: the answer to "which account did this login open?"."""

    id: str
    name: str
    handle: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a message, as the network names them. ``id`` is stable; the rest may change."""

    id: str
    name: str = ""
    handle: str = ""
    url: str = ""
    avatar: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture, film, sound or file that lies with the network.

    ``url`` is empty when only a call with our login opens it; ``key`` then names it for ``BringsMedia.bring``.
    """

    url: str
    kind: str = "file"  # image | video | audio | file
    name: str = ""
    alt: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """A file, whole: one that was brought from a network, or one of ours on its way out.

    Attributes:
        alt: what it shows, for people who cannot see it.
        url: where a network that does not take bytes can fetch a file of ours for an hour; only on the way out.
    """

    content: bytes
    content_type: str
    name: str = ""
    alt: str = ""
    url: str = ""

    @property
    def kind(self) -> str:
        """image | video | audio | file"""
        kind = self.content_type.partition("/")[0]
        return kind if kind in {"image", "video", "audio"} else "file"


@dataclass(frozen=True, slots=True)
class Takes:
    """Which files a network takes with one answer or one post.

    Attributes:
        count: how many at most; 0 = none.
        types: content types, for example ``image/jpeg``.
        most: bytes of one.
        alt: characters of a description; 0 = the network keeps none.
        needed: a post without any is not possible.
    """

    count: int = 0
    types: tuple[str, ...] = ()
    most: int = 0
    alt: int = 0
    needed: bool = False


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One version of one message. An edit is the same ``id`` with a later ``revision``.

    Attributes:
        id: the network's id, unique within the connection.
        text: plain text; markup is already turned into text.
        at: when it was written, by the network's clock; with a zone.
        thread: the network's id of the whole thread. Empty when the network does not tell: then the message joins
            the thread of its ``parent``, or begins its own.
        parent: the id of the message that it answers.
        private: only we and the author can read it.
        revision: when this version came to be; of an original that was never edited, ``at``. ``None`` only when the
            network does not date its edits at all: then the later delivery wins.
        held: it waits for moderation on the network and is not public yet.
        language: BCP 47 tag, if the network tells.
        raw: what the network sent, for later reading. Where ``text`` leaves quotes out, ``raw["whole"]`` is all of it
            as plain text; people unfold it.
    """

    id: str
    author: Author
    text: str
    at: datetime
    thread: str = ""
    parent: str = ""
    private: bool = False
    revision: datetime | None = None
    held: bool = False
    title: str = ""
    url: str = ""
    language: str = ""
    attachments: tuple[Attachment, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deletion:
    """A message is gone from the network. Without ``at`` it is final; with it, a later revision brings it back."""

    id: str
    at: datetime | None = None


Event = IncomingMessage | Deletion


@dataclass(frozen=True, slots=True)
class Unread:
    """A payload that the mapper did not understand. It is kept as a leftover and can be read again."""

    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one fetch or one hook.

    Attributes:
        events: what was understood, in the network's order.
        unread: what was not.
        cursor: where the next fetch goes on; ``None`` leaves it where it is (hooks).
        more: there is more to fetch right now.
        pause: seconds until the next fetch, if the channel plans its own (a quota for the day); ``None`` = ``every``.
    """

    events: tuple[Event, ...] = ()
    unread: tuple[Unread, ...] = ()
    cursor: str | None = None
    more: bool = False
    pause: float | None = None


@dataclass(frozen=True, slots=True)
class Hook:
    """A request that a network sent to us: the raw bytes, as they came."""

    method: str
    headers: Mapping[str, str]  # names in lower case
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """What a network wants to hear at once (a handshake)."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Item:
    """A message as the house keeps it, told to the channel when something is to be done with it."""

    id: str
    thread: str
    author: Author
    at: datetime
    text: str = ""
    parent: str = ""
    private: bool = False
    ours: bool = False
    held: bool = False
    deleted: bool = False
    answered_privately: bool = False  # it is public, and a private answer of ours went out or is on its way
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutgoingReply:
    """Our answer to one item.

    Attributes:
        key: our own id of this answer, the same in every attempt (idempotency key).
        text: plain text, already within the limit of the network.
        to: the item that it answers.
        private: send it so that only the author reads it.
        first_tried_at: when the first attempt was made; ``None`` in the first attempt.
        media: files that go with it, as ``Replies.takes`` allows them.
    """

    key: str
    text: str
    to: Item
    private: bool = False
    first_tried_at: datetime | None = None
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class OutgoingPost:
    """A post of our own, not an answer.

    Attributes:
        key: our own id of this post, the same in every attempt (idempotency key).
        at: when the network itself is to publish it, where it ``Schedules``; ``None`` = at once.
        first_tried_at: when the first attempt was made; ``None`` in the first attempt.
    """

    key: str
    text: str
    title: str = ""
    link: str = ""
    media: tuple[Media, ...] = ()
    at: datetime | None = None
    first_tried_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The network took it: its id there, when, and where it can be seen."""

    id: str
    at: datetime
    url: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A text that was agreed with the network before. ``{{1}}`` or ``{{name}}`` in it is a gap that an agent fills."""

    name: str
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may be done: until when, at what cost (US cents), and with what in mind.

    ``templates``: only the text of a template goes out, its gaps filled (``HasTemplates``).
    """

    until: datetime | None = None
    cost_cents: float = 0.0
    note: str = ""
    templates: bool = False


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """It may not be done: why, in words for an agent, and since or until when.

    ``by_hand`` is the address where a person can do it instead; ``{text}`` in it stands for the answer, URL-encoded.
    """

    why: str
    until: datetime | None = None
    by_hand: str = ""


May = Allowed | NotAllowed
