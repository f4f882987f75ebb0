"""What holds for every page: a strict policy of contents, no cache, its reader's language, calm about odd addresses."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.defaults import page_not_found

Next = Callable[[HttpRequest], HttpResponse]
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def guarded(following: Next) -> Next:
    """No inline script or style, nothing from elsewhere; and what customers write stays in no browser's cache: "back"
    after logging out shows the login. A view may say otherwise."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = following(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
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


class NoSuchValue:
    """A number that no column holds, or a null character, leads nowhere: the page is not found; nothing is broken."""

    def __init__(self, following: Next) -> None:
        self._following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._following(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """SQLite's driver raises ``OverflowError``; PostgreSQL's ``DataError``, for null characters ``ValueError``."""
        odd = isinstance(error, OverflowError | DataError) or (isinstance(error, ValueError) and "NUL" in str(error))
        return page_not_found(request, error) if odd else None
