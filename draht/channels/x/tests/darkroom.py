"""The double's uploads: a picture comes in pieces, is put together, and can then hang on a post."""

from __future__ import annotations

import base64
from typing import Any

from draht.channels.x.tests.asked import Answer, Asked, Routes, problem

LARGEST = 5 * 1024 * 1024
PIECE = 5 * 1024 * 1024


class Darkroom:
    """``slow``: pictures are still worked on after they are whole; ``broken``: none can be read."""

    def __init__(self, uploaded: dict[str, dict[str, Any]]) -> None:
        self.uploaded = uploaded
        self.slow = False
        self.broken = False

    def routes(self) -> Routes:
        return [
            ("POST", "/2/media/upload/initialize", self.initialize),
            ("POST", "/2/media/upload/{id}/append", self.append),
            ("POST", "/2/media/upload/{id}/finalize", self.finalize),
            ("POST", "/2/media/metadata", self.describe),
        ]

    def initialize(self, asked: Asked) -> Answer:
        body = asked.body
        if body["total_bytes"] > LARGEST:
            return problem(400, "Media is too large.", "https://api.twitter.com/2/problems/invalid-request")
        id = str(1_880_028_106_020_515_840 + len(self.uploaded))
        self.uploaded[id] = {**body, "id": id, "pieces": {}, "done": False, "alt": ""}
        return self._told(id)

    def append(self, asked: Asked) -> Answer:
        picture = self.uploaded[asked.ids["id"]]
        piece = base64.b64decode(asked.body["media"], validate=True)
        if len(piece) > PIECE:
            return problem(400, "Segment is too large.", "https://api.twitter.com/2/problems/invalid-request")
        picture["pieces"][int(asked.body["segment_index"])] = piece
        return Answer(200, {"data": {"expires_at": 1_900_000_000}, "meta": {}})

    def finalize(self, asked: Asked) -> Answer:
        picture = self.uploaded[asked.ids["id"]]
        whole = b"".join(picture["pieces"][index] for index in sorted(picture["pieces"]))
        if len(whole) != picture["total_bytes"]:
            return problem(400, "Segments are missing.", "https://api.twitter.com/2/problems/invalid-request")
        picture["content"] = whole
        picture["done"] = not (self.slow or self.broken)
        state = {"state": "failed" if self.broken else "in_progress", "check_after_secs": 1, "type": "image"}
        return self._told(picture["id"], {} if picture["done"] else {"processing_info": state})

    def describe(self, asked: Asked) -> Answer:
        picture = self.uploaded[asked.body["id"]]
        picture["alt"] = asked.body["metadata"]["alt_text"]["text"]
        told = {"id": picture["id"], "associated_metadata": {"alt_text": {"text": picture["alt"]}}}
        return Answer(200, {"data": told})

    def _told(self, id: str, more: dict[str, Any] | None = None) -> Answer:
        # the document demands a "meta" that it does not describe
        told = {"id": id, "media_key": f"3_{id}", "expires_after_secs": 86_400}
        return Answer(200, {"data": told | (more or {}), "meta": {}})
