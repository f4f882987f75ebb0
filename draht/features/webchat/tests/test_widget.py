"""The widget's one module: complete in each language, and with nobody's address in it."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from draht.connections.queries import embed_snippet
from draht.features.webchat.widget import PACKED, PARTS, WIDGET

SCRIPT = WIDGET.decode()
WORDS: dict[str, dict[str, str]] = json.loads((PARTS / "words.json").read_text("utf-8"))


def test_every_language_says_everything() -> None:
    assert set(WORDS) == {"en", "de", "es"}
    for words in WORDS.values():
        assert set(words) == set(WORDS["en"])
        assert all(words.values())
        assert {key for key in words if "{n}" in words[key]} == {"long", "unread"}


def test_every_word_is_said_somewhere_and_every_said_word_exists() -> None:
    said = set(re.findall(r"\bsay\.(\w+)", SCRIPT))
    states = {"sending", "sent", "refused", "away", "slow", "closed"}  # say[state]
    assert said | states == set(WORDS["en"])


@pytest.mark.parametrize(
    "forbidden", ["innerHTML", "insertAdjacentHTML", "document.cookie", "eval(", "@import", "url("]
)
def test_it_keeps_to_what_strict_pages_allow(forbidden: str) -> None:
    assert forbidden not in SCRIPT


def test_nobody_else_is_asked() -> None:
    assert set(re.findall(r"https?://[\w.-]+", SCRIPT)) == {"http://www.w3.org"}, "the name of SVG, nothing else"


def test_it_is_small() -> None:
    assert gzip.decompress(PACKED) == WIDGET
    assert len(PACKED) < 12 * 1024


def test_the_line_for_a_website() -> None:
    assert embed_snippet("https://desk.example.org/", "k-1") == (
        '<script type="module" src="https://desk.example.org/webchat/k-1/widget.js" data-key="k-1"></script>'
    )
    assert '"><b>' not in embed_snippet("https://desk.example.org", '"><b>')
