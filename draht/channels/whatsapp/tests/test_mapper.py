"""The mapper on whatever Meta's document allows, on strange deliveries, and how fast it is."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from draht.channels.whatsapp.mapper import OUR_MARK, marked, numbers_in, pieces_of, to_event
from draht.channels.whatsapp.tests import spec
from draht.channels.whatsapp.tests.network import JANE, NUMBER, OTHER, delivery, together
from draht.contract.messages import Deletion, IncomingMessage
from draht.contract.reading import read_each
from draht.contract.text import clean

FUZZ = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
SAMPLES = Path(__file__).parents[1] / "samples"
# schema of the document -> the field that has what a message of it says
KINDS = {
    "TextMessage_2": "text", "ReactionMessage_1": "reaction", "AudioMessage_1": "audio",
    "DocumentMessage_1": "document", "ImageMessage_1": "image", "StickerMessage_1": "sticker",
    "VideoMessage_1": "video", "LocationMessage_1": "location", "ContactSharingMessage": "contacts",
    "UnsupportedMessage": "unsupported", "ButtonMessage": "button", "InteractiveMessageReply": "interactive",
    "OrderMessage": "order", "SystemMessage": "system",
}  # fmt: skip
HEAD = st.fixed_dictionaries(
    {
        "from": st.from_regex(r"\A[1-9][0-9]{6,14}\Z"),
        "id": st.from_regex(r"\Awamid\.[A-Za-z0-9+/]{8,60}={0,2}\Z"),
        "timestamp": st.integers(1, 4_000_000_000).map(str),
    }
)


@FUZZ
@given(st.data())
@pytest.mark.parametrize("schema", KINDS)
def test_every_message_of_the_document_is_read_or_left_over(schema: str, data: st.DataObject) -> None:
    spec.need(spec.SPEC)
    raw = data.draw(spec.drawn(schema)) | data.draw(HEAD) | {"type": KINDS[schema]}
    [*events], [*unread] = read_each([{"message": raw}], lambda piece: to_event(piece, NUMBER))
    assert len(events) + len(unread) == 1
    for event in events:
        assert event.id.startswith(raw.get("reaction", {}).get("message_id", raw["id"]))
        if isinstance(event, IncomingMessage):
            assert (event.author.id, event.thread, event.private) == (raw["from"], raw["from"], True)
            assert event.text == clean(event.text)
            assert event.text or event.attachments
    if unread:  # the document gives nothing but words a type
        content = raw.get(KINDS[schema])
        assert isinstance(content, dict | list), unread


def test_a_number_hears_only_its_own() -> None:
    said = {"from": JANE, "timestamp": "1", "type": "text", "text": {"body": "x"}}
    both = [delivery(NUMBER, {"messages": [said | {"id": "a"}]}), delivery(OTHER, {"messages": [said | {"id": "b"}]})]
    told = together(one["entry"][0]["changes"][0] for one in both)
    assert [piece["message"]["id"] for piece in pieces_of(told, OTHER)] == ["b"]
    assert numbers_in(json.dumps(told).encode()) == [NUMBER, OTHER]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"entry": 7}', b'{"entry":[{"changes":[{"value":{}}]}]}', b"\xff"]
)
def test_who_is_meant_by_what_cannot_be_read_is_not_known(body: bytes) -> None:
    assert numbers_in(body) == []


def test_a_fault_of_the_account_is_left_over_to_be_seen() -> None:
    fault = {"code": 131042, "title": "Business eligibility payment issue"}
    events, [left] = read_each(
        pieces_of(delivery(NUMBER, {"errors": [fault]}), NUMBER), lambda piece: to_event(piece, NUMBER)
    )
    assert events == ()
    assert "could not charge us" in left.reason


def test_a_group_is_a_thread_of_its_own_and_not_private() -> None:
    raw = {"id": "a", "from": JANE, "timestamp": "1", "type": "text", "text": {"body": "x"}, "group_id": "Y2FwaV9n"}
    found = to_event({"message": raw}, NUMBER)
    assert isinstance(found, IncomingMessage)
    assert (found.thread, found.private, found.author.id) == ("Y2FwaV9n", False, JANE)


def test_a_reaction_that_changes_stays_one_message() -> None:
    def reaction(at: str, emoji: str) -> Any:
        raw = {"id": f"wamid.{at}", "from": JANE, "timestamp": at, "type": "reaction"}
        return to_event({"message": raw | {"reaction": {"message_id": "wamid.x", "emoji": emoji}}}, NUMBER)

    first, second, third = reaction("100", "👍"), reaction("200", "😮"), reaction("300", "")
    assert first.id == second.id == third.id
    assert first.revision < second.revision < third.at
    assert isinstance(third, Deletion)


def test_a_mark_comes_back_as_our_words_or_is_not_made() -> None:
    assert marked("Yes.") == {"biz_opaque_callback_data": f"{OUR_MARK}Yes."}
    assert marked("ä" * 253) != {}
    assert marked("ä" * 254) == {}, "it would have to be cut, and our words would seem to be edited"


def test_mapping_takes_less_than_a_tenth_of_a_millisecond() -> None:
    for name in ("text", "contacts", "image", "state-sent", "edited"):
        [piece] = pieces_of(json.loads((SAMPLES / f"{name}.json").read_text()), NUMBER)
        assert min(_seconds(piece) for _ in range(5)) < 100e-6


def _seconds(piece: Any) -> float:
    started = time.perf_counter()
    for _ in range(200):
        to_event(piece, NUMBER)
    return (time.perf_counter() - started) / 200
