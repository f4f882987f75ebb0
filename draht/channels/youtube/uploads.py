"""Sends a video: first its description, then the file, which goes on where it broke off.

Source: developers.google.com/youtube/v3/guides/using_resumable_upload_protocol.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from draht.channels.youtube.client import Client
from draht.channels.youtube.mapper import description, from_post, to_sent_video
from draht.contract.errors import TryLater, Unsure
from draht.contract.google import GoogleRefused
from draht.contract.http import Answer
from draht.contract.messages import Media, OutgoingPost, Sent
from draht.contract.text import clean
from draht.contract.words import words

TRIES = 5  # how often one upload goes on after a break
SKEW = timedelta(minutes=10)  # their clock may run behind ours


def upload(client: Client, post: OutgoingPost) -> Sent:
    """The video as it stands there. ``Unsure`` if nobody can say whether all of it arrived."""
    film = post.media[0]
    where = client.begin_upload(from_post(post), len(film.content), film.content_type)
    answer = _send(client, where, film, 0)
    for _ in range(TRIES):
        if answer is not None and answer.status != 308:
            return to_sent_video(answer.json())
        answer = _go_on(client, where, film)
    raise Unsure(words("The video was sent, but YouTube did not say whether all of it arrived."))


def find_video(client: Client, post: OutgoingPost) -> Sent | None:
    """By title and description among our newest videos; one from before the first attempt is another one."""
    since = post.first_tried_at and post.first_tried_at - SKEW
    for raw in client.uploads():
        found = _as_video(raw)
        if found is None or _words(raw["snippet"]) != (_same(post.title), _same(description(post))):
            continue
        sent = to_sent_video(found)
        if since is None or sent.at >= since:
            return sent
    return None


def _send(client: Client, where: str, film: Media, since: int) -> Answer | None:
    """``None``: the answer was lost, but YouTube can be asked."""
    try:
        return client.send_file(where, film.content, since, film.content_type)
    except (Unsure, TryLater):
        return None


def _go_on(client: Client, where: str, film: Media) -> Answer | None:
    try:
        told = client.upload_so_far(where, len(film.content))
    except TryLater:
        return None
    except GoogleRefused as error:  # it forgets an upload that is over, whatever came of it
        raise Unsure(error.reason) from error
    if told.status != 308:
        return told
    there = re.fullmatch(r"bytes=0-(\d+)", told.headers.get("range", ""))
    return _send(client, where, film, int(there[1]) + 1 if there else 0)


def _as_video(raw: Any) -> dict[str, Any] | None:
    """An entry of the list of uploads, as a video."""
    try:
        snippet = raw["snippet"]
        datetime.fromisoformat(snippet["publishedAt"])
        return {"id": snippet["resourceId"]["videoId"], "snippet": {"publishedAt": snippet["publishedAt"]}}
    except (KeyError, TypeError, ValueError):
        return None


def _words(snippet: Any) -> tuple[str, str]:
    return _same(str(snippet.get("title") or "")), _same(str(snippet.get("description") or ""))


def _same(text: str) -> str:
    return " ".join(clean(text).split())
