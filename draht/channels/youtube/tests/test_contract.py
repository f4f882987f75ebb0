"""YouTube keeps the contract of channels, and its double keeps to Google's discovery document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from draht.channels.youtube.channel import YouTube
from draht.channels.youtube.mapper import to_events
from draht.channels.youtube.tests.desk import settings
from draht.channels.youtube.tests.double import US, Double
from draht.contract.channel import Channel
from draht.contract.loopback import Loopback
from draht.contract.messages import Media, OutgoingPost, Reading
from draht.contract.reading import read_each
from draht.contract.testing import ChannelContract
from draht.contract.testing.google import SHARED, Asked, No, Told, need

SPEC = SHARED / "specs" / "google" / "youtube.v3.json"
FILM = Media(b"\x00\x00\x00\x18ftypmp42" + b"film" * 100, "video/mp4", "boots.mp4")


class TestYouTube(ChannelContract):
    channel = YouTube

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
        return settings(url)

    def customer_writes(self, double: Any, text: str) -> None:
        double.write(text)

    def customer_edits(self, double: Any, id: str, text: str) -> None:
        double.rewrite(id, text)

    def customer_deletes(self, double: Any, id: str) -> None:
        double.remove(id)

    def acts_on(self, double: Any, id: str) -> list[str]:
        comment = double.state.comments[id]
        return [comment.status, *sorted(double.state.banned)]

    def our_answers(self, double: Any) -> list[str]:
        return [each.text for each in double.state.comments.values() if each.author == US]

    def our_posts(self, double: Any) -> list[str]:
        return [film.video["snippet"]["description"] for film in double.films]

    def post(self, opened: Channel) -> OutgoingPost:
        return OutgoingPost("0190c3f2-0000-7000-8000-000000000002", "We are open again.", "Open", media=(FILM,))

    def faults_before_publishing(self, post: OutgoingPost) -> list[int | str]:
        return ["fine"]  # the upload's beginning

    def read_sample(self, payload: Any) -> Reading:
        return Reading(*read_each([payload], to_events))


def test_the_document_judges_what_is_asked() -> None:
    need(SPEC)
    double = Double()
    asked = Asked((), [("part", "snippet"), ("mine", "perhaps"), ("more", "1")], None, {})
    with pytest.raises(No) as raised:
        double._judged("GET", "youtube/v3/channels", asked, lambda _: Told({}))
    assert raised.value.status == 400
    assert len(double.violations) == 2


def test_the_document_judges_what_is_answered() -> None:
    need(SPEC)
    asked = Asked((), [("part", "snippet"), ("mine", "true")], None, {})
    with pytest.raises(AssertionError, match="as Google never would"):
        Double()._judged("GET", "youtube/v3/channels", asked, lambda _: Told({"items": [{"id": 1}]}))
