"""How others count: the same episodes under the definitions of other desks, side by side. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean, median

from draht.core.clock import SECOND
from draht.features.promises.episodes import Episode


class Desk(StrEnum):
    OURS = "ours"
    ZENDESK = "Zendesk"
    HOOTSUITE = "Hootsuite"
    SPROUT = "Sprout"
    FACEBOOK = "Facebook"


def _ours(episode: Episode) -> int | None:
    """From the first message to the first answer of a colleague; unanswered ones are in the curve."""
    return _between(episode.started_at, episode.first_reply_at)


def _hootsuite(episode: Episode) -> int | None:
    """Resolved conversations only: who was never answered does not show."""
    return _ours(episode) if episode.resolutions else None


def _sprout(episode: Episode) -> int | None:
    """First touch from the assignment: what came before does not show."""
    return _between(episode.assigned_at, episode.first_reply_at)


def _between(begin: int | None, end: int | None) -> int | None:
    return None if begin is None or end is None or end < begin else (end - begin) // SECOND


COUNTS: dict[Desk, Callable[[Episode], int | None]] = {
    Desk.OURS: _ours,
    Desk.ZENDESK: _ours,  # creation to the first comment of an agent; the reopened ones differ only in the next replies
    Desk.HOOTSUITE: _hootsuite,
    Desk.SPROUT: _sprout,
    Desk.FACEBOOK: _ours,
}


@dataclass(frozen=True, slots=True)
class Counted:
    """What a desk would show: of ``n`` episodes; ``None`` = "n/a"."""

    desk: Desk
    n: int
    mean: float | None
    median: float | None


def side_by_side(episodes: Iterable[Episode]) -> list[Counted]:
    """First response times in seconds, as each desk counts them. Excluded episodes count nowhere."""
    counted = [episode for episode in episodes if episode.excluded is None]
    return [_counted(desk, [s for one in counted if (s := count(one)) is not None]) for desk, count in COUNTS.items()]


def _counted(desk: Desk, seconds: list[int]) -> Counted:
    return Counted(desk, len(seconds), fmean(seconds), median(seconds)) if seconds else Counted(desk, 0, None, None)
