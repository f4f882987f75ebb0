"""Every string speaks German and Spanish too, with the same variables and tags."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from draht.project.translations import HOUSE, LANGUAGES, catalogue, collect, untranslated

VARIABLE = re.compile(r"%(?:\(\w+\))?[sd]|\{\w+\}|</?\w+")
SPEAKING = [file for name in ("channels", "contract", "connections", "flows") for file in HOUSE.glob(f"{name}/**/*.py")]
ERRORS = {"NotAllowed", "Refused", "TryLater", "LoginExpired", "Unsure"}


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
        lost += [message.id for one in strings if one and {m.group() for m in VARIABLE.finditer(one)} != wanted]
    assert lost == []


def test_strings_are_found_in_code_and_pages() -> None:
    files = {file for message in collect() for file, _ in message.locations}
    assert any(file.endswith(".html") for file in files)
    assert any(file.endswith(".py") for file in files)


def said_to_people(call: ast.Call) -> Iterator[ast.expr]:
    """What a call hands to somebody who reads: an error's reason, a field's label, a note."""
    name = getattr(call.func, "id", "")
    if name in ERRORS:
        yield from call.args[:1]
    if name == "Setting":
        yield from call.args[1:3]
    if name in {"Setting", "Allowed", "Counter"}:
        yield from (one.value for one in call.keywords if one.arg in {"label", "help", "note", "unit"})


def is_bare(told: ast.expr) -> bool:
    if isinstance(told, ast.IfExp):
        return is_bare(told.body) or is_bare(told.orelse)
    return isinstance(told, ast.JoinedStr) or (isinstance(told, ast.Constant) and bool(told.value))


@pytest.mark.parametrize(
    "file", [f for f in SPEAKING if "tests" not in f.parts], ids=lambda f: str(f.relative_to(HOUSE))
)
def test_what_channels_say_is_marked(file: Path) -> None:
    """Plain texts stand in ``words("…")``, their variables are filled in afterwards."""
    calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    bare = [ast.unparse(told) for call in calls for told in said_to_people(call) if is_bare(told)]
    assert bare == []


def test_languages_agree() -> None:
    offered = {code for code, _name in settings.LANGUAGES}
    widget: dict[str, dict[str, str]] = json.loads((HOUSE / "features/webchat/widget/words.json").read_text())
    assert offered == {"en", *LANGUAGES} == set(widget)
    assert all(words.keys() == widget["en"].keys() for words in widget.values())
