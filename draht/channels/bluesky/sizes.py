"""Width and height of a picture, from its first bytes: without them apps cut pictures to squares."""

from __future__ import annotations

import struct

TURNED = range(5, 9)  # EXIF orientations that lie on their side
_ORIENTATION = 0x0112
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG markers that tell the size


def size_of(content: bytes) -> tuple[int, int] | None:
    """``None`` if nobody can tell. Sources: PNG, GIF89a, ITU T.81 and Exif 2.3, RFC 9649 (WebP)."""
    try:
        found = _read(content)
    except (struct.error, IndexError):
        return None
    return found if found and min(found) > 0 else None


def _read(content: bytes) -> tuple[int, int] | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _pair(">II", content, 16)
    if content[:6] in {b"GIF87a", b"GIF89a"}:
        return _pair("<HH", content, 6)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp(content)
    return _jpeg(content) if content.startswith(b"\xff\xd8") else None


def _webp(content: bytes) -> tuple[int, int] | None:
    kind = content[12:16]
    if kind == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = _pair("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(content: bytes) -> tuple[int, int] | None:
    """From segment to segment; a photograph may have been taken with the camera on its side."""
    at, turned = 2, False
    while content[at] == 0xFF:
        marker, (length,) = content[at + 1], struct.unpack_from(">H", content, at + 2)
        if marker in _FRAMES:
            height, width = _pair(">HH", content, at + 5)
            return (height, width) if turned else (width, height)
        if marker == 0xE1 and content[at + 4 : at + 10] == b"Exif\0\0":
            turned = _orientation(content[at + 10 : at + 2 + length]) in TURNED
        at += 2 + length
    return None


def _orientation(tiff: bytes) -> int:
    order = "<" if tiff[:2] == b"II" else ">"
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, first)
    for entry in range(first + 2, first + 2 + 12 * count, 12):
        if struct.unpack_from(f"{order}H", tiff, entry)[0] == _ORIENTATION:
            return int(struct.unpack_from(f"{order}H", tiff, entry + 8)[0])
    return 1


def _pair(form: str, content: bytes, at: int) -> tuple[int, int]:
    one, other = struct.unpack_from(form, content, at)
    return int(one), int(other)
