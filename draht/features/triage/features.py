"""What a text is made of: words, pairs of words and pieces of words, hashed into rows of a table of weights."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from zlib import crc32

ROWS = 1 << 16  # of a table of weights
HEAD, TAIL = 440, 200  # characters that are read of a long text: its beginning and its end
LONGEST = 32  # characters of a word; what is longer is no word

_TOKEN = re.compile(
    r"(?:https?://|www\.)\S{1,200}"
    r"|@\w[\w.]{0,63}"
    r"|[:;=8xX][-'^]?[)(DPp/\\|oO3*]+(?!\w)|<3+|\^\^"
    r"|\#?\w+(?:['’]\w+)*"
    r"|[!?]+|[^\w\s]"
)
_TAGS = re.compile(r"<[a-zA-Z/!][^<>]{0,300}>")
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\u20d0-\u20ff\ufe00-\ufe0f\u200b-\u200f]+")
_DIGITS = re.compile(r"\d+")
_LONG = re.compile(r"(.)\1{2,}")
LINK, NAME = "<link>", "<name>"


def excerpt(text: str) -> str:
    """The part of a text that is read, composed (NFC), without markup, zalgo and invisible signs."""
    text = text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFC", text))
    return _TAGS.sub(" ", text) if "<" in text else text


def tokens(text: str) -> list[str]:
    """The words, links, names, smileys and signs of an excerpt, as they are written."""
    return _TOKEN.findall(text)


def plain(token: str) -> str:
    """A token as it is counted: small letters, each number a zero, each link and name alike, no "sooooo"."""
    if token[0] == "@" and len(token) > 1:
        return NAME
    if token.startswith(("http", "www.")):
        return LINK
    return _LONG.sub(r"\1\1", _DIGITS.sub("0", token.lower().replace("’", "'")))[:LONGEST]


def row(feature: str) -> int:
    return crc32(feature.encode("utf-8", "replace")) % ROWS


def pieces(word: str) -> Iterator[str]:
    """The three to five letters long pieces of a word with its borders."""
    bordered = f" {word} "
    for size in (3, 4, 5):
        for start in range(len(bordered) - size + 1):
            yield bordered[start : start + size]


def rows_of_word(word: str) -> list[int]:
    """The rows of one counted word: itself and, where it has letters, its pieces."""
    own = [row(f"w {word}")]
    return own + [row(piece) for piece in pieces(word)] if word[0].isalnum() or word[0] == "#" else own


def row_of_sign(sign: str) -> int:
    """The row of what a list of words says about a word, as "positive"."""
    return row(f"s {sign}")
