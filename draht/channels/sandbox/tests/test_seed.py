"""The scene of the demo."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from draht.channels.sandbox import mapper
from draht.channels.sandbox.network import Network, open_account
from draht.channels.sandbox.seed import SCENE, seed
from draht.channels.sandbox.site import Site
from draht.channels.sandbox.tests.calls import Browser, Program
from draht.contract.messages import Deletion, IncomingMessage

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_the_scene_is_alive_and_can_be_read_by_the_channel(tmp_path: Path) -> None:
    handle = seed(tmp_path, NOW)
    token = open_account(tmp_path, "Nordlicht Kaffeemaschinen", handle)
    network = Network(tmp_path, lambda: int(NOW.timestamp() * 1000))
    page = Program(Site(network), token)("GET", "events?limit=500").json
    reading = mapper.to_page_reading(page, "http://localhost:8000/sandbox")
    assert (reading.unread, reading.more) == ((), False)
    messages = [event for event in reading.events if isinstance(event, IncomingMessage)]
    assert 25 <= len({message.thread for message in messages}) <= 32
    assert any(message.private for message in messages)
    assert any(message.held for message in messages)
    assert len([event for event in reading.events if isinstance(event, Deletion)]) == 2  # deleted, and spam
    assert len({message.id for message in messages}) < len(messages)  # one was edited
    times = [message.at for message in messages if message.revision == message.at]
    assert times == sorted(times)
    assert NOW - timedelta(days=5) < times[0]
    assert NOW - timedelta(minutes=15) < times[-1] < NOW
    wall = Browser(Site(network), language="de").get("/@nordlicht").text
    assert "Mahlgrad" in wall
    assert "vor 11 Minuten" in wall
    network.close()


def test_seeding_twice_changes_nothing(tmp_path: Path) -> None:
    seed(tmp_path, NOW)
    network = Network(tmp_path)
    company = network.members.company("nordlicht")
    before = network.messages.events(company, 0, 1000)
    seed(tmp_path, NOW + timedelta(days=1))
    assert network.messages.events(company, 0, 1000) == before
    assert len(network.members.companies()) == 1
    network.close()


def test_seeding_after_the_account_was_opened(tmp_path: Path) -> None:
    token = open_account(tmp_path, "Nordlicht Kaffeemaschinen", "nordlicht")
    seed(tmp_path, NOW)
    network = Network(tmp_path)
    assert Program(Site(network), token)("GET", "events").json["events"]
    assert network.members.company("nordlicht").about
    network.close()


def test_everybody_in_the_scene_says_something() -> None:
    scene = json.loads(SCENE.read_text())

    def speakers(line: dict[str, Any]) -> set[str]:
        return {line["by"]}.union(*(speakers(answer) for answer in line.get("answers", ())))

    assert set().union(*map(speakers, scene["threads"])) == {"us", *scene["people"]}
