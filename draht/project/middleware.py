"""What holds for every page: a strict content security policy, and nobody in without a login."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

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
