"""Reading known items again. Graph says the same of what is gone and of what is not for us, so a deletion is only told
where what stands around it can still be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from draht.channels.facebook import mapper
from draht.channels.facebook.client import Client, comment_path, message_path, post_path
from draht.channels.facebook.mapper import is_post
from draht.contract.errors import ChannelError, LoginExpired
from draht.contract.graph import NotThere
from draht.contract.messages import Deletion, Item, Reading
from draht.contract.reading import read_each

Found = Mapping[str, dict[str, Any] | ChannelError]


def look_again(items: Sequence[Item], us: str, client: Client) -> Reading:
    kinds = {item.id: kind_of(item, us) for item in items}
    found = client.many({id: kind(id) for id, kind in kinds.items()})
    for told in found.values():
        if isinstance(told, LoginExpired):
            raise told
    there = {id: told for id, told in found.items() if isinstance(told, dict)}
    events, unread = read_each(there.values(), lambda raw: mapper.to_told(raw, us))
    missing = [item for item in items if isinstance(found.get(item.id), NotThere) and not item.private]
    return Reading(events + tuple(_gone(missing, us, client)), unread)


def kind_of(item: Item, us: str) -> Any:
    """How to ask for it."""
    if item.private:
        return message_path
    return post_path if is_post(item, us) else comment_path


def _gone(missing: Sequence[Item], us: str, client: Client) -> list[Deletion]:
    """Those whose neighbourhood we still see: the comments of their post, or, if that is gone, our posts."""
    if not missing:
        return []
    around = {item.id: _around(item, us) for item in missing}
    seen = client.many({path: path for path in {*around.values(), _LIST}})
    page_is_open = isinstance(seen.get(_LIST), dict)
    return [
        Deletion(item.id)
        for item in missing
        if isinstance(told := seen[around[item.id]], dict) or (isinstance(told, NotThere) and page_is_open)
    ]


_LIST = "me/feed?fields=id,comments.limit(1){id}&limit=1"


def _around(item: Item, us: str) -> str:
    """Where an item stands: its post is the first half of a comment's id."""
    if is_post(item, us):
        return _LIST
    post = item.raw.get("post_id")
    above = post if isinstance(post, str) else f"{us}_{item.id.partition('_')[0]}"
    return f"{quote(above, safe='')}/comments?fields=id&limit=1"
