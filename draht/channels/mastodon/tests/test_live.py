"""The channel against a live server of Mastodon's API; it writes private mentions only and deletes them afterwards.

Run it with ``pytest -m real``, ``DRAHT_TEST_MASTODON_URL`` and ``DRAHT_TEST_MASTODON_TOKEN`` (scopes as in README.md).
``DRAHT_TEST_MASTODON_CUSTOMER_TOKEN``, of a second account on the same server, tries incoming mentions as well.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from pytest_socket import socket_allow_hosts

from draht.channels.mastodon.channel import Mastodon
from draht.channels.mastodon.mapper import to_message
from draht.contract.errors import LoginExpired, Refused
from draht.contract.http import Http
from draht.contract.messages import Deletion, Event, IncomingMessage, OutgoingReply
from draht.contract.testing import drain, item_of

pytestmark = pytest.mark.real

SERVER = os.environ["DRAHT_TEST_MASTODON_URL"]
TOKEN = os.environ["DRAHT_TEST_MASTODON_TOKEN"]
CUSTOMER = os.environ.get("DRAHT_TEST_MASTODON_CUSTOMER_TOKEN", "")


class Live:
    """Logins on the live server, and what they wrote."""

    def __init__(self) -> None:
        self.http = Http()
        self.ours = self.open(TOKEN)
        self.us = f"@{self.ours.whoami().handle}"
        self.written: list[tuple[Mastodon, str]] = []

    def open(self, token: str) -> Mastodon:
        channel = Mastodon({"server": SERVER, "token": token}, self.http)
        channel.account = channel.whoami()
        return channel

    def write(self, channel: Mastodon, text: str) -> IncomingMessage:
        raw = channel.client.write({"status": text, "visibility": "direct"}, str(uuid4()))
        self.written.append((channel, raw["id"]))
        return to_message(raw)

    def reply(self, wanted: OutgoingReply) -> str:
        id = self.ours.reply(wanted).id
        self.written.append((self.ours, id))
        return id

    def change(self, method: str, channel: Mastodon, id: str, **body: Any) -> None:
        self.http.request(
            method,
            f"{channel.client.base}/api/v1/statuses/{id}",
            headers=channel.client.headers,
            repeatable=True,
            accept=frozenset({404}),
            **body,
        )


@pytest.fixture
def live() -> Iterator[Live]:
    socket_allow_hosts([urlsplit(SERVER).hostname or SERVER, "127.0.0.1"], allow_unix_socket=True)
    opened = Live()
    yield opened
    for channel, id in opened.written:
        opened.change("DELETE", channel, id)
    opened.http.close()


def answer(message: IncomingMessage, text: str) -> OutgoingReply:
    return OutgoingReply(key=str(uuid4()), text=text, to=item_of(message))


def test_a_login_is_tested(live: Live) -> None:
    assert live.us != "@"
    with pytest.raises(LoginExpired):
        Mastodon({"server": SERVER, "token": "wrong"}, live.http).whoami()


def test_an_answer_arrives_once_and_is_found_again(live: Live) -> None:
    message = live.write(live.ours, f"Draht tries itself {uuid4()}")
    wanted = answer(message, f"{live.us} Yes, see https://draht.example/{uuid4()} within two days – or three.")
    assert live.ours.find_reply(wanted) is None
    id = live.reply(wanted)
    assert live.reply(wanted) == id, "this server does not recognise the Idempotency-Key"
    found = live.ours.find_reply(wanted)
    assert found is not None
    assert found.id == id
    sent = to_message(live.ours.client.status(id))
    assert sent.private
    assert sent.parent == message.id


def test_the_limit_is_the_servers(live: Live) -> None:
    message = live.write(live.ours, f"Draht counts {uuid4()}")
    counter = live.ours.counter(item_of(message))
    fits = f"{live.us} " + "a" * (counter.limit - counter.count(f"{live.us} "))
    with pytest.raises(Refused):
        live.ours.reply(answer(message, fits + "a"))
    live.reply(answer(message, fits))


if CUSTOMER:

    def test_a_mention_its_edit_and_its_deletion_come_in(live: Live) -> None:
        customer = live.open(CUSTOMER)
        _, cursor = drain(live.ours, "")
        words = f"{live.us} {uuid4()} https://draht.example/a"
        id = live.write(customer, words).id
        mention, cursor = wait_for(live.ours, cursor, id)
        assert isinstance(mention, IncomingMessage)
        assert (mention.text, mention.private, mention.thread) == (words, True, id)
        live.reply(answer(mention, "Thank you."))
        live.change("PUT", customer, id, json={"status": f"{words} edited"})
        edited, cursor = wait_for(live.ours, cursor, id)
        assert isinstance(edited, IncomingMessage)
        assert edited.text == f"{words} edited"
        live.change("DELETE", customer, id)
        assert wait_for(live.ours, cursor, id)[0] == Deletion(id)

    def wait_for(channel: Mastodon, cursor: str, id: str) -> tuple[Event, str]:
        """What the next fetches, for half a minute, say of that status."""
        for _ in range(15):
            events, cursor = drain(channel, cursor)
            for event in events:
                if event.id == id:
                    return event, cursor
            time.sleep(2)
        raise AssertionError(f"nothing came in of {id}")
