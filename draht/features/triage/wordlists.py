"""The lists of words that carry a mood or that the rules look for, in nine languages; ``words/`` holds them."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path

from draht.features.triage.features import plain

FOLDER = Path(__file__).parent / "words"
POSITIVE, NEGATIVE, NEGATES = "positive", "negative", "negates"
THANKS, ASKS, URGENT, INSULTS = "thanks", "asks", "urgent", "insults"
Signs = frozenset[str]


@cache
def signs() -> dict[str, Signs]:
    """What the lists say about a counted word; most words say nothing and are not there.

    A word that praises in one language and scolds in another says neither.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for line in _lines("polarity.txt"):
        _, sign, *words = line.split()
        for word in words:
            found[plain(word)].add(POSITIVE if sign == "+" else NEGATIVE)
    for said in found.values():
        if {POSITIVE, NEGATIVE} <= said:
            said.clear()
    for line in _lines("signs.txt"):
        sign, _, *words = line.split()
        for word in words:
            found[plain(word)].add(sign)
    return {word: frozenset(said) for word, said in found.items() if said}


def _lines(name: str) -> list[str]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
