"""Episodes: what a clock measures, as they stand. following.py makes them of a thread. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from draht.features.promises.events import Exclusion


class Standing(StrEnum):
    MET = "met"
    BREACHED = "breached"
    PENDING = "pending"
    EXCUSED = "excused"  # ended before it was due, without an answer: taken back, or no answer needed
    UNPROMISED = "unpromised"


class Answered(StrEnum):
    """How a public question was answered."""

    PUBLICLY = "publicly"
    POINTED = "pointed"  # in private, and everybody can see that we did
    PRIVATELY = "privately"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Turn:
    """A time in which a message of the customer waited for us; ``ended_at``: it ended without an answer."""

    asked_at: int
    due: int | None
    answered_at: int | None = None
    ended_at: int | None = None

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.ended_at is None

    def standing(self, now: int) -> Standing:
        """Exactly at the due time is in time."""
        if self.due is None:
            return Standing.UNPROMISED
        if self.answered_at is not None:
            return Standing.MET if self.answered_at <= self.due else Standing.BREACHED
        if (self.ended_at if self.ended_at is not None else now) > self.due:
            return Standing.BREACHED
        return Standing.EXCUSED if self.ended_at is not None else Standing.PENDING


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode, as it stands. ``id`` is that of the message that began it; times in milliseconds.

    Attributes:
        undated: the network did not say when it began, or something impossible; the time of its coming counts.
        turns: the first one is the first response.
        first_reply_at: when a colleague first answered.
        resolutions: when it was resolved, after an answer or with a reason.
        closed_at: since when it is closed, in whatever way.
        reopened: how often it went on after a resolution.
        excluded: why it does not count.
        superseded: the customer's next message began another one.
    """

    id: int
    started_at: int
    undated: bool
    private: bool
    turns: tuple[Turn, ...]
    first_reply_at: int | None
    answered: Answered
    resolutions: tuple[int, ...]
    closed_at: int | None
    reopened: int
    assigned_at: int | None
    excluded: Exclusion | None
    due_resolved: int | None
    last_customer_at: int
    superseded: bool
    policy_version: int
    calendar_version: int

    @property
    def first(self) -> Turn:
        return self.turns[0]

    @property
    def later(self) -> tuple[Turn, ...]:
        return self.turns[1:]

    @property
    def waiting_since(self) -> int | None:
        """The oldest message that waits for us now."""
        last = self.turns[-1]
        return last.asked_at if last.is_open and not (self.superseded or self.excluded) else None

    @property
    def due(self) -> int | None:
        """When the next answer is due."""
        return self.turns[-1].due if self.waiting_since is not None else None

    @property
    def wants_pointer(self) -> bool:
        return not self.private and self.answered == Answered.PRIVATELY

    def resolution_standing(self, now: int) -> Standing:
        at = self.resolutions[0] if self.resolutions else None
        return Turn(self.started_at, self.due_resolved, answered_at=at).standing(now)
