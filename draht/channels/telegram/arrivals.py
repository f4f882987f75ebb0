"""What is new: asked for, or waited for. While Telegram calls our hook it is only looked whether its calls arrive.

An update is confirmed by asking for what comes after it, and then Telegram forgets it. The cursor is the first update
that was not stored yet, so nothing is confirmed before it is stored. Once all is confirmed the cursor is empty: after
a quiet week Telegram begins to count anew, perhaps below the old number.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import msgspec

from draht.channels.telegram import mapper
from draht.channels.telegram.client import LIMIT, Client
from draht.channels.telegram.refusals import HookIsOn, Interrupted
from draht.channels.telegram.rights import RIGHTS
from draht.contract.errors import ChannelError
from draht.contract.messages import Event, IncomingMessage, Reading
from draht.contract.reading import read_each

WITH_HOOK = 240.0  # seconds between two looks whether Telegram's calls arrive
LATELY = 900.0  # seconds; Telegram tries again every minute or so
MOST_GROUPS = 10  # whose rights are asked for with one batch
AFTER_INTERRUPTION = 2.0  # seconds: our own fetch needs less


def fetch(client: Client, cursor: str, groups: bool) -> Reading:
    try:
        updates = client.updates(cursor)
    except HookIsOn:
        if not calls_fail(client.hook()):
            return Reading(cursor="", pause=WITH_HOOK)
        client.ask("deleteWebhook")  # Telegram keeps what waits; in an hour the hook is tried again
        updates = client.updates(cursor)
    events, unread = read_each(updates, lambda raw: mapper.to_event(raw, groups))
    return Reading(with_rights(client, events), unread, _after(updates), more=len(updates) >= LIMIT)


def read_hook(client: Client, body: bytes, groups: bool) -> Reading:
    events, unread = read_each([body], lambda raw: mapper.to_event(msgspec.json.decode(raw), groups))
    return Reading(with_rights(client, events), unread)


def wait(client: Client, cursor: str, seconds: float) -> bool:
    try:
        return bool(client.updates(cursor, limit=1, seconds=max(1, int(seconds))))
    except HookIsOn as error:
        raise HookIsOn(error.reason, after=WITH_HOOK) from error
    except Interrupted:  # most likely by our own fetch
        time.sleep(min(seconds, AFTER_INTERRUPTION))
        return False


def calls_fail(hook: dict[str, Any]) -> bool:
    """Whether something waits at Telegram because its last calls were in vain. It keeps errors long past."""
    failed_at = hook.get("last_error_date") or 0
    return time.time() - failed_at < LATELY and bool(hook.get("pending_update_count"))


def with_rights(client: Client, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Messages of groups, with what the bot may do there: it decides what an agent is offered."""
    chats = dict.fromkeys(mapper.Place(e.id).chat for e in events if isinstance(e, IncomingMessage) and not e.private)
    rights = {chat: found for chat in list(chats)[:MOST_GROUPS] if (found := rights_in(client, chat)) is not None}
    return tuple(_with(event, rights) for event in events)


def rights_in(client: Client, chat: int | str) -> list[str] | None:
    """Names of the rights of the bot in a group or channel; ``None`` if that cannot be said now."""
    try:
        member = client.member(chat)
    except ChannelError:
        return None
    if member.get("status") == "creator":
        return ["can_delete_messages", "can_restrict_members", "can_post_messages"]
    return sorted(right for right, given in member.items() if right.startswith("can_") and given is True)


def _with(event: Event, rights: dict[int, list[str]]) -> Event:
    if not isinstance(event, IncomingMessage) or event.private:
        return event
    found = rights.get(mapper.Place(event.id).chat)
    return event if found is None else replace(event, raw={**event.raw, RIGHTS: found})


def _after(updates: list[Any]) -> str:
    ids = [raw["update_id"] for raw in updates if isinstance(raw, dict) and isinstance(raw.get("update_id"), int)]
    return str(max(ids) + 1) if ids else ""
