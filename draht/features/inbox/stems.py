"""What the full text is made of: the word stems of a message, the same on both stores.

Stemming: Snowball algorithms. Letters lose their accents, so that "Lösung" is found as "losung" too.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache

import Stemmer

ALGORITHMS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
HOUSE_LANGUAGES = ("en", "de", "es")  # a question is asked in all of these
_WORD = re.compile(r"\w+")
_local = threading.local()  # a stemmer is not safe to share between threads


def stems(text: str, language: str = "") -> str:
    """The stems of a text, one for each word, in order. A message of unknown language is stemmed as English."""
    code = language[:2].lower()
    code = code if code in ALGORITHMS else "en"
    return " ".join([stem(word, code) for word in _WORD.findall(text.lower())])


@lru_cache(maxsize=200_000)
def stem(word: str, code: str) -> str:
    stemmers = _local.__dict__
    if code not in stemmers:
        stemmers[code] = Stemmer.Stemmer(ALGORITHMS[code])
    found: str = stemmers[code].stemWord(word[:60])
    return found if found.isascii() else plain(found)


def plain(word: str) -> str:
    """A word without its accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def question(text: str) -> list[list[str]]:
    """A question as groups: all groups must occur, of each group one stem. The last word may be unfinished."""
    words = _WORD.findall(text.lower())[:12]
    return [sorted({stem(word, code) for code in HOUSE_LANGUAGES} | {plain(word)}) for word in words]
