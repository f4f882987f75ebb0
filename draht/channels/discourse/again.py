"""Reading known posts again: one call for those of a topic, and one for each that is missing there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from draht.channels.discourse.client import Client
from draht.channels.discourse.mapper import placed, to_event, topic_of
from draht.channels.discourse.refusals import Forbidden, NotThere
from draht.contract.messages import Deletion, Event, Item, Reading
from draht.contract.reading import read_each


def look_again(client: Client, items: Sequence[Item], now: datetime) -> Reading:
    known = {item.id: item for item in items if item.id.isdigit()}
    there = _in_their_topics(client, list(known.values()))
    gone: list[Event] = []
    for id in known.keys() - there.keys():  # deleted, or moved to another topic
        try:
            there[id] = client.post(id)
        except NotThere:
            gone.append(Deletion(id, now))
        except Forbidden:
            continue  # it may still be there, not for us
    events, unread = read_each(there.values(), lambda raw: _event(raw, client.base, known))
    return Reading((*events, *gone), unread)


def _in_their_topics(client: Client, items: list[Item]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for topic, some in groupby(sorted(items, key=lambda item: topic_of(item) or 0), key=topic_of):
        if topic is None:
            continue
        ids = [int(item.id) for item in some]
        try:
            posts = client.posts_of(topic, ids)
        except (NotThere, Forbidden):
            continue
        found |= {str(raw["id"]): raw for raw in posts if isinstance(raw, dict) and raw.get("id") in ids}
    return found


def _event(raw: Any, base: str, known: dict[str, Item]) -> Event | None:
    item = known[str(raw["id"])]
    return to_event(placed(raw, item.private, str(item.raw.get("topic_title") or "")), base)
