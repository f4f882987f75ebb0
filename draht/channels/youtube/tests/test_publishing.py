"""Videos: sent once, continued where the line broke, scheduled, and found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from draht.channels.youtube.tests.desk import Desk
from draht.channels.youtube.tests.test_contract import FILM
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.messages import Allowed, Media, NotAllowed, OutgoingPost

POST = OutgoingPost("key", "How it is done.", "Waxing boots", "https://nordlicht.example/wax", media=(FILM,))


def test_a_video_is_published_with_its_words(desk: Desk) -> None:
    sent = desk.channel.publish(POST)
    (film,) = desk.net.films
    assert film.content == FILM.content
    assert film.video["snippet"] == {
        "title": "Waxing boots",
        "description": "How it is done.\n\nhttps://nordlicht.example/wax",
    }
    assert film.video["status"]["privacyStatus"] == "public"
    assert (sent.id, sent.url) == (film.id, f"https://www.youtube.com/watch?v={film.id}")


def test_a_video_waits_in_private_for_its_time(desk: Desk) -> None:
    at = desk.net.now + timedelta(days=2)
    sent = desk.channel.publish(replace(POST, at=at))
    status = desk.net.films[0].video["status"]
    assert (status["privacyStatus"], status["publishAt"]) == ("private", desk.net.time(at))
    found = desk.channel.find_post(replace(POST, at=at, first_tried_at=desk.net.now))
    assert found is not None
    assert found.id == sent.id


def test_an_upload_goes_on_where_the_line_broke(desk: Desk) -> None:
    desk.net.takes_at_most = [100, 50]
    desk.channel.publish(POST)
    assert [film.content for film in desk.net.films] == [FILM.content]


def test_an_upload_of_which_nothing_arrived_is_sent_again(desk: Desk) -> None:
    desk.loopback.fail_next("fine", "hang up")
    desk.channel.publish(POST)
    assert [film.content for film in desk.net.films] == [FILM.content]


def test_an_upload_whose_end_was_lost_is_asked_for(desk: Desk) -> None:
    desk.loopback.fail_next("fine", "lost", "lost")
    sent = desk.channel.publish(POST)
    assert [film.id for film in desk.net.films] == [sent.id]


def test_when_nobody_can_say_whether_it_arrived_it_is_looked_for(desk: Desk) -> None:
    desk.loopback.fail_next("fine", "lost", *["hang up"] * 20)
    with pytest.raises(Unsure):
        desk.channel.publish(POST)
    desk.loopback.faults.clear()
    found = desk.channel.find_post(replace(POST, first_tried_at=desk.net.now))
    assert found is not None
    assert [film.id for film in desk.net.films] == [found.id]


def test_an_upload_that_youtube_forgot_is_not_sent_again_blindly(desk: Desk) -> None:
    desk.loopback.fail_next("fine", "lost", 404)
    with pytest.raises(Unsure):
        desk.channel.publish(POST)
    assert len(desk.net.films) == 1


def test_looking_back_is_not_fooled_by_another_video(desk: Desk) -> None:
    assert desk.channel.find_post(POST) is None
    desk.channel.publish(POST)
    desk.net.pass_time(minutes=30)
    assert desk.channel.find_post(replace(POST, first_tried_at=desk.net.now)) is None
    assert desk.channel.find_post(replace(POST, text="Something else")) is None
    assert desk.channel.find_post(POST) is not None


def test_before_the_upload_has_begun_nothing_is_there(desk: Desk) -> None:
    desk.loopback.fail_next(500)
    with pytest.raises(TryLater):
        desk.channel.publish(POST)
    assert desk.net.films == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"media": ()}, "videos only"),
        ({"media": (Media(b"1", "image/png"),)}, "videos only"),
        ({"title": " "}, "needs a title"),
        ({"title": "a" * 101}, "at most 100"),
        ({"title": "a <3 b"}, "no <"),
        ({"text": "ä" * 2_490}, "longer than"),
    ],
)
def test_what_youtube_would_refuse_is_said_before(desk: Desk, changes: dict[str, Any], words: str) -> None:
    post = replace(POST, **changes)
    may = desk.channel.may_publish(post)
    assert isinstance(may, NotAllowed)
    assert words in may.why
    with pytest.raises(Refused, match=words):
        desk.channel.publish(post)
    assert desk.net.sent == []


def test_what_may_be_published_is(desk: Desk) -> None:
    assert isinstance(desk.channel.may_publish(replace(POST, title="a" * 100)), Allowed)
    takes = desk.channel.post_takes()
    assert (takes.count, takes.needed) == (1, True)
    assert "video/mp4" in takes.types


def test_uploads_have_a_quota_of_their_own(desk: Desk) -> None:
    before = desk.purse.spent
    desk.channel.publish(POST)
    assert desk.purse.spent == before
    desk.net.quota = 0  # the units are used up
    desk.channel.publish(replace(POST, title="Another one"))
