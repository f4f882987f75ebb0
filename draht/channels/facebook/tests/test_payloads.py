"""The mapper against what Facebook sent to others: each body is the right message, or rightly nobody's business."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from draht.channels.facebook.mapper import act_of_page, to_account, to_change, to_comment, to_post, to_told
from draht.channels.facebook.tests.double import SHARED
from draht.contract.graph import moment, to_page, to_sent
from draht.contract.graph_messaging import to_direct, to_listed
from draht.contract.messages import Deletion, IncomingMessage
from draht.contract.reading import read_each
from draht.contract.testing.graph_spec import need

PAYLOADS = SHARED / "payloads/facebook"


def recorded(name: str) -> Any:
    path = PAYLOADS / f"{name}.json"
    need(path)
    return json.loads(path.read_text())


def change(name: str) -> tuple[Any, str]:
    """The one change of a recorded hook, and the page that it is for."""
    [entry] = recorded(name)["entry"]
    return entry["changes"][0] | {"time": entry["time"]}, entry["id"]


def message(name: str) -> IncomingMessage:
    event = to_change(*change(name))
    assert isinstance(event, IncomingMessage)
    return event


def test_a_comment() -> None:
    found = message("webhook_feed_comment_add")
    assert (found.id, found.thread, found.parent) == (
        "150691160110528_150691260110518",
        "150691160110528_150691260110518",
        "",
    )
    assert (found.author.id, found.author.name, found.text) == ("3844961895548656", "Customer One", "xzy")
    assert found.at == found.revision == moment(1603845970)
    assert found.url == "https://www.facebook.com/examplepage/posts/150691160110528"
    assert not found.private


def test_an_answer_to_a_comment_joins_it() -> None:
    found = message("webhook_feed_comment_reply_add")
    assert (found.thread, found.parent) == ("", message("webhook_feed_comment_add").id)


def test_our_own_answer_is_ours() -> None:
    payload, us = change("webhook_feed_page_own_nested_comment")
    found = message("webhook_feed_page_own_nested_comment")
    assert found.author.id == us == payload["value"]["from"]["id"]
    assert found.parent == "122131676912594941_542072878449250"


def test_a_photo_comes_as_an_address() -> None:
    found = message("webhook_feed_comment_photo_add")
    [photo] = found.attachments
    assert (photo.kind, found.text) == ("image", "")
    assert photo.url.startswith("https://scontent.")


@pytest.mark.parametrize("verb", ["hide", "unhide"])
def test_what_the_page_hides_is_read_again(verb: str) -> None:
    payload, us = change(f"webhook_feed_comment_{verb}")
    assert act_of_page(payload, us) == "331881159596299_1735528193537632"
    assert act_of_page(payload, "another") == ""


def test_a_post_that_is_removed() -> None:
    assert to_change(*change("webhook_feed_post_remove")) == Deletion("110322572167401_122141710964024251")


@pytest.mark.parametrize(
    "name", ["webhook_feed_reaction_add", "webhook_feed_status_add", "webhook_feed_video_edited_unpublished"]
)
def test_reactions_own_posts_and_drafts_are_nobodys_business(name: str) -> None:
    assert to_change(*change(name)) is None


def test_a_message_in_messenger() -> None:
    [entry] = recorded("webhook_messenger_message")["entry"]
    found = to_direct(entry["messaging"][0], entry["id"])
    assert isinstance(found, IncomingMessage)
    assert (found.text, found.private, found.thread) == ("测试私信", True, "dm-6780462125377510")
    assert found.at == moment(1701427704837)
    assert found.id.startswith("m_EYIjld_")


def test_messages_of_conversations() -> None:
    us = "2121008874780932"
    picture, film = (to_listed(raw, us) for raw in recorded("graph_facebook_messages_messages_info").values())
    assert picture.thread == film.thread == "dm-2711636948859886"
    assert (picture.author.name, [one.kind for one in picture.attachments]) == ("Kun Liu", ["image"])
    assert [one.kind for one in film.attachments] == ["video"]


def test_a_comment_that_was_asked_for() -> None:
    found = to_comment(recorded("graph_facebook_models_comment"))
    assert (found.author.name, found.text, found.held) == ("Kun Liu", "My Nice Car", False)
    [photo] = found.attachments
    assert photo.kind == "image"
    assert to_comment(recorded("graph_facebook_comments_comment_info")).author.id.startswith("unknown-")


def test_a_page_of_comments() -> None:
    """They were recorded without their ids, which stand in their addresses."""
    page = to_page(recorded("graph_facebook_comments_comments_p1"))
    events, unread = read_each(page.items, to_comment)
    assert (len(events), len(unread), page.after) == (0, 10, "after")
    whole = [one | {"id": one["permalink_url"].rpartition("=")[2]} for one in page.items]
    assert len(read_each(whole, to_comment)[0]) == 10


def test_posts_of_a_feed() -> None:
    page = to_page(recorded("graph_facebook_posts_feed_fields_p1"))
    first, *others = (to_post(raw, "4") for raw in page.items)
    assert first is not None
    assert first.text.startswith("Happy July 4th")
    assert all(others)
    assert all(post is None for post in (to_post(raw | {"from": {"id": "4"}}, "4") for raw in page.items))


def test_what_graph_made_is_where_it_says() -> None:
    sent = to_sent(recorded("graph_facebook_comments_create_resp"), moment(0))
    assert (sent.id, sent.at) == ("245778718206154_229887283291835", moment("2023-07-14T10:45:55+0000"))


def test_conversations_alone_are_no_messages() -> None:
    """They are only asked for together with their messages."""
    for raw in (
        *recorded("graph_facebook_conversations_cvses_info").values(),
        recorded("graph_facebook_models_conversation"),
    ):
        assert len(read_each([raw], lambda one: to_told(one, "us"))[1]) == 1
    assert to_account({"id": "1", "name": "Boots"}).name == "Boots"


def test_every_recording_is_known_here() -> None:
    """The errors are read in the tests of Graph."""
    recorded("errors_graph")
    names = {path.stem for path in PAYLOADS.glob("*.json")}
    written = Path(__file__).read_text()
    assert {name for name in names if name not in written} <= {
        "webhook_feed_comment_hide",
        "webhook_feed_comment_unhide",
        "graph_error",
        "graph_base_error_data",
    }
