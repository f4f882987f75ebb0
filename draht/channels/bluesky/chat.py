"""The calls of direct messages. They go through our server to the chat service, which it finds by its identity."""

from __future__ import annotations

from typing import Any

from draht.channels.bluesky.client import BAD, PAGE, Client, items, part, text
from draht.contract.http import Answer

SERVICE = "did:web:api.bsky.chat"  # as public clients send it; from here the live service was never called
CONVOS = 5  # conversations looked through at once, each with up to PAGE messages


class Chat:
    """Direct messages of one login. ``service`` is the identity of the chat service."""

    def __init__(self, client: Client, service: str = "") -> None:
        self.client = client
        self.headers = {"atproto-proxy": f"{service or SERVICE}#bsky_chat"}

    def log(self, cursor: str) -> tuple[list[Any], str]:
        """What happened since ``cursor``, and the next one. Without a cursor: only where we are.

        Source: a maintainer's word in bluesky-social/atproto, issue 2760.
        """
        answer = self._get("getLog", {"cursor": cursor} if cursor else {})
        return items(answer, "logs"), text(answer, "cursor")

    def convos(self, cursor: str) -> tuple[list[Any], str]:
        """Conversations, those with the newest messages first."""
        answer = self._get("listConvos", {"limit": CONVOS} | ({"cursor": cursor} if cursor else {}))
        return items(answer, "convos"), text(answer, "cursor")

    def convo(self, convo: str) -> Any | None:
        """``None`` if we are no longer part of it."""
        answer = self._get("getConvo", {"convoId": convo}, accept=frozenset({BAD}))
        return part(answer, "convo") if answer.status != BAD else None

    def messages(self, convo: str, cursor: str = "") -> tuple[list[Any], str]:
        """One page, the newest first."""
        answer = self._get("getMessages", {"convoId": convo, "limit": PAGE} | ({"cursor": cursor} if cursor else {}))
        return items(answer, "messages"), text(answer, "cursor")

    def begin(self, did: str) -> Any:
        """The conversation with somebody; it begins if there is none."""
        return part(self._get("getConvoForMembers", {"members": [did]}), "convo")

    def known(self, did: str) -> Any | None:
        """The conversation with somebody, if there is one. Begins none."""
        body = self._get("getConvoAvailability", {"members": [did]}).json()
        return body.get("convo") if isinstance(body, dict) else None

    def accept(self, convo: str) -> None:
        """Takes a request of a stranger; one that was taken before is no error."""
        self._post("acceptConvo", {"convoId": convo}, repeatable=True)

    def send(self, convo: str, message: Any) -> Any:
        """There is no key here: an answer that is lost leaves us unsure."""
        return self._post("sendMessage", {"convoId": convo, "message": message}).json()

    def _get(self, call: str, params: Any, **options: Any) -> Answer:
        name = f"chat.bsky.convo.{call}"
        return self.client.get(name, params, headers=self.headers, bucket="chat", **options)

    def _post(self, call: str, body: Any, repeatable: bool = False) -> Answer:
        name = f"chat.bsky.convo.{call}"
        return self.client.post(name, body, headers=self.headers, bucket="chat", repeatable=repeatable)
