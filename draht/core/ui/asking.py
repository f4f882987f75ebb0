"""What a request brings."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form sent, even if that is nothing; ``None`` if the page was only asked for."""
    return request.POST if request.method == "POST" else None
