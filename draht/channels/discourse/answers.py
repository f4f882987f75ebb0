"""Our answers: below a post, in a private conversation, or by a new private message to its author; and finding them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from draht.channels.discourse.client import Client
from draht.channels.discourse.mapper import number_of, to_sent, topic_of
from draht.channels.discourse.refusals import NotThere
from draht.contract.errors import Refused, Unsure
from draht.contract.messages import Item, Media, OutgoingReply, Sent, Takes
from draht.contract.text import clean, first_line
from draht.contract.words import words

LONGEST = 32_000  # characters; [M]: the site setting max_post_length
LONGEST_TITLE = 255  # [M]: max_topic_title_length
PICTURE = "\n\n!["  # begins a picture below the words
SKEW = timedelta(minutes=5)  # their clock may run behind ours
PAGE = 50
PAGES = 10  # of posts of a topic that are looked through
PICTURES = Takes(
    count=10,  # [M]: newuser_max_embedded_media and others are site settings
    types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    most=4_000_000,  # [M]: max_image_size_kb
    alt=400,
)


def send_answer(client: Client, reply: OutgoingReply) -> Sent:
    values = _new_letter(reply) if _is_new_letter(reply) else _below(reply.to)
    try:
        return to_sent(client.write({**values, "raw": with_files(client, reply.text, reply.media)}), client.base)
    except Refused:
        # a second copy is refused: then the first one is there
        if reply.first_tried_at is not None and (found := find_answer(client, reply)):
            return found
        raise


def edit(client: Client, id: str, text: str) -> None:
    """New words; the pictures below them stay."""
    raw = str(client.post(id).get("raw") or "")
    _, mark, pictures = raw.partition(PICTURE)
    client.change(id, f"{text}{mark}{pictures}")


def find_answer(client: Client, reply: OutgoingReply) -> Sent | None:
    """Ours, with the same words, since the first attempt."""
    since = reply.first_tried_at and reply.first_tried_at - SKEW
    candidates = (
        _letters_since(client, reply, since) if _is_new_letter(reply) else _posts_since(client, reply.to, since)
    )
    for id in candidates:
        post = client.post(id)  # lists leave the Markdown out
        sent = to_sent(post, client.base)
        if is_same(str(post.get("raw") or ""), reply.text) and (since is None or sent.at >= since):
            return sent
    return None


def with_files(client: Client, text: str, media: Sequence[Media]) -> str:
    """The text, and below it the pictures in Discourse's Markdown."""
    return "\n\n".join([text, *(_shown(client.upload(one), one) for one in media)])


def is_same(raw: str, text: str) -> bool:
    """Whether these are the words that we sent, perhaps with files below them."""
    told, ours = raw.partition(PICTURE)[0].split(), text.partition(PICTURE)[0].split()
    return told == ours


def _below(item: Item) -> dict[str, Any]:
    topic, number = topic_of(item), number_of(item)
    if topic is None:
        raise Refused(words("It is not known where this stands in the forum."))
    return {"topic_id": topic} | ({"reply_to_post_number": number} if number else {})


def _is_new_letter(reply: OutgoingReply) -> bool:
    return reply.private and not reply.to.private


def _new_letter(reply: OutgoingReply) -> dict[str, Any]:
    return {"title": _title(reply), "archetype": "private_message", "target_recipients": reply.to.author.handle}


def _title(reply: OutgoingReply) -> str:
    about = clean(str(reply.to.raw.get("topic_title") or "")) or first_line(reply.text)
    return f"Re: {about}"[:LONGEST_TITLE]


def _posts_since(client: Client, item: Item, since: datetime | None) -> Iterator[str]:
    """Ids of our posts in the topic that answer the item, the newest first."""
    topic = topic_of(item)
    try:
        stream = _stream(client.topic(topic)) if topic is not None else []
    except NotThere:  # the topic is gone, and with it every answer
        return
    for _ in range(PAGES):
        page, stream = stream[-PAGE:], stream[:-PAGE]
        posts = client.posts_of(topic, page) if page and topic is not None else []
        for post in sorted(posts, key=lambda one: int(one["id"]), reverse=True):
            if _is_ours(client, post) and str(post.get("reply_to_post_number") or 1) == str(number_of(item) or 1):
                yield str(post["id"])
        if not stream or since is None or any(to_sent(post, client.base).at < since for post in posts):
            return
    raise Unsure(words("There are more posts since then than can be looked through."))


def _letters_since(client: Client, reply: OutgoingReply, since: datetime | None) -> Iterator[str]:
    """Ids of the first posts of private messages that we began under that title."""
    for topic in client.letters(sent=True):
        if isinstance(topic, dict) and str(topic.get("title", "")).casefold() == _title(reply).casefold():
            stream = _stream(client.topic(topic["id"]))
            yield from (str(id) for id in stream[:1])


def _stream(topic: dict[str, Any]) -> list[int]:
    return [id for id in (topic.get("post_stream") or {}).get("stream") or () if isinstance(id, int)]


def _is_ours(client: Client, post: dict[str, Any]) -> bool:
    return str(post.get("username", "")).casefold() == client.us.casefold()


def _shown(upload: Any, media: Media) -> str:
    if not isinstance(upload, dict) or not isinstance(upload.get("short_url"), str):
        raise Refused(words("The forum did not take {name}.").format(name=media.name or "the picture"))
    alt = " ".join((media.alt or media.name or "").replace("|", " ").replace("]", " ").replace("[", " ").split())
    size = f"|{upload['width']}x{upload['height']}" if upload.get("width") and upload.get("height") else ""
    return f"![{alt}{size}]({upload['short_url']})"
