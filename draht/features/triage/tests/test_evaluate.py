"""The figures of the table, on answers that can be counted by hand."""

from __future__ import annotations

import pytest

from draht.features.triage.corpora import held_out, seeds
from draht.features.triage.evaluate import figures, learned


def test_figures_by_hand() -> None:
    accuracy, macro_f1 = figures(["a", "a", "b", "b"], ["a", "b", "b", "b"])
    assert accuracy == 0.75
    assert macro_f1 == pytest.approx((2 / 3 + 4 / 5) / 2)


def test_a_label_that_is_never_said_counts_as_nothing() -> None:
    accuracy, macro_f1 = figures(["a", "a"], ["a", "b"])
    assert accuracy == 0.5
    assert macro_f1 == pytest.approx(1 / 3)


def test_twins_stand_on_the_same_side() -> None:
    assert held_out("Where is  my order?") == held_out("where is my order?")
    share = sum(held_out(str(number)) for number in range(2000)) / 2000
    assert 0.15 < share < 0.25


def test_learns_what_it_is_shown() -> None:
    texts = [(seed.text, seed.mood) for seed in seeds(10) if seed.language == "en"]
    score, _ = learned("seeds", texts, 0.7)
    assert score.texts == sum(held_out(text) for text, _ in texts)
    assert score.met


def test_the_seeds_are_the_same_each_time() -> None:
    assert seeds() == seeds()
    assert {seed.language for seed in seeds()} == {"de", "en", "es", "fr", "it", "nl", "pl", "pt", "tr"}
