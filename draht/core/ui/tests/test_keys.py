"""The overlay of keys tells the truth: each key that it shows is in keys.js or on something in a page."""

from __future__ import annotations

import re
from pathlib import Path

DRAHT = Path(__file__).parents[3]
OVERLAY = (DRAHT / "core/ui/jinja2/ui/_keys.html").read_text()
SCRIPT = (DRAHT / "core/ui/static/ui/keys.js").read_text()
TABLE = SCRIPT[SCRIPT.index("const TABLE") : SCRIPT.index("function press")]
HELD = {"Enter", "Esc", "Ctrl / ⌘", "Shift"}  # a row's own key, and what send() asks for


def shown() -> set[str]:
    rows = re.findall(r"row\(_\(\"[^\"]+\"\), (.+?)\)", OVERLAY)
    combos = [re.findall(r"\"([^\"]+)\"", row) for row in rows]
    return {" ".join(combo).lower() for combo in combos if not HELD & set(combo)} | {"o"}


def working() -> set[str]:
    pages = "".join(path.read_text() for path in DRAHT.glob("**/jinja2/**/*.html"))
    on_pages = set(re.findall(r"data-key=\"([^\"{]+)\"", pages))
    views = (DRAHT / "features/inbox/views.py").read_text()
    letters = {f"g {letter}" for letter in re.findall(r"View\(\"\w+\", \w+\(\"\w+\"\), \"[\w-]+\", \"(\w)\"\)", views)}
    return on_pages | letters | set(re.findall(r"^  \"?([jko?])\"?:", TABLE, flags=re.MULTILINE))


def test_every_key_that_is_shown_works_and_every_key_that_works_is_shown() -> None:
    assert shown() == working()
