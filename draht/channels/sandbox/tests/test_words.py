"""Every sentence of the pages is in all three languages."""

from __future__ import annotations

import re
from pathlib import Path

from draht.channels.sandbox import network, site
from draht.channels.sandbox.site.words import LANGUAGES, TRANSLATIONS

SITE = Path(site.__file__).parent
NETWORK = Path(network.__file__).parent
FOR_PROGRAMS = {"api.py", "hooks.py"}  # no customer reads these refusals


def said() -> set[str]:
    found: set[str] = set()
    for template in (SITE / "templates").glob("*.html"):
        text = template.read_text()
        found |= {a or b for a, b in re.findall(r"""\b_\((?:"([^"]+)"|'([^']+)')""", text)}
        for choice in re.findall(r"in \[(\(.*\))\] %}", text):
            found |= set(re.findall(r'", "([^"]+)"\)', choice))
    for module in [*SITE.glob("*.py"), *NETWORK.glob("*.py")]:
        if module.name not in FOR_PROGRAMS:
            text = module.read_text()
            found |= set(re.findall(r'\bNo\(\s*\d+, "([^"]+)"', text))
            found |= set(re.findall(r'(?:GONE|NOTHING) = "([^"]+)"', text))
            found |= set(re.findall(r'self\("([^"]+)"\)', text))
    return found


def test_every_sentence_is_translated_and_none_is_left_over() -> None:
    assert said() == set(TRANSLATIONS)


def test_translations_are_complete_and_fill_the_same_braces() -> None:
    for words, translations in TRANSLATIONS.items():
        assert set(translations) == set(LANGUAGES) - {"en"}, words
        for translation in translations.values():
            assert sorted(re.findall(r"{\w+}", translation)) == sorted(re.findall(r"{\w+}", words)), words
