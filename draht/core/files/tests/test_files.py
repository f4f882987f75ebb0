"""Files: what they are is told by their content, they are kept once, shown harmlessly, and forgotten when unused."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.http import FileResponse
from django.test import Client
from PIL import Image

from draht.core.clock import DAY
from draht.core.files.actions import forget_unused, keep, path_of, read
from draht.core.files.examining import ANYTHING, examine, without_places
from draht.core.files.lending import address_of
from draht.core.files.models import File
from draht.core.files.serving import answer


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_is_known_by_its_content(kind: str) -> None:
    looked = examine(picture(kind))
    assert (looked.content_type, looked.width, looked.height) == (f"image/{kind.lower()}", 40, 30)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
        b"GIF89a<script>alert(1)</script>",
        b"MZ\x90\x00" + b"\x00" * 60,
        b"\xff\xd8\xff\xe0",
    ],
)
def test_what_only_pretends_is_a_download(content: bytes) -> None:
    assert examine(content).content_type == ANYTHING


def test_a_picture_that_unpacks_to_a_house_is_not_opened() -> None:
    bomb = BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    assert examine(bomb.getvalue()).content_type == ANYTHING


def test_where_a_picture_was_taken_leaves_with_nobody() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x8825] = {1: "N", 2: (47.0, 4.0, 0.0)}  # GPS
    sideways = picture("JPEG", (40, 30), exif=exif)
    clean = without_places(sideways, "image/jpeg")
    with Image.open(BytesIO(clean)) as found:
        assert found.size == (30, 40)
        assert not found.getexif()
    assert without_places(b"%PDF-1.7", "application/pdf") == b"%PDF-1.7"


@pytest.mark.django_db
def test_a_content_is_kept_once() -> None:
    first, second = keep(picture()), keep(picture())
    assert first.pk == second.pk
    assert read(first) == picture()
    assert path_of(first.sha256).stat().st_mode & 0o077 == 0, "nobody else on the machine reads it"


@pytest.mark.django_db
def test_what_nobody_points_to_is_forgotten_after_a_day() -> None:
    file = keep(picture())
    assert not forget_unused()
    File.objects.update(kept_at=file.kept_at - 2 * DAY)
    assert forget_unused()
    assert not File.objects.exists()
    assert not path_of(file.sha256).exists()
    assert keep(picture()).pk != file.pk
    assert path_of(file.sha256).exists()


@pytest.mark.django_db
def test_a_content_that_went_missing_comes_back_with_the_next_copy() -> None:
    file = keep(picture())
    path_of(file.sha256).unlink()
    assert read(keep(picture())) == picture()


@pytest.mark.django_db
def test_pictures_are_shown_and_everything_else_is_handed_out() -> None:
    shown, handed = answer(keep(picture()), "dot.png"), answer(keep(b"<script>alert(1)</script>"), "x.html")
    assert isinstance(shown, FileResponse)
    assert isinstance(handed, FileResponse)
    assert (shown["Content-Type"], shown["Content-Disposition"]) == ("image/png", 'inline; filename="dot.png"')
    assert (handed["Content-Type"], handed["Content-Disposition"]) == (ANYTHING, 'attachment; filename="x.html"')
    for response in (shown, handed):
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]
        response.close()


@pytest.mark.django_db
def test_a_file_is_lent_for_an_hour_to_whoever_knows_the_address(client: Client, settings: Any) -> None:
    path = address_of(keep(picture())).removeprefix(settings.BASE_URL)
    lent = client.get(path)
    assert (lent.status_code, b"".join(lent.streaming_content)) == (200, picture())  # type: ignore[attr-defined]
    assert client.get(path[:-2] + "x/").status_code == 404
