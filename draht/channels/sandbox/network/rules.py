"""What the network allows, and how it says no."""

from __future__ import annotations

import re
from typing import Any

from draht.contract.text import clean, graphemes

TEXT_LIMIT = 500  # graphemes
NAME_LIMIT = 40  # graphemes
DAY = 86_400_000  # milliseconds
WINDOW = 7 * DAY  # how long after the customer's last word a company may write to them privately
COMPANY_PACE, CUSTOMER_PACE = 600, 20  # writes a minute

_LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)


class No(Exception):
    """The network says no.

    Args:
        status: the HTTP status that says it.
        words: an English sentence, a key of ``words.json``; ``params`` and ``wait`` fill its braces.
        wait: seconds after which the same wish may be granted (``Retry-After``).
    """

    def __init__(self, status: int, words: str, wait: int | None = None, **params: Any) -> None:
        self.params = params | {"wait": wait}
        super().__init__(words.format(**self.params))
        self.status = status
        self.words = words
        self.wait = wait


def checked_text(text: object) -> str:
    """The text as the network keeps it. Raises ``No`` when it is empty, too long or no text."""
    if not isinstance(text, str):
        raise No(422, "A message needs a text.")
    kept = clean(text).strip()
    if not kept:
        raise No(422, "A message needs a text.")
    count = graphemes(kept)
    if count > TEXT_LIMIT:
        raise No(422, "The text has {count} characters; {limit} are allowed.", count=count, limit=TEXT_LIMIT)
    return kept


def checked_name(name: str) -> str:
    """A name on one line. Raises ``No`` when it is empty or too long."""
    kept = " ".join(clean(name).split())
    if not 1 <= graphemes(kept) <= NAME_LIMIT:
        raise No(422, "Please choose a name of 1 to {limit} characters.", limit=NAME_LIMIT)
    return kept


def waits_for_approval(text: str) -> bool:
    """Whether a customer's public text is held until the company approves it: it brings a link."""
    return bool(_LINK.search(text))
