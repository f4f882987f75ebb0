"""Reads one text: language, mood, intent, urgency, spam, harm, personal data, and whether it needs an answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from draht.features.triage.linear import Counted, Floats, softmax
from draht.features.triage.model import LANGUAGES, Head, Model, Text, Word, shipped
from draht.features.triage.personal import Found, kinds, masked, personal_data
from draht.features.triage.wordlists import ASKS, THANKS, URGENT

KINDS = ("language", "mood", "intent", "urgency", "spam", "harmful", "personal", "answer")
URGENCIES, ANSWERS = ("low", "normal", "high"), ("needed", "not needed")
USUAL = 3.0  # how much more likely (as a logarithm) a language is that somebody usually writes
LEAST_LETTERS = 3
MOST_WORDS = 3  # that are shown as reasons
RULE_SURE, LANGUAGE_SURE = 0.6, 0.75


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer. What is not ``sure`` is shown to nobody; ``words`` are those that decided, the strongest first."""

    kind: str
    label: str
    confidence: float
    sure: bool
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Readings:
    version: str
    by_kind: Mapping[str, Reading]
    found: tuple[Found, ...] = ()

    def label(self, kind: str) -> str:
        """What is said; an empty text when it is not sure."""
        reading = self.by_kind[kind]
        return reading.label if reading.sure else ""


class Learned(Protocol):
    """What a company taught on top of the shipped model, for one kind."""

    def added(self, text: Counted) -> Floats: ...


class Reader:
    """Reads with the shipped model, and with what a company's agents corrected."""

    def __init__(self, model: Model | None = None, learned: Mapping[str, Learned] | None = None) -> None:
        self.model = model or shipped()
        self.learned = dict(learned or {})

    def read(self, text: str, usual: str = "") -> Readings:
        """All readings of a text; ``usual`` is the language that its author usually writes."""
        found = personal_data(text)
        weighed = self.model.text(masked(text) if found else text)
        counted = self.model.counted(weighed) if self.learned else None
        summed = weighed.sums.sum(axis=0)
        scores, spoken = self.model.scores(weighed, summed), _has_words(weighed)
        readings = {
            head.name: self._judged(head, weighed, self._taught(head, scores, counted), spoken)
            for head in self.model.heads.values()
        }
        readings["language"] = self._language(weighed, summed, usual)
        readings["personal"] = _personal(found, text)
        readings["urgency"] = self._ruled("urgency", URGENCIES, *_urgency(weighed, readings), counted)
        readings["answer"] = self._ruled("answer", ANSWERS, *_answer(weighed, text, readings), counted)
        return Readings(self.model.version, readings, tuple(found))

    def before(self, kind: str, text: str) -> tuple[tuple[str, ...], Floats, Counted]:
        """The labels of a kind, the scores of a text without what was taught, and its rows: what a correction needs."""
        weighed = self.model.text(masked(text))
        if head := self.model.heads.get(kind):
            scores = self.model.scores(weighed, weighed.sums.sum(axis=0))
            return head.labels, scores[head.columns], self.model.counted(weighed)
        labels = {"urgency": URGENCIES, "answer": ANSWERS}[kind]
        reading = Reader(self.model).read(text).by_kind[kind]
        return labels, _as_scores(labels, reading.label, reading.confidence), self.model.counted(weighed)

    def _taught(self, head: Head, scores: Floats, counted: Counted | None) -> Floats:
        if counted is None or head.name not in self.learned:
            return scores[head.columns]
        return scores[head.columns] + self.learned[head.name].added(counted)

    def _judged(self, head: Head, text: Text, scores: Floats, spoken: bool) -> Reading:
        at, sureness = _best(scores)
        sure = spoken and sureness >= head.threshold
        return Reading(head.name, head.labels[at], sureness, sure, _strongest(text, text.sums[:, head.first + at]))

    def _language(self, text: Text, summed: Floats, usual: str) -> Reading:
        scores = summed[self.model.columns :]
        telling = bool(scores.any())
        scores = scores / np.float32(math.sqrt(text.letters or 1))
        if usual in LANGUAGES:
            scores[LANGUAGES.index(usual)] += USUAL
        at, sureness = _best(scores)
        enough = (telling and text.letters >= LEAST_LETTERS) or usual in LANGUAGES
        words = _strongest(text, text.sums[:, self.model.columns + at]) if telling else ()
        return Reading("language", LANGUAGES[at], sureness, enough and sureness >= LANGUAGE_SURE, words)

    def _ruled(
        self, kind: str, labels: tuple[str, ...], label: str, confidence: float, words: Iterable[str],
        counted: Counted | None,
    ) -> Reading:  # fmt: skip
        """What a rule says, and what agents taught beyond it."""
        if counted is not None and kind in self.learned:
            shares = softmax(_as_scores(labels, label, confidence) + self.learned[kind].added(counted))
            at = int(shares.argmax())
            words = words if labels[at] == label else ()
            label, confidence = labels[at], float(shares[at])
        return Reading(kind, label, confidence, confidence >= RULE_SURE, tuple(words)[:MOST_WORDS])


def _as_scores(labels: tuple[str, ...], label: str, confidence: float) -> Floats:
    rest = (1 - confidence) / (len(labels) - 1)
    return np.log(np.array([confidence if one == label else rest for one in labels], np.float32))


def _has_words(text: Text) -> bool:
    return any(word.plain[0].isalpha() or word.signs for word in text.words)


def _strongest(text: Text, pulls: Floats) -> tuple[str, ...]:
    """The words that pulled most, none that pulled less than a quarter of the strongest."""
    ordered = sorted(zip(pulls.tolist(), text.words, strict=True), key=_pull, reverse=True)[: MOST_WORDS + 2]
    least = max(ordered[0][0] * 0.25, 0.0) if ordered else 0.0
    return tuple(dict.fromkeys([word.plain for pull, word in ordered if pull > least]))[:MOST_WORDS]


def _pull(one: tuple[float, Word]) -> float:
    return one[0]


def _best(scores: Floats) -> tuple[int, float]:
    """The place of the highest score, and its share (softmax); on plain numbers, which is faster for so few."""
    plain: list[float] = scores.tolist()
    most = max(plain)
    return plain.index(most), 1 / sum([math.exp(score - most) for score in plain])


def _personal(found: list[Found], text: str) -> Reading:
    """Names what kinds were found, never the data."""
    told = " ".join(kinds(found))
    return Reading("personal", told or "none", 0.99 if found else 0.9, bool(text.strip()))


def _urgency(text: Text, readings: Mapping[str, Reading]) -> tuple[str, float, list[str]]:
    """There is no corpus that people labelled: a rule that everybody can read, corrected by agents."""
    words = [word.plain for word in text.words if URGENT in word.signs]
    if not _has_words(text):
        return "low", 0.5, []
    if readings["spam"].label == "spam" and readings["spam"].sure:
        return "low", 0.8, list(readings["spam"].words)
    if words:
        return "high", 0.75 if len(words) == 1 else 0.9, words
    if readings["mood"].label == "negative" or readings["intent"].label == "complaint":
        return "normal", 0.65, list(readings["mood"].words)
    return "low" if readings["mood"].label == "positive" else "normal", 0.6, []


def _answer(text: Text, whole: str, readings: Mapping[str, Reading]) -> tuple[str, float, list[str]]:
    """A bare emoji, the tag of a friend, a "thanks" need none; a question, a complaint and a request do."""
    spoken = [word for word in text.words if word.plain[0].isalnum() or "?" in word.plain]
    if not spoken:
        return "not needed", 0.95 if whole.strip() else 0.5, []
    if readings["spam"].label == "spam" and readings["spam"].sure:
        return "not needed", 0.85, list(readings["spam"].words)
    asked = [word.plain for word in spoken if "?" in word.plain]
    if asked:
        return "needed", 0.9, asked
    if _only_thanks(spoken):
        return "not needed", 0.9, [word.plain for word in spoken]
    if spoken[0].plain.isalpha() and ASKS in spoken[0].signs and len(spoken) > 2:
        return "needed", 0.75, [spoken[0].plain]
    intent = readings["intent"]
    if intent.label in ("question", "complaint", "request", "contact", "comparison"):
        return "needed", max(0.6, intent.confidence), list(intent.words)
    return ("not needed", 0.65, list(intent.words)) if intent.label == "praise" else ("needed", 0.5, [])


def _only_thanks(spoken: list[Word]) -> bool:
    return len(spoken) <= 8 and all(THANKS in word.signs for word in spoken)
