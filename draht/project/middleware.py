"""What holds for every page: a strict content security policy, and the language that its reader chose."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

Next = Callable[[HttpRequest], HttpResponse]
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def content_security_policy(following: Next) -> Next:
    """No inline script or style, nothing from elsewhere. A view may set its own policy."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = following(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return middleware


def own_language(following: Next) -> Next:
    """The language on a colleague's profile goes before the one that their browser asks for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "")  # a stranger has none
        if language:
            translation.activate(language)
        return following(request)

    return middleware
