"""A channel's folder: what explains it, and what its mapper makes of captured payloads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from draht.contract.messages import (
    IncomingMessage,
)
from draht.contract.testing.ground import Ground
from draht.contract.testing.tools import reading_as_json
from draht.contract.text import clean


class Folder(Ground):
    def test_it_explains_itself(self) -> None:
        assert (self.folder / "README.md").read_text().startswith("# ")
        assert "<svg" in (self.folder / "icon.svg").read_text()
        assert self.channel.label
        assert all(field.label for field in self.channel.settings)

    def test_its_samples_are_read_as_written_down(self, request: pytest.FixtureRequest) -> None:
        samples = sorted(p for p in (self.folder / "samples").glob("*.*") if not p.name.endswith(".message.json"))
        samples = [p for p in samples if p.suffix != ".md"]  # what is not JSON is read as bytes
        assert samples, f"{self.folder.name} has no samples; a channel without captured payloads proves nothing"
        for sample in samples:
            payload: Any = json.loads(sample.read_text()) if sample.suffix == ".json" else sample.read_bytes()
            found = reading_as_json(self.read_sample(payload))
            golden = sample.with_suffix(".message.json")
            if request.config.getoption("--write-samples"):
                golden.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
            assert golden.exists(), f"{golden.name} is missing; write it with: pytest --write-samples"
            assert found == json.loads(golden.read_text()), sample.name

    def test_what_it_reads_is_well_formed(self) -> None:
        for sample in (self.folder / "samples").glob("*.json"):
            if sample.name.endswith(".message.json"):
                continue
            for event in self.read_sample(json.loads(sample.read_text())).events:
                assert isinstance(event.id, str)
                assert event.id
                assert event.at is None or event.at.tzinfo is not None
                if isinstance(event, IncomingMessage):
                    assert event.author.id
                    assert event.text == clean(event.text)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        payload=st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
            max_leaves=12,
        )
    )
    def test_garbage_becomes_a_leftover(self, payload: Any) -> None:
        reading = self.read_sample(payload)
        assert all(left.reason for left in reading.unread)
