"""Fills the network with a scene: a company, its customers, and what they said in five days (``scene.json``)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from draht.channels.sandbox.network import Network
from draht.channels.sandbox.network.values import Member

SCENE = Path(__file__).parent / "scene.json"
UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000}
Step = tuple[int, Callable[[], object]]  # how many milliseconds ago, and what happened


def seed(data_dir: str | Path, now: datetime) -> str:
    """Plays the scene so that it ends at ``now``; returns the company's handle. Twice changes nothing."""
    scene = msgspec.json.decode(SCENE.read_bytes(), type=dict)
    handle = str(scene["company"]["handle"])
    end = int(now.timestamp() * 1000)
    clock = _Clock(end)
    network = Network(data_dir, clock)
    try:
        with network.at_once():
            company = network.members.open_company(**scene["company"])
            if not network.messages.last_seq(company):
                _play(_Stage(network, company, scene["people"]), scene["threads"], clock, end)
    finally:
        network.close()
    return handle


@dataclass
class _Clock:
    """Stands where the scene is."""

    ms: int

    def __call__(self) -> int:
        return self.ms


class _Stage:
    """Who plays, and what they have said so far."""

    def __init__(self, network: Network, company: Member, people: dict[str, str]) -> None:
        self.network = network
        self.company = company
        self.members = {"us": company}
        for key, name in people.items():  # nobody knows these browsers' keys: nobody can write as them
            self.members[key] = network.members.join(secrets.token_urlsafe(24), name)

    def steps(self, line: dict[str, Any], parent: list[int]) -> Iterator[Step]:
        """What happens to one line of the scene and to its answers, in any order."""
        author = self.members[line["by"]]
        said: list[int] = []

        def write() -> None:
            message = self.network.messages.write(
                author,
                self.company,
                line["text"],
                parent=parent[0] if parent else None,
                private=line.get("private", False),
            )
            said.append(message.id)

        messages = self.network.messages
        yield _ms(line["ago"]), write
        if edit := line.get("edit"):
            yield _ms(edit["ago"]), lambda: messages.edit(author, said[0], edit["text"])
        if "delete" in line:
            yield _ms(line["delete"]), lambda: messages.delete(author, said[0])
        if "moderated" in line:
            yield (
                _ms(line["moderated"]),
                lambda: messages.moderate(self.company, said[0], line["state"]),
            )
        for answer in line.get("answers", ()):
            yield from self.steps(answer, said)


def _play(stage: _Stage, threads: list[dict[str, Any]], clock: _Clock, end: int) -> None:
    steps = [step for line in threads for step in stage.steps(line, [])]
    for ago, act in sorted(steps, key=lambda step: -step[0]):
        clock.ms = end - ago
        act()


def _ms(ago: str) -> int:
    """``"1d 2h 30m"`` in milliseconds."""
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([dhm])", ago))
