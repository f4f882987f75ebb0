"""What the full text is made of: the word stems of a message, the same on both stores.

Stemming: Snowball algorithms. Letters lose their accents, so that "Lösung" is found as "losung" too.
"""

from __future__ import annotations

import re
import threading
import unicodedata

import Stemmer

ALGORITHMS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
HOUSE_LANGUAGES = ("en", "de", "es")  # a question is asked in all of these
MOST_WORDS = 200_000  # of a table; then it begins anew
_WORD = re.compile(r"\w+")
_LOWER = {code: char.lower() if _WORD.match(char) else " " for code in range(128) for char in [chr(code)]}
_local = threading.local()  # a stemmer is not safe to share between threads


class Table(dict[str, str]):
    """word → stem of one language, filled as words come. Looked up in C, which is what makes it fast."""

    def __init__(self, algorithm: str) -> None:
        super().__init__()
        self._stemmer = Stemmer.Stemmer(algorithm)

    def __missing__(self, word: str) -> str:
        if len(self) >= MOST_WORDS:
            self.clear()
        found: str = self._stemmer.stemWord(word[:60])
        self[word] = found = found if found.isascii() else plain(found)
        return found


def stems(text: str, language: str = "") -> str:
    """The stems of a text, one for each word, in order. A message of unknown language is stemmed as English."""
    return " ".join(map(_table(language[:2].lower()).__getitem__, _words(text)))


def _words(text: str) -> list[str]:
    if text.isascii():  # the same, in a third of the time
        return text.translate(_LOWER).split()
    return _WORD.findall(text.lower())


def stem(word: str, code: str) -> str:
    return _table(code)[word]


def _table(code: str) -> Table:
    code = code if code in ALGORITHMS else "en"
    tables: dict[str, Table] = _local.__dict__
    if code not in tables:
        tables[code] = Table(ALGORITHMS[code])
    return tables[code]


def plain(word: str) -> str:
    """A word without its accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def question(text: str) -> list[list[str]]:
    """A question as groups: all groups must occur, of each group one stem. The last word may be unfinished."""
    words = _words(text)[:12]
    return [sorted({stem(word, code) for code in HOUSE_LANGUAGES} | {plain(word)}) for word in words]
