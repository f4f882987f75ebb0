"""What a policy says: to whom something is promised, and what. Values, without versions. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from draht.core.possible import NotPossible

LONGEST = 366 * 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Scope:
    """For which questions: empty and ``None`` = whatever it is. Of a question itself, what is known of it."""

    channel: str = ""
    private: bool | None = None
    department_id: int | None = None
    topic: str = ""
    language: str = ""

    @property
    def weight(self) -> tuple[bool, ...]:
        """Which of two scopes says more about a question: topic before language, department, channel and privacy."""
        told = (self.topic, self.language, self.department_id, self.channel)
        return (*map(bool, told), self.private is not None)

    def holds(self, question: Scope) -> bool:
        language = question.language.partition("-")[0].lower()
        return (
            self.channel in ("", question.channel)
            and self.private in (None, question.private)
            and self.department_id in (None, question.department_id)
            and self.topic in ("", question.topic)
            and self.language.partition("-")[0].lower() in ("", language)
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """What is promised: targets in seconds, on which clock, and for which share (percent). ``None`` = not promised."""

    calendar_id: int
    first: int | None = 3600
    next: int | None = 3600
    resolution: int | None = None
    business: bool = True
    share: int = 80

    def __post_init__(self) -> None:
        if not 1 <= self.share <= 100:
            raise NotPossible(_("A share lies between 1 and 100 percent."))
        if any(
            target is not None and not 1 <= target <= LONGEST for target in (self.first, self.next, self.resolution)
        ):
            raise NotPossible(_("A promise lasts between a second and a year."))
