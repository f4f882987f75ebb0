"""The quiet strip over the desk: which accounts of one's departments are in trouble, and who can mend it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from markupsafe import Markup

from draht.connections import queries
from draht.connections.words import trouble_told
from draht.core.people.access import viewer
from draht.core.people.queries import administrators


def strip(request: HttpRequest) -> Markup:
    """Nothing if all is well, or away only for a moment."""
    who = viewer(request)
    found = queries.troubles(who)
    if not found:
        return Markup()
    mend = administrators(who)
    lines = [(one, trouble_told(one.kind, one.name, mend)) for one in found if not queries.is_young(one)]
    context = {"lines": lines, "soon": len(lines) < len(found), "me": who}
    return Markup(render_to_string("connections/_trouble.html", context, request))  # noqa: S704 - escaped in there


def context(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    """A context processor: the frame of the pages asks for the strip, others pay nothing for it."""
    return {"strip": lambda: strip(request)}
