"""Django's pages, and the pages of networks that run inside the process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "draht.project.settings")
django_pages = get_wsgi_application()

from draht.connections.registry import channels  # noqa: E402 - needs Django to be set up
from draht.contract.channel import BringsPages  # noqa: E402

network_pages = {
    name: kind.pages(str(settings.DATA_DIR)) for name, kind in channels().items() if issubclass(kind, BringsPages)
}


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """``/<channel>/…`` belongs to the channel if it brings pages; everything else is Django's."""
    name, slash, rest = environ["PATH_INFO"].removeprefix("/").partition("/")
    if name in network_pages:
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = f"/{name}", slash + rest
        return network_pages[name](environ, start_response)
    return django_pages(environ, start_response)
