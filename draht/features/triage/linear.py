"""A linear model over hashed rows that learns one text at a time (AdaGrad), for training and for corrections alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from draht.features.triage.features import ROWS

Floats = NDArray[np.float32]
RATE = 0.4  # of learning, at the beginning
BIAS_RATE = 0.02
CALM = 0.1  # what a row has seen before its first text: the first steps are not too wild


class Counted(NamedTuple):
    """A text as a learner sees it: its rows, each once, and how much each of them counts."""

    rows: NDArray[np.int64]
    values: Floats


def softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max())
    shares: Floats = raised / raised.sum()
    return shares


class Weights:
    """A table of weights, a column for each label."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self.table = np.zeros((ROWS, len(self.labels)), np.float32)
        self.seen = np.zeros((ROWS, len(self.labels)), np.float32)
        self.bias = np.zeros(len(self.labels), np.float32)

    def scores(self, text: Counted) -> Floats:
        summed: Floats = text.values @ self.table[text.rows] + self.bias
        return summed

    def learn(self, text: Counted, label: str, before: Floats | None = None, rate: float = RATE) -> None:
        """One step towards ``label``; ``before`` are scores that this table only adds to."""
        rows, values = text
        wrong = softmax(self.scores(text) if before is None else self.scores(text) + before)
        wrong[self.labels.index(label)] -= 1
        step = values[:, None] * wrong
        seen = self.seen[rows] + step * step
        self.seen[rows] = seen
        self.table[rows] -= rate * step / np.sqrt(seen + CALM)
        self.bias -= BIAS_RATE * wrong


def fit(
    labels: Sequence[str], texts: Sequence[Counted], targets: Sequence[str], rounds: int = 6, seed: int = 7
) -> Weights:
    """Learns all texts ``rounds`` times in an order that depends on ``seed`` only, ever more slowly."""
    weights, order = Weights(labels), np.random.default_rng(seed)
    for turn in range(rounds):
        for at in order.permutation(len(texts)):
            weights.learn(texts[at], targets[at], rate=RATE * (1 - turn / rounds))
    return weights


def temperature(scores: Floats, right: NDArray[np.int64]) -> float:
    """What scores are divided by so that a confidence of 0.9 is right nine times in ten (Guo and others, 2017)."""
    steps = np.geomspace(0.25, 4, 41)
    return float(min(steps, key=lambda step: _surprise(scores / step, right)))


def _surprise(scores: Floats, right: NDArray[np.int64]) -> float:
    raised = scores - scores.max(axis=1, keepdims=True)
    logs = raised - np.log(np.exp(raised).sum(axis=1, keepdims=True))
    return float(-logs[np.arange(len(right)), right].mean())
