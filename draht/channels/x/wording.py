"""How X reads a text: weights, links, cashtags, and the mentions at the beginning of an answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from twitter_text import extract_urls, parse_tweet  # type: ignore[import-untyped]

from draht.contract.channel import Counter
from draht.contract.words import words

UNIT = words("characters as X counts them")
LONGEST = 280  # weighted; twitter-text, configuration 3
_CASHTAG = re.compile(r"(?<!\S)\$[a-z]{1,6}(?:[._][a-z]{1,2})?(?![\w$])", re.IGNORECASE)  # twitter-text
_FIRST_MENTION = re.compile(r"\s*[@＠](\w{1,20})(?!\w)\s*")
_ANY_MENTION = re.compile(r"(?<![\w/])[@＠]\w{1,20}")


def counter(handles: Iterable[str] = ()) -> Counter:
    """How long a post may be, without the ``handles`` that X puts before it."""
    handles = tuple(handles)
    return Counter(LONGEST, UNIT, lambda text: weight(without_addressees(text, handles)))


def weight(text: str) -> int:
    """What X counts: links 23, emoji 2, Latin letters 1, most others 2."""
    return int(parse_tweet(text).weightedLength)


def links(text: str) -> list[str]:
    return list(extract_urls(text))


def cashtags(text: str) -> int:
    return len(_CASHTAG.findall(text))


def without_addressees(text: str, handles: Iterable[str]) -> str:
    """The text without @mentions at its beginning that X puts there by itself; those weigh nothing."""
    automatic = {handle.casefold() for handle in handles}
    while (found := _FIRST_MENTION.match(text)) and found[1].casefold() in automatic:
        text = text[found.end() :]
    return text


def letters(text: str) -> str:
    """What remains of a text whatever X made of it: letters and digits, without mentions and links."""
    for link in links(text):
        text = text.replace(link, " ")
    bare = _ANY_MENTION.sub(" ", text)
    return re.sub(r"[\W_]+", "", bare) or "".join(bare.split())
