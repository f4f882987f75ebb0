"""HTML of mails to text: paragraphs become lines, quotes get the sign that mails without HTML have. Pure."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import nh3

MOST = 500_000  # characters of HTML that are read; the rest is decoration
MOST_TAGS = 10_000  # of more, nobody asks how they lie within each other: that takes seconds
DEEPEST = 20  # quotes within quotes
SILENT = frozenset({"head", "style", "script", "title", "template", "noscript"})  # with all that is in them
LINES = frozenset({"div", "tr", "li", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "section", "hr"})
_SPACE = re.compile(r"[ \t\r\n\f]+")
# Python's parser takes minutes for hostile HTML, so it only gets what nh3 has put in order
KEPT = LINES | {"p", "br", "blockquote", "a", "img", "td", "th", "span"}
ATTRIBUTES = {"a": {"href", "style"}, "img": {"alt", "style"}} | {
    tag: {"style"} for tag in KEPT - {"a", "img", "br", "hr"}
}
_TAG = re.compile(r"<[^<>]*>?")
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_EMPTY_LINES = re.compile(r"\n(?:>* ?\n){2,}")
VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "col", "area", "base", "wbr", "source"})


def to_text(markup: str) -> str:
    """What a reader sees of it."""
    if markup.count("<") > MOST_TAGS:
        return "\n".join(filter(None, map(str.strip, unescape(_TAG.sub("\n", markup[:MOST])).split("\n"))))
    reader = _Reader()
    reader.feed(nh3.clean(markup[:MOST], tags=KEPT, clean_content_tags=SILENT, attributes=ATTRIBUTES, link_rel=None))
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Collects lines.

    ``_depth`` is how many quotes it is in; ``_silent`` the element that nobody sees, and how many of its kind.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._depth = 0
        self._silent = ("", 0)
        self._link: tuple[str, int] | None = None  # the address, and where its words begin in the line

    def text(self) -> str:
        self._end_line()
        return _EMPTY_LINES.sub("\n\n", "\n".join(self._lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if self._silent[1]:
            self._silence(tag, 1)
        elif tag not in VOID and _HIDDEN.search(told.get("style") or ""):
            self._silent = (tag, 1)
        elif tag == "br":
            self._end_line(always=True)
        elif tag == "p":
            self._gap()
        elif tag == "blockquote":
            self._end_line()
            self._depth = min(self._depth + 1, DEEPEST)
        elif tag in LINES:
            self._end_line()
            self._line = "- " if tag == "li" else ""
        elif tag == "a":
            self._link = (told.get("href") or "", len(self._line))
        elif tag == "img" and told.get("alt"):
            self._line += f"[{told['alt']}]"
        elif tag in {"td", "th"} and self._line:
            self._line += " "

    def handle_endtag(self, tag: str) -> None:
        if self._silent[1]:
            self._silence(tag, -1)
        elif tag == "p":
            self._gap()
        elif tag == "blockquote":
            self._end_line()
            self._depth = max(0, self._depth - 1)
        elif tag in LINES:
            self._end_line()
        elif tag == "a":
            self._end_link()

    def handle_data(self, data: str) -> None:
        if self._silent[1]:
            return
        words = _SPACE.sub(" ", data)
        self._line += words.lstrip() if not self._line or self._line.endswith(" ") else words

    def _silence(self, tag: str, step: int) -> None:
        if tag == self._silent[0]:
            self._silent = (tag, self._silent[1] + step)

    def _end_link(self) -> None:
        """The address of a link, where its words are not the address."""
        address, begin = self._link or ("", 0)
        self._link = None
        shown = self._line[begin:].strip()
        bare = address.partition("://")[2].rstrip("/")
        if address.startswith(("http://", "https://")) and shown and bare not in shown:
            self._line += f" ({address})"

    def _gap(self) -> None:
        """An empty line, if there is something above."""
        self._end_line()
        if self._lines and self._lines[-1].strip("> "):
            self._end_line(always=True)

    def _end_line(self, *, always: bool = False) -> None:
        words, self._line, self._link = self._line.strip(), "", None
        if words or always:
            sign = ">" * self._depth
            self._lines.append(f"{sign} {words}".strip() if sign else words)
