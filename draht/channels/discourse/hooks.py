"""A forum's calls. One that says what was deleted or brought back is only a reason to look: it carries no time of that,
and may come late or twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from draht.channels.discourse.client import Client
from draht.channels.discourse.mapper import PRIVATE, placed, to_event
from draht.channels.discourse.refusals import Forbidden, NotThere
from draht.contract.messages import Deletion, Event, Hook, IncomingMessage, Reading
from draht.contract.reading import read_each

SIGNATURE = "x-discourse-event-signature"
EVENT = "x-discourse-event"
SAID = {"post_created", "post_edited"}
LOOK = {"post_destroyed", "post_recovered"}


def read_hook(client: Client, hook: Hook, now: datetime) -> Reading:
    """Posts. Topics, likes, users and a ping say nothing to anybody."""
    event = hook.headers.get(EVENT, "")
    if event not in SAID | LOOK:
        return Reading()
    found: Event | None = None
    if _must_be_asked(hook.body, event):
        post = msgspec.json.decode(hook.body)["post"]
        found = _asked(client, post, event, now)
        return Reading() if found is None else Reading((found,))
    return Reading(*read_each([hook.body], lambda body: _told(body, client.base)))


def _must_be_asked(body: bytes, event: str) -> bool:
    """Some forums leave the words of a post out of their calls."""
    try:
        post = msgspec.json.decode(body)["post"]
        return isinstance(post["id"], int) and (event in LOOK or not (post.get("cooked") or post.get("raw")))
    except (msgspec.DecodeError, UnicodeError, KeyError, TypeError, AttributeError):
        return False  # it becomes a leftover


def _told(body: bytes, base: str) -> Event | None:
    return to_event(msgspec.json.decode(body)["post"], base)


def _asked(client: Client, told: dict[str, Any], event: str, now: datetime) -> Event | None:
    """A post as it is by now. What was brought back has the time of its last edit, and is newer than its deletion."""
    try:
        post = client.post(str(told["id"]))
    except NotThere:
        return Deletion(str(told["id"]), now)
    except Forbidden:
        return Deletion(str(told["id"]), now) if event == "post_destroyed" else None
    private = told.get("topic_archetype") == PRIVATE
    found = to_event(placed(post, private, str(told.get("topic_title") or "")), client.base)
    if event == "post_recovered" and isinstance(found, IncomingMessage):
        return replace(found, revision=now)
    return Deletion(found.id, now) if isinstance(found, Deletion) else found
