"""What a visitor does, as the JSON of our own hooks, and as a message. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec

from draht.contract.messages import Author, Deletion, Event, IncomingMessage, OutgoingReply, Sent
from draht.contract.text import clean
from draht.contract.visits import Deed, Said

# Of an original that was never edited. Our clock would tell another time in every attempt; this is always the same, so
# a doubled message changes nothing, and each edit is newer.
FIRST_VERSION = datetime.fromtimestamp(0.001, UTC)

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class WireVisitor(msgspec.Struct):
    id: Name
    name: str = ""
    handle: str = ""


class Wire(msgspec.Struct):
    """The body of a hook."""

    deed: Deed
    visitor: WireVisitor
    id: Name
    at: Moment
    text: str = ""
    page: str = ""


def from_said(said: Said) -> bytes:
    """The body of the hook that says it."""
    return msgspec.json.encode(said)


def to_event(payload: Any) -> Event:
    """A hook's JSON as an event. Raises ``msgspec.ValidationError`` on what is none."""
    wire = msgspec.convert(payload, Wire)
    if wire.deed is Deed.DELETE:
        return Deletion(wire.id)
    visitor = wire.visitor
    return IncomingMessage(
        id=wire.id,
        author=Author(id=visitor.id, name=clean(visitor.name), handle=clean(visitor.handle)),
        text=clean(wire.text),
        at=wire.at,
        thread=visitor.id,
        private=True,
        revision=wire.at if wire.deed is Deed.EDIT else FIRST_VERSION,
        url=wire.page,
    )


def to_sent(reply: OutgoingReply, at: datetime) -> Sent:
    """An answer needs nobody's leave: it stands in the chat as soon as it is written down, under our own id."""
    return Sent(id=reply.key, at=at)
