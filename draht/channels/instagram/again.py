"""Reading known items again: no hook tells of a comment that was taken away.

Graph says the same of what is gone and of what is not for us, so a deletion is only told where its post can still be
read.
"""

from __future__ import annotations

from collections.abc import Sequence

from draht.channels.instagram import mapper
from draht.channels.instagram.client import Client
from draht.channels.instagram.hooks import media_of
from draht.channels.instagram.paths import comment_path, mention_path, message_path, neighbours_path
from draht.contract.errors import LoginExpired
from draht.contract.graph import NotThere
from draht.contract.messages import Account, Deletion, Event, Item, Reading
from draht.contract.reading import read_each


def look_again(items: Sequence[Item], us: Account, client: Client) -> Reading:
    found = client.many({item.id: _path(item, client) for item in items})
    for told in found.values():
        if isinstance(told, LoginExpired):
            raise told
    there = [(item, found[item.id]) for item in items if isinstance(found[item.id], dict)]
    events, unread = read_each(there, lambda pair: _read(pair[0], pair[1], us))
    gone = [item for item in items if isinstance(found[item.id], NotThere) and media_of(item.raw) and not item.private]
    return Reading(events + tuple(_certain(gone, client)), unread)


def _path(item: Item, client: Client) -> str:
    if item.private:
        return message_path(item.id)
    if item.raw.get("mention"):
        return mention_path(client.user, str(item.raw.get("media_id") or ""), str(item.raw.get("comment_id") or ""))
    return comment_path(item.id)


def _read(item: Item, told: object, us: Account) -> Event:
    if item.raw.get("mention"):
        media, comment = str(item.raw.get("media_id") or ""), str(item.raw.get("comment_id") or "")
        return mapper.to_mention(told, us, media, comment)
    return mapper.to_told(told, us)


def _certain(gone: Sequence[Item], client: Client) -> list[Deletion]:
    """Where the comments of a post are shown to us, one that is not there is gone; and so it is with our posts."""
    posts = {media_of(item.raw) for item in gone}
    seen = client.many({post: neighbours_path(post) for post in sorted(posts)})
    missing = any(isinstance(told, NotThere) for told in seen.values())
    ours = client.media(comments=False) if missing else None
    return [
        Deletion(item.id)
        for item in gone
        if isinstance(told := seen[media_of(item.raw)], dict) or (isinstance(told, NotThere) and ours is not None)
    ]
