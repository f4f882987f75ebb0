"""Archives keep the contract of channels; rows are read whatever they call their columns' values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from draht.channels.archive.channel import Archive
from draht.channels.archive.mapper import OURS, read_row
from draht.channels.archive.times import to_moment
from draht.contract.messages import Deletion, IncomingMessage, Reading
from draht.contract.testing import ChannelContract
from draht.contract.text import MAX_TEXT

AT = "2015-02-24T11:35:52Z"


class TestArchive(ChannelContract):
    channel = Archive

    def double(self) -> Callable[..., Iterable[bytes]]:
        return _nobody

    def connect(self, url: str, double: Any) -> Mapping[str, str]:
        return {"name": "Old help desk"}

    def customer_writes(self, double: Any, text: str) -> None:
        raise AssertionError("nobody writes in an archive")

    def our_answers(self, double: Any) -> list[str]:
        return []

    def read_sample(self, payload: Any) -> Reading:
        return read_row(json.dumps(payload))


def _nobody(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    raise AssertionError("an archive asks no network")


def read(**row: Any) -> IncomingMessage:
    [event] = read_row(json.dumps({"text": "Hello", "at": AT} | row)).events
    assert isinstance(event, IncomingMessage)
    return event


@pytest.mark.parametrize(
    "told",
    [
        "2015-02-24 11:35:52 -0800",
        "2015-02-24T19:35:52Z",
        "2015-02-24 19:35:52",
        "2015-02-24 19:35:52 UTC",
        "20150224T193552+0000",
        "Tue Feb 24 19:35:52 +0000 2015",
        "Tue, 24 Feb 2015 20:35:52 +0100",
        "24.02.2015 19:35:52",
        "2015/02/24 19:35:52",
        "1424806552",
        "1424806552.0",
        1424806552,
        1424806552000,
        "1424806552000000",
    ],
)
def test_times_in_many_forms_are_one_moment(told: object) -> None:
    assert to_moment(told) == datetime(2015, 2, 24, 19, 35, 52, tzinfo=UTC)


@pytest.mark.parametrize(
    "told", ["", None, True, "soon", "02/03/2015 10:00", "0001-01-01", "12345", [], "9" * 19 + "x"]
)
def test_a_time_that_is_none_is_said_so(told: object) -> None:
    with pytest.raises(ValueError, match="time"):
        to_moment(told)


def test_a_day_in_eight_digits_is_no_number_of_seconds() -> None:
    assert to_moment("20150224") == datetime(2015, 2, 24, tzinfo=UTC)


def test_ids_that_a_table_turned_into_fractions_are_whole_again() -> None:
    message = read(id=2.0, parent="3.0", thread="nan", author_id=115712.0)
    assert (message.id, message.parent, message.thread, message.author.id) == ("2", "3", "", "115712")


def test_a_version_number_stays_a_version_number() -> None:
    assert read(id="release-3.0").id == "release-3.0"


def test_a_row_without_id_is_known_by_its_content() -> None:
    assert read().id == read().id
    assert read().id != read(text="Hello!").id


@pytest.mark.parametrize("told", [False, "False", "0", "outbound"])
def test_what_the_company_wrote_is_ours(told: object) -> None:
    assert read(inbound=told, author="sprintcare").author.id == OURS


def test_nobody_can_pass_as_us() -> None:
    assert read(author=OURS).author.id == "unknown"


def test_a_doubtful_direction_is_not_guessed() -> None:
    [left] = read_row(json.dumps({"text": "a", "at": AT, "inbound": "perhaps"})).unread
    assert "perhaps" in left.reason


def test_an_author_is_shown_by_whatever_is_known() -> None:
    assert read(author_id="115712").author.name == "115712"
    assert read(handle="@ada", author_id="7").author.handle == "ada"
    assert read(handle="ada").author.id == "ada"
    assert read().author.id == "unknown"


def test_what_twitter_escaped_is_read_as_meant_and_an_export_as_it_stands() -> None:
    assert read(text="a &amp; b &lt;3 &amp;lt;").text == "a & b <3 &lt;"
    assert read(text="a &amp; b", connection_id=1).text == "a &amp; b"


def test_accounts_of_an_export_do_not_mix() -> None:
    one, other = read(id="1", thread="9", author_id="5", connection_id=1), read(id="1", author_id="5", connection_id=2)
    assert (one.id, one.thread, one.author.id) == ("1/1", "1/9", "1/5")
    assert {one.id, one.author.id}.isdisjoint({other.id, other.author.id})


def test_versions_and_a_deletion_are_events_of_the_same_message() -> None:
    row = {"text": "new", "at": AT, "edited_at": "2015-02-24T12:00:00Z", "deleted_at": "2015-02-24T11:50:00Z",
           "versions": [{"at": AT, "text": "old"}], "id": "1"}  # fmt: skip
    old, new, gone = read_row(json.dumps(row)).events
    assert isinstance(old, IncomingMessage)
    assert isinstance(new, IncomingMessage)
    assert (old.text, new.text, old.id) == ("old", "new", new.id)
    assert new.revision == datetime(2015, 2, 24, 12, tzinfo=UTC)
    assert gone == Deletion("1", at=new.revision), "a deletion is never older than what it deletes"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"at": AT}, "no text"),
        ({"at": AT, "text": "  \x00 "}, "no text"),
        ({"text": "Hello"}, "no time"),
        ({"text": "Hello", "at": "yesterday"}, "yesterday"),
        ({"text": "Hello", "at": AT, "versions": [{"text": "older"}]}, "no time"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(row: dict[str, Any], why: str) -> None:
    [left] = read_row(json.dumps(row)).unread
    assert why in left.reason
    assert json.loads(left.raw) == row, "it can be read again"


def test_values_of_any_length_fit_into_the_house() -> None:
    long = "x" * 3000
    message = read(id=long, thread=long, parent=long, author=long, handle=long, language=long, title=long,
                   url="https://a.example/" + long, text="ä" * 250_000)  # fmt: skip
    assert max(map(len, (message.id, message.thread, message.parent, message.author.id))) <= 400
    assert max(len(message.author.name), len(message.author.handle)) <= 200
    assert len(message.title) <= 300
    assert (message.url, message.language) == ("", "")
    assert len(message.text) == MAX_TEXT


def test_control_characters_do_not_get_in() -> None:
    message = read(id="a\x00b", author="\x1b[31mAda", text="one\x00two\r\nthree", title="t\x00")
    assert message.text == "onetwo\nthree"
    assert "\x00" not in message.id + message.author.name + message.title
    assert "\x1b" not in message.author.name


def test_attachments_come_as_objects_or_as_addresses() -> None:
    assert [one.url for one in read(attachments="https://a.example/1.png, javascript:x").attachments] == [
        "https://a.example/1.png"
    ]
    assert read(attachments=[{"url": "https://a.example/1.png", "kind": "image"}]).attachments[0].kind == "image"
    assert read(attachments=[{"kind": "image"}, 5, "x"]).attachments == ()
