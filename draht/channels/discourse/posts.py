"""Topics of our own. The forum knows each by our key (``external_id``) and makes no second one with it."""

from __future__ import annotations

import re
from typing import Any

from draht.channels.discourse.answers import LONGEST_TITLE, with_files
from draht.channels.discourse.client import Client
from draht.channels.discourse.mapper import to_sent
from draht.channels.discourse.refusals import NotThere
from draht.contract.errors import Refused, Unsure
from draht.contract.messages import OutgoingPost, Sent
from draht.contract.text import first_line
from draht.contract.words import words

SHORTEST_TITLE = 15  # characters; [M]: the site setting min_topic_title_length
_TAGS = re.compile(r"\n\s*((?:#[\w-]+[ \t]*)+)$")


def publish(client: Client, post: OutgoingPost, category: int | None) -> Sent:
    text, tags = split_tags(post.text)
    link = "" if post.link in post.text else post.link
    raw = with_files(client, "\n\n".join(part for part in (text, link) if part), post.media)
    values: dict[str, Any] = {"title": title_of(post), "raw": raw, "external_id": post.key}
    values |= {"category": category} if category is not None else {}
    values |= {"tags": tags} if tags else {}
    try:
        return to_sent(client.write(values, repeatable=True), client.base)
    except Refused:
        if (found := find(client, post)) is not None:  # the key is taken: by the first attempt
            return found
        raise


def find(client: Client, post: OutgoingPost) -> Sent | None:
    try:
        told = client.topic(client.topic_of_key(post.key))
    except NotThere:
        return None
    first = ((told.get("post_stream") or {}).get("stream") or [None])[0]
    if not isinstance(first, int):
        raise Unsure(words("The forum took it, but did not say where it stands."))
    return to_sent(client.post(str(first)), client.base)


def title_of(post: OutgoingPost) -> str:
    """A title that is too short for most forums goes on with the first line."""
    title = post.title.strip()
    if len(title) < SHORTEST_TITLE:
        title = ": ".join(part for part in (title, first_line(split_tags(post.text)[0], 120)) if part)
    return title[:LONGEST_TITLE]


def split_tags(text: str) -> tuple[str, list[str]]:
    """The text without a last line of nothing but #tags, and the tags."""
    found = _TAGS.search(text.rstrip())
    if found is None:
        return text, []
    return text[: found.start()].rstrip(), [tag.lower() for tag in re.findall(r"#([\w-]+)", found[1])]
