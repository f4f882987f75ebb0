"""Reading many payloads: a strange one becomes a leftover and never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from draht.contract.messages import Event, Reading, Unread

MAX_RAW = 100_000  # characters of a leftover that are kept


def read_each(
    payloads: Iterable[Any], to_events: Callable[[Any], Event | Iterable[Event] | None]
) -> tuple[tuple[Event, ...], tuple[Unread, ...]]:
    """Maps each payload on its own. ``to_events`` gives an event, several, or ``None`` for what does not concern us.

    A mapper may raise anything on a payload that nobody foresaw; that is the one place where any exception is caught.
    """
    events: list[Event] = []
    unread: list[Unread] = []
    for payload in payloads:
        try:
            found = to_events(payload)
            events += [] if found is None else [found] if isinstance(found, Event) else list(found)
        except Exception as error:
            unread.append(Unread(raw=as_text(payload), reason=f"{type(error).__name__}: {error}"[:500]))
    return tuple(events), tuple(unread)


def read_again(raw: str, to_events: Callable[[Any], Event | Iterable[Event] | None]) -> Reading:
    """One leftover, as ``as_text`` kept it, through the mapper as it is by now. A strange one stays as it is."""
    try:
        payload = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return Reading(unread=(Unread(raw, f"{type(error).__name__}: {error}"),))
    events, unread = read_each([payload], to_events)
    return Reading(events, tuple(Unread(raw, left.reason) for left in unread))


def as_text(payload: Any) -> str:
    """JSON text of a payload, cut at ``MAX_RAW`` characters."""
    if isinstance(payload, bytes):
        return payload.decode("utf-8", "replace")[:MAX_RAW]
    return msgspec.json.encode(payload, enc_hook=str).decode("utf-8", "replace")[:MAX_RAW]
