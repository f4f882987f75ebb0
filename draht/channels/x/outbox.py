"""What we send: answers, direct messages and posts, with their pictures. X knows no key that recognises a copy."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import msgspec

from draht.channels.x import media as files
from draht.channels.x import prices, rules, wording
from draht.channels.x.client import Client
from draht.channels.x.direct import MESSAGE, to_sent_message
from draht.channels.x.mapper import newest_id, to_sent
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.http import Answer
from draht.contract.messages import Account, Allowed, May, Media, NotAllowed, OutgoingPost, OutgoingReply, Sent
from draht.contract.words import words

PIECE = 1024 * 1024  # bytes of one piece of an upload
MOST_CASHTAGS = 1  # of one post of an ordinary customer; docs.x.com/x-api/posts/manage-tweets/introduction
LONGEST_MESSAGE = 10_000  # characters of a direct message [M]: known from use, not from the documentation
MEANWHILE = 5  # seconds until we ask again whether X has taken in a picture


class Outbox:
    def __init__(self, client: Client, us: Account) -> None:
        self.client = client
        self.us = us

    def answer(self, reply: OutgoingReply) -> Sent:
        text = answer_text(reply, self.us)
        self._check(text)
        # X puts the mentions before it, which then weigh nothing
        to = {"in_reply_to_tweet_id": newest_id(reply.to), "auto_populate_reply_metadata": True}
        post = {"text": text, "reply": to} | self._hanging(reply.media)
        cents = rules.reply_price(reply.to, self.us, bool(wording.links(text)))
        return self._posted(self.client.write(post, cents))

    def message(self, reply: OutgoingReply) -> Sent:
        message: dict[str, Any] = {"text": reply.text}
        if reply.media:
            message["attachments"] = [{"media_id": self._upload(file, "dm_image")} for file in reply.media]
        body = self.client.message(way_to(reply), message)
        return _certain(body, to_sent_message)

    def publish(self, post: OutgoingPost) -> Sent:
        text = post_text(post)
        self._check(text)
        return self._posted(self.client.write({"text": text} | self._hanging(post.media), post_price(text)))

    def _posted(self, body: Any) -> Sent:
        return _certain(body, lambda told: to_sent(told, self.us.handle))

    def _check(self, text: str) -> None:
        if not self.client.free and wording.cashtags(text) > MOST_CASHTAGS:
            raise Refused(TOO_MANY_CASHTAGS)

    def _hanging(self, media: Sequence[Media]) -> dict[str, Any]:
        return {"media": {"media_ids": [self._upload(file, "tweet_image") for file in media]}} if media else {}

    def _upload(self, file: Media, category: str) -> str:
        """Sends a picture in pieces. Nobody sees it before it hangs on something."""
        begin = {"media_type": file.content_type, "total_bytes": len(file.content), "media_category": category}
        id = _uploaded(self.client.upload("upload/initialize", json=begin)).id
        for index, start in enumerate(range(0, len(file.content), PIECE)):
            piece = b64encode(file.content[start : start + PIECE]).decode()
            self.client.upload(f"upload/{id}/append", json={"media": piece, "segment_index": index})
        state = _uploaded(self.client.upload(f"upload/{id}/finalize")).processing_info.state
        if state == "failed":
            raise Refused(words("X cannot read the picture {name}.").format(name=file.name or file.content_type))
        if state != "succeeded":
            raise TryLater(words("X has not taken in the picture yet."), after=MEANWHILE)
        if file.alt:
            told = {"id": id, "metadata": {"alt_text": {"text": file.alt[: files.LONGEST_ALT]}}}
            self.client.upload("metadata", json=told)
        return id


TOO_MANY_CASHTAGS = words("X takes at most one cashtag (like $ABC) in a post.")


def answer_text(reply: OutgoingReply, us: Account) -> str:
    return wording.without_addressees(reply.text, rules.addressees(reply.to, us))


def post_text(post: OutgoingPost) -> str:
    link = post.link if post.link not in post.text else ""
    return "\n\n".join(part for part in (post.title, post.text, link) if part)


def may_publish(post: OutgoingPost, enterprise: bool) -> May:
    text = post_text(post)
    if wording.weight(text) > wording.LONGEST:
        return NotAllowed(words("Title, text and link together are too long for X."))
    if enterprise:
        return Allowed()
    if wording.cashtags(text) > MOST_CASHTAGS:
        return NotAllowed(TOO_MANY_CASHTAGS)
    cents = post_price(text)
    return Allowed(cost_cents=cents, note=words("Without the link it costs 1.5 cents.") if cents > prices.POST else "")


def post_price(text: str) -> float:
    return prices.POST_WITH_LINK if wording.links(text) else prices.POST


def way_to(reply: OutgoingReply) -> str:
    """Where a direct message goes: to a group, to the other of two, or to the author of a post."""
    thread = reply.to.thread.removeprefix(MESSAGE)
    return thread if reply.to.private else f"with/{reply.to.author.id}"


class _Processing(msgspec.Struct):
    state: str = "succeeded"


class _Uploaded(msgspec.Struct):
    id: str
    processing_info: _Processing = msgspec.field(default_factory=_Processing)


def _uploaded(answer: Answer) -> _Uploaded:
    """What X said about a picture. If it cannot be understood, nothing is lost: nobody has seen the picture."""
    try:
        return msgspec.convert(answer.json()["data"], _Uploaded)
    except (msgspec.ValidationError, LookupError, TypeError) as error:
        raise TryLater(words("X took the picture, but its answer cannot be read.")) from error


def _certain(body: Any, to_sent: Any) -> Sent:
    """X may answer that it did well, and name errors instead of a post."""
    try:
        sent: Sent = to_sent(body)
    except (msgspec.ValidationError, LookupError, TypeError) as error:
        if isinstance(body, dict) and body.get("errors") and not body.get("data"):
            said = body["errors"][0]
            raise Refused(str(said.get("detail") or said.get("title") or said)) from error
        raise Unsure(words("X took it, but did not say where it stands.")) from error
    return sent
