"""Reading the settings of a web chat, with words for who filled them in."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from draht.contract.errors import Refused
from draht.contract.words import words

SHORTEST_SECRET = 16  # characters
_USUAL_PORTS = {"https": 443, "http": 80}


def origins(text: str) -> frozenset[str]:
    """Origins as browsers write them, from a list with spaces, commas or lines between. Raises ``Refused``."""
    return frozenset(_origin(word) for word in re.split(r"[\s,;]+", text) if word)


def _origin(word: str) -> str:
    try:
        parts = urlsplit(word)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except (ValueError, UnicodeError) as error:
        raise Refused(words("“{word}” is not an address: {error}").format(word=word, error=error)) from error
    if parts.scheme not in _USUAL_PORTS or not host or parts.username:
        told = words("“{word}” is not the address of a website. Write it like https://www.example.org")
        raise Refused(told.format(word=word))
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + ("" if port in {None, _USUAL_PORTS[parts.scheme]} else f":{port}")


def site_secret(text: str) -> str:
    """The secret, if it is one. Raises ``Refused``."""
    if len(text) < SHORTEST_SECRET:
        told = words("The site secret needs at least {count} characters that nobody can guess.")
        raise Refused(told.format(count=SHORTEST_SECRET))
    return text
