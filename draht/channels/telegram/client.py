"""Talks to the Bot API as one bot: each method is one POST. Raw JSON in and out.

Source: core.telegram.org/bots/api (Bot API 10.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from draht.channels.telegram.refusals import refusal_of
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.http import NO_JSON, Answer, Http, error_of
from draht.contract.messages import Media
from draht.contract.words import words

BASE = "https://api.telegram.org"
TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{20,100}")
TOLD = frozenset({400, 401, 403, 404, 409, 413, 429})  # the body says more than the status
LIMIT = 100  # updates of one call; the specification's most
PATIENCE = 10  # seconds that a long poll may take beyond its time
UPDATES = ("message", "edited_message")
OUT_OF_ORDER = words("{host} does not answer like Telegram.")


class Client:
    """One bot's login."""

    def __init__(self, http: Http, token: str, base: str = "") -> None:
        token = token.strip()
        if not TOKEN.fullmatch(token):
            raise Refused(
                words("This is not a whole token of a bot. It looks like 123456789:AAH4… and comes from @BotFather.")
            )
        self.http = http
        self.base = base or BASE
        self.token = token
        self.us = token.partition(":")[0]

    def call(
        self,
        method: str,
        values: Mapping[str, Any] | None = None,
        *,
        repeatable: bool = False,
        files: Mapping[str, Media] | None = None,
        **options: Any,
    ) -> Any:
        """What a method answers. Raises one of the four errors, see ``refusals.py``."""
        if files:
            options |= {"data": _form(values or {}), "files": {name: _file(media) for name, media in files.items()}}
        else:
            options["json"] = dict(values or {})
        url = f"{self.base}/bot{self.token}/{method}"
        answer = self.http.post(url, accept=TOLD, repeatable=repeatable, **options)
        told = _told(answer)
        if answer.status >= 300:
            raise refusal_of(told, answer.status) if told else error_of(answer, repeatable)
        if told.get("ok") is not True or "result" not in told:
            said = OUT_OF_ORDER.format(host=self.base)
            raise TryLater(said) if repeatable else Unsure(said)
        return told["result"]

    def ask(self, method: str, **values: Any) -> Any:
        """A question: it may be asked again."""
        return self.call(method, values, repeatable=True)

    # -- reading ------------------------------------------------------------------------------------------------

    def updates(self, after: str, limit: int = LIMIT, seconds: int = 0) -> list[Any]:
        """What nobody confirmed yet, the oldest first. What comes before ``after`` is confirmed by asking: Telegram
        forgets it. Waits for ``seconds`` if there is nothing."""
        asked: dict[str, Any] = {"limit": limit, "timeout": seconds, "allowed_updates": list(UPDATES)}
        asked |= {"offset": int(after)} if after else {}
        found = self.call("getUpdates", asked, repeatable=True, timeout=max(20, seconds + PATIENCE))
        if not isinstance(found, list):
            raise TryLater(OUT_OF_ORDER.format(host=self.base))
        return found

    def hook(self) -> dict[str, Any]:
        """How Telegram's calls go: the address, what waits, the last error."""
        return self._object("getWebhookInfo")

    def me(self) -> dict[str, Any]:
        return self._object("getMe")

    def member(self, chat: int | str) -> dict[str, Any]:
        """What the bot is in a group or channel, and which rights it has there."""
        return self._object("getChatMember", chat_id=chat, user_id=int(self.us))

    def file(self, id: str, most: int) -> Answer:
        """A file whole. Telegram gives bots what has at most 20 MB."""
        told = self._object("getFile", file_id=id)
        if not told.get("file_path") or told.get("file_size", 0) > most:
            raise Refused(words("This file is larger than what is kept here."))
        return self.http.get(f"{self.base}/file/bot{self.token}/{told['file_path']}", most=most, timeout=60.0)

    def _object(self, method: str, **values: Any) -> dict[str, Any]:
        found = self.ask(method, **values)
        if not isinstance(found, dict):
            raise TryLater(OUT_OF_ORDER.format(host=self.base))
        return found


def _told(answer: Answer) -> dict[str, Any]:
    """The body; empty where it is not Telegram's."""
    if answer.status < 300:
        told = answer.json()
    else:
        try:
            told = msgspec.json.decode(answer.body)
        except NO_JSON:
            return {}
    return told if isinstance(told, dict) and isinstance(told.get("ok"), bool) else {}


def _form(values: Mapping[str, Any]) -> dict[str, str]:
    """Parameters beside files: what is no text is written as JSON."""
    return {key: one if isinstance(one, str) else msgspec.json.encode(one).decode() for key, one in values.items()}


def _file(media: Media) -> tuple[str, bytes, str]:
    return media.name or "file", media.content, media.content_type
