"""A network with a clock that stands still until it is told, a company and a customer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from draht.channels.sandbox.network import Network
from draht.channels.sandbox.network.values import Member

NOON = 1_795_262_400_000  # 2026-11-21 12:00 UTC


@dataclass
class Clock:
    ms: int = NOON

    def __call__(self) -> int:
        return self.ms


@dataclass
class Town:
    """The network and who is on it."""

    data_dir: Path
    network: Network
    clock: Clock
    token: str
    company: Member
    ada: Member


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    clock = Clock()
    network = Network(tmp_path, clock)
    company = network.members.open_company("Nordlicht", "nordlicht")
    ada = network.members.join("a" * 30, "Ada Berger")
    yield Town(tmp_path, network, clock, network.members.new_token(company), company, ada)
    network.close()
