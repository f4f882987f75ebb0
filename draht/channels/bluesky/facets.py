"""What in a text is a link, a name or a tag. The network counts in bytes of UTF-8, not in characters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import regex

from draht.contract.text import graphemes

KIND = "app.bsky.richtext.facet"
# As Bluesky's own library finds them (@atproto/api, rich-text/util), but a bare domain counts only after "www.".
_LINK = regex.compile(r"(?:^|(?<=[\s(]))(?:https?://|www\.(?=[a-z0-9-]+\.))\S+", regex.IGNORECASE)
_NAME = regex.compile(r"(?:^|(?<=[\s(]))@([a-zA-Z0-9.-]+)\b")
_JOINT = "\u00ad\u2060\u200a\u200b\u200c\u200d\u20e2"
_TAG = regex.compile(rf"(?:^|(?<=\s))[#＃]((?!\ufe0f)[^\s{_JOINT}]*[^\d\s\p{{P}}{_JOINT}]+[^\s{_JOINT}]*)")
_TRAILING = regex.compile(r"\p{P}+$")
LONGEST_TAG = 64  # graphemes


class _Slice(msgspec.Struct):
    byteStart: int
    byteEnd: int


class _Feature(msgspec.Struct):
    uri: str = ""


class _Facet(msgspec.Struct):
    index: _Slice
    features: list[_Feature]


def names(text: str) -> list[str]:
    """The handles that a text mentions."""
    return list(dict.fromkeys(found[1] for found in _NAME.finditer(text) if "." in found[1]))


def facets(text: str, did_of: Callable[[str], str]) -> list[dict[str, Any]]:
    """Links, names and tags of a text, in their order. ``did_of`` says whose handle it is; empty = nobody's."""
    found = [*_names(text, did_of), *_links(text), *_tags(text)]
    return [_facet(text, *each) for each in sorted(found, key=lambda each: each[0])]


def show_targets(text: str, raw: Any) -> str:
    """The text with links as they lead: apps show them shortened, and some show another than they lead to."""
    if not raw:
        return text
    data = text.encode()
    links = [facet for facet in msgspec.convert(raw, list[_Facet]) if any(f.uri for f in facet.features)]
    for facet in sorted(links, key=lambda facet: facet.index.byteStart, reverse=True):
        start, end = facet.index.byteStart, facet.index.byteEnd
        if 0 <= start < end <= len(data):
            uri = next(feature.uri for feature in facet.features if feature.uri)
            shown = data[start:end].decode("utf-8", "replace")
            data = data[:start] + _told(shown, uri).encode("utf-8", "replace") + data[end:]
    return data.decode("utf-8", "replace")


def _told(shown: str, uri: str) -> str:
    bare = uri.split("://", 1)[-1]
    beginning = shown.split("://", 1)[-1].rstrip("…").removesuffix("...")
    return uri if bare.startswith(beginning) or bare.removeprefix("www.").startswith(beginning) else f"{shown} ({uri})"


def _names(text: str, did_of: Callable[[str], str]) -> Iterator[tuple[int, int, str, str]]:
    for found in _NAME.finditer(text):
        if "." in found[1] and (did := did_of(found[1])):
            yield found.start(), found.end(), "did", did


def _links(text: str) -> Iterator[tuple[int, int, str, str]]:
    for found in _LINK.finditer(text):
        uri = found[0]
        if uri[-1] in ".,;:!?":
            uri = uri[:-1]
        if uri.endswith(")") and "(" not in uri:
            uri = uri[:-1]
        whole = uri if uri.lower().startswith("http") else f"https://{uri}"
        if whole.partition("://")[2]:
            yield found.start(), found.start() + len(uri), "uri", whole


def _tags(text: str) -> Iterator[tuple[int, int, str, str]]:
    for found in _TAG.finditer(text):
        tag = _TRAILING.sub("", found[1].strip())
        if tag and graphemes(tag) <= LONGEST_TAG:
            yield found.start(), found.start() + 1 + len(tag), "tag", tag


def _facet(text: str, start: int, end: int, key: str, value: str) -> dict[str, Any]:
    kind = {"did": "mention", "uri": "link", "tag": "tag"}[key]
    first = len(text[:start].encode())
    index = {"byteStart": first, "byteEnd": first + len(text[start:end].encode())}
    return {"index": index, "features": [{"$type": f"{KIND}#{kind}", key: value}]}
