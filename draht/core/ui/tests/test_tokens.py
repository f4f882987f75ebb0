"""The colours can be read: contrasts of WCAG 2.2 AA, measured in light and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parent.parent / "static/ui/tokens.css").read_text()
PAIRS = {
    name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS)
}
GROUNDS = ("ground", "surface", "raised", "sunken", "hover")
WORDS = ("ink", "ink-soft", "ink-faint", "copper")
SAYING = ("public", "private", "note", "good", "warn", "bad", "sleep", "copper")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("word", "ground"),
    [
        *((word, ground) for word in WORDS for ground in GROUNDS),
        *((name, f"{name}-wash") for name in SAYING),
        *(("ink", f"{name}-wash") for name in SAYING),
        *(("ink-soft", f"{name}-wash") for name in ("copper", "note", "warn", "bad")),
        *((f"hue-{n}", "surface") for n in range(8)),
        ("on-copper", "copper"),
        ("on-copper", "copper-strong"),
        ("public", "raised"),
        ("private", "raised"),
        ("public", "copper-wash"),
        ("private", "copper-wash"),
        ("warn", "raised"),
        ("bad", "raised"),
        ("ground", "ink"),
        ("surface", "hue-0"),
    ],
)
def test_words_can_be_read(word: str, ground: str, theme: int) -> None:
    assert contrast(PAIRS[word][theme], PAIRS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["raised", "surface", "sunken"])
def test_edges_of_fields_can_be_seen(ground: str, theme: int) -> None:
    assert contrast(PAIRS["edge"][theme], PAIRS[ground][theme]) >= 3
