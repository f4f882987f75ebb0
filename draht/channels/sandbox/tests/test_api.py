"""The API: who may, what it takes, and how it says no."""

from __future__ import annotations

import pytest

from draht.channels.sandbox.site import Site
from draht.channels.sandbox.tests.calls import Program, call
from draht.channels.sandbox.tests.conftest import Town


@pytest.fixture
def ask(town: Town) -> Program:
    return Program(Site(town.network), town.token)


def test_nothing_without_a_token(town: Town) -> None:
    for token in ("", "Bearer", "Bearer wrong", f"Basic {town.token}"):
        answer = call(Site(town.network), "GET", "/api/whoami", headers={"Authorization": token})
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json["error"]["message"] == "This token is not known."


def test_write_read_edit_delete(town: Town, ask: Program) -> None:
    asked = town.network.messages.write(town.ada, town.company, "Hello?")
    made = ask("POST", "messages", {"text": "Yes!", "parent": str(asked.id)})
    assert made.status == 201
    assert (made.json["parent"], made.json["thread"]) == (str(asked.id), str(asked.id))
    id = made.json["id"]
    assert ask("PATCH", f"messages/{id}", {"text": "Yes?"}).json["text"] == "Yes?"
    assert ask("GET", f"messages/{id}").json["edited_at"]
    assert ask("DELETE", f"messages/{id}").status == 204
    assert ask("DELETE", f"messages/{id}").status == 204
    assert ask("PATCH", f"messages/{id}", {"text": "No"}).status == 410
    assert ask("GET", f"messages/{id}").json["text"] == ""


def test_the_same_key_once(ask: Program) -> None:
    first = ask("POST", "messages", {"text": "News"}, Idempotency_Key="k")
    again = ask("POST", "messages", {"text": "News"}, Idempotency_Key="k")
    assert (first.status, again.status) == (201, 201)
    assert first.json["id"] == again.json["id"]
    assert ask("POST", "messages", {"text": "Other news"}, Idempotency_Key="k").status == 422
    assert [m["id"] for m in ask("GET", "messages?client_key=k").json["messages"]] == [first.json["id"]]
    assert ask("GET", "messages?client_key=").json["messages"] == []


def test_one_company_sees_and_touches_nothing_of_another(town: Town, ask: Program) -> None:
    other = town.network.members.open_company("Südlicht", "suedlicht")
    theirs = town.network.messages.write(other, other, "Theirs")
    for method, path, body in (
        ("GET", f"messages/{theirs.id}", None),
        ("DELETE", f"messages/{theirs.id}", None),
        ("PUT", f"messages/{theirs.id}/state", {"state": "spam"}),
        ("POST", "messages", {"text": "Hello", "parent": str(theirs.id)}),
    ):
        assert ask(method, path, body).status == 404
    assert ask("PATCH", f"messages/{theirs.id}", {"text": "Ours"}).status == 403
    assert ask("GET", "events").json["events"] == []


def test_events_by_pages(town: Town, ask: Program) -> None:
    for number in range(5):
        town.network.messages.write(town.ada, town.company, str(number))
    first = ask("GET", "events?limit=3").json
    assert ([e["message"]["text"] for e in first["events"]], first["more"]) == (["0", "1", "2"], True)
    rest = ask("GET", f"events?after={first['last']}").json
    assert ([e["message"]["text"] for e in rest["events"]], rest["more"]) == (["3", "4"], False)
    empty = ask("GET", f"events?after={rest['last']}").json
    assert empty == {"events": [], "last": rest["last"], "more": False}


def test_hooks_by_the_api(ask: Program) -> None:
    assert ask("GET", "hook").status == 404
    assert ask("PUT", "hook", {"url": "file:///etc/passwd", "secret": "a" * 20}).status == 422
    made = ask("PUT", "hook", {"url": "http://127.0.0.1:9/hook", "secret": "a" * 20})
    assert made.json == {"url": "http://127.0.0.1:9/hook", "waiting": 0, "attempts": 0, "trouble": ""}
    assert "secret" not in ask("GET", "hook").json
    assert ask("DELETE", "hook").status == 204
    assert ask("GET", "hook").status == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"x"', 400),
        (b'{"text": "\xff"}', 400),
        (b"[" * 60_000, 400),
        (b"{}", 422),
        (b'{"text": null}', 422),
        (b'{"text": {"a": 1}}', 422),
        (b'{"text": "x", "parent": "1 OR 1"}', 422),
        (b'{"text": "x", "parent": [1]}', 422),
        (b'{"text": "x", "parent": "999999"}', 404),
        (b'{"text": "x", "client_key": 7}', 422),
        (b'{"text": "' + b"x" * 501 + b'"}', 422),
        (b'{"text": "' + b"x" * 70_000 + b'"}', 413),
    ],
)
def test_bad_bodies_are_refused_with_a_reason(town: Town, body: bytes, status: int) -> None:
    told = {"Authorization": f"Bearer {town.token}"}
    answer = call(Site(town.network), "POST", "/api/messages", body, told)
    assert answer.status == status
    assert answer.json["error"]["message"]
    assert town.network.messages.last_seq(town.company) == 0


def test_other_bad_requests(town: Town, ask: Program) -> None:
    assert ask("GET", "nothing").status == 404
    assert ask("PUT", "whoami").status == 405
    assert ask("GET", "events?after=-1").status == 422
    assert ask("GET", "events?after=1e9").status == 422
    assert ask("GET", "messages/99999999999999999999").status == 404
    told = {"Authorization": f"Bearer {town.token}", "Content-Length": ""}
    assert call(Site(town.network), "POST", "/api/messages", b"{}", told).status == 411


def test_a_fault_of_ours_shows_no_trace(
    town: Town, ask: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> object:
        raise ZeroDivisionError("secret inner life")

    monkeypatch.setattr(type(town.network.messages), "events", broken)
    answer = ask("GET", "events")
    assert answer.status == 500
    assert "secret" not in answer.text
    assert "secret inner life" in caplog.text
