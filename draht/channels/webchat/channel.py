"""The web chat as a channel. There is no network to call: what visitors write comes as hooks that we sign ourselves."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import ClassVar

import msgspec

from draht.channels.webchat import mapper
from draht.channels.webchat.settings import origins, site_secret
from draht.contract.channel import Act, Channel, Counter, Demonstrates, Hears, Moderates, Replies, Setting, not_allowed
from draht.contract.errors import Forged, Refused
from draht.contract.http import NO_JSON
from draht.contract.messages import (
    Account,
    Allowed,
    Hook,
    Item,
    May,
    NotAllowed,
    OutgoingReply,
    Reading,
    Sent,
    Unread,
)
from draht.contract.reading import as_text, read_each
from draht.contract.signatures import fits, sign
from draht.contract.text import counter
from draht.contract.visits import Said, Site, Welcomes
from draht.contract.words import words

LONGEST = 10_000  # characters of a message, ours and theirs
SIGNATURE = "x-draht-signature"
US = "us"  # our own id; visitors' ids look different


class Webchat(Channel, Hears, Replies, Moderates, Welcomes, Demonstrates):
    """The chat of one company, on as many websites as it has."""

    label = words("Web chat")
    repeats_for: ClassVar[int] = 100 * 365 * 24 * 3600  # our own key is the message's id: it stays one message
    settings = (
        Setting("title", words("Title"), words("What stands over the chat, for example the name of your company.")),
        Setting("greeting", words("Greeting"), words("The first words a visitor sees."), required=False, lines=True),
        Setting(
            "origins",
            words("Websites"),
            words("Which may carry it, like https://www.example.org, one per line."),
            lines=True,
        ),
        Setting(
            "secret",
            words("Site secret"),
            words("Proves who your logged-in users are. At least 16 characters."),
            secret=True,
        ),
    )

    def whoami(self) -> Account:
        title = self.config.get("title", "").strip()
        if not title:
            raise Refused(words("The chat needs a title."))
        site_secret(self.config.get("secret", ""))
        websites = sorted(self.site().origins)
        if not websites:
            raise Refused(words("Name at least one website that may carry the chat, like https://www.example.org"))
        return Account(id=US, name=title, url=websites[0])

    def site(self) -> Site:
        texts = {key: self.config.get(key, "").strip() for key in ("title", "greeting")}
        return Site(**texts, origins=origins(self.config.get("origins", "")), longest=LONGEST)

    def vouches(self, user_id: str, proof: str) -> bool:
        return fits(self.config.get("secret", ""), user_id.encode("utf-8", "replace"), proof)

    def write_hook(self, said: Said) -> Hook:
        body = mapper.from_said(said)
        headers = {"content-type": "application/json", SIGNATURE: sign(self._hook_secret, body)}
        return Hook("POST", headers, {}, body)

    def verify(self, hook: Hook) -> None:
        if not fits(self._hook_secret, hook.body, hook.headers.get(SIGNATURE, "")):
            raise Forged("It was not signed by our own web chat.")

    def read_hook(self, hook: Hook) -> Reading:
        try:
            payload = msgspec.json.decode(hook.body)
        except NO_JSON as error:
            return Reading(unread=(Unread(as_text(hook.body), f"No JSON: {error}"),))
        return Reading(*read_each([payload], mapper.to_event))

    def counter(self, item: Item) -> Counter:
        return counter(LONGEST)

    def reply(self, reply: OutgoingReply) -> Sent:
        return mapper.to_sent(reply, datetime.now(UTC))

    def moderate(self, act: Act, item: Item) -> None:
        """What the house writes down is what visitors see: there is nobody else to tell."""

    def may(self, act: Act, item: Item) -> May:
        if item.deleted:
            return NotAllowed(words("It was deleted."))
        match act:
            case Act.REPLY:
                return Allowed(note=words("Seen when the visitor is on the website."))
            case Act.DELETE:
                return Allowed(note=words("Also disappears from the visitor's chat."))
            case _:
                return not_allowed(self.label)

    @classmethod
    def demo(cls, data_dir: str, house: str, website: str) -> Mapping[str, str]:
        return {
            "title": "Nordlicht",
            "greeting": "Moin! Ask us anything about your machine.",
            "origins": website,
            "secret": secrets.token_urlsafe(32),
        }

    @property
    def _hook_secret(self) -> str:
        """Not the site secret itself: with that, the website signs whatever its users call themselves."""
        secret = self.config.get("secret", "")
        return sha256(b"hook:" + secret.encode()).hexdigest() if secret else ""
