"""Search: word forms, accents, languages, several words, the newest first; edits and deletions followed."""

from __future__ import annotations

import sys
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from draht.connections.models import Connection
from draht.contract.messages import Author, Deletion
from draht.core.clock import to_ms
from draht.core.people.access import Viewer, viewer_of
from draht.core.people.models import Department, Role, User
from draht.core.sql import is_postgres
from draht.features.inbox.actions.conversations import move
from draht.features.inbox.checks import search_fault, wrong_conversations
from draht.features.inbox.full_text import department_word
from draht.features.inbox.models import Conversation
from draht.features.inbox.search import _in_postgres, _in_sqlite, search
from draht.features.inbox.stems import question, stems
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


@pytest.fixture
def other(db: None) -> Department:
    return Department.objects.create(name="Other")


@pytest.fixture
def as_oli(other: Department) -> Viewer:
    """Works in the other department only."""
    oli = User.objects.create_user("oli@example.org", "correct horse battery", name="Oli", role=Role.AGENT)
    oli.departments.add(other)
    return viewer_of(oli)


def texts(viewer: Viewer, asked: str) -> list[str]:
    return ["".join(text for text, _ in hit.parts) for hit in search(viewer, asked).hits]


def test_an_old_hit_of_a_small_department_is_found_behind_thousands(
    net: Connection, other: Department, as_oli: Viewer, as_bea: Viewer, as_cem: Viewer
) -> None:
    old = [message(f"o{i}", -500_000 - i, f"coffee {i}", thread=f"o{i}") for i in range(3)]
    deliver(make_connection(other, "small"), *old)
    deliver(net, *(message(f"n{i}", 100 + i, "coffee again", thread="c") for i in range(2500)))
    assert texts(as_oli, "coffee") == ["coffee 0", "coffee 1", "coffee 2"]
    assert texts(as_oli, "coff") == ["coffee 0", "coffee 1", "coffee 2"]
    assert set(texts(as_bea, "coffee")) == {"coffee again"}
    assert texts(as_cem, "coffee 1") == ["coffee 1"]


def test_hits_of_years_come_in_order_and_none_is_missing(net: Connection, as_bea: Viewer) -> None:
    """Often of late and ever more seldom before, so that every step back is taken."""
    minutes = [-(i**4) for i in range(36)]  # three years
    deliver(net, *(message(f"y{i}", minute, "teapot", thread=f"y{i}") for i, minute in enumerate(minutes)))
    for asked in ("teapot", "teapo"):
        told: list[int] = []
        before = ""
        while True:
            hits = search(as_bea, asked, before, limit=7)
            told += [hit.conversation.last_at for hit in hits.hits]
            if not (before := hits.next):
                break
        assert told == [to_ms(T0 + timedelta(minutes=minute)) for minute in minutes]


def test_a_rare_word_does_not_take_many_statements(
    net: Connection, as_bea: Viewer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    deliver(net, message("rare", -10_000_000, "a dodo", thread="rare"))  # nineteen years
    with django_assert_max_num_queries(12):
        assert texts(as_bea, "dodo") == ["a dodo"]


def test_who_was_handed_a_conversation_finds_it_and_who_gave_it_away_does_not(
    net: Connection, other: Department, as_bea: Viewer, as_oli: Viewer
) -> None:
    moved = Conversation.objects.get(external_id="t0")
    move(as_bea, moved.pk, other.pk)
    assert (texts(as_bea, "flight"), texts(as_oli, "flight")) == ([], [TEXTS[0][1]])
    deliver(net, message("more", 50, "Another flight", thread="t0"))  # goes where its conversation is now
    deliver(net, message("0", 0, "My flights are fine", thread="t0", revision=T0 + timedelta(hours=1)))
    assert texts(as_bea, "flight") == []
    assert texts(as_oli, "flight") == ["Another flight", "My flights are fine"]
    move(as_oli, moved.pk, net.department_id)
    assert (texts(as_bea, "flight")[0], texts(as_oli, "flight")) == ("Another flight", [])
    assert not search_fault()
    assert list(wrong_conversations()) == []


def test_joined_conversations_are_found_in_the_department_of_the_one_that_stays(
    net: Connection, other: Department, as_bea: Viewer, as_oli: Viewer
) -> None:
    deliver(net, message("answer", 60, "a green parrot", thread="", parent="question"))
    move(as_bea, Conversation.objects.get(external_id="question").pk, other.pk)
    assert (texts(as_bea, "parrot"), texts(as_oli, "parrot")) == ([], ["a green parrot"])
    deliver(net, message("question", 55, "Which bird?", thread="t1"))
    assert (texts(as_bea, "parrot"), texts(as_oli, "parrot")) == (["a green parrot"], [])
    assert not search_fault()
    assert list(wrong_conversations()) == []


def test_the_index_alone_keeps_a_question_within_departments(net: Connection, other: Department) -> None:
    find = _in_postgres if is_postgres() else _in_sqlite
    assert find([["flight"]], False, [department_word(other.pk)], 2**62, 9) == []
    assert len(find([["flight"]], False, [department_word(net.department_id)], 2**62, 9)) == 1


def test_nobody_can_type_the_word_of_a_department(net: Connection, as_cem: Viewer) -> None:
    assert search(as_cem, department_word(net.department_id)).hits == []
    every = "".join(chr(code) for code in range(sys.maxunicode + 1) if chr(code).isprintable())
    assert "~" not in stems(" ".join(every))
    assert "~" not in str(question("~1 ～1 a~1"))


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
