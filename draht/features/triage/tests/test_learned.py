"""Corrections: they count at once, can be undone, and are not used when they make it worse."""

from __future__ import annotations

import time

import numpy as np
import pytest

from draht.features.triage.learned import FEWEST, Correction, Taught, is_judge
from draht.features.triage.reader import Reader

READER = Reader()
TEXT = "the gizmo blinked green"


def corrections(label: str, count: int, words: str = "the gizmo blinked") -> list[Correction]:
    return [Correction(str(n), "mood", f"{words} {n} times in room {n * 7}", label) for n in range(count)]


def test_counts_at_once() -> None:
    taught = Taught("mood")
    before = READER.read(TEXT).by_kind["mood"]
    for key in range(3):
        taught.learn(Correction(str(key), "mood", TEXT, "negative"))
    after = Reader(learned={"mood": taught}).read(TEXT).by_kind["mood"]
    assert before.label != "negative"
    assert after.label == "negative"


def test_says_nothing_about_other_texts() -> None:
    taught = Taught("mood")
    taught.learn(Correction("1", "mood", TEXT, "negative"))
    text = "thank you for the great flight"
    assert Reader(learned={"mood": taught}).read(text).label("mood") == "positive"


def test_undoing_leaves_no_trace() -> None:
    with_it, without = Taught("mood"), Taught("mood")
    others = corrections("negative", 6)
    for correction in [*others[:3], Correction("x", "mood", TEXT, "positive"), *others[3:]]:
        with_it.learn(correction)
    without.learn_all(others)
    with_it.undo("x")
    text = READER.model.counted(READER.model.text(TEXT))
    assert np.array_equal(with_it.added(text), without.added(text))


def test_a_second_thought_replaces_the_first() -> None:
    taught, only = Taught("mood"), Taught("mood")
    taught.learn(Correction("1", "mood", TEXT, "negative"))
    taught.learn(Correction("1", "mood", TEXT, "positive"))
    only.learn(Correction("1", "mood", TEXT, "positive"))
    text = READER.model.counted(READER.model.text(TEXT))
    assert np.array_equal(taught.added(text), only.added(text))


def test_what_helps_is_measured_on_corrections_that_were_held_out() -> None:
    taught = Taught("mood")
    taught.learn_all(corrections("negative", 100))
    verdict = taught.verdict()
    assert verdict.held_out == sum(is_judge(one.text) for one in corrections("negative", 100)) >= FEWEST
    assert verdict.taught > 0.9 > verdict.shipped
    assert taught.helps()
    curve = taught.curve()
    assert (curve[0].taught, curve[-1]) == (curve[0].shipped, verdict)


def test_what_makes_it_worse_is_not_used() -> None:
    taught = Taught("mood")
    contrary = [
        Correction(str(n), "mood", text, "positive" if is_judge(text) else "negative")
        for n in range(120)
        for text in [f"thank you for the great help number {n} with order {n * 3}"]
    ]
    taught.learn_all(contrary)
    assert taught.verdict().taught < taught.verdict().shipped
    assert not taught.helps()
    text = READER.model.counted(READER.model.text(TEXT))
    assert not taught.added(text).any()


@pytest.mark.parametrize("kind", ["urgency", "answer"])
def test_rules_are_taught_too(kind: str) -> None:
    text, label = {"urgency": ("the gizmo melts", "high"), "answer": ("just my two cents", "not needed")}[kind]
    taught = Taught(kind)
    assert READER.read(text).by_kind[kind].label != label
    for key in range(5):
        taught.learn(Correction(str(key), kind, text, label))
    assert Reader(learned={kind: taught}).read(text).by_kind[kind].label == label


def test_unknown_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be"):
        Taught("mood").learn(Correction("1", "mood", TEXT, "purple"))
    with pytest.raises(KeyError):
        Taught("mood").undo("nobody")


def test_a_correction_is_learned_in_ten_milliseconds() -> None:
    taught, times = Taught("mood"), []
    for correction in corrections("negative", 60):
        begun = time.perf_counter()
        taught.learn(correction)
        times.append(time.perf_counter() - begun)
    assert sorted(times)[len(times) // 2] < 0.01
