"""X's JSON: only the fields that were asked for, as its API gives them."""

from __future__ import annotations

import html
from datetime import datetime
from typing import Any

from draht.channels.x.tests.network import LINK, MENTION, File, Message, Network, Person, Told, Written

Asked = dict[str, str]
DEFAULT = {"id", "text", "edit_history_tweet_ids"}


def post(net: Network, written: Written, fields: set[str]) -> dict[str, Any]:
    text, urls = _shortened(written)
    whole: dict[str, Any] = {
        "id": written.id,
        "text": text,
        "edit_history_tweet_ids": list(written.history),
        "author_id": written.author.id,
        "created_at": time(written.at),
        "conversation_id": written.conversation,
        "lang": "en",
        "display_text_range": [written.lead, len(text)],
        "entities": _entities(net, text, urls),
        "referenced_tweets": _references(written),
        "in_reply_to_user_id": net.posts[written.parent].author.id if written.parent in net.posts else None,
        "attachments": {"media_keys": [file.key for file in written.files]} if written.files else None,
    }
    return {key: value for key, value in whole.items() if key in DEFAULT | fields and value not in (None, [], {})}


def page(net: Network, posts: list[Written], asked: Asked) -> dict[str, Any]:
    """Posts with what was asked to come along."""
    fields = set(asked.get("tweet.fields", "").split(","))
    expansions = set(asked.get("expansions", "").split(","))
    along: dict[str, Any] = {}
    if "author_id" in expansions:
        people = {written.author.id: written.author for written in posts}
        along["users"] = [person(each, asked) for each in people.values()]
    if "attachments.media_keys" in expansions:
        along["media"] = [media(file, asked) for written in posts for file in written.files]
    data = [post(net, written, fields) for written in posts]
    return _without_empty({"data": data, "includes": _without_empty(along)})


def messages(net: Network, found: list[Message], asked: Asked) -> dict[str, Any]:
    fields = set(asked.get("dm_event.fields", "").split(",")) | {"id", "text", "event_type"}
    expansions = set(asked.get("expansions", "").split(","))
    along: dict[str, Any] = {}
    if "sender_id" in expansions:
        people = {message.sender.id: message.sender for message in found}
        along["users"] = [person(each, asked) for each in people.values()]
    if "attachments.media_keys" in expansions:
        along["media"] = [media(file, asked) for message in found for file in message.files]
    data = [{k: v for k, v in _message(each).items() if k in fields and v is not None} for each in found]
    return _without_empty({"data": data, "includes": _without_empty(along)})


def person(who: Person, asked: Asked) -> dict[str, Any]:
    whole = {
        "id": who.id,
        "name": who.name,
        "username": who.handle,
        "profile_image_url": f"https://pbs.twimg.com/profile_images/{who.id}/normal.jpg",
    }
    fields = {"id", "name", "username", *asked.get("user.fields", "").split(",")}
    return {key: value for key, value in whole.items() if key in fields}


def media(file: File, asked: Asked) -> dict[str, Any]:
    whole: dict[str, Any] = {"media_key": file.key, "type": file.kind, "alt_text": file.alt or None}
    if file.kind == "photo":
        whole["url"] = file.url
    else:
        whole["preview_image_url"] = file.url + ".jpg"
        whole["variants"] = [
            {"content_type": "application/x-mpegURL", "url": file.url + ".m3u8"},
            {"content_type": "video/mp4", "bit_rate": 632_000, "url": file.url + "-small.mp4"},
            {"content_type": "video/mp4", "bit_rate": 2_176_000, "url": file.url + ".mp4"},
        ]
    fields = {"media_key", "type", *asked.get("media.fields", "").split(",")}
    return {key: value for key, value in whole.items() if key in fields and value}


def event(net: Network, told: Told) -> dict[str, Any]:
    """The body of a hook of the Activity API."""
    return {
        "data": {
            "event_uuid": told.what.id,
            "filter": {"user_id": told.about},
            "event_type": told.kind,
            "tag": "draht",
            **_payload(net, told),
        }
    }


def _payload(net: Network, told: Told) -> dict[str, Any]:
    if isinstance(told.what, Message):
        people = {each.id: {"data": person(each, {})} for each in (told.what.sender, told.what.recipient)}
        return {"payload": {"direct_message_events": [_legacy(told.what)], "users": people}}
    if told.kind == "post.delete":
        return {"payload": {"id": told.what.id, "author_id": told.what.author.id}}
    fields = "author_id,created_at,conversation_id,lang,display_text_range,entities,referenced_tweets,attachments"
    asked = {
        "tweet.fields": fields + ",in_reply_to_user_id",
        "expansions": "author_id,attachments.media_keys",
        "media.fields": "alt_text,url,variants,preview_image_url",
        "user.fields": "profile_image_url",
    }
    whole = page(net, [told.what], asked)
    return {"payload": whole["data"][0], "includes": whole.get("includes", {})}


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "event_type": "MessageCreate",
        "text": html.escape(message.text, quote=False),
        "sender_id": message.sender.id,
        "created_at": time(message.at),
        "dm_conversation_id": "-".join(sorted((message.sender.id, message.recipient.id), key=int)),
        "attachments": {"media_keys": [file.key for file in message.files]} if message.files else None,
    }


def _legacy(message: Message) -> dict[str, Any]:
    data: dict[str, Any] = {"text": html.escape(message.text, quote=False), "entities": {"urls": []}}
    for file in message.files:
        shown = "https://t.co/dmpicture1"
        data["text"] += f" {shown}"
        data["attachment"] = {"type": "media", "media": {"type": "photo", "url": shown, "media_url_https": file.url}}
    return {
        "type": "message_create",
        "id": message.id,
        "created_timestamp": str(int(message.at.timestamp() * 1000)),
        "message_create": {
            "target": {"recipient_id": message.recipient.id},
            "sender_id": message.sender.id,
            "message_data": data,
        },
    }


def _references(written: Written) -> list[dict[str, str]]:
    named = (("replied_to", written.parent), ("quoted", written.quoted))
    return [{"type": kind, "id": id} for kind, id in named if id]


def _entities(net: Network, text: str, urls: list[dict[str, Any]]) -> dict[str, Any]:
    mentions = [_mention(net, found) for found in MENTION.finditer(text)]
    return _without_empty({"mentions": mentions, "urls": urls})


def _mention(net: Network, found: Any) -> dict[str, Any]:
    told = {"start": found.start(), "end": found.end(), "username": found[1]}
    known = net.people.get(found[1])
    return told | ({"id": known.id} if known else {})


def _shortened(written: Written) -> tuple[str, list[dict[str, Any]]]:
    """The text with every link as t.co, a link to each picture at its end, and signs of HTML escaped."""
    text, urls = html.escape(written.text, quote=False), []
    for number, link in enumerate(LINK.findall(written.text)):
        short = f"https://t.co/{written.id[-6:]}{number:04}"
        text = text.replace(html.escape(link, quote=False), short, 1)
        start = text.index(short)
        urls.append({"start": start, "end": start + len(short), "url": short, "expanded_url": link})
    for file in written.files:
        short = f"https://t.co/m{written.id[-9:]}"
        urls.append({"start": len(text) + 1, "end": len(text) + 1 + len(short), "url": short, "media_key": file.key})
        text = f"{text} {short}"
    return text, urls


def _without_empty(value: dict[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in value.items() if each not in (None, [], {})}


def time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
