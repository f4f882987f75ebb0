"""The town of the roads' tests, connected or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from draht.connections.registry import channels
from draht.core.people.models import Department
from draht.flows.tests.networks import Blind, ByHand, Diary, Keyless, Pictured, Templated
from draht.flows.tests.town import Town


@pytest.fixture
def open_town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """Not connected yet. More networks are known here: without keys, without reading back, without answers."""
    monkeypatch.setitem(channels(), "keyless", Keyless)
    monkeypatch.setitem(channels(), "blind", Blind)
    monkeypatch.setitem(channels(), "byhand", ByHand)
    monkeypatch.setitem(channels(), "pictured", Pictured)
    monkeypatch.setitem(channels(), "templated", Templated)
    monkeypatch.setitem(channels(), "diary", Diary)
    town = Town.build(tmp_path / "network")
    yield town
    town.close()


@pytest.fixture
def town(open_town: Town, service: Department) -> Town:
    open_town.connect(service.pk)
    return open_town
