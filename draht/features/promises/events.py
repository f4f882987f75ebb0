"""What episodes are made of: what was said in a thread, and what was done with it. Values; times in ms. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class By(StrEnum):
    CUSTOMER = "customer"
    SIGNAL = "signal"  # of a customer, see signals.py
    HUMAN = "human"  # a colleague, whatever tool they used
    BOT = "bot"
    AUTO = "auto"  # "we have got your message", away messages
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Said:
    """One version of one message.

    Attributes:
        id: orders messages of the same millisecond, and is the same in every version and delivery.
        received_at: when it came to us.
        platform_at: when it was written, as the network says.
        delivered_at: of ours: when the network took it; ``None`` = it did not.
        pointer: of ours: it says in public that we wrote in private.
        answers_until: of ours: the id of the newest message that its author had before them; ``None`` = all before it.
        deleted_at: when it was deleted, by whomever but us.
        rank: orders versions; the lowest is the original.
    """

    id: int
    by: By
    received_at: int
    platform_at: int | None = None
    delivered_at: int | None = None
    private: bool = False
    pointer: bool = False
    answers_until: int | None = None
    deleted_at: int | None = None
    rank: int = 0

    @property
    def at(self) -> int:
        """When it counts: ours when delivered, theirs when written, if the network's clock can be believed."""
        if self.by not in (By.CUSTOMER, By.SIGNAL):
            return self.received_at if self.delivered_at is None else self.delivered_at
        return self.received_at if self.is_undated else self.platform_at or 0

    @property
    def is_undated(self) -> bool:
        return self.platform_at is None or self.platform_at > self.received_at


class What(StrEnum):
    RESOLVED = "resolved"
    REOPENED = "reopened"
    ASSIGNED = "assigned"
    EXCLUDED = "excluded"
    INCLUDED = "included"  # an exclusion was taken back


class Exclusion(StrEnum):
    SPAM = "spam"
    DELETED = "deleted_by_author_before_due"
    NO_REPLY_NEEDED = "no_reply_needed"
    OWN = "own_or_partner_post"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did with the thread.

    Attributes:
        by: the colleague; ``None`` = a rule or a bot.
        reason: why it is resolved although nobody answered.
        code: why it does not count, of ``EXCLUDED``.
        message: the message that is meant, of ``EXCLUDED`` and ``INCLUDED``; ``None`` = what is going on then.
        confirmed_by: the second person who agreed.
    """

    id: int
    at: int
    what: What
    by: int | None = None
    reason: str = ""
    code: Exclusion | None = None
    message: int | None = None
    confirmed_by: int | None = None

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_by is not None and self.confirmed_by != self.by


def as_they_stand(versions: Iterable[Said]) -> list[Said]:
    """Each message once, whatever was delivered how often and in which order.

    Who speaks is what the original shows, so a late edit changes no figure; whether it is there, the newest version.
    """
    found: dict[int, list[Said]] = {}
    for one in versions:
        found.setdefault(one.id, []).append(one)
    return [same[0] if len(same) == 1 else _folded(same) for same in found.values()]


def _folded(versions: list[Said]) -> Said:
    versions.sort(key=lambda one: (one.rank, repr(one)))
    return replace(
        versions[0],
        received_at=min(one.received_at for one in versions),
        delivered_at=_earliest(one.delivered_at for one in versions),
        answers_until=_earliest(one.answers_until for one in versions),
        pointer=any(one.pointer for one in versions),
        deleted_at=_earliest(one.deleted_at for one in versions if one.rank == versions[-1].rank),
        rank=versions[-1].rank,
    )


def _earliest(times: Iterable[int | None]) -> int | None:
    return min((at for at in times if at is not None), default=None)
