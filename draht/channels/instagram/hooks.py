"""Reading a hook. What it leaves out is asked for: what a mention says, what a post is called, who somebody is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from draht.channels.instagram import mapper
from draht.channels.instagram.client import Client
from draht.channels.instagram.paths import caption_path, mention_path, names_path
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater
from draht.contract.graph import NotThere
from draht.contract.graph_hooks import hub_entries
from draht.contract.graph_messaging import to_direct
from draht.contract.messages import Account, Event, IncomingMessage, Reading
from draht.contract.reading import read_each

Found = Mapping[str, dict[str, Any] | ChannelError]


def read_hook(body: bytes, us: Account, client: Client) -> Reading:
    """What a delivery says to this account. Mentions are read; where that fails for now, ``TryLater``."""
    payloads = [payload for entry in hub_entries(body, us.id) for payload in _payloads(entry)]
    mentions = [payload for payload in payloads if mapper.mentioned(payload) is not None]
    events, unread = read_each([one for one in payloads if mapper.mentioned(one) is None], lambda one: _read(one, us))
    found = _ask(client, _missing(events, us))
    named = _ask_mentions(client, mentions)
    told, unread_mentions = read_each(mentions, lambda one: _mention(one, us, named))
    return Reading(tuple(_completed(event, found) for event in events) + told, unread + unread_mentions)


def _payloads(entry: Mapping[str, Any]) -> list[Any]:
    changes = [{**one, "time": entry.get("time", 0)} for one in entry.get("changes") or ()]
    return changes + [one for key in ("messaging", "standby") for one in entry.get(key) or ()]


def _read(payload: Any, us: Account) -> Event | None:
    return mapper.to_change(payload, us) if "field" in payload else to_direct(payload, us.id)


def _missing(events: Sequence[Event], us: Account) -> dict[str, str]:
    messages = [event for event in events if isinstance(event, IncomingMessage)]
    people = {m.author.id for m in messages if m.private and m.author.id != us.id}
    posts = {post for m in messages if (post := media_of(m.raw)) and not m.private}
    return {f"who {id}": names_path(id) for id in sorted(people)} | {
        f"post {id}": caption_path(id) for id in sorted(posts)
    }


def media_of(raw: Mapping[str, Any]) -> str:
    """The post that a comment stands below."""
    media = raw.get("media")
    id = media.get("id") if isinstance(media, dict) else None
    return id if isinstance(id, str) else ""


def _ask(client: Client, asked: Mapping[str, str]) -> Found:
    """What is only nice to know is not worth a delay."""
    try:
        return client.many(asked)
    except ChannelError:
        return {}


def _ask_mentions(client: Client, mentions: Sequence[Any]) -> Found:
    """Without reading, a mention says nothing at all."""
    wanted = [ids for one in mentions if (ids := mapper.mentioned(one)) is not None]
    asked = {"/".join(ids): mention_path(client.user, *ids) for ids in wanted}
    try:
        found = client.many(asked)
    except Refused as error:
        return dict.fromkeys(asked, error)
    for told in found.values():
        if isinstance(told, LoginExpired | TryLater):
            raise told
    return found


def _mention(payload: Any, us: Account, named: Found) -> IncomingMessage | None:
    """What is gone meanwhile is nobody's business."""
    media, comment = mapper.mentioned(payload) or ("", "")
    told = named[f"{media}/{comment}"]
    if isinstance(told, NotThere):
        return None
    if isinstance(told, ChannelError):  # it becomes a leftover
        raise told
    return mapper.to_mention(told, us, media, comment)


def _completed(event: Event, found: Found) -> Event:
    if not isinstance(event, IncomingMessage):
        return event
    if event.private:
        who = found.get(f"who {event.author.id}")
        return replace(event, author=mapper.to_name(who)) if isinstance(who, dict) else event
    title, url = mapper.to_title(found.get(f"post {media_of(event.raw)}"))
    return replace(event, title=title, url=url, raw={**event.raw, "permalink": url}) if url or title else event
