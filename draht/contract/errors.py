"""The four errors that a channel raises. The house knows what to do with each; there is no fifth."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger("draht.channels")
LONGEST_WAIT = 31 * 86_400.0  # seconds


class ChannelError(Exception):
    """Base of the four. ``reason`` is the network's own words where it gave any; an agent reads it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LoginExpired(ChannelError):
    """The network no longer accepts our login: somebody has to connect again. Never raised for a short fault."""


class TryLater(ChannelError):
    """Nothing was done; the same attempt may succeed later. ``after`` is the wait in seconds, if the network told.

    Whatever it told, it is a number that can be reckoned with: at least 0, at most a month.
    """

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = None if after is None else max(0.0, min(LONGEST_WAIT, after))


class Refused(ChannelError):
    """The network said no, and would say no again."""


class Unsure(ChannelError):
    """The request may have been carried out: its answer was lost. It must not be repeated without looking."""


class Forged(Exception):
    """A hook whose signature does not fit its bytes. It is turned away and never read."""


@contextmanager
def only_the_four(otherwise: type[TryLater] | type[Unsure]) -> Iterator[None]:
    """Around a call of a channel. One that raises anything else has a fault of its own, which is then ``otherwise``."""
    try:
        yield
    except ChannelError:
        raise
    except Exception as error:
        log.exception("A channel has a fault.")
        raise otherwise(f"The channel itself has a fault: {type(error).__name__}: {error}") from error
