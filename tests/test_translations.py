"""Every string speaks German and Spanish too, with the same variables and tags."""

from __future__ import annotations

import re

import pytest

from draht.project.translations import LANGUAGES, catalogue, collect, untranslated

VARIABLE = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}|</?\w+")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_untranslated(language: str) -> None:
    assert list(untranslated(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_variables_and_tags_survive(language: str) -> None:
    lost = []
    for message in filter(lambda one: one.id, catalogue(language)):
        ids = message.id if isinstance(message.id, list | tuple) else [message.id]
        strings = message.string if isinstance(message.string, list | tuple) else [message.string]
        wanted = {m.group() for one in ids for m in VARIABLE.finditer(one)}
        lost += [message.id for one in strings if one and not {m.group() for m in VARIABLE.finditer(one)} <= wanted]
    assert lost == []


def test_strings_are_found_in_code_and_pages() -> None:
    files = {file for message in collect() for file, _ in message.locations}
    assert any(file.endswith(".html") for file in files)
    assert any(file.endswith(".py") for file in files)
