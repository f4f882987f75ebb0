"""Mastodon's JSON, as its OpenAPI document wants it."""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import Any

from draht.channels.mastodon.tests.network import HOME, TOKEN, Network, Person, Told, Written

CREDENTIALS = {
    "role": {"id": "-99", "name": "", "permissions": "0", "color": "", "highlighted": False},
    "source": {
        "note": "",
        "fields": [],
        "indexable": False,
        "privacy": "public",
        "sensitive": False,
        "language": "en",
        "follow_requests_count": 0,
    },
}


def notification(net: Network, told: Told) -> dict[str, Any]:
    written = net.statuses[told.status]
    return {
        "id": told.id,
        "type": "mention",
        "created_at": _time(told.at),
        "group_key": f"ungrouped-{told.id}",
        "account": account(written.author),
        "status": status(net, written),
    }


def status(net: Network, written: Written) -> dict[str, Any]:
    parent = net.statuses.get(written.parent or "")
    return {
        "id": written.id,
        "created_at": _time(written.at),
        "edited_at": _time(written.edited) if written.edited else None,
        "in_reply_to_id": written.parent,
        "in_reply_to_account_id": parent.author.id if parent else None,
        "visibility": written.visibility,
        "language": "en",
        "uri": f"{written.author.url}/statuses/{written.id}",
        "url": f"{written.author.url}/{written.id}",
        "content": content(written.text),
        "spoiler_text": written.spoiler,
        "sensitive": bool(written.spoiler),
        "account": account(written.author),
        "mentions": [_mention(person) for person in net.mentioned(written)],
        "media_attachments": written.media,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "emojis": [],
        "tags": [],
        "reblog": None,
        "card": None,
        "poll": None,
    }


def account(person: Person) -> dict[str, Any]:
    name = person.acct.partition("@")[0]
    pictures = ("avatar", "avatar_static", "header", "header_static")
    return {
        "id": person.id,
        "acct": person.acct,
        "username": name,
        "display_name": name.title(),
        "note": "",
        "url": person.url,
        "uri": person.url,
        "created_at": "2026-08-01T00:00:00.000Z",
        "emojis": [],
        "fields": [],
        **dict.fromkeys(pictures, f"{HOME}/avatars/original/missing.png"),
        **dict.fromkeys(("bot", "group", "indexable", "locked"), False),
        **dict.fromkeys(("followers_count", "following_count", "statuses_count"), 0),
    }


def instance(max_characters: int) -> dict[str, Any]:
    media = ("image_matrix_limit", "image_size_limit", "video_frame_rate_limit", "video_matrix_limit")
    polls = ("max_characters_per_option", "max_expiration", "max_options", "min_expiration")
    return {
        "domain": "social.example",
        "title": "Social",
        "version": "4.6.4",
        "source_url": "https://github.com/mastodon/mastodon",
        "description": "",
        "usage": {"users": {"active_month": 2}},
        "thumbnail": {"url": f"{HOME}/preview.png"},
        "icon": [],
        "languages": ["en"],
        "configuration": {
            "urls": {"streaming": "wss://social.example"},
            "accounts": {"max_featured_tags": 10, "max_pinned_statuses": 5},
            "statuses": {
                "max_characters": max_characters,
                "max_media_attachments": 4,
                "characters_reserved_per_url": 23,
            },
            "media_attachments": {
                "supported_mime_types": ["image/png"],
                **dict.fromkeys((*media, "video_size_limit"), 1),
            },
            "polls": dict.fromkeys(polls, 50),
            "translation": {"enabled": False},
        },
        "registrations": {"enabled": False, "approval_required": True},
        "api_versions": {"mastodon": 11},
        "contact": {"email": "hello@social.example"},
        "rules": [],
    }


def _mention(person: Person) -> dict[str, str]:
    name = person.acct.partition("@")[0]
    return {"id": person.id, "acct": person.acct, "username": name, "url": person.url}


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def content(text: str) -> str:
    """Text as Mastodon's HTML: mentions, tags, and links with hidden beginnings and ends."""
    paragraphs = [TOKEN.sub(_anchor, html.escape(part, quote=False)) for part in text.split("\n\n")]
    return "".join(f"<p>{part}</p>".replace("\n", "<br />") for part in paragraphs)


def _anchor(token: re.Match[str]) -> str:
    if acct := token["acct"]:
        name, _, host = acct.partition("@")
        place = f"https://{host}" if host else HOME
        link = f'<a href="{place}/@{name}" class="u-url mention">@<span>{name}</span></a>'
        return f'<span class="h-card" translate="no">{link}</span>'
    if tag := token["tag"]:
        return f'<a href="{HOME}/tags/{tag}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
    url: str = token["url"]
    scheme, _, rest = url.partition("://")
    shown = f'<span class="ellipsis">{rest[:30]}</span><span class="invisible">{rest[30:]}</span>'
    hidden = f'<span class="invisible">{scheme}://</span>'
    return f'<a href="{url}" target="_blank" rel="nofollow noopener">{hidden}{shown}</a>'
