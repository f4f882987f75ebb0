"""Files at X: those that hang on posts and messages, and how many of ours it takes. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from draht.contract.messages import Attachment, Takes
from draht.contract.text import clean

KINDS = {"photo": "image", "animated_gif": "video", "video": "video"}
PICTURES = ("image/jpeg", "image/png", "image/webp")
LARGEST = 5 * 1024 * 1024  # bytes of a picture; docs.x.com/x-api/media/quickstart/best-practices
LONGEST_ALT = 1000  # characters; the specification
# where the picture of a direct message lies; only its readers' logins open it
_WITH_LOGIN = re.compile(r"^https://ton\.(?:twitter|x)\.com/(?:1\.1|i)/ton/data/dm/(\d+)/(\d+)/([\w.-]+)")

WITH_A_POST = Takes(count=4, types=PICTURES, most=LARGEST, alt=LONGEST_ALT)
WITH_A_MESSAGE = Takes(count=1, types=PICTURES, most=LARGEST, alt=LONGEST_ALT)


class Variant(msgspec.Struct):
    url: str = ""
    content_type: str = ""
    bit_rate: int | None = None
    bitrate: int | None = None


class Media(msgspec.Struct):
    type: str
    url: str | None = None
    preview_image_url: str | None = None
    alt_text: str | None = None
    variants: list[Variant] | None = None


class _VideoInfo(msgspec.Struct):
    variants: list[Variant] | None = None


class _LegacyMedia(msgspec.Struct):
    """A file of a direct message in the format of API 1.1."""

    type: str = "photo"
    url: str = ""
    media_url_https: str = ""
    ext_alt_text: str | None = None
    video_info: _VideoInfo | None = None


class _LegacyAttachment(msgspec.Struct):
    media: _LegacyMedia | None = None


@dataclass(frozen=True, slots=True)
class LegacyFile:
    """A file and the shortened address by which the message's text names it."""

    attachment: Attachment
    link: str


def best(media: Media) -> Media:
    """With the address of the best film, where it is one; a preview is better than nothing."""
    url = media.url or _film(media.variants) or media.preview_image_url or ""
    return msgspec.structs.replace(media, url=url)


def attachment(media: Media) -> Attachment:
    url, kind, alt = media.url or "", KINDS.get(media.type, "file"), clean(media.alt_text or "")
    if found := _WITH_LOGIN.match(url):
        return Attachment(url="", kind=kind, alt=alt, key="/".join(found.groups()))
    return Attachment(url=url, kind=kind, alt=alt)


def legacy(raw: Any) -> LegacyFile | None:
    media = msgspec.convert(raw, _LegacyAttachment).media if isinstance(raw, dict) else None
    if media is None:
        return None
    film = _film(media.video_info.variants) if media.video_info else ""
    told = Media(media.type, film or media.media_url_https, alt_text=media.ext_alt_text)
    return LegacyFile(attachment(told), media.url)


def _film(variants: list[Variant] | None) -> str:
    films = [each for each in variants or () if each.content_type == "video/mp4"]
    return max(films, key=lambda each: each.bit_rate or each.bitrate or 0).url if films else ""
