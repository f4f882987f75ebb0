"""What was promised: targets on a clock, together with the network's own window, as one due time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from draht.core.clock import DAY, HOUR, MINUTE, SECOND
from draht.features.promises.clock import BusinessClock


class Path(StrEnum):
    """What a network's window still allows."""

    FREE = "free"
    HUMAN_AGENT = "human_agent"  # a person, no automation, no promotion
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Window:
    """A network takes answers only for so long after the customer's last message (milliseconds).

    ``margin``: how long before its end an answer is due. ``human``: for how long a person may still answer afterwards.
    """

    free: int = DAY
    human: int | None = None
    margin: int = 30 * MINUTE

    def path(self, last_at: int, now: int) -> Path:
        if now <= last_at + self.free:
            return Path.FREE
        return Path.HUMAN_AGENT if self.human and now <= last_at + self.human else Path.CLOSED


WHATSAPP = Window()
MESSENGER = INSTAGRAM = Window(human=7 * DAY)


@dataclass(frozen=True, slots=True)
class Promise:
    """A policy as it stood when an episode began, with its calendar. Targets in seconds; ``None`` = not promised.

    ``business``: the targets count open time; else they run day and night.
    """

    clock: BusinessClock
    first: int | None = HOUR // SECOND
    next: int | None = HOUR // SECOND
    resolution: int | None = None
    business: bool = True
    window: Window | None = None
    version: int = 0
    calendar_version: int = 0

    def due(self, asked_at: int, seconds: int | None) -> int | None:
        """When so much time has passed on the promise's clock."""
        if seconds is None:
            return None
        return self.clock.due(asked_at, seconds) if self.business else asked_at + seconds * SECOND

    def in_window(self, due: int | None, last_at: int) -> int | None:
        """The same, but before the network's window closes; ``last_at`` is the customer's last message."""
        if self.window is None:
            return due
        latest = last_at + self.window.free - self.window.margin
        return latest if due is None else min(due, latest)

    def closes_unseen(self, asked_at: int) -> int | None:
        """When the window closes, if nobody is here until then: to be told at once. Else ``None``."""
        if self.window is None:
            return None
        closes = asked_at + self.window.free
        opens = self.clock.next_open(asked_at)
        return closes if opens is None or opens >= closes else None
