"""The model that is shipped: tables of whole numbers in one plain file, and what a text weighs by them."""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from draht.features.triage.features import ROWS, excerpt, plain, row_of_sign, rows_of_word, tokens
from draht.features.triage.linear import Counted, Floats
from draht.features.triage.wordlists import NEGATES, NEGATIVE, POSITIVE, Signs, signs

SHIPPED = Path(__file__).parent / "model.npz"
LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "tr")
MOST_WORDS = 30_000  # that are remembered; then it begins anew
REACH = 3  # words after a "not" that it turns round
MOST_BYTES = 5  # of a piece that tells a language
_NOTHING: Signs = frozenset()


@dataclass(frozen=True, slots=True)
class Head:
    """One question to the model: its columns of the table, and when it is sure enough to speak."""

    name: str
    labels: tuple[str, ...]
    first: int
    bias: tuple[float, ...]
    temperature: float
    threshold: float

    @property
    def columns(self) -> slice:
        return slice(self.first, self.first + len(self.labels))


@dataclass(slots=True)
class Word:
    """What the model knows about a word as it is written. ``sums``: the columns of all heads, then of all languages."""

    plain: str
    rows: NDArray[np.int64]
    sums: Floats
    square: float
    signs: Signs
    as_left: int
    as_right: bytes


@dataclass(slots=True)
class Text:
    """A text under the model: its words, and for each word (with the pair before it) what it adds to each column."""

    words: list[Word]
    pairs: list[int]
    sums: Floats
    norm: float
    letters: int


@dataclass(frozen=True)
class Tables:
    """What is in the file. ``weights`` and ``pieces`` are whole numbers; a column times its ``scale`` is the weight."""

    version: str
    heads: tuple[Head, ...]
    weights: NDArray[np.int8]
    scale: Floats
    rarity: NDArray[np.uint8]  # a row's weight in 16ths
    piece_keys: NDArray[np.uint32]  # crc32 of the bytes of pieces that tell a language, ascending
    pieces: NDArray[np.int8]
    piece_scale: float


class Model:
    """Weighs texts. Not thread-safe in what it remembers, but never wrong: two threads only do the same work twice."""

    def __init__(self, tables: Tables) -> None:
        self.version, self.heads = tables.version, {head.name: head for head in tables.heads}
        self.rarity = tables.rarity.astype(np.float32) / 16
        self.table = tables.weights * tables.scale * self.rarity[:, None]
        self.columns = self.table.shape[1]
        self.bias, self.heat = np.zeros(self.columns, np.float32), np.ones(self.columns, np.float32)
        for head in tables.heads:
            self._settle(head)
        self._keys, self._pieces, self._piece_scale = tables.piece_keys, tables.pieces, tables.piece_scale
        self._words: dict[str, Word] = {}

    def _settle(self, head: Head) -> None:
        """Each row of a head sums to nothing: what a word adds to a column is then what speaks for that label."""
        own = head.columns
        self.table[:, own] -= self.table[:, own].mean(axis=1, keepdims=True)
        self.bias[own], self.heat[own] = head.bias, head.temperature

    def scores(self, text: Text, summed: Floats) -> Floats:
        """Of all heads, by column; ``summed`` are the sums of all words."""
        scores: Floats = (summed[: self.columns] / np.float32(text.norm) + self.bias) / self.heat
        return scores

    def text(self, text: str) -> Text:
        """Weighs a text."""
        words = self._turned(tokens(excerpt(text)))
        if not words:
            return Text([], [], np.zeros((0, self.columns + len(LANGUAGES)), np.float32), 1.0, 0)
        sums = np.array([word.sums for word in words])
        pairs = [crc32(right.as_right, left.as_left) % ROWS for left, right in pairwise(words)]
        square = sum([word.square for word in words])
        if pairs:
            sums[1:, : self.columns] += self.table[pairs]
            weights = self.rarity[pairs]
            square += float(weights @ weights)
        return Text(words, pairs, sums, math.sqrt(square) or 1.0, sum([len(word.plain) for word in words]))

    def counted(self, text: Text) -> Counted:
        """The rows of a text for a learner."""
        if not text.words:
            return Counted(np.zeros(0, np.int64), np.zeros(0, np.float32))
        every = np.concatenate([*(word.rows for word in text.words), np.array(text.pairs, np.int64)])
        rows, times = np.unique(every, return_counts=True)
        return Counted(rows, (times * self.rarity[rows] / text.norm).astype(np.float32))

    def _turned(self, written: list[str]) -> list[Word]:
        """The words; a word of praise shortly after a "not" is another word."""
        words, reach = [], 0
        for token in written:
            token = plain(token) if token[0] == "@" or token.startswith("http") else token
            word = self._words.get(token) or self._word(token, token)
            if reach and (POSITIVE in word.signs or NEGATIVE in word.signs):
                word = self._words.get(f"not {token}") or self._word(token, f"not {token}")
            words.append(word)
            reach = REACH if NEGATES in word.signs else max(0, reach - 1)
        return words

    def _word(self, token: str, key: str) -> Word:
        counted = plain(token)
        said = signs().get(counted, _NOTHING)
        turned = "not " if key != token else ""
        rows = np.array(
            rows_of_word(counted)
            + [row_of_sign(turned + sign if sign in (POSITIVE, NEGATIVE) else sign) for sign in said]
        )
        weights = self.rarity[rows]
        sums = np.concatenate([self.table[rows].sum(axis=0), self._language(token)])
        word = Word(
            counted, rows, sums, float(weights @ weights), said, crc32(f"p {counted} ".encode("utf-8", "replace")),
            counted.encode("utf-8", "replace"),
        )  # fmt: skip
        if len(self._words) >= MOST_WORDS:
            self._words.clear()
        self._words[key] = word
        return word

    def _language(self, token: str) -> Floats:
        """What the pieces of a word say about its language; a number, a name or a link says nothing."""
        token = token.lstrip("#")
        if not token or not token[0].isalpha() or token.startswith(("http", "www.")):
            return np.zeros(len(LANGUAGES), np.float32)
        keys = np.array(piece_keys(token.lower() if token.isupper() else token), np.uint32)
        at = np.searchsorted(self._keys, keys)
        found = at[self._keys[np.minimum(at, len(self._keys) - 1)] == keys]
        summed: Floats = self._pieces[found].sum(axis=0, dtype=np.float32) * np.float32(self._piece_scale)
        return summed


def piece_keys(word: str) -> list[int]:
    """The keys of all pieces of a word with its borders, by bytes."""
    there = f" {word[:40]} ".encode("utf-8", "replace")
    return [
        crc32(there[start : start + size])
        for start in range(len(there))
        for size in range(2, min(MOST_BYTES, len(there) - start) + 1)
    ]


def save(tables: Tables, file: Path) -> None:
    """Writes arrays and one piece of JSON: nothing in it is code."""
    about = {"version": tables.version, "heads": [_told(head) for head in tables.heads]}
    arrays: dict[str, NDArray[Any]] = {
        "about": np.frombuffer(json.dumps(about).encode(), np.uint8),
        "weights": tables.weights,
        "scale": tables.scale,
        "rarity": tables.rarity,
        "piece_keys": tables.piece_keys,
        "pieces": tables.pieces,
        "piece_scale": np.array(tables.piece_scale, np.float32),
    }
    held = io.BytesIO()
    np.savez_compressed(held, allow_pickle=False, **arrays)
    file.write_bytes(held.getvalue())


def _told(head: Head) -> dict[str, object]:
    return {name: getattr(head, name) for name in Head.__slots__}


def tables_of(file: Path) -> Tables:
    """Reads a file that ``save`` wrote; raises ``ValueError`` if it is none."""
    with np.load(file, allow_pickle=False) as held:
        about = json.loads(held["about"].tobytes())
        heads = tuple(Head(**(told | {n: tuple(told[n]) for n in ("labels", "bias")})) for told in about["heads"])
        return Tables(
            about["version"], heads, held["weights"], held["scale"], held["rarity"], held["piece_keys"], held["pieces"],
            float(held["piece_scale"]),
        )  # fmt: skip


@cache
def shipped() -> Model:
    return Model(tables_of(SHIPPED))
