"""What we write, as the network keeps it: posts, answers, likes, blocks; and the key of each. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from draht.channels.bluesky.client import BLOCK, GATE, LIKE, POST
from draht.channels.bluesky.sizes import size_of
from draht.contract.channel import Counter
from draht.contract.messages import Media, OutgoingPost, Takes
from draht.contract.text import graphemes
from draht.contract.words import words

POST_LENGTH, DIRECT_LENGTH = 300, 1000  # graphemes; lexicons app.bsky.feed.post and chat.bsky.convo.defs
BYTES_EACH = 10  # 3,000 and 10,000 bytes: ten for each grapheme
IMAGES = 4  # lexicon app.bsky.embed.images
IMAGE_BYTES = 2_000_000
ALT_LENGTH = 2000  # what Bluesky's own app allows; the lexicon has no limit. Not confirmed.
IMAGE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")
HIDDEN = 300  # lexicon app.bsky.feed.threadgate

_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_BEGIN = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_SPAN = 2 * 365 * 86_400 * 1_000_000  # microseconds


def counter(direct: bool) -> Counter:
    """Graphemes or tenths of bytes, whichever are more: the network bounds both, at the same ratio."""
    return Counter(DIRECT_LENGTH if direct else POST_LENGTH, words("characters"), length)


def length(text: str) -> int:
    return max(graphemes(text), ceil(len(text.encode()) / BYTES_EACH))


def takes() -> Takes:
    return Takes(count=IMAGES, types=IMAGE_TYPES, most=IMAGE_BYTES, alt=ALT_LENGTH)


def record_key(key: str) -> str:
    """A key for a record (a TID) that is always the same for one of our own.

    The network reads no meaning into the time in it; a post's own date is ``createdAt``. It lies in the past, where
    no server makes new keys.
    """
    number = int.from_bytes(blake2b(key.encode(), digest_size=16).digest(), "big")
    time, clock = divmod(number % (_SPAN << 10), 1 << 10)
    value = ((_BEGIN + time) << 10) | clock
    return "".join(_DIGITS[(value >> shift) & 31] for shift in range(60, -1, -5))


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def post(
    text: str,
    facets: Sequence[Any],
    *,
    reply: Any = None,
    embed: Any = None,
    language: str = "",
) -> dict[str, Any]:
    record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": now()}
    more = {"facets": list(facets), "reply": reply, "embed": embed, "langs": [language] if language else None}
    return record | {key: value for key, value in more.items() if value}


def pictures(blobs: Sequence[Any], media: Sequence[Media]) -> dict[str, Any] | None:
    """Uploaded files with what they show."""
    if not blobs:
        return None
    shown = [{"image": blob, "alt": each.alt} | _shape(each) for blob, each in zip(blobs, media, strict=True)]
    return {"$type": "app.bsky.embed.images", "images": shown}


def _shape(media: Media) -> dict[str, Any]:
    size = size_of(media.content)
    return {"aspectRatio": {"width": size[0], "height": size[1]}} if size else {}


def card(post: OutgoingPost) -> dict[str, Any] | None:
    """A link as a card; its picture and description would have to be fetched from there, so it has none."""
    if not post.link or post.media:
        return None
    title = post.title or urlsplit(post.link).hostname or post.link
    external = {"uri": post.link, "title": title, "description": ""}
    return {"$type": "app.bsky.embed.external", "external": external}


def words_of(post: OutgoingPost) -> str:
    """The text of a post: beside pictures the link has no card, so it stands in the text; a title only without card."""
    title = post.title if card(post) is None else ""
    link = post.link if post.media and post.link not in post.text else ""
    return "\n\n".join(part for part in (title, post.text, link) if part)


def like(uri: str, cid: str) -> dict[str, Any]:
    return {"$type": LIKE, "subject": {"uri": uri, "cid": cid}, "createdAt": now()}


def block(did: str) -> dict[str, Any]:
    return {"$type": BLOCK, "subject": did, "createdAt": now()}


def gate(root: str, known: Any, hidden: Sequence[str]) -> dict[str, Any]:
    """The rules of one of our threads, with these answers hidden and everything else as it was."""
    record = known if isinstance(known, dict) else {"$type": GATE, "post": root, "createdAt": now()}
    return record | {"hiddenReplies": list(hidden)}
