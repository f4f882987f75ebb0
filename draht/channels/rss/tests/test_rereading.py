"""An entry that was kept is read as it would have been in its feed."""

from __future__ import annotations

from pathlib import Path

import pytest

from draht.channels.rss.mapper import read_entry, read_feed
from draht.channels.rss.tests.reading import AT, URL
from draht.contract.messages import IncomingMessage
from draht.contract.reading import as_text

SAMPLES = Path(__file__).parent.parent / "samples"


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml", "rdf.xml", "jsonfeed.json"])
def test_an_entry_is_read_as_in_its_feed(name: str) -> None:
    events = read_feed((SAMPLES / name).read_bytes(), "", URL, AT).reading.events
    assert events
    for event in events:
        assert isinstance(event, IncomingMessage)
        [again] = read_entry(as_text(event.raw), URL, AT).events
        assert isinstance(again, IncomingMessage)
        assert (again.id, again.text, again.title, again.url) == (event.id, event.text, event.title, event.url)


def test_what_is_no_entry_stays_a_leftover() -> None:
    [left] = read_entry('"<item>"', URL, AT).unread
    assert left.raw == '"<item>"'
