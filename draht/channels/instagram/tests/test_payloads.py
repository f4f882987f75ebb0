"""The mapper against what Instagram sent to others: each body is the right message, or rightly nobody's business."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from draht.channels.instagram.mapper import mentioned, to_change, to_comment, to_mention, to_title, with_answers
from draht.channels.instagram.tests.double import SHARED
from draht.contract.graph import moment, to_page
from draht.contract.messages import Account, IncomingMessage
from draht.contract.reading import read_each
from draht.contract.testing.graph_spec import need

PAYLOADS = SHARED / "payloads/instagram"
WE = Account("17841406338772941", "Kun", "ikroskun")


def recorded(name: str) -> Any:
    path = PAYLOADS / f"{name}.json"
    need(path)
    return json.loads(path.read_text())


def change(name: str) -> IncomingMessage:
    [entry] = recorded(name)["entry"]
    found = to_change(entry["changes"][0] | {"time": entry["time"]}, Account(entry["id"], "Us"))
    assert found is not None
    return found


def test_a_comment() -> None:
    found = change("webhook_comment")
    assert (found.id, found.thread, found.text) == ("17867301270523379", "17867301270523379", "LINK")
    assert (found.author.id, found.author.handle) == ("848067418322071", "customer_one")
    assert found.at == moment(1776339591), "the hook tells no other time"
    assert found.raw["media"]["id"] == "18050310947722369"


def test_an_answer_joins_its_comment() -> None:
    found = change("webhook_comment_reply_documented")
    assert (found.parent, found.thread) == ("1231231234", "")


def test_comments_that_were_asked_for() -> None:
    """They were recorded without the number of their author: the name has to do."""
    ours, theirs = (to_comment(raw, WE) for raw in recorded("graph_comments_comments_fields").values())
    assert (ours.author.id, ours.text) == (WE.id, "@ikroskun  Hey, guys")
    assert (theirs.author.id, theirs.author.handle) == ("user-lixiangguodu123", "lixiangguodu123")
    assert theirs.at == moment("2020-06-01T10:56:52+0000")


def test_a_comment_brings_its_answers() -> None:
    comment, answer = with_answers(recorded("graph_models_ig_comment"), WE)
    assert (comment.author.id, comment.held, comment.thread) == (WE.id, False, "17892250648466172")
    assert (answer.id, answer.parent, answer.text) == ("17845747489952795", comment.id, "@ikroskun Nice")


def test_pages_of_comments_and_answers() -> None:
    comments = to_page(recorded("graph_medias_comments_p1"))
    answers = to_page(recorded("graph_comments_replies"))
    events, unread = read_each([*comments.items, *answers.items], lambda raw: to_comment(raw, WE))
    assert (len(events), unread, comments.after) == (3, (), "after")
    assert all(isinstance(e, IncomingMessage) and e.author.id.startswith("unknown-") for e in events)


def test_mentions() -> None:
    comment = to_mention(recorded("graph_users_mentioned_comment"), WE, "1", "17967008497439572")
    assert (comment.author.id, comment.text, comment.raw["mention"]) == (WE.id, "@ikroskun good", True)
    post = to_mention(recorded("graph_users_mentioned_media"), WE, "17889114512354744", "")
    assert (post.text, post.id) == ("@ikroskun hey", "17889114512354744")
    assert [file.kind for file in post.attachments] == ["image"]


def test_our_posts_are_titles() -> None:
    assert to_title(recorded("graph_models_ig_media")) == ("ALBUM", "https://www.instagram.com/p/CRyZpmrjYC4/")
    for raw in to_page(recorded("graph_hashtags_hashtag_recent_medias_p1")).items:
        assert to_title(raw) == ("", "")
        assert mentioned(raw) is None


def test_every_recording_is_known_here() -> None:
    recorded("webhook_comment")
    written = Path(__file__).read_text()
    assert {path.stem for path in PAYLOADS.glob("*.json") if path.stem not in written} == set()
