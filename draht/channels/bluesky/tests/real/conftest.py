"""The real network runs once for all tests here; each test has people of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from draht.channels.bluesky.channel import Bluesky
from draht.channels.bluesky.tests.chat_service import ChatService
from draht.channels.bluesky.tests.network import Network
from draht.channels.bluesky.tests.real.server import RealNetwork
from draht.channels.bluesky.tests.real.world import Person, World
from draht.contract.loopback import Loopback


def shown(did: str) -> dict[str, Any]:
    """How the chat service shows people whom it knows only by their identity."""
    return {"did": did, "handle": f"{did.rpartition(':')[2]}.test"}


@pytest.fixture(scope="session")
def running() -> Iterator[tuple[RealNetwork, ChatService, Person]]:
    chat = ChatService(Network(), shown)
    loopback = Loopback(chat)
    network = RealNetwork(loopback.url)
    yield network, chat, Person(network, "jane")
    network.close()
    loopback.close()


@pytest.fixture
def world(running: tuple[RealNetwork, ChatService, Person]) -> Iterator[World]:
    found = World(*running)
    yield found
    found.close()
    assert found.chat.violations == []


@pytest.fixture
def bluesky(world: World) -> Bluesky:
    channel = world.opened()
    channel.account = channel.whoami()
    return channel
