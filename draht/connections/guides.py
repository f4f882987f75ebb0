"""A channel's README as a page: Markdown to HTML that cannot do anything."""

from __future__ import annotations

import re
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from draht.connections.registry import folder

TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong", "table", "tbody",
    "td", "th", "thead", "tr", "ul",
}  # fmt: skip
TITLE = re.compile(r"\A\s*# .*\n")  # the page has its own


@cache
def guide(channel: str) -> Markup:
    """How to connect an account of this channel. It comes from a package that may not be ours: it is cleaned."""
    file = folder(channel) / "README.md"
    return to_html(file.read_text("utf-8", "replace")) if file.exists() else Markup()


def to_html(text: str) -> Markup:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    cleaned = nh3.clean(
        markdown.render(TITLE.sub("", text)),
        tags=TAGS,
        attributes={"a": {"href"}},
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
    )
    return Markup(cleaned)  # noqa: S704 - cleaned in the line above
