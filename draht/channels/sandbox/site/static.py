"""The pages' own files: read once, named by their content, kept by browsers for ever."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from draht.channels.sandbox.site.wsgi import Response

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    path: str
    content_type: str
    body: bytes


def _read(file: Path) -> StaticFile:
    body = file.read_bytes()
    version = sha256(body).hexdigest()[:10]
    return StaticFile(f"/static/{file.name}?v={version}", TYPES[file.suffix], body)


STATIC = {file.name: _read(file) for file in sorted((Path(__file__).parent / "static").iterdir())}


def answer(name: str) -> Response | None:
    file = STATIC.get(name)
    if file is None:
        return None
    headers = [("Content-Type", file.content_type), ("Cache-Control", "public, max-age=31536000, immutable")]
    return Response(200, file.body, headers)
