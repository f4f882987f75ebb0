"""The mapper on recorded updates, on everything that the specification allows, and how fast it is."""

from __future__ import annotations

import json
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from draht.channels.telegram.mapper import Place, to_event, to_sent
from draht.channels.telegram.rights import may
from draht.channels.telegram.tests import spec
from draht.channels.telegram.tests.network import ADA, GROUP, PRIVATE, World
from draht.contract.channel import Act
from draht.contract.errors import Unsure
from draht.contract.messages import IncomingMessage
from draht.contract.reading import as_text, read_again, read_each
from draht.contract.testing import item_of
from draht.contract.text import clean

RECORDED = {
    "private_text": "Hello, I need your Help",
    "private_photo": "caption 123<b>abc</b>",
    "private_document": "",
    "channel_post_text": None,  # a channel's own posts are not written to us
    "my_chat_member_kicked": None,  # that they blocked the bot is told to who tries to answer
}


def event(name: str) -> Any:
    return to_event(json.loads(spec.need(spec.PAYLOADS / f"{name}.json").read_text()))


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_updates_become_messages(name: str) -> None:
    found, text = event(name), RECORDED[name]
    if text is None:
        assert found is None
        return
    assert isinstance(found, IncomingMessage)
    assert found.text == text
    assert found.private
    assert found.thread == found.author.id
    assert found.id.startswith(f"{found.thread}/")


def test_every_recording_is_used() -> None:
    assert {path.stem for path in spec.need(spec.PAYLOADS).glob("*.json")} == set(RECORDED)


def test_files_of_recorded_updates() -> None:
    [photo] = event("private_photo").attachments
    assert (photo.kind, photo.key, photo.url) == ("image", "photofileid3", "")
    [document] = event("private_document").attachments
    assert (document.kind, document.name) == ("file", "blockposter-162412.pdf")


def read(world: World) -> Any:
    update = world.updates[-1]
    assert spec.faults("type", "Update", update) == []
    return to_event(update)


def test_an_edit_is_the_same_message_later() -> None:
    world = World()
    message = world.write("Helo")
    first = read(world)
    world.rewrite(message, "Hello")
    second = read(world)
    assert second.id == first.id
    assert second.at == first.at
    assert second.revision > first.revision
    assert (first.text, second.text) == ("Helo", "Hello")


def test_an_edit_within_the_same_second_is_later() -> None:
    world = World()
    message = world.write("Helo")
    first = read(world)
    world.now -= 1
    world.rewrite(message, "Hello")
    second = read(world)
    assert second.raw["edit_date"] == first.raw["date"]
    assert second.revision > first.revision


def test_a_rich_message_is_read_as_lines() -> None:
    world = World()
    bold = {"type": "bold", "text": ["Nordlicht ", {"type": "italic", "text": "boots"}]}
    blocks = [
        {"type": "heading", "text": bold, "size": 1},
        {"type": "list", "items": [{"label": "1", "blocks": [{"type": "paragraph", "text": "red"}]}]},
        {"type": "divider"},
    ]
    world.write(rich_message={"blocks": blocks})
    assert read(world).text == "Nordlicht boots\nred"


def test_what_has_no_words_is_named() -> None:
    world = World()
    world.write(story={"chat": PRIVATE, "id": 4})
    assert read(world).text == "[story]"


def test_links_are_shown_behind_letters_outside_the_basic_plane() -> None:
    world = World()
    world.write("🎉🎉 here now", entities=[{"type": "text_link", "offset": 5, "length": 4, "url": "https://e.org"}])
    assert read(world).text == "🎉🎉 here (https://e.org) now"


def test_an_animated_sticker_is_its_emoji() -> None:
    world = World()
    sticker = {"file_id": "1", "file_unique_id": "1", "type": "regular", "width": 1, "height": 1}
    world.write(sticker=sticker | {"is_animated": True, "is_video": False, "emoji": "👋"})
    found = read(world)
    assert (found.text, found.attachments) == ("👋", ())


def test_an_animation_is_one_film() -> None:
    world = World()
    film = {"file_id": "g", "file_unique_id": "g", "width": 1, "height": 1, "duration": 1}
    world.write(animation=film, document={"file_id": "g", "file_unique_id": "g"})
    assert [(one.kind, one.key) for one in read(world).attachments] == [("video", "g")]


def test_groups_are_left_alone_unless_somebody_wants_them() -> None:
    world = World()
    world.write("Hello", chat=GROUP)
    assert to_event(world.updates[-1], groups=True) is not None
    assert to_event(world.updates[-1], groups=False) is None


@pytest.mark.parametrize("told", [None, [], [{}], {"message_id": 1}, True])
def test_an_answer_that_nobody_can_read_may_have_been_sent(told: Any) -> None:
    with pytest.raises(Unsure):
        to_sent(told)


def test_a_film_that_is_shown_later_has_no_number_yet() -> None:
    with pytest.raises(Unsure, match="later"):
        to_sent({"message_id": 0, "date": 1_795_000_000, "chat": GROUP})


FUZZ = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@FUZZ
@given(data=st.data())
def test_whatever_the_specification_allows_is_read(data: st.DataObject) -> None:
    spec.need(spec.API)
    update = data.draw(spec.drawn("Update", depth=2))
    assert_well(update)


@FUZZ
@given(data=st.data())
def test_whatever_the_specification_allows_as_a_message_is_read(data: st.DataObject) -> None:
    spec.need(spec.API)
    message = data.draw(spec.drawn("Message", depth=2))
    known = {"chat": data.draw(st.sampled_from([PRIVATE, GROUP])), "from": ADA, "date": 1_795_000_000}
    assert_well({"update_id": 1, "message": message | known})


def assert_well(update: Any) -> None:
    events, unread = read_each([update], to_event)
    for found in events:
        assert isinstance(found, IncomingMessage)
        assert found.text == clean(found.text)
        assert Place(found.id).numbers
        assert all(isinstance(one.key, str) for one in found.attachments)
        for act in Act:
            may(act, item_of(found))
    for left in unread:
        assert left.reason
        assert not read_again(as_text(update), to_event).events


def test_mapping_takes_less_than_100_microseconds() -> None:
    world = World()
    world.write("Do you deliver to Graz? " * 10, chat=GROUP)
    update, rounds = world.updates[-1], 2000
    begun = process_time()
    for _ in range(rounds):
        to_event(update)
    assert (process_time() - begun) / rounds < 100e-6
