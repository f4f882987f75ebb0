"""How long it took: response, wait and resolution of one episode, by both clocks. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from draht.features.promises.clock import BusinessClock, Spent
from draht.features.promises.episodes import Episode


def first_response(episode: Episode, clock: BusinessClock) -> Spent | None:
    """From the first message to the first answer of a colleague."""
    if episode.first_reply_at is None:
        return None
    return clock.spent(episode.first.asked_at, episode.first_reply_at)


def next_responses(episode: Episode, clock: BusinessClock) -> list[Spent]:
    """From the oldest message without an answer to each later answer."""
    answered = ((turn.asked_at, turn.answered_at) for turn in episode.later)
    return [clock.spent(asked, at) for asked, at in answered if at is not None]


def customer_wait(episode: Episode, clock: BusinessClock, now: int) -> Spent:
    """All times in which at least one message had no answer, until ``now``."""
    waits = [(turn.asked_at, _end(turn.answered_at, turn.ended_at, now)) for turn in episode.turns]
    spent = [clock.spent(begin, end) for begin, end in _apart(waits)]
    return Spent(sum(one.calendar for one in spent), sum(one.business for one in spent))


def first_resolution(episode: Episode, clock: BusinessClock) -> Spent | None:
    return clock.spent(episode.started_at, episode.resolutions[0]) if episode.resolutions else None


def full_resolution(episode: Episode, clock: BusinessClock) -> Spent | None:
    return clock.spent(episode.started_at, episode.resolutions[-1]) if episode.resolutions else None


def _end(answered_at: int | None, ended_at: int | None, now: int) -> int:
    return next((at for at in (answered_at, ended_at) if at is not None), now)


def _apart(waits: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same times without overlaps."""
    cut: list[tuple[int, int]] = []
    for begin, end in sorted(waits):
        begin = max(begin, cut[-1][1]) if cut else begin
        if end > begin:
            cut.append((begin, end))
    return cut
