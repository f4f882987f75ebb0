"""What hangs below a post: pictures, films, cards and quoted posts, as the network shows them."""

from __future__ import annotations

from typing import Any

from draht.contract.messages import Attachment
from draht.contract.text import clean

APP = "https://bsky.app"
VIDEO = "app.bsky.embed.video#view"


def attachments(embed: dict[str, Any] | None) -> tuple[Attachment, ...]:
    """Pictures, and of a film its first picture: the film itself comes in many small pieces."""
    found: list[Attachment] = []
    for part in _parts(embed):
        shown = [*_list(part, "images"), *_list(part, "items")]
        found += [_picture(each, "fullsize") for each in shown if _text(each, "fullsize")]
        if part.get("$type") == VIDEO and _text(part, "thumbnail"):
            found.append(_picture(part, "thumbnail"))
    return tuple(found)


def links(embed: dict[str, Any] | None) -> list[str]:
    """Where cards and quoted posts lead."""
    found: list[str] = []
    for part in _parts(embed):
        external, record = part.get("external"), part.get("record")
        if isinstance(external, dict) and _text(external, "uri"):
            found.append(_text(external, "uri"))
        if isinstance(record, dict) and (address := _page(_text(record, "uri"))):
            found.append(address)
    return found


def _parts(embed: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The embed; of one that has a quoted post and pictures, both."""
    if not embed:
        return []
    media, record = embed.get("media"), embed.get("record")
    if isinstance(media, dict) and isinstance(record, dict):
        return [media, record]
    return [embed]


def _page(uri: str) -> str:
    owner, _, rest = uri.removeprefix("at://").partition("/app.bsky.feed.post/")
    return f"{APP}/profile/{owner}/post/{rest}" if uri.startswith("at://") and rest else ""


def _picture(raw: dict[str, Any], key: str) -> Attachment:
    return Attachment(url=_text(raw, key), kind="image", alt=clean(_text(raw, "alt")))


def _list(raw: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = raw.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _text(raw: dict[str, Any], key: str) -> str:
    found = raw.get(key)
    return found if isinstance(found, str) else ""
