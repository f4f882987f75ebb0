"""Posts of our own: what fits, and how they are told to Graph."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from draht.channels.facebook.client import Client
from draht.contract.errors import Unsure
from draht.contract.graph import to_sent
from draht.contract.messages import Allowed, May, NotAllowed, OutgoingPost, Sent, Takes
from draht.contract.text import clean
from draht.contract.words import words

AHEAD = (600, 30 * 86_400)  # seconds; [M], not confirmed: Facebook's pages say 10 minutes to 30 days, some 75 days
ALT = 1000  # characters of a description; [M]
PICTURES = ("image/jpeg", "image/png")
SKEW = timedelta(minutes=5)  # their clock may run behind ours
LARGEST = 10 * 1024 * 1024  # bytes; [M]
OF_A_POST = Takes(count=10, types=PICTURES, most=LARGEST, alt=ALT)
SENT = (*PICTURES, "image/gif", "video/mp4", "audio/mpeg", "application/pdf")
OF_A_MESSAGE = Takes(count=1, types=SENT, most=8 * 1024 * 1024)  # bytes; [M], for pictures; others may have 25 MB
OF_A_COMMENT = Takes(count=1, types=PICTURES, most=LARGEST, alt=ALT)


def may_publish(post: OutgoingPost, now: datetime | None = None) -> May:
    if not post.text.strip() and not post.link and not post.media:
        return NotAllowed(words("A post needs words, a link or a picture."))
    if post.at is not None:
        ahead = (post.at - (now or datetime.now(UTC))).total_seconds()
        if not AHEAD[0] <= ahead <= AHEAD[1]:
            return NotAllowed(words("Facebook takes posts for 10 minutes to 30 days ahead."))
    if post.link and post.media:
        return Allowed(note=words("With pictures the link stands in the text and has no preview."))
    return Allowed()


def to_words(post: OutgoingPost) -> str:
    link = post.link if post.media and post.link not in post.text else ""
    return "\n\n".join(part for part in (post.title, post.text, link) if part)


def publish(client: Client, post: OutgoingPost) -> dict[str, Any]:
    pictures = [{"media_fbid": client.upload(media, later=post.at is not None)} for media in post.media]
    told: dict[str, Any] = {"message": to_words(post)}
    if pictures:
        told["attached_media"] = pictures
    elif post.link:
        told["link"] = post.link
    if post.at is not None:
        told |= {"published": False, "scheduled_publish_time": int(post.at.timestamp())}
        told |= {"unpublished_content_type": "SCHEDULED"}
    return client.publish(told)


def find(client: Client, post: OutgoingPost) -> Sent | None:
    """The post with the same words, since the first attempt; scheduled ones stand in a list of their own."""
    since = post.first_tried_at and post.first_tried_at - SKEW
    lists = [client.published(scheduled=False)] + ([client.published(scheduled=True)] if post.at else [])
    for told in (one for some in lists for one in some):
        try:
            sent, said = to_sent(told, datetime.now(UTC)), clean(told.get("message") or "")
        except (Unsure, ValueError):
            continue
        if said.split() == clean(to_words(post)).split() and (since is None or sent.at >= since):
            return sent
    return None
