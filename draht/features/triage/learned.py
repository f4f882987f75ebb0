"""What a company's agents teach by correcting: counts at once, can be undone, is measured and only used if it helps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from draht.features.triage.linear import Counted, Floats, Weights
from draht.features.triage.reader import Reader

JUDGES = 5  # each fifth correction is not learned by the model that is judged
FEWEST = 10  # held-out corrections before a verdict
POINTS = 20  # of the learning curve
RATE = 0.4


@dataclass(frozen=True, slots=True)
class Correction:
    """An agent says what a text is. ``key`` tells corrections apart; a later one of the same key replaces it."""

    key: str
    kind: str
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Point:
    """After so many corrections: how many of those held out the shipped model and the taught one got right."""

    corrections: int
    held_out: int
    shipped: float
    taught: float


@dataclass(slots=True)
class _Lesson:
    text: Counted
    before: Floats
    label: str
    judges: bool


class Taught:
    """One kind, taught by one company. The used weights learn every correction; their twin, which is judged, does not
    learn the held-out ones. When the twin is worse than the shipped model, nothing that was taught is used."""

    def __init__(self, kind: str, reader: Reader | None = None) -> None:
        self.kind, self._reader = kind, reader or Reader()
        self._lessons: dict[str, _Lesson] = {}
        self._helps, self._next_look = True, FEWEST
        self._begin()

    def _begin(self) -> None:
        labels = self._reader.before(self.kind, "")[0]
        self._used, self._judged = Weights(labels), Weights(labels)

    @property
    def labels(self) -> tuple[str, ...]:
        return self._used.labels

    def learn(self, correction: Correction) -> None:
        """Counts at once. Raises ``ValueError`` for a label that this kind does not have."""
        if correction.label not in self.labels:
            raise ValueError(f"{self.kind} cannot be {correction.label!r}.")
        _, before, counted = self._reader.before(self.kind, correction.text)
        lesson = _Lesson(counted, before, correction.label, is_judge(correction.text))
        known = correction.key in self._lessons
        self._lessons[correction.key] = lesson
        if known:
            self._again()
        else:
            self._step(lesson)
        if len(self._lessons) >= self._next_look:
            self._look()

    def learn_all(self, corrections: Iterable[Correction]) -> None:
        for correction in corrections:
            self.learn(correction)

    def undo(self, key: str) -> None:
        """As if it had never been there: everything else is learned anew. Raises ``KeyError`` if it is not known."""
        del self._lessons[key]
        self._again()

    def _again(self) -> None:
        self._begin()
        for lesson in self._lessons.values():
            self._step(lesson)
        self._look()

    def _step(self, lesson: _Lesson) -> None:
        self._used.learn(lesson.text, lesson.label, lesson.before, RATE)
        if not lesson.judges:
            self._judged.learn(lesson.text, lesson.label, lesson.before, RATE)

    def added(self, text: Counted) -> Floats:
        """What was taught, to be added to the scores of the shipped model; nothing if that would make them worse."""
        return self._used.scores(text) if self._helps else np.zeros(len(self.labels), np.float32)

    def helps(self) -> bool:
        """Not worse than the shipped model on the corrections that the judged twin never saw."""
        return self._helps

    def _look(self) -> None:
        """The verdict, anew each time that there is a twentieth more to learn from."""
        verdict = self.verdict()
        self._helps = verdict.held_out < FEWEST or verdict.taught >= verdict.shipped
        self._next_look = len(self._lessons) + max(1, len(self._lessons) // 20)

    def verdict(self) -> Point:
        """How it stands now."""
        return _point(len(self._lessons), self._judged, [one for one in self._lessons.values() if one.judges])

    def curve(self) -> list[Point]:
        """How it went: the same held-out corrections, after ever more of the others."""
        judges = [one for one in self._lessons.values() if one.judges]
        weights, points = Weights(self.labels), [_point(0, Weights(self.labels), judges)]
        every = max(1, len(self._lessons) // POINTS)
        for count, lesson in enumerate(self._lessons.values(), 1):
            if not lesson.judges:
                weights.learn(lesson.text, lesson.label, lesson.before, RATE)
            if count % every == 0 or count == len(self._lessons):
                points.append(_point(count, weights, judges))
        return points


def is_judge(text: str) -> bool:
    """Told by the text: twins of a text never stand on both sides."""
    return sha256(f"judge {' '.join(text.lower().split())}".encode("utf-8", "replace")).digest()[0] % JUDGES == 0


def _point(corrections: int, weights: Weights, judges: list[_Lesson]) -> Point:
    def right(taught: bool) -> float:
        hits = [_best(weights, one, taught) == one.label for one in judges]
        return sum(hits) / len(hits) if hits else 0.0

    return Point(corrections, len(judges), right(False), right(True))


def _best(weights: Weights, lesson: _Lesson, taught: bool) -> str:
    scores = lesson.before + weights.scores(lesson.text) if taught else lesson.before
    return weights.labels[int(scores.argmax())]
