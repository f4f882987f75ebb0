"""Reading a hook. What it leaves out is asked for in one call: what a post says, who somebody is, who wrote what the
page has hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from draht.channels.facebook import mapper
from draht.channels.facebook.client import Client, comment_path, names_path, post_path, words_path
from draht.contract.errors import ChannelError, TryLater
from draht.contract.graph import NotThere, moment
from draht.contract.graph_hooks import hub_entries
from draht.contract.graph_messaging import to_direct
from draht.contract.messages import Author, Event, IncomingMessage, Reading
from draht.contract.reading import read_each
from draht.contract.words import words

Found = Mapping[str, dict[str, Any] | ChannelError]


def read_hook(body: bytes, us: str, client: Client) -> Reading:
    """What a delivery says to this page. Raises ``TryLater`` only where it cannot be understood without asking."""
    payloads = [payload for entry in hub_entries(body, us) for payload in _payloads(entry)]
    acts = {id: payload for payload in payloads if (id := mapper.act_of_page(payload, us))}
    events, unread = read_each([one for one in payloads if not mapper.act_of_page(one, us)], lambda one: _read(one, us))
    asked = _missing(events, us) | {f"act {id}": _path(id, us) for id in acts}
    found = _ask(client, asked, needed=bool(acts))
    told = tuple(_completed(event, found) for event in events)
    again, unread_again = read_each(_acts(acts, found), lambda act: _again(act[0], act[1], us))
    return Reading(told + again, unread + unread_again)


def _payloads(entry: Mapping[str, Any]) -> list[Any]:
    """``standby``: somebody else's app leads the conversation, which is still one with our page."""
    changes = [{**one, "time": entry.get("time", 0)} for one in entry.get("changes") or ()]
    return changes + [one for key in ("messaging", "standby") for one in entry.get(key) or ()]


def _read(payload: Any, us: str) -> Event | None:
    return mapper.to_change(payload, us) if "field" in payload else to_direct(payload, us)


def _missing(events: tuple[Event, ...], us: str) -> dict[str, str]:
    """What to ask for: the name of what is missing, and its path."""
    messages = [event for event in events if isinstance(event, IncomingMessage)]
    people = {m.author.id for m in messages if m.private and not m.author.name and m.author.id != us}
    posts = {post for m in messages if (post := _post_of(m))}
    return {f"who {id}": names_path(id) for id in sorted(people)} | {
        f"post {id}": words_path(id) for id in sorted(posts)
    }


def _post_of(message: IncomingMessage) -> str:
    """The post above a comment that begins a thread."""
    return "" if message.private or message.parent or message.raw.get("item") != "comment" else _post(message.raw)


def _post(raw: Mapping[str, Any]) -> str:
    post = raw.get("post_id")
    return post if isinstance(post, str) else ""


def _path(id: str, us: str) -> str:
    return post_path(id) if id.startswith(f"{us}_") else comment_path(id)


def _ask(client: Client, asked: Mapping[str, str], needed: bool) -> Found:
    """What is only nice to know is not worth a delay."""
    if not asked:
        return {}
    try:
        return client.many(asked)
    except ChannelError as error:
        if needed:
            raise TryLater(error.reason) from error
        return {}


def _completed(event: Event, found: Found) -> Event:
    if not isinstance(event, IncomingMessage):
        return event
    who, post = found.get(f"who {event.author.id}"), found.get(f"post {_post_of(event)}")
    names: dict[str, Author] = mapper.to_names(who) if event.private and isinstance(who, dict) else {}
    title = mapper.to_title(post) if isinstance(post, dict) else ""
    return replace(event, author=names.get(event.author.id, event.author), title=title)


def _acts(acts: Mapping[str, Any], found: Found) -> list[Any]:
    """What the page hid or showed, as it is by now, and when that was. What is gone meanwhile is left out."""
    there = []
    for id, act in acts.items():
        told = found[f"act {id}"]
        if isinstance(told, dict):
            there.append((told, act["time"]))
        elif not isinstance(told, NotThere):
            raise TryLater(words("What was hidden or shown could not be read: {reason}").format(reason=told.reason))
    return there


def _again(told: Any, at: int, us: str) -> IncomingMessage | None:
    message = mapper.to_told(told, us)
    return None if message is None else mapper.as_of(message, moment(at))
