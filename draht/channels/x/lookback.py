"""Whether something of ours arrived whose confirmation was lost: our newest posts and messages, read back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from draht.channels.x import outbox, wording
from draht.channels.x.client import Client
from draht.channels.x.direct import MESSAGE
from draht.channels.x.mapper import ASKED_MESSAGE, ASKED_POST, chain, signed, to_events
from draht.channels.x.round import moment
from draht.contract.errors import Unsure
from draht.contract.messages import Account, IncomingMessage, OutgoingPost, OutgoingReply, Sent
from draht.contract.reading import read_each
from draht.contract.words import words

SKEW = timedelta(minutes=5)  # their clock may run behind ours
PAGE = 50  # posts; they cost a tenth of a cent each
PAGES = 10


class LookBack:
    def __init__(self, client: Client, us: Account) -> None:
        self.client = client
        self.us = us

    def answer(self, reply: OutgoingReply) -> Sent | None:
        return self._post(outbox.answer_text(reply, self.us), chain(reply.to), reply.first_tried_at)

    def post(self, post: OutgoingPost) -> Sent | None:
        return self._post(outbox.post_text(post), {""}, post.first_tried_at)

    def message(self, reply: OutgoingReply) -> Sent | None:
        """Among the newest ten of the conversation: more were not written meanwhile, and X charges for each."""
        way = outbox.way_to(reply)
        direct = way.removeprefix("with/") if "/" in way else self._other(way)
        page = self.client.messages_with(direct) if direct else self.client.messages_in(way)
        since = reply.first_tried_at and reply.first_tried_at - SKEW
        for message in _messages(ASKED_MESSAGE, page):
            if self._is(message, reply.text, since):
                return Sent(message.id, message.at)
        return None

    def _post(self, text: str, parents: set[str], tried: datetime | None) -> Sent | None:
        """Our newest post with these words. Without ``tried`` only the newest page is looked at."""
        since = tried and tried - SKEW
        where = {"start_time": moment(since)} if since else {}
        for _ in range(PAGES):
            page = self.client.own(self.us.id, where, PAGE)
            for message in _messages(ASKED_POST, page):
                if message.parent in parents and self._is(message, text, since):
                    return Sent(message.id, message.at, signed(message, self.us).url)
            token = (page.get("meta") or {}).get("next_token")
            if since is None or not token:
                return None
            where["pagination_token"] = token
        raise Unsure(words("X holds more posts of ours since then than can be looked through."))

    def _is(self, message: IncomingMessage, text: str, since: datetime | None) -> bool:
        same_words = wording.letters(message.text) == wording.letters(text)
        return message.author.id == self.us.id and same_words and (since is None or message.at >= since)

    def _other(self, conversation: str) -> str:
        """The other one of two; empty for a group."""
        one, dash, other = conversation.removeprefix(MESSAGE).partition("-")
        return (other if one == self.us.id else one) if dash else ""


def _messages(kind: str, page: Any) -> list[IncomingMessage]:
    told = [{"event_type": kind, "payload": each} for each in page.get("data") or ()]
    return [event for event in read_each(told, to_events)[0] if isinstance(event, IncomingMessage)]
