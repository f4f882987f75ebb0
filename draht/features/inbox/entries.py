"""The one shape of everything that stands in a thread."""

from __future__ import annotations

from dataclasses import dataclass


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
    attachments: tuple[dict[str, str], ...] = ()
    url: str = ""
    state: str = ""  # of a reply
    reason: str = ""
    due_at: int | None = None
    handle: str = ""
    acts: tuple[str, ...] = ()  # of Act: what may be done with it on the network
