"""Trains the model that is shipped: ``python -m draht.features.triage.train DATA``.

``docs/develop/triage.md`` says on what. Needs py3langid: the pieces that tell a language come
from its model (BSD-3-Clause).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from draht.features.triage import corpora
from draht.features.triage.corpora import Labelled
from draht.features.triage.features import ROWS, row_of_sign
from draht.features.triage.linear import Counted, Floats, Weights, fit, temperature
from draht.features.triage.model import LANGUAGES, SHIPPED, Head, Model, Tables, save
from draht.features.triage.wordlists import ASKS, INSULTS, NEGATIVE, POSITIVE, THANKS, URGENT, signs

MOST_RARE = 10.0
LEAST_SURE = 0.6
LISTED = 15.0  # what a word list says counts this much
SIGNS = (POSITIVE, NEGATIVE, f"not {POSITIVE}", f"not {NEGATIVE}", ASKS, THANKS, URGENT, INSULTS)
TELLING = 0.7  # a piece of a word whose weights lie closer together says nothing about a language
# Who writes to a company complains more often than who writes to the world. Chosen by looking at half of the airlines.
CUSTOMERS = {"negative": 0.5, "neutral": -0.3, "spam": 1.0}  # and spam is rarer in the texts than under a video
RIGHT = {"mood": 0.8, "intent": 0.9, "spam": 0.97, "harmful": 0.9}  # how often it has to be right to speak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with the corpora")
    parser.add_argument("--output", type=Path, default=SHIPPED)
    options = parser.parse_args()
    sys.stdout.write("Reading the corpora …\n")
    tables = train(lessons(options.data))
    save(tables, options.output)
    sys.stdout.write(f"{options.output}: version {tables.version}, {options.output.stat().st_size / 2**20:.2f} MiB\n")


def lessons(data: Path) -> dict[str, Labelled]:
    """What each head learns: a name, and texts with their labels. Only from what may be shipped."""
    seeds = corpora.seeds()
    asked = [(text, "question" if text.rstrip().endswith("?") else "request") for text, _ in corpora.banking(data)]
    ham = [text for text, _ in corpora.departments(data)[::32] + corpora.banking(data)[::32]]
    ham += [text for text, _ in corpora.german_moods(data)[::4]]
    return {
        "mood": [(s.text, s.mood) for s in seeds] + _evened(corpora.german_moods(data)),
        "intent": [(s.text, s.intent) for s in seeds] + asked[::10],
        "spam": [one for video in corpora.videos(data) for one in video]
        + [(text, "ham") for text in [*ham, *(s.text for s in seeds[::2]), *corpora.support_tweets(data)]],
        "harmful": corpora.german_harm(data) + [(s.text, "harmless") for s in seeds] + _insults(),
    }


def _evened(moods: Labelled) -> Labelled:
    """A quarter of the neutral ones: there are as many as of the others."""
    neutral = [one for one in moods if one[1] == "neutral"]
    return [one for one in moods if one[1] != "neutral"] + neutral[::4]


def _insults() -> Labelled:
    """What an insult looks like in a language that has no corpus: the word list, in short sentences."""
    words = sorted(word for word, said in signs().items() if INSULTS in said)
    return [(f"{a} {word} {b}", "harmful") for word in words for a, b in (("you", ""), ("@x du", "!"), ("", "@y"))]


def train(lessons: dict[str, Labelled]) -> Tables:
    """All heads over one table, whole numbers, with the confidence at which each may speak."""
    rarity = _rarity(text for texts in lessons.values() for text, _ in texts)
    keys, pieces, piece_scale = language_pieces()
    empty = Tables("", (), np.zeros((ROWS, 0), np.int8), np.zeros(0, np.float32), rarity, keys, pieces, piece_scale)
    reader, heads = Model(empty), list[Head]()
    tables: list[Floats] = []
    for name, texts in lessons.items():
        sys.stdout.write(f"{name}: {len(texts):,} texts, {dict(Counter(label for _, label in texts))}\n")
        counted = [reader.counted(reader.text(text)) for text, _ in texts]
        labels = tuple(sorted({label for _, label in texts}))
        targets = [label for _, label in texts]
        warm, threshold = calibrate(labels, [t for t, _ in texts], counted, targets, RIGHT[name])
        weights = fit(labels, counted, targets)
        first = sum(table.shape[1] for table in tables)
        bias = tuple(float(one) + CUSTOMERS.get(label, 0) for one, label in zip(weights.bias, labels, strict=True))
        heads.append(Head(name, labels, first, bias, warm, threshold))
        tables.append(weights.table)
    whole = np.concatenate(tables, axis=1)
    scale = (np.abs(whole).max(axis=0) / 127).astype(np.float32)
    version = f"{date.today():%Y.%m.%d}"
    return Tables(
        version, tuple(heads), np.rint(whole / scale).astype(np.int8), scale, rarity, keys, pieces, piece_scale
    )


def _rarity(texts: Iterable[str]) -> NDArray[np.uint8]:
    """Inverse document frequency, 1 for what is in each text, in 16ths."""
    plainest = Model(
        Tables("", (), np.zeros((ROWS, 0), np.int8), np.zeros(0, np.float32), np.full(ROWS, 16, np.uint8),
               np.zeros(1, np.uint32), np.zeros((1, len(LANGUAGES)), np.int8), 1.0)
    )  # fmt: skip
    times, count = np.zeros(ROWS), 0
    for text in texts:
        times[plainest.counted(plainest.text(text)).rows] += 1
        count += 1
    rarity = np.minimum(1 + np.log((1 + count) / (1 + times)), MOST_RARE)
    for sign in SIGNS:
        rarity[row_of_sign(sign)] = LISTED
    in_16ths: NDArray[np.uint8] = np.rint(rarity * 16).astype(np.uint8)
    return in_16ths


def calibrate(
    labels: Sequence[str], texts: Sequence[str], counted: Sequence[Counted], targets: Sequence[str], right: float
) -> tuple[float, float]:
    """Temperature and threshold, measured on a fifth of the texts by a model that did not see them."""
    learn = [at for at, text in enumerate(texts) if not corpora.held_out(text)]
    judge = [at for at, text in enumerate(texts) if corpora.held_out(text)]
    weights = fit(labels, [counted[at] for at in learn], [targets[at] for at in learn])
    scores = np.array([weights.scores(counted[at]) for at in judge], np.float32)
    truth = np.array([labels.index(targets[at]) for at in judge])
    warm = temperature(scores, truth)
    threshold = sure_from(weights, scores / np.float32(warm), truth, right)
    sys.stdout.write(f"  held out: {(scores.argmax(1) == truth).mean():.3f} right, sure from {threshold:.2f}\n")
    return warm, threshold


def sure_from(weights: Weights, scores: Floats, truth: NDArray[np.int64], right: float) -> float:
    """The smallest confidence above which answers are right as often as ``right``, but at least ``LEAST_SURE``."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    sureness = (raised / raised.sum(axis=1, keepdims=True)).max(axis=1)
    order = np.argsort(-sureness)
    share = np.cumsum((scores.argmax(axis=1) == truth)[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share >= right)
    return max(LEAST_SURE, float(sureness[order][enough[-1]])) if len(enough) else 0.99


def language_pieces() -> tuple[NDArray[np.uint32], NDArray[np.int8], float]:
    """The pieces of words (by bytes) that tell nine languages apart, out of the automaton of py3langid."""
    from py3langid.langid import LanguageIdentifier

    known: Any = LanguageIdentifier.from_model_file("data/model.npz.xz")
    known.set_languages(LANGUAGES)
    assert tuple(known.nb_classes) == LANGUAGES
    weights = np.asarray(known.nb_ptc, np.float32)
    names = _names(known.tk_nextmove, known._rowbase)
    found: dict[int, Floats] = {}
    for state, name in names.items():
        feature = known.tk_output[state]
        if feature >= 0 and b" " not in name.strip(b" ") and np.ptp(weights[feature]) > TELLING:
            found[crc32(name)] = weights[feature] - weights[feature].mean()
    keys = np.array(sorted(found), np.uint32)
    table = np.array([found[int(key)] for key in keys])
    scale = float(np.abs(table).max() / 127)
    return keys, np.rint(table / scale).astype(np.int8), scale


def _names(moves: Sequence[int], bases: Sequence[int]) -> dict[int, bytes]:
    """The shortest bytes that lead to each state of the automaton."""
    names, waiting = {0: b""}, deque([0])
    while waiting:
        state = waiting.popleft()
        for byte in range(256):
            then = moves[bases[state] + byte]
            if then not in names:
                names[then] = names[state] + bytes([byte])
                waiting.append(then)
    return names


if __name__ == "__main__":
    main()
