"""Search: word forms, accents, languages, several words, the newest first; edits and deletions followed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from draht.connections.models import Connection
from draht.contract.messages import Author, Deletion
from draht.core.people.access import Viewer
from draht.core.people.models import Department
from draht.features.inbox.models import Conversation
from draht.features.inbox.search import search
from draht.features.inbox.stems import stems
from draht.features.inbox.tests.test_store import T0, deliver, make_connection, message

TEXTS = [
    ("en", "My flights were delayed twice"),
    ("de", "Die Lösung funktioniert nicht, meine Maschinen tropfen"),
    ("es", "¿Cuándo llegan los pedidos? Estoy esperando"),
    ("", "Straße und Garten 🎉 order #4711"),
    ("en", "Is the blue machine delivered to Graz?"),
]


@pytest.fixture
def net(service: Department) -> Connection:
    net = make_connection(service)
    deliver(net, *(message(f"{i}", i, text, thread=f"t{i}", language=code) for i, (code, text) in enumerate(TEXTS)))
    return net


def found(viewer: Viewer, text: str) -> list[int]:
    """Which of TEXTS were found, in order."""
    ids = [hit.conversation.id for hit in search(viewer, text).hits]
    keys = dict(Conversation.objects.values_list("id", "external_id"))
    return [int(keys[id][1:]) for id in ids]


@pytest.mark.parametrize(
    ("asked", "texts"),
    [
        ("flight", [0]), ("FLIGHTS delay", [0]), ("losung", [1]), ("Lösungen", [1]), ("maschine", [1]),
        ("pedido", [2]), ("esperar", [2]), ("cuando", [2]), ("4711", [3]), ("machine", [4]), ("deliv", [4]),
        ("blue machine", [4]), ("blue flight", []), ("ada", [4, 3, 2, 1, 0]), ("nowhere", []), ("   ", []), ("!?", []),
    ],
)  # fmt: skip
def test_words_are_found_in_every_form(net: Connection, as_bea: Viewer, asked: str, texts: list[int]) -> None:
    assert found(as_bea, asked) == texts


@pytest.mark.parametrize("asked", ['"', "'", "a AND", "NEAR(", "*", "x'); DROP TABLE", "a:b", "-", "\x00", "ß" * 500])
def test_strange_questions_are_only_words(net: Connection, as_bea: Viewer, asked: str) -> None:
    search(as_bea, asked)


def test_the_newest_comes_first_and_pages_follow(net: Connection, as_bea: Viewer) -> None:
    deliver(net, *(message(f"n{i}", 100 + i, "coffee again", thread=f"c{i}") for i in range(25)))
    first = search(as_bea, "coffee", limit=10)
    second = search(as_bea, "coffee", first.next, limit=10)
    third = search(as_bea, "coffee", second.next, limit=10)
    ats = [hit.at for hit in first.hits + second.hits + third.hits]
    assert ats == sorted(ats, reverse=True)
    assert (len(ats), third.next) == (25, "")


def test_an_old_message_that_comes_late_is_not_the_newest(net: Connection, as_bea: Viewer) -> None:
    deliver(net, message("late", -5000, "a blue bird", thread="late"))
    first, last = search(as_bea, "blue").hits
    assert last.at < first.at


def test_edits_and_deletions_are_followed(net: Connection, as_bea: Viewer) -> None:
    deliver(net, message("4", 4, "Is the green machine here?", thread="t4", revision=T0 + timedelta(hours=1)))
    assert found(as_bea, "blue") == []
    assert found(as_bea, "green") == [4]
    deliver(net, Deletion("4"))
    assert found(as_bea, "green") == []


def test_another_departments_messages_are_not_found(net: Connection, as_bea: Viewer) -> None:
    other = Department.objects.create(name="Other")
    Conversation.objects.filter(external_id="t0").update(department=other)
    assert found(as_bea, "flight") == []


def test_found_words_are_marked(net: Connection, as_bea: Viewer) -> None:
    [hit] = search(as_bea, "flight delay").hits
    assert [text for text, is_found in hit.parts if is_found] == ["flights", "delayed"]
    assert "".join(text for text, _ in hit.parts) == TEXTS[0][1]


def test_authors_are_found_by_name(net: Connection, as_bea: Viewer) -> None:
    deliver(net, message("z", 99, "Hello", author=Author("zoe", "Zoë Müller", "zoe_m"), thread="z"))
    assert len(search(as_bea, "muller").hits) == 1


def test_stems_are_the_same_on_both_stores() -> None:
    assert stems("The flights, delayed!", "en") == "the flight delay"
    assert stems("Lösungen", "de") == "losung"
