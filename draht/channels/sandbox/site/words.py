"""The pages' languages: English sentences and their translations, from ``words.json``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from babel.dates import format_datetime, format_timedelta

from draht.channels.sandbox.network.wire import as_time

LANGUAGES = ("en", "de", "es")
TRANSLATIONS: dict[str, dict[str, str]] = msgspec.json.decode(
    (Path(__file__).parent / "words.json").read_bytes(), type=dict[str, dict[str, str]]
)


class Words:
    """What the pages say in one language."""

    def __init__(self, language: str, clock: Callable[[], int]) -> None:
        self.language = language
        self._clock = clock

    def __call__(self, words: str, **params: Any) -> str:
        """The sentence in this language, its braces filled."""
        return TRANSLATIONS.get(words, {}).get(self.language, words).format(**params)

    def ago(self, ms: int) -> str:
        """How long ago a time is, for a reader."""
        passed = timedelta(milliseconds=max(0, self._clock() - ms))
        if passed < timedelta(minutes=1):
            return self("just now")
        told: str = format_timedelta(-passed, add_direction=True, threshold=1.2, locale=self.language)
        return told

    def moment(self, ms: int) -> str:
        told: str = format_datetime(as_time(ms), "d MMMM y, HH:mm 'UTC'", locale=self.language)
        return told


def language_of(accept: str) -> str:
    """The language that an ``Accept-Language`` header likes best among ours, else English."""
    best, liked = "en", 0.0
    for part in accept[:500].split(","):
        tag, _, weight = part.strip().partition(";q=")
        language = tag.partition("-")[0].lower()
        try:
            quality = float(weight or 1)
        except ValueError:
            continue
        if language in LANGUAGES and quality > liked:
            best, liked = language, quality
    return best
