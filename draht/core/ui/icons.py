"""Icons as inline SVG, from lucide."""

from __future__ import annotations

from functools import cache
from typing import cast

from lucide.jinja import lucide
from markupsafe import Markup


@cache
def icon(name: str, size: int = 18, stroke: float = 1.75) -> Markup:
    """An icon that only decorates: what it means stands in words beside it or in the button's label."""
    svg = lucide(name, size=size, stroke_width=stroke, aria_hidden="true", focusable="false")
    return cast(Markup, svg)
