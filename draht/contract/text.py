"""Counting and cleaning text."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable

import nh3
import regex

from draht.contract.channel import Counter
from draht.contract.words import words

_BREAKS = re.compile(
    r"<br\s*/?>\n?|</p>\s*<p[^>]*>|</(?:p|div|li|blockquote|h[1-6]|tr|pre)>(?:[ \t]*\n)?", re.IGNORECASE
)
_TRAILING = re.compile(r"[ \t]+\n")
_EMPTY_LINES = re.compile(r"\n{3,}")
_GRAPHEME = regex.compile(r"\X")
# C0 and C1 without tab and newline, surrogates, and the bidirectional overrides that can make text lie
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
MAX_TEXT = 100_000  # characters of one message that are kept


def graphemes(text: str) -> int:
    """What a reader calls characters: an emoji with skin tone, or a letter with accents, is one."""
    return len(_GRAPHEME.findall(text))


def counter(limit: int, unit: str = words("characters"), count: Callable[[str], int] = graphemes) -> Counter:
    """A counter of graphemes, unless told otherwise."""
    return Counter(limit=limit, unit=unit, count=count)


def clean(text: str) -> str:
    """Text that is safe to keep and show: no control characters, no half surrogates, NFC, at most ``MAX_TEXT``."""
    if text.isascii() and text.isprintable() and len(text) <= MAX_TEXT:
        return text  # most texts
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNPRINTABLE.sub("", text[: 2 * MAX_TEXT]))[:MAX_TEXT]


def from_html(markup: str) -> str:
    """The text of a piece of HTML: breaks and paragraphs become lines, everything else loses its tags."""
    marked = _BREAKS.sub("\n", markup)
    text = html.unescape(nh3.clean(marked, tags=set()))
    return _EMPTY_LINES.sub("\n\n", _TRAILING.sub("\n", text)).strip()


def first_line(text: str, most: int = 80) -> str:
    """The first line that says something, cut at ``most`` characters: what a post is called that has no title."""
    line = next((line.strip() for line in clean(text).splitlines() if line.strip()), "")
    return line if len(line) <= most else f"{line[: most - 1]}…"
