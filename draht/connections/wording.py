"""What channels say, in the reader's language. They speak English (``draht.contract.words``) and know no Django."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from django.utils.translation import get_language, gettext
from django.utils.translation.trans_real import translation

VARIABLE = re.compile(r"\{\w+\}")
MARKED = {"reason", "unit"}  # variables that hold words which were marked themselves


def said(text: str) -> str:
    """The words of a channel, of an error or of a leftover, also those that were stored long ago.

    What nobody marked, like a network's own words, stays as it is.
    """
    if not text:
        return ""
    known = gettext(text)
    filled = known if known != text else _filled(text, get_language() or "en")
    if filled == text and "\n" in text:  # several sentences, each on its line
        return "\n".join(map(said, text.split("\n")))
    return filled


@lru_cache(maxsize=4096)
def _filled(text: str, language: str) -> str:
    for pattern, translated in _patterns(language):
        if found := pattern.fullmatch(text):
            values = found.groupdict()
            return translated.format(**values | {name: said(values[name]) for name in MARKED & values.keys()})
    return text


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Texts with variables as patterns, with their translation; those with the most fixed words first."""
    catalogue = translation(language)._catalog  # type: ignore[attr-defined]
    marked = {id: text for id, text in catalogue.items() if isinstance(id, str) and VARIABLE.search(id)}
    return [(_pattern(id), marked[id]) for id in sorted(marked, key=_fixed, reverse=True)]


def _fixed(text: str) -> int:
    return len(VARIABLE.sub("", text))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*?)", re.escape(text)), re.DOTALL)
