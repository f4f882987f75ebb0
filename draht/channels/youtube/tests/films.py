"""The part of the double that takes videos: resumable uploads, and the list of what was uploaded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from draht.contract.testing.google import Asked, GoogleDouble, No, Route, Told


@dataclass
class Upload:
    """A file on its way: what was told about it, and the bytes that have arrived."""

    video: dict[str, Any]
    size: int
    content: bytes = b""
    id: str = ""
    at: datetime | None = None


class Films(GoogleDouble):
    """``takes_at_most``: so many bytes of one request arrive, then the line breaks."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Upload] = []
        self.takes_at_most: list[int] = []

    def film_routes(self) -> Iterable[Route]:
        return [
            ("POST", "resumable/upload/youtube/v3/videos", self._begin, 0),
            ("PUT", r"upload-session/(\d+)", self._continue, 0),
            ("GET", "youtube/v3/playlistItems", self._uploaded, 1),
        ]

    @property
    def films(self) -> list[Upload]:
        return [each for each in self.sent if each.id]

    def _begin(self, asked: Asked) -> Told:
        environ, video = asked.environ, asked.body
        if asked.one("uploadType") != "resumable" or "video/" not in environ.get("HTTP_X_UPLOAD_CONTENT_TYPE", ""):
            raise No(400, "mediaBodyRequired", "The request does not include the video content.")
        title, status = video["snippet"].get("title", ""), video["status"]
        if not title or len(title) > 100 or "<" in title or ">" in title:
            raise No(400, "invalidTitle", "The request metadata specifies an invalid or empty video title.")
        if len(video["snippet"].get("description", "").encode()) > 5000:
            raise No(400, "invalidDescription", "The request metadata specifies an invalid video description.")
        if "publishAt" in status and status["privacyStatus"] != "private":
            raise No(400, "invalidPublishAt", "The request metadata specifies an invalid scheduled publishing time.")
        self.sent.append(Upload(video, int(environ["HTTP_X_UPLOAD_CONTENT_LENGTH"])))
        where = f"http://{environ['HTTP_HOST']}/upload-session/{len(self.sent) - 1}"
        return Told(None, 200, [("Location", where)])

    def _continue(self, asked: Asked) -> Told:
        upload = self.sent[int(asked.named[0])]
        span = asked.environ.get("HTTP_CONTENT_RANGE", f"bytes 0-{upload.size - 1}/{upload.size}")
        if not span.startswith("bytes */"):
            self._take(upload, span, asked.body)
        if len(upload.content) < upload.size:
            there = [("Range", f"bytes=0-{len(upload.content) - 1}")] if upload.content else []
            return Told(None, 308, there)
        if not upload.id:
            upload.id, upload.at = f"film{len(self.sent):07d}", self.now
        return Told(self._video(upload), 201)

    def _take(self, upload: Upload, span: str, content: bytes) -> None:
        match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", span)
        if match is None or int(match[1]) != len(upload.content) or int(match[3]) != upload.size:
            raise No(400, "invalidContentRange", f"{span} does not continue what is there.")
        most = self.takes_at_most.pop(0) if self.takes_at_most else len(content)
        upload.content += content[:most]
        if most < len(content):
            raise No(503, "backendError", "The line broke.")

    def _video(self, upload: Upload) -> dict[str, Any]:
        snippet = upload.video["snippet"] | {"publishedAt": self.time(upload.at)}
        return {"kind": "youtube#video", "id": upload.id, "snippet": snippet, "status": upload.video["status"]}

    def _uploaded(self, asked: Asked) -> Told:
        if not asked.one("playlistId").startswith("UU"):
            raise No(404, "playlistNotFound", "The playlist cannot be found.")
        items = [
            {
                "kind": "youtube#playlistItem",
                "id": f"item-{each.id}",
                "snippet": {
                    "publishedAt": self.time(each.at),
                    "title": each.video["snippet"]["title"],
                    "description": each.video["snippet"].get("description", ""),
                    "resourceId": {"kind": "youtube#video", "videoId": each.id},
                },
            }
            for each in reversed(self.films)
        ]
        return Told({"kind": "youtube#playlistItemListResponse", "items": items})
