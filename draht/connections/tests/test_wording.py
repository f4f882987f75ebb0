"""What channels say in English is read in the reader's language, also when it was stored long ago."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from draht.connections.wording import said
from draht.contract.words import words


@pytest.fixture(autouse=True)
def german() -> Iterator[None]:
    with translation.override("de"):
        yield


def test_a_constant_text() -> None:
    assert said("This is our own comment.") == "Das ist ein eigener Kommentar."


def test_a_text_with_variables_is_known_by_its_fixed_parts() -> None:
    stored = words("{host} cannot be reached: {error}").format(
        host="mastodon.example", error="[Errno 111] {refused} 100%"
    )
    assert said(stored) == "mastodon.example ist nicht erreichbar: [Errno 111] {refused} 100%"


def test_what_lies_inside_is_said_too() -> None:
    assert said("https://a.example/feed: this is a web page, not a feed.") == (
        "https://a.example/feed: das ist eine Webseite, kein Feed."
    )
    assert said("Sandbox takes 500 characters; this answer is longer.") == (
        "Sandbox nimmt 500 Zeichen; diese Antwort ist länger."
    )


def test_a_networks_own_words_stay() -> None:
    assert said("Your account is suspended.") == "Your account is suspended."
    assert said("") == ""


def test_english_stays_english() -> None:
    with translation.override("en"):
        assert said("nordlicht.example cannot be found.") == "nordlicht.example cannot be found."


def test_several_sentences_are_said_line_by_line() -> None:
    assert said("This is our own comment.\nMind the gap.") == "Das ist ein eigener Kommentar.\nMind the gap."
