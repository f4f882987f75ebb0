"""Files as answers to a browser: what can be shown safely is shown, everything else is a download."""

from __future__ import annotations

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase

from draht.core.files.actions import path_of
from draht.core.files.examining import ANYTHING, SHOWN
from draht.core.files.models import File

HARMLESS = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'none'; sandbox"


def answer(file: File, name: str) -> HttpResponseBase:
    """The content. The caller has checked who asks; ``Http404`` if it is gone from the disk."""
    path = path_of(file.sha256)
    if not path.exists():
        raise Http404
    shown = file.content_type in SHOWN
    response = FileResponse(
        path.open("rb"),
        content_type=file.content_type if shown else ANYTHING,
        as_attachment=not shown,
        filename=name or "file",
    )
    response["Content-Security-Policy"] = HARMLESS
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response
