"""Posts of our own: what fits, the containers that Instagram fills, and the limit of a day.

Source: developers.facebook.com/docs/instagram-platform/content-publishing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from draht.channels.instagram.client import Client
from draht.contract.errors import ChannelError, Refused, TryLater
from draht.contract.graph import moment, to_sent
from draht.contract.messages import Allowed, May, Media, NotAllowed, OutgoingPost, Sent, Takes
from draht.contract.text import clean
from draht.contract.words import words

CAPTION = 2200  # characters
HASHTAGS, NAMES = 30, 20  # of one caption
LARGEST = 8 * 1024 * 1024  # bytes of a picture; films may have 300 MB, which we do not carry
ALT = 1000  # characters of a description
TAKES = Takes(count=10, types=("image/jpeg", "video/mp4"), most=LARGEST, alt=ALT, needed=True)
SENT = ("image/jpeg", "image/png", "video/mp4", "audio/mp4")
OF_A_MESSAGE = Takes(count=1, types=SENT, most=LARGEST)
READY, FILLING = "FINISHED", "IN_PROGRESS"
PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0)  # seconds between looks at a container; a film takes longer: it is tried later
SKEW = timedelta(minutes=5)  # their clock may run behind ours


def may_publish(post: OutgoingPost) -> May:
    said = to_words(post)
    if not post.media:
        return NotAllowed(words("A post on Instagram needs a picture or a film."))
    if any(not media.url.startswith("https://") for media in post.media):
        return NotAllowed(
            words("Instagram fetches files from us: this installation needs an https address of its own.")
        )
    if len(re.findall(r"(?<!\w)#\w", said)) > HASHTAGS or len(re.findall(r"(?<![\w.])@\w", said)) > NAMES:
        return NotAllowed(words("A post can have at most 30 hashtags and name 20 accounts."))
    return Allowed(note=words("Links in the text cannot be pressed on Instagram.") if "://" in said else "")


def to_words(post: OutgoingPost) -> str:
    link = post.link if post.link not in post.text else ""
    return "\n\n".join(part for part in (post.title, post.text, link) if part)


def publish(client: Client, post: OutgoingPost, sleep: Callable[[float], None] = time.sleep) -> Sent:
    _check_limit(client.publishing_limit())
    container = _contain(client, post, sleep)
    sent = to_sent(client.publish(container), datetime.now(UTC))
    try:
        told = client.post(sent.id)
    except ChannelError:  # it stands there; only its address is not known
        return sent
    return Sent(sent.id, sent.at, str(told.get("permalink") or ""))


def _check_limit(told: Mapping[str, Any]) -> None:
    config = told.get("config")
    most, used = (config.get("quota_total") if isinstance(config, dict) else None), told.get("quota_usage")
    if isinstance(most, int) and isinstance(used, int) and used >= most:
        limit = words("Instagram takes {most} posts in 24 hours, and they are used up.")
        raise TryLater(limit.format(most=most), after=3600)


def _contain(client: Client, post: OutgoingPost, sleep: Callable[[float], None]) -> str:
    said = to_words(post)
    if len(post.media) == 1:
        return _filled(client, client.contain(_one(post.media[0]) | {"caption": said}), sleep)
    parts = [client.contain(_one(media, part=True)) for media in post.media]
    for part in parts:
        _filled(client, part, sleep)
    whole = client.contain({"media_type": "CAROUSEL", "children": parts, "caption": said})
    return _filled(client, whole, sleep)


def _one(media: Media, part: bool = False) -> dict[str, Any]:
    """A film on its own is a reel; within several it is a video."""
    told: dict[str, Any] = {"is_carousel_item": True} if part else {}
    if media.kind == "video":
        return told | {"video_url": media.url, "media_type": "VIDEO" if part else "REELS"}
    return told | {"image_url": media.url} | ({"alt_text": media.alt} if media.alt else {})


def _filled(client: Client, container: str, sleep: Callable[[float], None]) -> str:
    """The container when Instagram has fetched what belongs into it."""
    for pause in PAUSES:
        sleep(pause)
        state = client.state(container)
        if state == READY:
            return container
        if state != FILLING:
            told = words("Instagram could not use the picture or film ({state}). It takes JPEG, and films as MP4.")
            raise Refused(told.format(state=state or "?"))
    raise TryLater(words("Instagram is still fetching the picture or film."), after=60)


def find(client: Client, post: OutgoingPost) -> Sent | None:
    """The post with the same words, since the first attempt."""
    since, said = post.first_tried_at and post.first_tried_at - SKEW, clean(to_words(post)).split()
    for told in client.media(comments=False).items:
        try:
            id, at = str(told["id"]), moment(told["timestamp"])
        except (KeyError, TypeError, ValueError):
            continue
        if clean(told.get("caption") or "").split() == said and (since is None or at >= since):
            return Sent(id, at, str(told.get("permalink") or ""))
    return None
