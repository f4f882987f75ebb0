"""What posts and direct messages have in common: people, links, files. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from html import unescape
from typing import Annotated, Any

import msgspec

from draht.channels.x.media import Media, attachment, best
from draht.contract.messages import Attachment, Author
from draht.contract.text import clean

SITE = "https://x.com"
Id = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,19}$")]


class Link(msgspec.Struct):
    url: str
    expanded_url: str | None = None
    media_key: str | None = None


class Entities(msgspec.Struct):
    urls: list[Link] | None = None


class Attached(msgspec.Struct):
    media_keys: list[str] | None = None


class Person(msgspec.Struct):
    id: Id
    name: str = ""
    username: str = ""
    profile_image_url: str | None = None


def author(id: str, person: Person | None) -> Author:
    if person is None:
        return Author(id)
    return Author(
        id,
        name=clean(person.name).strip() or person.username,
        handle=person.username,
        url=page(person.username),
        avatar=person.profile_image_url or "",
    )


def page(handle: str) -> str:
    return f"{SITE}/{handle}" if handle else ""


def person(along: Any, id: str) -> Person | None:
    """Who it is, of the people that came along."""
    people = map(unwrapped, along.get("users") or ())
    return next((person for person in people if person and person.id == id), None)


def unwrapped(raw: Any) -> Person | None:
    """A person; some events put one more layer around them."""
    if not isinstance(raw, dict):
        return None
    return msgspec.convert(raw.get("data", raw), Person)


def plain(text: str, links: Iterable[Link]) -> str:
    """The text with the addresses that X has shortened, without those of the pictures that hang on it."""
    text = unescape(text)  # X escapes &, < and >
    for link in links:
        shown = "" if link.media_key else link.expanded_url or link.url
        text = text.replace(link.url, shown)
    return clean(text).strip()


def attachments(attached: Attached | None, along: Any) -> tuple[Attachment, ...]:
    """Its files, of those that came along."""
    known = {each.get("media_key"): each for each in along.get("media") or ()}
    files = [known[key] for key in (attached and attached.media_keys) or () if key in known]
    return tuple(attachment(best(msgspec.convert(file, Media))) for file in files)
