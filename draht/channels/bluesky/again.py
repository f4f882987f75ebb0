"""Known posts as they are by now. Direct messages cannot be changed, nor taken away from us: they are not looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from draht.channels.bluesky.client import Client
from draht.channels.bluesky.mapper import parts, to_post
from draht.contract.errors import Refused
from draht.contract.messages import Deletion, IncomingMessage, Item, Reading
from draht.contract.reading import read_each


def look_again(client: Client, items: Sequence[Item]) -> Reading:
    posts = {item.id: item for item in items if item.id.startswith("at://")}
    found = client.posts(list(posts)) if posts else []
    shown = {view.get("uri") for view in found if isinstance(view, dict)}
    events, unread = read_each(found, to_post)
    seen = [
        _as_known(each, posts[each.id]) for each in events if isinstance(each, IncomingMessage) and each.id in posts
    ]
    gone = [Deletion(id, datetime.now(UTC)) for id in posts if id not in shown and _is_gone(client, id)]
    return Reading((*seen, *gone), unread)


def _as_known(message: IncomingMessage, item: Item) -> IncomingMessage:
    """With what a post's view does not say: that we have hidden it, and why we were told of it."""
    why = {key: item.raw[key] for key in ("reason", "reasonSubject") if key in item.raw}
    return replace(message, held=item.held, parent=message.parent or item.parent, raw={**message.raw, **why})


def _is_gone(client: Client, uri: str) -> bool:
    """A post that is not shown may be one of somebody who blocked us; then its record is still there."""
    owner, collection, rkey = parts(uri)
    try:
        return bool(owner) and client.record(owner, collection, rkey) is None
    except Refused:
        return False  # an account that is switched off for a while
