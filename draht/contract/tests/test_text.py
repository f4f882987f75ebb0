"""Markup of networks becomes text that reads as it looked."""

from __future__ import annotations

import pytest

from draht.contract.text import first_line, from_html


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("<p>One</p>\n<p class='x'>Two</p>\n", "One\nTwo"),
        ("<p>One<br />\nTwo</p>", "One\nTwo"),
        ("One <br>Two", "One\nTwo"),
        ("<p>Parts:</p><ul><li>sole</li><li>lace</li></ul><p>Bye</p>", "Parts:\nsole\nlace\nBye"),
        ("<blockquote><p>You said</p></blockquote>\n<p>I say</p>", "You said\n\nI say"),
        ("typed\nby hand\n\n\n\n\nfar down", "typed\nby hand\n\nfar down"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("a < b", "a < b"),
        ("x<script>alert(1)</script>y<style>p{}</style>", "xy"),
    ],
)
def test_html_becomes_text(markup: str, text: str) -> None:
    assert from_html(markup) == text


def test_a_first_line_is_what_a_post_is_called() -> None:
    assert first_line("\n  Winter boots!  \nNow here.") == "Winter boots!"
    assert first_line("x" * 200) == "x" * 79 + "…"
    assert first_line(" \n ") == ""
