"""Counting as X counts: its own vectors, and what the beginning of an answer weighs."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from twitter_text import parse_tweet  # type: ignore[import-untyped]
from twitter_text.config import config  # type: ignore[import-untyped]

from draht.channels.x import wording
from draht.channels.x.tests import spec
from draht.channels.x.tests.wire import weigh

BEFORE_EMOJI = config["version2"] | {"emoji_parsing_enabled": False}
# of the older vectors: what the newer configuration makes of their emoji, which weigh 2 whatever they are made of
EMOJI_TODAY = {
    "Count a mix of single byte single word, and double word unicode characters": 7,
    "Count unicode emoji chars outside the basic multilingual plane with skin tone modifiers": 4,
}


@cache
def vectors(name: str) -> list[dict[str, Any]]:
    if not spec.VECTORS.exists():
        return []
    found: list[dict[str, Any]] = yaml.safe_load(spec.VECTORS.read_text())["tests"][name]
    return found


def each(*names: str) -> pytest.MarkDecorator:
    found = [vector for name in names for vector in vectors(name)]
    return pytest.mark.parametrize("vector", found, ids=lambda vector: vector["description"])


def test_all_vectors_are_there() -> None:
    spec.need(spec.VECTORS)
    assert len(vectors("WeightedTweetsCounterTest")) == 20
    assert len(vectors("WeightedTweetsWithDiscountedEmojiCounterTest")) == 22
    assert len(vectors("UnicodeDirectionalMarkerCounterTest")) == 2


@each("WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest")
def test_it_counts_as_x_counts_today(vector: dict[str, Any]) -> None:
    assert wording.weight(vector["text"]) == vector["expected"]["weightedLength"]


@each("WeightedTweetsCounterTest")
def test_it_counts_as_x_counted_before_but_for_emoji(vector: dict[str, Any]) -> None:
    told = vector["expected"]["weightedLength"]
    assert parse_tweet(vector["text"], BEFORE_EMOJI).weightedLength == told
    assert wording.weight(vector["text"]) == EMOJI_TODAY.get(vector["description"], told)


@given(st.text(alphabet=st.characters(codec="utf-8", max_codepoint=0x2FFF, exclude_categories=("So", "Cc", "Mn"))))
def test_the_double_counts_by_the_letter_and_comes_to_the_same(text: str) -> None:
    if "." not in text and not any(char in text for char in "©®‼⁉™ℹ0123456789#*〰〽"):
        assert wording.weight(text) == weigh(text.replace("\r\n", "\n"))


def test_addressees_at_the_beginning_weigh_nothing() -> None:
    names = ["ada", "Bob"]
    assert wording.without_addressees("@Ada @bob Yes, @ada.", names) == "Yes, @ada."
    assert wording.without_addressees("@cleo @ada Yes", names) == "@cleo @ada Yes"
    assert wording.without_addressees("@adabel Yes", names) == "@adabel Yes"
    assert wording.without_addressees("Yes @ada", names) == "Yes @ada"


@pytest.mark.parametrize(
    ("text", "count"),
    [("$ABC", 1), ("$abc and $BRK.B", 2), ("costs $5", 0), ("US$ABC", 0), ("$TOOLONGER", 0), ("$ABC, $DEF!", 2)],
)
def test_it_finds_cashtags(text: str, count: int) -> None:
    assert wording.cashtags(text) == count


def test_it_finds_links_as_x_does() -> None:
    assert wording.links("see example.com and https://example.org/a?b=c.") == [
        "example.com",
        "https://example.org/a?b=c",
    ]
    assert wording.links("no link here.Or there") == []


def test_words_are_known_again_without_mentions_and_links() -> None:
    assert wording.letters("@ada Yes: https://t.co/abc") == wording.letters("Yes: example.com/way")
    assert wording.letters("🎉") != wording.letters("🎈")
