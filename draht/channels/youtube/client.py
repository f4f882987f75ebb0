"""Talks to the YouTube Data API v3: raw JSON, and what each call costs of the day's quota.

Source of the costs: developers.google.com/youtube/data/determine_quota_cost (2026).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from draht.contract.errors import TryLater, Unsure
from draht.contract.google import GoogleCalls
from draht.contract.http import Answer
from draht.contract.words import words

BASE = "https://youtube.googleapis.com"
PAGE = 100  # threads or replies a page: the most that YouTube gives
BATCH = 50  # ids of one call
READ = 1  # units
WRITE = 50  # units
GONE = frozenset({404})


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; ``next`` is empty on the last one."""

    items: list[Any]
    next: str


class Client(GoogleCalls):
    """One login."""

    def channels(self) -> list[Any]:
        """The channels that this login speaks for."""
        return self._list("channels", part="snippet", mine="true", maxResults=str(BATCH)).items

    def threads(self, channel: str, status: str, token: str = "") -> Page:
        """Threads below all videos of a channel, the newest first. New answers do not lift a thread."""
        asked = {"allThreadsRelatedToChannelId": channel, "moderationStatus": status, "order": "time"}
        return self._list("commentThreads", part="snippet,replies", **self._page(token), **asked)

    def replies(self, thread: str, token: str = "") -> Page:
        return self._list("comments", part="snippet", parentId=thread, **self._page(token))

    def comments(self, ids: Sequence[str]) -> list[Any]:
        """Those of at most ``BATCH`` comments that are still there."""
        return self._list("comments", part="snippet", id=",".join(ids), textFormat="plainText").items

    def titles(self, videos: Sequence[str]) -> dict[str, str]:
        """Titles of at most ``BATCH`` videos."""
        found = self._list("videos", part="snippet", id=",".join(videos)).items
        snippets = {each.get("id"): each.get("snippet") or {} for each in found if isinstance(each, dict)}
        return {str(id): title for id, told in snippets.items() if isinstance(title := told.get("title"), str)}

    def write(self, parent: str, text: str) -> Any:
        return self._change("POST", body={"snippet": {"parentId": parent, "textOriginal": text}})

    def rewrite(self, comment: str, text: str) -> Any:
        return self._change("PUT", body={"id": comment, "snippet": {"textOriginal": text}}, repeatable=True)

    def delete(self, comment: str) -> None:
        """For good. One that is gone already is deleted."""
        self._ask("DELETE", "comments", params={"id": comment}, units=WRITE, repeatable=True, accept=GONE)

    def set_status(self, comment: str, status: str, *, ban: bool = False) -> bool:
        """Whether the comment was there. ``ban``: all that its author writes from now on is rejected."""
        asked = {"id": comment, "moderationStatus": status} | ({"banAuthor": "true"} if ban else {})
        answer = self._ask(
            "POST", "comments/setModerationStatus", params=asked, units=WRITE, repeatable=True, accept=GONE
        )
        return answer.status != 404

    # -- videos -----------------------------------------------------------------------------------------------

    def begin_upload(self, video: dict[str, Any], size: int, content_type: str) -> str:
        """The address to send the file to. The day's uploads are counted apart from the units."""
        answer = self.ask(
            "POST",
            "resumable/upload/youtube/v3/videos",
            params={"uploadType": "resumable", "part": "snippet,status"},
            json=video,
            headers={"X-Upload-Content-Length": str(size), "X-Upload-Content-Type": content_type},
            units=0,
            bucket="videos.insert",
            repeatable=True,  # nothing appears before the file is there
        )
        where = answer.headers.get("location")
        if not where:
            raise TryLater(words("YouTube did not say where to send the video."))
        return where

    def send_file(self, where: str, content: bytes, since: int, content_type: str) -> Answer:
        """The file from byte ``since`` on. 308: there is more to send."""
        span = {"Content-Range": f"bytes {since}-{len(content) - 1}/{len(content)}"} if since else {}
        return self._upload(where, content[since:], {"Content-Type": content_type} | span)

    def upload_so_far(self, where: str, size: int) -> Answer:
        """The video if all of it arrived; 308 with ``Range`` if not."""
        return self._upload(where, b"", {"Content-Range": f"bytes */{size}"}, repeatable=True)

    def uploads(self) -> list[Any]:
        """Our newest videos, those that wait for their time too."""
        found = self._list("channels", part="contentDetails", mine="true").items
        details = found[0].get("contentDetails") if found and isinstance(found[0], dict) else None
        playlist = ((details or {}).get("relatedPlaylists") or {}).get("uploads")
        if not playlist:
            return []
        asked = {"playlistId": str(playlist), "maxResults": str(BATCH)}
        return self._list("playlistItems", part="snippet", **asked).items

    # -- the calls ----------------------------------------------------------------------------------------

    def _page(self, token: str) -> dict[str, str]:
        asked = {"maxResults": str(PAGE), "textFormat": "plainText"}
        return asked | ({"pageToken": token} if token else {})

    def _list(self, resource: str, **params: str) -> Page:
        found = self._ask("GET", resource, params=params, units=READ).json()
        items = found.get("items", []) if isinstance(found, dict) else None
        if not isinstance(items, list):
            raise TryLater(words("YouTube answered with something that is not a list."))
        return Page(items, str(found.get("nextPageToken") or ""))

    def _change(self, method: str, body: dict[str, Any], *, repeatable: bool = False) -> Any:
        found = self._ask(
            method, "comments", params={"part": "snippet"}, json=body, units=WRITE, repeatable=repeatable
        ).json()
        if not isinstance(found, dict):
            raise Unsure(words("YouTube took it, but its answer cannot be read."))
        return found

    def _ask(self, method: str, resource: str, **options: Any) -> Answer:
        return self.ask(method, f"youtube/v3/{resource}", **options)

    def _upload(self, where: str, content: bytes, headers: dict[str, str], **options: Any) -> Answer:
        return self.ask(
            "PUT", where, content=content, headers=headers, accept=frozenset({308}), units=0, bucket="videos.insert",
            **options,
        )  # fmt: skip
