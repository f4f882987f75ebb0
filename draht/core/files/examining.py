"""What a content really is. Its name and what a network says about it count for nothing."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO

import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError

PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
SHOWN = frozenset(PICTURES.values()) | {
    "video/mp4", "video/webm", "audio/mpeg", "audio/ogg", "audio/mp4", "audio/x-m4a", "audio/wav",
}  # fmt: skip
DOCUMENTS = frozenset({"application/pdf"})
ANYTHING = "application/octet-stream"  # is handed out as a file, never shown
MOST_PIXELS = 80_000_000  # a picture that unpacks to more is not opened


@dataclass(frozen=True, slots=True)
class Examined:
    """``content_type`` by the content; ``width`` and ``height`` of a picture in pixels, else 0."""

    content_type: str
    width: int = 0
    height: int = 0


def examine(content: bytes) -> Examined:
    """A picture only if it can be read as one; SVG and HTML are files like any other."""
    picture = _picture(content)
    if picture is not None:
        return picture
    try:
        told = puremagic.from_string(content, mime=True)
    except (puremagic.PureError, ValueError):
        return Examined(ANYTHING)
    told = {"video/quicktime": "video/mp4", "audio/x-wav": "audio/wav"}.get(told, told)
    return Examined(told if told in (SHOWN | DOCUMENTS) and told not in PICTURES.values() else ANYTHING)


def _picture(content: bytes) -> Examined | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=list(PICTURES)) as picture:
                kind, (width, height) = PICTURES[str(picture.format)], picture.size
                if width * height > MOST_PIXELS:
                    return None
                picture.verify()
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    except (OSError, SyntaxError, ValueError, EOFError):  # what Pillow raises on broken pictures
        return None
    return Examined(kind, height, width) if _lies_on_its_side(content, kind) else Examined(kind, width, height)


def _lies_on_its_side(content: bytes, content_type: str) -> bool:
    """As browsers turn a JPEG by what its camera wrote (EXIF 2.32, tag Orientation)."""
    if content_type != "image/jpeg":
        return False
    with Image.open(BytesIO(content), formats=["JPEG"]) as picture:
        return int(picture.getexif().get(0x0112, 1)) >= 5


def without_places(content: bytes, content_type: str) -> bytes:
    """A JPEG of ours without what a camera wrote into it (where it was taken), turned as it is to be seen."""
    if content_type != "image/jpeg":
        return content
    with Image.open(BytesIO(content), formats=["JPEG"]) as picture:
        if not picture.getexif():
            return content
        upright = ImageOps.exif_transpose(picture)
        out = BytesIO()
        upright.save(out, "JPEG", quality=92, icc_profile=picture.info.get("icc_profile"))
    return out.getvalue()
