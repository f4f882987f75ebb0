"""How Mastodon words a text: links and mentions in its HTML, and the way in which it counts. Pure."""

from __future__ import annotations

import re

import nh3

from draht.contract.text import graphemes

_BLOCKS = {"br", "p", "div", "ul", "ol", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "pre"}
_LINK = re.compile(r"<a(?P<attributes>[^>]*)>(?P<inside>.*?)</a>", re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_URL = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?'()\[\]]", re.IGNORECASE)
_REMOTE_MENTION = re.compile(r"(?<![\w/@])@(\w+(?:[.-]+\w+)*)@[\w.-]*\w", re.IGNORECASE)


def show_targets(markup: str) -> str:
    """HTML whose links say in their text where they lead, but for mentions and hashtags."""
    tidy = nh3.clean(markup, tags=_BLOCKS | {"a"}, attributes={"a": {"href", "class"}}, link_rel=None)
    return _LINK.sub(_told, tidy)


def _told(link: re.Match[str]) -> str:
    attributes = dict(_ATTRIBUTE.findall(link["attributes"]))
    shown = re.sub(r"<[^>]*>", "", link["inside"])
    target: str = attributes.get("href", "")
    if not target or {"mention", "hashtag"} & set(attributes.get("class", "").split()):
        return shown
    if shown.strip().rstrip("…/").removeprefix("https://").removeprefix("http://") in target:
        return target  # Mastodon and others shorten what they show
    return f"{shown} ({target})"


def mentions(text: str, acct: str) -> bool:
    """Whether the text already mentions that very account: ``@ada`` is another one than ``@ada@there``."""
    return bool(re.search(rf"(?<![\w/@])@{re.escape(acct)}(?![\w@]|[.-]\w)", text, re.IGNORECASE))


def length(text: str, per_url: int) -> int:
    """What Mastodon counts: graphemes, any URL as ``per_url``, a mention without its server.

    Source: ``app/validators/status_length_validator.rb`` of Mastodon 4.
    """
    return graphemes(_REMOTE_MENTION.sub(r"@\1", _URL.sub("u" * per_url, text)))


def letters(text: str) -> str:
    """What remains of a text whatever a server made of it: letters and digits, without mentions."""
    bare = re.sub(r"(?<![\w/])@[\w.@-]+", "", text)
    return re.sub(r"[\W_]+", "", bare) or "".join(bare.split())
