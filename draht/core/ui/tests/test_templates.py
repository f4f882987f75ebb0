"""No template can break the content security policy, and each one compiles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract
from django.template import engines
from markupsafe import Markup

from draht.core.ui.icons import icon
from draht.core.ui.jinja import hue, initials

DRAHT = Path(__file__).parents[3]
TEMPLATES = sorted(DRAHT.glob("**/jinja2/**/*.html"))
STYLES = sorted(DRAHT.glob("**/static/**/*.css"))


def named(path: Path) -> str:
    return "/".join(path.parts[path.parts.index("jinja2") + 1 :])


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_nothing_is_inline(path: Path) -> None:
    markup = path.read_text()
    assert not re.search(r"\sstyle\s*=", markup), "no style attributes"
    assert "<style" not in markup
    assert not re.search(r"<script(?![^>]*\ssrc=)", markup), "scripts are files"
    assert not re.search(r"\son\w+\s*=\s*[\"']", markup), "no event attributes"
    assert "hx-on" not in markup
    assert not re.search(r"hx-(vals|vars|headers)=[\"']?js:", markup)


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_it_compiles_and_its_icons_exist(path: Path) -> None:
    engines["jinja2"].env.get_template(named(path))  # type: ignore[attr-defined]
    for name in re.findall(r"icon\(\"([\w-]+)\"", path.read_text()):
        icon(name)


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_words_are_marked_for_translation(path: Path) -> None:
    """Between the tags stands nothing but what a macro or a translation puts there."""
    markup = path.read_text()
    for waste in (r"\{#.*?#\}", r"\{%-?\s*trans.*?endtrans\s*-?%\}", r"\{\{.*?\}\}", r"\{%.*?%\}", r"<kbd.*?</kbd>"):
        markup = re.sub(waste, "", markup, flags=re.DOTALL)
    shown = re.sub(r"<[^<>]*>", "\n", markup)
    words = [line.strip() for line in shown.splitlines() if re.search(r"[A-Za-z]{2}", line)]
    if "demo" not in path.parts:
        assert [word for word in words if word not in {"Draht", "· Draht"}] == []


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_load_nothing(path: Path) -> None:
    assert "@import" not in path.read_text()
    assert "url(" not in path.read_text()


def test_words_in_templates_are_found_by_babel() -> None:
    with (DRAHT / "core/ui/jinja2/ui/_keys.html").open("rb") as file:
        found = {
            message for _, message, _, _ in extract("jinja2", file, options={"trimmed": "true", "silent": "false"})
        }
    assert {"Next conversation", "Deciding"} <= found


def test_an_icon_has_no_style_and_hides_from_screen_readers() -> None:
    svg = icon("inbox")
    assert isinstance(svg, Markup)
    assert "style=" not in svg
    assert 'aria-hidden="true"' in svg


def test_a_name_keeps_its_colour_and_letters() -> None:
    assert hue("Ida") == hue("ida")
    assert [initials(name) for name in ("Ida Bergström", "@ada.osei", "Åsa", "Noor van den Berg", "🔥", "")] == [
        "IB",
        "A",
        "Å",
        "NB",
        "?",
        "?",
    ]
