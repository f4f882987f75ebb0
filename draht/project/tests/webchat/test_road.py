"""From the widget's endpoint to the inbox and back, over the real ASGI application."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

import draht.connections.actions as connections
import draht.features.inbox.actions as inbox
from draht.connections.models import Connection
from draht.contract.channel import Act
from draht.contract.messages import Author, IncomingMessage
from draht.contract.signatures import sign
from draht.core.clock import now
from draht.core.people.access import Viewer
from draht.core.worker import intake
from draht.features.inbox import queries
from draht.features.inbox.queries import Entry, Row
from draht.flows.take_in import take_in
from draht.project.tests.webchat.conftest import SECRET
from draht.project.tests.webchat.house import House, until
from draht.project.tests.webchat.widget import Widget

FOREIGN = "https://elsewhere.example"


def listed(viewer: Viewer) -> list[Row]:
    return queries.conversations(viewer, "all").rows


def entries(viewer: Viewer, nth: int = 0) -> list[Entry]:
    rows = listed(viewer)
    return queries.thread(viewer, rows[nth].id).entries if len(rows) > nth else []


def texts(viewer: Viewer) -> list[str]:
    return [entry.text for entry in entries(viewer)]


def written(ada: Widget, viewer: Viewer, text: str, **more: Any) -> str:
    """Ada writes, and it has reached the inbox: the message's id."""
    id = str(uuid.uuid4())
    assert ada.send(text, id, **more).status_code == 200
    until(lambda: text in texts(viewer), f"“{text}” is in the inbox")
    return id


def answered(viewer: Viewer, text: str) -> None:
    inbox.queue_reply(viewer, listed(viewer)[0].id, text)
    until(lambda: any(e.text == text and e.kind == "message" for e in entries(viewer)), f"“{text}” is sent")


# -- there and back ---------------------------------------------------------------------------------------------------


def test_a_conversation(ada: Widget, as_bea: Viewer) -> None:
    first = str(uuid.uuid4())
    answer = ada.send("Where is my parcel? 🎉", first, page="https://shop.example/machines?session=1")
    assert answer.json() == {"id": first}
    until(lambda: texts(as_bea), "the message is in the inbox")
    [row] = listed(as_bea)
    [entry] = entries(as_bea)
    assert row.private
    assert row.unread
    assert row.person_name.startswith("visitor-")
    assert (entry.text, entry.url) == ("Where is my parcel? 🎉", "https://shop.example/machines")
    with ada.listen() as events:
        told = next(events)
        assert (told["id"], told["text"], told["ours"], told["name"]) == (first, "Where is my parcel? 🎉", False, "")
        assert next(events) == {"here": True}
        answered(as_bea, "On its way.")
        told = next(events)
        assert (told["text"], told["ours"], told["name"]) == ("On its way.", True, "Bea")
        assert set(told) == {"id", "at", "text", "ours", "name", "edited", "deleted"}


def test_the_stream_waits_for_a_first_message_that_nobody_has_read_yet(
    ada: Widget, house: House, as_bea: Viewer
) -> None:
    house.close_worker()
    ada.send("Hello?")
    with ada.listen() as events:
        house.open_worker()
        assert next(events)["text"] == "Hello?"


def test_notes_and_answers_on_their_way_stay_inside(ada: Widget, as_bea: Viewer, as_tia: Viewer) -> None:
    written(ada, as_bea, "Hello?")
    inbox.note(as_bea, listed(as_bea)[0].id, "A difficult person.")
    inbox.queue_reply(as_tia, listed(as_bea)[0].id, "Held for release.")
    assert [told["text"] for told in ada.history()] == ["Hello?"]


def test_our_edits_and_deletions_appear(ada: Widget, chat: Connection, as_bea: Viewer) -> None:
    written(ada, as_bea, "How long?")
    answered(as_bea, "Two weks.")
    with ada.listen() as events:
        ours = [next(events), next(events)][1]
        assert next(events) == {"here": True}
        edit = IncomingMessage(ours["id"], Author(chat.account_id), "Two weeks.", datetime.now(UTC))
        with transaction.atomic():
            take_in(chat, [replace(edit, revision=datetime.now(UTC), thread="elsewhere")], now())
        told = next(events)
        assert (told["id"], told["text"], told["edited"]) == (ours["id"], "Two weeks.", True)
        assert next(events) == {"here": True}
        inbox.moderate(as_bea, entries(as_bea)[1].id, Act.DELETE)
        told = next(events)
        assert (told["id"], told["text"], told["deleted"]) == (ours["id"], "", True)


def test_visitors_change_and_delete_what_they_wrote(ada: Widget, as_bea: Viewer) -> None:
    id = written(ada, as_bea, "I bought a Pola.")
    assert ada.send("I bought a Polar.", id, deed="edit").status_code == 200
    until(lambda: texts(as_bea) == ["I bought a Polar."], "the edit is in the inbox")
    assert entries(as_bea)[0].versions == ("I bought a Pola.",)
    assert ada.post({"id": id, "deed": "deletion"}).status_code == 200
    until(lambda: entries(as_bea)[0].deleted_at, "the deletion is in the inbox")
    [told] = ada.history()
    assert told["deleted"]
    ada.send("I bought a Fjord.", id, deed="edit")
    written(ada, as_bea, "Something else")
    assert [told["text"] for told in ada.history()] == ["", "Something else"]


# -- once -------------------------------------------------------------------------------------------------------------


def test_doubled_posts_are_one_message_and_the_first_stands(ada: Widget, house: House, as_bea: Viewer) -> None:
    house.close_worker()
    id = str(uuid.uuid4())
    assert [ada.send("Once.", id).status_code for _ in range(3)] == [200, 200, 200]
    house.open_worker()
    until(lambda: texts(as_bea) == ["Once."], "it is there once")
    [before] = entries(as_bea)
    assert ada.send("Something quite different.", id).status_code == 200
    written(ada, as_bea, "And more.")
    assert entries(as_bea)[0] == before
    assert [told["text"] for told in ada.history()] == ["Once.", "And more."]


def test_it_is_kept_before_the_200(ada: Widget, house: House, as_bea: Viewer) -> None:
    house.close_worker()
    for n in range(10):
        assert ada.send(f"Message {n}").status_code == 200
        assert intake.waiting()[0] == n + 1
    house.close_web()
    house.open()
    until(lambda: texts(as_bea) == [f"Message {n}" for n in range(10)], "all have arrived, in order")


# -- whose chat it is -------------------------------------------------------------------------------------------------


def test_nobody_reads_another_s_chat(ada: Widget, house: House, chat: Connection, as_bea: Viewer) -> None:
    id = written(ada, as_bea, "My secret")
    ben = Widget(house.url, chat.hook_key)
    ben.hello()
    assert ben.hello().json()["began"] is False
    ben.send("Hello from Ben", id)
    ben.send("Changed by Ben", id, deed="edit")
    until(lambda: len(listed(as_bea)) == 2 and "Changed by Ben" in texts(as_bea), "Ben's own message is there")
    ben.post({"id": id, "deed": "deletion"})
    until(lambda: entries(as_bea)[0].deleted_at, "Ben's own message is gone")
    assert [(told["id"], told["text"]) for told in ben.history()] == [(id, "")]
    assert [(told["id"], told["text"]) for told in ada.history()] == [(id, "My secret")]
    ben.close()


def test_visitors_cannot_touch_our_answers(ada: Widget, as_bea: Viewer) -> None:
    written(ada, as_bea, "Do you ship to Graz?")
    answered(as_bea, "No.")
    ours = ada.history()[1]["id"]
    ada.send("Yes!", ours, deed="edit")
    ada.post({"id": ours, "deed": "deletion"})
    written(ada, as_bea, "Thanks")
    assert {"No.", "Thanks"} < set(texts(as_bea))
    assert next(told for told in ada.history() if told["id"] == ours and told["ours"])["text"] == "No."


@pytest.mark.parametrize("token", ["-", "nonsense", "WyJ1LTQyIiwiIiwiIl0:forged"])
def test_a_forged_token_opens_nothing(ada: Widget, token: str) -> None:
    ada.token = token
    assert ada.send("Hello").status_code == 401
    answer = ada.client.get(f"{ada.base}/stream", headers=ada.login)
    assert (answer.status_code, answer.json()["error"]) == (401, "unknown")


def test_a_token_holds_in_one_chat_only(ada: Widget, house: House, service: Any) -> None:
    values = {"title": "Other", "origins": "https://shop.example", "secret": SECRET}
    other = connections.make(None, "webchat", values, service.pk)
    elsewhere = Widget(house.url, other.hook_key)
    elsewhere.token = ada.token
    assert elsewhere.send("Hello").status_code == 401
    elsewhere.close()


def test_a_user_finds_their_chat_on_another_device(house: House, chat: Connection, as_bea: Viewer) -> None:
    user = {"id": "42", "name": "Ada Lovelace", "hash": sign(SECRET, b"42")}
    phone, laptop = Widget(house.url, chat.hook_key), Widget(house.url, chat.hook_key)
    assert phone.hello(user=user).json()["began"] is False
    written(phone, as_bea, "From the phone")
    [row] = listed(as_bea)
    assert (row.person_name, row.handle) == ("Ada Lovelace", "42")
    assert laptop.hello(user=user).json()["began"] is True
    assert [told["text"] for told in laptop.history()] == ["From the phone"]
    phone.close()
    laptop.close()


@pytest.mark.parametrize("proof", ["", "0" * 64, sign("another secret altogether", b"42"), sign(SECRET, b"43"), "ü"])
def test_a_forged_identity_is_refused(ada: Widget, proof: str) -> None:
    answer = ada.hello(user={"id": "42", "name": "Ada", "hash": proof})
    assert (answer.status_code, answer.json()["error"]) == (403, "identity")
    assert "data-user-hash" in answer.json()["words"]


def test_a_user_whose_id_cannot_be_kept_is_refused(ada: Widget) -> None:
    for id in ("", " 42", "4\x002", "x" * 201):
        answer = ada.hello(user={"id": id, "hash": sign(SECRET, id.encode())})
        assert answer.status_code == 403, id


# -- other websites ---------------------------------------------------------------------------------------------------


def test_a_foreign_website_hears_why_and_gets_nothing(ada: Widget, as_bea: Viewer) -> None:
    written(ada, as_bea, "Hello")
    for method, what in (("POST", "hello"), ("POST", "send"), ("GET", "stream")):
        headers = ada.login | {"Origin": FOREIGN}
        answer = ada.client.request(method, f"{ada.base}/{what}", headers=headers, json=None)
        assert (answer.status_code, answer.json()["error"]) == (403, "foreign")
        assert FOREIGN in answer.json()["words"]
    assert texts(as_bea) == ["Hello"]


def test_what_browsers_need_of_another_origin(ada: Widget) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    before = ada.client.options(f"{ada.base}/send", headers=asks)
    assert before.status_code == 204
    assert before.headers["access-control-allow-origin"] == "https://shop.example"
    assert {"authorization", "content-type", "last-event-id"} <= set(
        before.headers["access-control-allow-headers"].split(", ")
    )
    answer = ada.send("Hello")
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["vary"] == "origin"
    assert "access-control-allow-credentials" not in answer.headers
    assert "set-cookie" not in answer.headers


def test_our_own_pages_may_carry_it(house: House, chat: Connection) -> None:
    own, null = Widget(house.url, chat.hook_key, house.url), Widget(house.url, chat.hook_key, "null")
    assert own.hello().status_code == 200
    assert null.hello().status_code == 403
    own.close()
    null.close()


def test_the_widget_is_one_script_that_may_be_kept(ada: Widget) -> None:
    answer = ada.client.get(f"{ada.base}/widget.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-encoding"] == "gzip"
    assert "draht-chat" in answer.text
    again = ada.client.get(f"{ada.base}/widget.js", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    plain = ada.client.get(f"{ada.base}/widget.js", headers={"Accept-Encoding": "identity"})
    assert plain.content.decode() == answer.text


def test_there_is_no_chat_at_another_address(house: House, chat: Connection) -> None:
    stranger = Widget(house.url, "no-such-key")
    assert stranger.client.get(f"{stranger.base}/widget.js").status_code == 404
    answer = stranger.client.post(f"{stranger.base}/hello", json={})
    assert (answer.status_code, answer.json()["error"]) == (404, "closed")
    stranger.close()


# -- coming back ------------------------------------------------------------------------------------------------------


def test_who_comes_back_hears_what_they_missed_and_nothing_else(ada: Widget, as_bea: Viewer) -> None:
    written(ada, as_bea, "One")
    assert [told["text"] for told in ada.history()] == ["One"]
    last = ada.last
    assert last
    answered(as_bea, "Two")
    id = written(ada, as_bea, "Three")
    assert [told["text"] for told in ada.history(last)] == ["Two", "Three"]
    last = ada.last
    assert ada.history(last) == []
    ada.post({"id": id, "deed": "deletion"})
    until(lambda: entries(as_bea)[-1].deleted_at, "the deletion is in the inbox")
    [told] = ada.history(last)
    assert (told["id"], told["deleted"]) == (id, True)


@pytest.mark.parametrize("last", ["9-99999999", "0-0", "nonsense", "-1--1"])
def test_a_strange_place_to_go_on_from_gives_everything(ada: Widget, as_bea: Viewer, last: str) -> None:
    written(ada, as_bea, "One")
    assert [told["text"] for told in ada.history(last)] == ["One"]


def test_who_was_away_for_long_gets_the_newest_again(
    ada: Widget, as_bea: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(ada, as_bea, "One")
    ada.history()
    last = ada.last
    monkeypatch.setattr("draht.features.webchat.stream.MOST_BEHIND", 3)
    for n in range(4):
        written(ada, as_bea, f"More {n}")
    assert [told["text"] for told in ada.history(last)] == ["One", "More 0", "More 1", "More 2", "More 3"]


def test_a_restart_in_the_middle(ada: Widget, house: House, as_bea: Viewer) -> None:
    written(ada, as_bea, "Before")
    ada.history()
    last = ada.last
    id = str(uuid.uuid4())
    house.close_worker()
    assert ada.send("Kept, and the answer was lost", id).status_code == 200
    house.close_web()
    with pytest.raises(Exception, match="refused"):
        ada.send("Nobody is there", id)
    house.open()
    assert ada.send("Kept, and the answer was lost", id).status_code == 200
    until(lambda: len(texts(as_bea)) == 2, "it is there")
    answered(as_bea, "We are back.")
    assert [told["text"] for told in ada.history(last)] == ["Kept, and the answer was lost", "We are back."]


# -- bounds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "status", "error"),
    [
        ({"id": "1", "text": "Hello"}, 400, "not_understood"),
        ({"text": "Hello"}, 400, "not_understood"),
        ({"id": str(uuid.uuid4()), "text": "Hello", "deed": "publish"}, 400, "not_understood"),
        (["Hello"], 400, "not_understood"),
        ({"id": str(uuid.uuid4()), "text": " \n "}, 422, "empty"),
        ({"id": str(uuid.uuid4()), "text": "x" * 10_001}, 422, "too_long"),
        ({"id": str(uuid.uuid4()), "text": "x" * 70_000}, 413, "too_large"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_words(ada: Widget, value: Any, status: int, error: str) -> None:
    answer = ada.post(value)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["words"]
    assert intake.waiting()[0] == 0


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 10_000, b'"\\ud800"', b"\x00"])
def test_garbage_is_refused_with_words(ada: Widget, body: bytes) -> None:
    for what in ("send", "hello"):
        answer = ada.client.post(f"{ada.base}/{what}", content=body, headers=ada.login)
        assert (answer.status_code, answer.json()["error"]) == (400, "not_understood")


def test_the_longest_message_and_strange_characters_arrive(ada: Widget, as_bea: Viewer) -> None:
    assert ada.send("👩‍👩‍👧" * 2_000).status_code == 200
    assert ada.send("a\x00b\u202ec\r\nd <script>").status_code == 200
    until(lambda: len(texts(as_bea)) == 2, "both are there")
    assert texts(as_bea) == ["👩‍👩‍👧" * 2_000, "abc\nd <script>"]


def test_too_much_at_once_has_to_wait(ada: Widget) -> None:
    answers = [ada.send(f"Message {n}") for n in range(25)]
    assert [a.status_code for a in answers] == [200] * 20 + [429] * 5
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 15
    assert answers[-1].json()["error"] == "slow_down"


def test_a_removed_chat_is_closed(ada: Widget, chat: Connection, as_eve: Viewer) -> None:
    connections.remove(as_eve, chat.pk)
    until(lambda: ada.send("Anybody?").status_code == 404, "the chat is closed")
