"""Bluesky keeps to the contract of channels, and its double to the lexicons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from draht.channels.bluesky.tests import lexicon
from draht.channels.bluesky.tests.contract import BlueskyContract
from draht.channels.bluesky.tests.double import Double
from draht.channels.bluesky.tests.syntax import FORMATS
from draht.contract.loopback import Loopback


class TestBluesky(BlueskyContract):
    """On the double."""

    @pytest.fixture
    def net(self) -> Iterator[Loopback]:
        double = Double()
        loopback = Loopback(double)
        yield loopback
        loopback.close()
        assert double.violations == []

    def double(self) -> Double:
        return Double()

    def connect(self, url: str, double: Any) -> Mapping[str, str]:
        session = double.session()
        return {
            "handle": "acme.test",
            "password": "abcd-efgh-ijkl-mnop",
            "server": url,
            "access_token": session["accessJwt"],
            "refresh_token": session["refreshJwt"],
        }

    def customer_writes(self, double: Any, text: str) -> None:
        double.net.say(double.jane, text, mentions=double.us)

    def our_answers(self, double: Any) -> list[str]:
        found: list[str] = double.ours()
        return found

    def customer_edits(self, double: Any, id: str, text: str) -> None:
        kept = double.net.records[id]
        double.net.write(kept.owner, "app.bsky.feed.post", kept.value | {"text": text}, id.rpartition("/")[2])

    def customer_deletes(self, double: Any, id: str) -> None:
        double.net.delete(id)

    def acts_on(self, double: Any, id: str) -> list[str]:
        return [f"{what} {uri}" for what, whose, uri in double.net.log if whose == double.us.did]


def test_the_lexicons_judge_the_double() -> None:
    lexicon.need(lexicon.LEXICONS)
    assert lexicon.output_faults("app.bsky.feed.getPosts", {"posts": [{"uri": "x"}]})
    assert lexicon.params_faults("app.bsky.feed.getPosts", [("uri", "x")])
    assert lexicon.record_faults("app.bsky.feed.post", {"$type": "app.bsky.feed.post", "text": "a" * 301})


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("did_syntax", "did"),
        ("handle_syntax", "handle"),
        ("nsid_syntax", "nsid"),
        ("aturi_syntax", "at-uri"),
        ("atidentifier_syntax", "at-identifier"),
        ("recordkey_syntax", "record-key"),
        ("tid_syntax", "tid"),
        ("datetime_syntax", "datetime"),
    ],
)
def test_the_judge_knows_the_networks_own_lists(name: str, format: str) -> None:
    lexicon.need(lexicon.INTEROP)
    for kind, good in (("valid", True), ("invalid", False)):
        lines = (lexicon.INTEROP / f"{name}_{kind}.txt").read_text().splitlines()
        told = [line for line in lines if line and not line.startswith("#")]
        assert [line for line in told if FORMATS[format](line) != good] == []
        assert told
