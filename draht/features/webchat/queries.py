"""What other pages ask of the web chat."""

from __future__ import annotations

from html import escape


def embed_snippet(base_url: str, key: str) -> str:
    """The line of HTML that puts the chat on a website. It is plain text: a page that shows it escapes it."""
    address = escape(f"{base_url.rstrip('/')}/webchat/{key}/widget.js")
    return f'<script type="module" src="{address}" data-key="{escape(key)}"></script>'
