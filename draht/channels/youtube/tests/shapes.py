"""YouTube's JSON, as its discovery document wants it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol


class Written(Protocol):
    """A comment of the double."""

    id: str
    author: str
    text: str
    at: datetime
    status: str
    video: str
    edited: datetime | None
    image: str


class Named(Protocol):
    """A channel of the double."""

    id: str
    title: str
    handle: str


def comment(told: Written, time: Callable[[datetime], str], *, original: bool, status: bool) -> dict[str, Any]:
    """``original``: its author asks. ``status``: it is told whether it is held."""
    name = told.author.removeprefix("UC").rstrip("0")
    snippet: dict[str, Any] = {
        "authorDisplayName": f"@{name}",
        "authorProfileImageUrl": f"https://yt3.ggpht.com/{name}=s48",
        "authorChannelUrl": f"http://www.youtube.com/@{name}",
        "authorChannelId": {"value": told.author},
        "textDisplay": told.text,
        "canRate": True,
        "viewerRating": "none",
        "likeCount": 0,
        "publishedAt": time(told.at),
        "updatedAt": time(told.edited or told.at),
    }
    if original:
        snippet["textOriginal"] = told.text
    if status:
        snippet["moderationStatus"] = told.status
    if told.image:
        snippet["imageUrl"] = told.image
    if "." in told.id:
        snippet["parentId"] = told.id.partition(".")[0]
    else:
        snippet["videoId"] = told.video
    return {"kind": "youtube#comment", "etag": "e", "id": told.id, "snippet": snippet}


def thread(
    first: Written, shown: dict[str, Any], answers: list[dict[str, Any]], total: int, answerable: bool
) -> dict[str, Any]:
    snippet = {
        "channelId": "UCnordlicht00000000000000",
        "videoId": first.video,
        "topLevelComment": shown,
        "canReply": answerable,
        "totalReplyCount": total,
        "isPublic": first.status == "published",
    }
    told: dict[str, Any] = {"kind": "youtube#commentThread", "etag": "e", "id": first.id, "snippet": snippet}
    return told | ({"replies": {"comments": answers}} if answers else {})


def channel(told: Named, parts: list[str]) -> dict[str, Any]:
    shown: dict[str, Any] = {"kind": "youtube#channel", "etag": "e", "id": told.id}
    if "snippet" in parts:
        shown["snippet"] = {"title": told.title, "customUrl": told.handle, "publishedAt": "2020-01-01T00:00:00Z"}
    if "contentDetails" in parts:
        shown["contentDetails"] = {"relatedPlaylists": {"uploads": f"UU{told.id[2:]}", "likes": ""}}
    return shown
