"""The one shape of everything that stands in a thread."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as the thread shows it. ``id`` is 0 while only the network has it, and ``url`` leads there.

    ``width`` and ``height`` of a picture in pixels; ``refused``: why it could not be fetched.
    """

    kind: str  # image | video | audio | file
    id: int = 0
    url: str = ""
    name: str = ""
    alt: str = ""
    content_type: str = ""
    width: int = 0
    height: int = 0
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a thread: a message, a note, a reply on its way, or what a colleague did."""

    kind: str  # message | note | reply | fact
    id: int
    at: int
    author_name: str
    text: str
    ours: bool = False
    mine: bool = False
    private: bool = False
    held: bool = False
    edited_at: int | None = None
    deleted_at: int | None = None
    versions: tuple[str, ...] = ()
    whole: str = ""  # with what the channel folded away, if it did
    attachments: tuple[Shown, ...] = ()
    url: str = ""
    state: str = ""  # of a reply
    reason: str = ""
    due_at: int | None = None
    handle: str = ""
    acts: tuple[str, ...] = ()  # of Act: what may be done with it on the network
