"""Pictures as their formats begin; broken ones, and whatever bytes there are."""

from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from draht.channels.bluesky.sizes import size_of
from draht.channels.bluesky.tests.desk import Desk
from draht.contract.messages import Media, OutgoingPost
from draht.contract.testing.publishing import PNG


def jpeg(width: int, height: int, orientation: int = 0, order: str = "<") -> bytes:
    """The segments before the picture itself."""
    exif = b""
    if orientation:
        head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
        entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
        tiff = b"Exif\0\0" + head + struct.pack(f"{order}H", 1) + entry + b"\0" * 4
        exif = b"\xff\xe1" + struct.pack(">H", len(tiff) + 2) + tiff
    app = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + b"\0" * 9
    return b"\xff\xd8" + app + exif + b"\xff\xc2" + struct.pack(">HBHH", 17, 8, height, width) + b"\3" + b"\0" * 20


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (PNG, (1, 1)),
        (base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"), (1, 1)),
        (base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"), (1, 1)),
        (base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="), (1, 1)),
        (b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + b"\x1f\x03\0\x57\x02\0", (800, 600)),
        (jpeg(800, 600), (800, 600)),
        (jpeg(800, 600, 1), (800, 600)),
        (jpeg(800, 600, 6), (600, 800)),
        (jpeg(800, 600, 8, ">"), (600, 800)),
        (b"\xff\xd8\xff", None),
        (PNG[:18], None),
        (b"<svg/>", None),
        (b"", None),
    ],
)
def test_sizes(content: bytes, size: tuple[int, int] | None) -> None:
    assert size_of(content) == size


@given(
    head=st.sampled_from([b"", b"\xff\xd8", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8X", jpeg(8, 6, 6)[:40], PNG[:8]]),
    rest=st.binary(max_size=60),
)
def test_any_bytes_are_no_fault(head: bytes, rest: bytes) -> None:
    found = size_of(head + rest)
    assert found is None or min(found) > 0


def test_a_post_tells_the_shape_of_its_pictures(desk: Desk) -> None:
    media = (Media(jpeg(800, 600), "image/jpeg", alt="Boots"), Media(b"?", "image/png", alt="Nobody can tell"))
    images = desk.net.records[desk.channel.publish(OutgoingPost("k", "New!", media=media)).id].value["embed"]["images"]
    assert images[0]["aspectRatio"] == {"width": 800, "height": 600}
    assert "aspectRatio" not in images[1]
