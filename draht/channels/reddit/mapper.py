"""Things of Reddit to the contract's messages: comments (t1), posts (t3) and private messages (t4). Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from draht.contract.errors import Unsure
from draht.contract.messages import Account, Attachment, Author, Deletion, Event, IncomingMessage, Sent
from draht.contract.text import clean
from draht.contract.words import words

WEB = "https://www.reddit.com"
NOBODY = "[deleted]"  # who has deleted their account, or what they wrote
GONE = frozenset({"[deleted]", "[removed]"})
PICTURE = re.compile(r"https://(i\.redd\.it|preview\.redd\.it)/\S+\.(jpe?g|png|gif|webp)(\?\S*)?", re.IGNORECASE)


class Me(msgspec.Struct):
    name: str


class Thing(msgspec.Struct):
    """What is read of the three kinds. Times are epoch seconds; ``edited`` is ``False``, or when."""

    name: str
    created_utc: float
    author: str | None = None
    body: str | None = None
    selftext: str | None = None
    title: str = ""
    subject: str = ""
    link_title: str = ""
    link_author: str | None = None
    type: str | None = None
    url: str | None = None
    permalink: str | None = None
    context: str | None = None
    parent_id: str | None = None
    first_message_name: str | None = None
    subreddit: str | None = None
    edited: bool | float = False
    banned_by: str | bool | None = None
    removed: bool = False
    spam: bool = False
    approved_at_utc: float | None = None
    banned_at_utc: float | None = None


class Child(msgspec.Struct):
    kind: str
    data: Thing


def to_account(raw: Any) -> Account:
    name = msgspec.convert(raw, Me).name
    return Account(name, f"u/{name}", name, f"{WEB}/user/{name}")


def children_of(listing: Any) -> list[Any]:
    """Raises ``LookupError`` or ``TypeError`` on what is no listing."""
    found = listing["data"]["children"]
    if not isinstance(found, list):
        raise TypeError("no listing")
    return found


def to_event(raw: Any, us: str = "") -> Event | None:
    """One child of a listing, as ``us`` see it."""
    child = msgspec.convert(raw, Child)
    thing = child.data
    if child.kind not in {"t1", "t3", "t4"}:
        return None
    said = clean((thing.selftext if child.kind == "t3" else thing.body) or "").strip()
    if said in GONE and (thing.author or NOBODY) == NOBODY:
        return Deletion(thing.name)
    pictures = _pictures(thing)
    return IncomingMessage(
        id=thing.name,
        author=_author(thing),
        text=said or ("" if pictures else _instead(thing)),
        at=_moment(thing.created_utc),
        thread=_thread(child.kind, thing, us),
        parent=thing.parent_id or "" if child.kind != "t3" else "",
        private=child.kind == "t4",
        revision=_moment(_version(thing)),
        held=is_held(thing),
        title=clean(thing.title or thing.link_title or (thing.subject if child.kind == "t4" else "")).strip(),
        url=_url(thing),
        attachments=pictures,
        raw=raw["data"],
    )


def is_held(thing: Thing) -> bool:
    """Taken away by a moderator or a filter; moderators and its author still see it. Only moderators are told."""
    return bool(thing.banned_by) or thing.removed or thing.spam


def _version(thing: Thing) -> float:
    """The last thing that happened to it: edited, taken away, let appear again."""
    edited = thing.edited if not isinstance(thing.edited, bool) else 0.0
    return max(thing.created_utc, edited, thing.banned_at_utc or 0.0, thing.approved_at_utc or 0.0)


def _thread(kind: str, thing: Thing, us: str) -> str:
    """A comment joins what it answers; directly below a post of ours, which is no message, it begins a thread."""
    if kind == "t4":
        return thing.first_message_name or thing.name
    below_ours = thing.type == "post_reply" or (bool(us) and thing.link_author == us)
    top = (thing.parent_id or "").startswith("t3_")
    return thing.name if kind == "t3" or (top and below_ours) else ""


def _author(thing: Thing) -> Author:
    """Names on Reddit never change. A private message may come from a whole subreddit."""
    if not thing.author and thing.subreddit:
        return Author(f"r/{thing.subreddit}", f"r/{thing.subreddit}", url=f"{WEB}/r/{thing.subreddit}")
    name = thing.author or NOBODY
    return Author(name, name, name, "" if name == NOBODY else f"{WEB}/user/{name}")


def _instead(thing: Thing) -> str:
    """A post without words: its title, and what it links to."""
    link = thing.url if thing.url and "/comments/" not in thing.url else ""
    return clean("\n".join(part for part in (thing.title, link) if part)).strip()


def _pictures(thing: Thing) -> tuple[Attachment, ...]:
    return (Attachment(thing.url, "image"),) if thing.url and PICTURE.fullmatch(thing.url) else ()


def _url(thing: Thing) -> str:
    if thing.name.startswith("t4_"):
        return f"{WEB}/message/messages/{thing.name.removeprefix('t4_')}"
    path = thing.permalink or (thing.context or "").partition("?")[0]
    return f"{WEB}{path}" if path.startswith("/") else ""


def link_of(raw: Any) -> str:
    """The id (without ``t3_``) of the post that a comment stands below; empty if it does not say."""
    told = raw.get("link_id")
    if isinstance(told, str) and told.startswith("t3_"):
        return told.removeprefix("t3_")
    found = re.search(r"/comments/(\w+)", str(raw.get("permalink") or raw.get("context") or ""))
    return found[1] if found else ""


def to_sent(told: Any, now: datetime) -> Sent:
    """What was written, as Reddit answers; a post's answer has only its name and address."""
    data = (told.get("json") or {}).get("data") if isinstance(told, dict) else None
    if isinstance(data, dict):
        things = data.get("things")
        inner = things[0].get("data") if isinstance(things, list) and things and isinstance(things[0], dict) else data
        if isinstance(inner, dict) and isinstance(inner.get("name"), str):
            at, path = inner.get("created_utc"), inner.get("permalink")
            url = f"{WEB}{path}" if isinstance(path, str) else str(inner.get("url") or "")
            return Sent(inner["name"], _moment(at) if isinstance(at, int | float) else now, url)
    raise Unsure(words("The network took it, but did not say where it stands."))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
