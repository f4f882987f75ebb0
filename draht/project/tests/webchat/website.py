"""A company's website on another origin than ours, as strict about scripts and styles as a page can be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

PAGE = """<!doctype html>
<html lang="{lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shop</title><link rel="icon" href="data:,"></head>
<body><h1>Machines</h1><p>Built in Kiel since 1987.</p><button>Buy</button>
{snippet}</body></html>
"""


class Website:
    """Its pages carry whatever ``snippet`` is; ``house`` is all that its policy lets scripts and requests come from."""

    def __init__(self, house: str) -> None:
        self.house = house
        self.snippet = ""
        self.lang = "en"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        policy = (
            f"default-src 'none'; script-src {self.house}; connect-src {self.house}; img-src data:; base-uri 'none';"
            " form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", policy)]
        start_response("200 OK", headers)
        return [PAGE.format(lang=self.lang, snippet=self.snippet).encode()]
