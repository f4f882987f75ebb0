"""Translations: collects the strings of code and pages, brings the catalogues up to date, compiles them.

``python -m draht.project.translations`` compiles what is newer than its compilation; with ``collect`` it first adds new
strings to the catalogues (`make translations-collect`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HOUSE = Path(__file__).resolve().parent.parent
LOCALE = HOUSE / "locale"
LANGUAGES = ("de", "es")
HEADER = "# Draht. The words that are used: docs/develop/translating.md"
TOLD = {
    "project": "Draht",
    "version": "1",
    "msgid_bugs_address": "",
    "last_translator": "Draht",
    "language_team": "Draht",
}
METHODS = [
    ("**/tests/**", "ignore"),
    ("**/migrations/**", "ignore"),
    ("**.py", "python"),
    ("**/jinja2/**.html", "jinja2"),
]
OPTIONS = {
    "**/jinja2/**.html": {
        "extensions": "jinja2.ext.i18n,jinja2.ext.do",
        "trimmed": "true",
        "silent": "false",
        "trim_blocks": "true",
        "lstrip_blocks": "true",
    }
}
KEYWORDS = DEFAULT_KEYWORDS | {
    "words": {1: (1,)},  # draht.contract.words; the reader of settings of the same name takes two
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}


def collect() -> Catalog:
    """Every string that is marked for translation, as a template."""
    found = Catalog(project="Draht", charset="utf-8")
    for file, _line, message, comments, context in extract_from_dir(
        str(HOUSE), METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=["Translators:"], strip_comment_tags=True
    ):
        found.add(message, locations=[(file, 0)], auto_comments=comments, context=context)
    return found


def catalogue(language: str) -> Catalog:
    file = LOCALE / language / "LC_MESSAGES" / "django.po"
    if not file.exists():
        return Catalog(language, header_comment=HEADER, charset="utf-8", fuzzy=False, **TOLD)
    with file.open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def untranslated(language: str) -> Iterator[str]:
    """Strings that this language lacks, or that are only guessed."""
    there = catalogue(language)
    for message in collect():
        if message.id and not _is_done(there.get(message.id, message.context)):
            yield str(message.id)


def _is_done(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    texts = message.string if isinstance(message.string, list | tuple) else [message.string]
    return all(texts)


def update() -> None:
    """Adds new strings to the catalogues and drops those that are gone."""
    template = collect()
    for language in LANGUAGES:
        there = catalogue(language)
        template.creation_date = there.creation_date  # only what is said shall make a difference
        there.update(template, no_fuzzy_matching=True)
        there.obsolete.clear()
        file = LOCALE / language / "LC_MESSAGES" / "django.po"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as target:
            write_po(target, there, width=110, no_location=False, include_lineno=False, sort_output=True)


def compile_all() -> int:
    """How many catalogues were written."""
    written = 0
    for source in LOCALE.glob("*/LC_MESSAGES/django.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file, target.open("wb") as output:
            write_mo(output, read_po(file, abort_invalid=True))
        written += 1
    return written


if __name__ == "__main__":
    if sys.argv[1:] == ["collect"]:
        update()
    compile_all()
