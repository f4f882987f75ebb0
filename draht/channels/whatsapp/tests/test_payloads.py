"""Every recorded delivery becomes the right message, or is rightly nobody's business."""

from __future__ import annotations

from typing import Any

import pytest

from draht.channels.whatsapp.mapper import pieces_of, to_event
from draht.channels.whatsapp.tests.spec import recorded
from draht.contract.graph import moment
from draht.contract.graph_messaging import UNSEEN
from draht.contract.messages import Deletion, Event, IncomingMessage
from draht.contract.reading import read_each

OFFICIAL, PYWA = "106540352242922", "1122334455667"


def read(file: str, name: str, us: str = PYWA) -> list[Event]:
    told = recorded(file)[name]
    number = told["entry"][0]["changes"][0]["value"].get("metadata", {}).get("phone_number_id", us)
    events, unread = read_each(pieces_of(told, number), lambda piece: to_event(piece, number))
    assert not unread, unread
    return list(events)


def message(file: str, name: str, us: str = PYWA) -> IncomingMessage:
    [event] = read(file, name, us)
    assert isinstance(event, IncomingMessage)
    return event


def official(name: str) -> IncomingMessage:
    return message("meta_official_webhook_examples", name, OFFICIAL)


def test_a_text() -> None:
    found = official("Text Message")
    assert found.id == "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA="
    assert (found.text, found.thread, found.private) == ("Does it come in another color?", "16505551234", True)
    assert (found.author.id, found.author.name) == ("16505551234", "Sheena Nelson")
    assert (found.author.handle, found.author.url) == ("+16505551234", "https://wa.me/16505551234")
    assert found.at == found.revision == moment(1749416383)


OFFICIALS = {
    "Text Message with Context (Product Inquiry)": "Is this still available?",
    "Text Message from Click to WhatsApp Ad": "↗ Chat with us\nhttps://fb.me/3cr4Wqqkv",
    "Reaction Message": "👍",
    "Image Message": "Taj Mahal",
    "Location Message": "📍 Philz Coffee\n101 Forest Ave, Palo Alto, CA 94301\nhttps://www.openstreetmap.org/"
    "?mlat=37.442215&mlon=-122.161659#map=17/37.442215/-122.161659\nhttps://philzcoffee.com/",
    "Contact Sharing Message": "👤 Lucía Gómez\nGoogle\n+1 (983) 555-2319",
    "Unsupported Message": UNSEEN,
    "Button Message": "Unsubscribe",
    "Interactive List Reply Message": "Priority Mail Express\nNext Day to 2 Days",
    "Interactive Button Reply Message": "Cancel",
    "Order Message": "🛒\n2 × di9ozbzfi4 · 30 USD\n1 × nqryix03ez · 25 USD",
    "System Message": "User Sheena Nelson changed from 16505551234 to 12195555358",
}


@pytest.mark.parametrize("name", OFFICIALS)
def test_metas_own_examples(name: str) -> None:
    assert official(name).text.endswith(OFFICIALS[name])


@pytest.mark.parametrize("name", ["Group Create Message", "Group Settings Update", "Group Remove Participants"])
def test_what_groups_are_like_is_nobodys_business(name: str) -> None:
    assert read("meta_official_webhook_examples", name, OFFICIAL) == []


def test_all_examples_are_looked_at() -> None:
    left = set(recorded("meta_official_webhook_examples")) - set(OFFICIALS) - {"Text Message"}
    assert all(name.startswith("Group") for name in left)


def test_what_is_quoted_is_the_parent() -> None:
    assert official("Button Message").parent == "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBJFNjk2OTMwNEZCQjhGMzUyQUYA"
    reaction = official("Reaction Message")
    assert reaction.parent == "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBI0RTJEOTc2ODVERUY5RDlGNkYA"
    assert reaction.id == f"{reaction.parent}:16505551234"
    assert message("pywa_message", "reply").parent == "wamid.xyzxyz=="


FILES = {
    "image": ("image", "65463453", ""),
    "media_with_url": ("image", "65463453", ""),
    "video": ("video", "765756756", ""),
    "document": ("file", "1234567890987654321", "filename.pdf"),
    "audio": ("audio", "1234567890987654321", ""),
    "voice": ("audio", "1234567890987654321", ""),
    "static_sticker": ("image", "1234567890987654321", ""),
    "animated_sticker": ("image", "1234567890987654321", ""),
}


@pytest.mark.parametrize("name", FILES)
def test_files(name: str) -> None:
    [file] = message("pywa_message", name).attachments
    assert (file.kind, file.key, file.name, file.url) == (*FILES[name], "")


TEXTS = {
    "text": "Body Text",
    "reaction": "😮",
    "current_location": "📍 12.250890, 43.905390",
    "chosen_location": "📍 Facebook HQ\n1 Hacker Way",
    "contacts": "👤 Chandler Bing\n+1 555-555-5555\n👤 Monica\n+1 666-666-6666\n👤 Rachel Green",
    "order": "🛒\n3 × HAMBURGER · 30 ILS",
    "unsupported": UNSEEN,
    "unsupported_with_type": UNSEEN,
    "interactive_message_with_err": UNSEEN,
    "reply": "replied text",
    "forwarded": "↪ forwarded text",
    "forwarded_many_times": "↪ text forwarded many times",
    "referral": "BODY\n\n↗ AD_TITLE\nAD_OR_POST_FB_URL",
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name: str) -> None:
    text = message("pywa_message", name).text
    assert text.removeprefix("↪ ").startswith(TEXTS[name].removeprefix("↪ "))
    assert text.startswith("↪") == (TEXTS[name].startswith("↪") or name in {"current_location", "chosen_location"})


def test_all_of_pywas_messages_are_looked_at() -> None:
    assert set(recorded("pywa_message")) == {*TEXTS, *FILES, "unreaction_empty", "unreaction_no_emoji"}


@pytest.mark.parametrize("name", ["unreaction_empty", "unreaction_no_emoji"])
def test_a_reaction_that_is_taken_back(name: str) -> None:
    [gone] = read("pywa_message", name)
    there = message("pywa_message", "reaction")
    assert isinstance(gone, Deletion)
    assert (gone.id, gone.at) == (there.id, there.at)


def test_an_edited_picture() -> None:
    found = message("pywa_edited_message", "image")
    assert found.id == "wamid.HBgLMTQxMjU1NTA4MjkVAgASGBQzQUNCNjk5RDUwNUZGMUZEM0VBRAA="
    assert (found.text, found.revision) == ("Updated image caption", moment(1749854575))
    assert [file.key for file in found.attachments] == ["1234567890"]


def test_a_message_that_is_taken_back() -> None:
    assert read("pywa_deleted_message", "revoke") == [Deletion("<ORIGINAL_WHATSAPP_MESSAGE_ID>")]


@pytest.mark.parametrize(
    ("file", "name", "text"),
    [
        ("pywa_callback_button", "button", "title"),
        ("pywa_callback_button", "quick_reply", "title"),
        ("pywa_callback_button", "quick_reply_without_context", "title"),
        ("pywa_callback_selection", "callback", "title"),
        ("pywa_callback_selection", "description", "title\ndescription"),
    ],
)
def test_what_was_pressed_or_chosen(file: str, name: str, text: str) -> None:
    assert message(file, name).text == text


def test_what_was_written_on_the_phone_is_ours() -> None:
    found = message("pywa_outgoing_message", "text")
    assert (found.author.id, found.thread, found.text) == (PYWA, "<WHATSAPP_USER_PHONE_NUMBER>", "Test message")
    assert read("pywa_outgoing_message", "delete") == [Deletion("wamid.zzzzzz")]
    edited = message("pywa_outgoing_message", "edit")
    assert (edited.id, edited.author.id, edited.text) == ("wamid.zzzzzz", PYWA, "Text was edited")


@pytest.mark.parametrize("name", ["sent", "delivered", "read", "played", "with_tracker", "group"])
def test_states_that_tell_nothing_new(name: str) -> None:
    """Also with a mark of somebody else's software."""
    assert read("pywa_message_status", name) == []


def test_what_did_not_arrive_is_told_in_its_conversation() -> None:
    found = message("pywa_message_status", "failed")
    assert (found.parent, found.thread, found.author.name) == ("wamid.xyzxyz", "972987654321", "WhatsApp")
    assert "was not delivered" in found.text
    assert "experiment" in found.text


@pytest.mark.parametrize("name", ["phone_number_change", "identity_change"])
def test_what_whatsapp_says_about_a_person(name: str) -> None:
    found = message("pywa_system", name)
    assert found.text.startswith("User ")
    assert found.thread == "972987654321"


@pytest.mark.parametrize("name", ["approved", "rejected"])
def test_templates_that_were_looked_at_are_nobodys_business(name: str) -> None:
    told: dict[str, Any] = recorded("pywa_template_status_update")[name]
    assert pieces_of(told, PYWA) == []
