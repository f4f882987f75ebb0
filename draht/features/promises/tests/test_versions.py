"""RM-07: what somebody changes holds from then on, and rewrites nothing that was measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest
from django.core.exceptions import PermissionDenied

from draht.core.clock import DAY, MINUTE
from draht.core.journal.facts import Fact
from draht.core.journal.models import Entry
from draht.core.people.access import Viewer, viewer_of
from draht.core.people.models import Department, User
from draht.core.possible import NotPossible
from draht.features.promises import actions
from draht.features.promises.calendars import Calendar, read_hours
from draht.features.promises.events import By, Said
from draht.features.promises.figures import attainment
from draht.features.promises.following import episodes_of
from draht.features.promises.policies import WHATSAPP, Promise
from draht.features.promises.queries import Rulebook, rulebook
from draht.features.promises.rows import as_csv, rows_of
from draht.features.promises.terms import Scope, Terms
from draht.features.promises.tests.threads import BERLIN, at

OFFICE = Calendar(BERLIN, (read_hours("9-17"),) * 5 + ((), ()), country="DE", subdivision="BY")
NOVEMBER, DECEMBER = at("2026-11-01 00:00"), at("2026-12-01 00:00")
PUBLIC, PRIVATE = Scope(private=False), Scope(private=True)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Our own clock; a test sets it."""
    told = [NOVEMBER]
    monkeypatch.setattr(actions, "now", lambda: told[0])
    return told


@pytest.fixture
def office(as_cem: Viewer, clock: list[int]) -> int:
    return actions.save_calendar(as_cem, "Office", OFFICE)


def promise(book: Rulebook, when: int, question: Scope = PUBLIC) -> Promise:
    found = book.promise(when, question)
    assert found is not None
    return found


def november(book: Rulebook) -> tuple[str, str]:
    """The figures of November, as an export and as a tile: a question every day, answered after 45 minutes."""
    threads = []
    for day in range(2, 30):
        asked = at(f"2026-11-{day:02} 10:00")
        said = [
            Said(1, By.CUSTOMER, asked, platform_at=asked),
            Said(2, By.HUMAN, asked + 45 * MINUTE, delivered_at=asked + 45 * MINUTE),
        ]
        threads += episodes_of(said, [], lambda start: promise(book, start.at))
    rows = rows_of(threads, lambda episode: book.clock(episode.calendar_version), DECEMBER + 10 * DAY)
    return as_csv(rows), repr(attainment(row.standing for row in rows))


def test_november_stays_as_it_was(as_cem: Viewer, cem: User, clock: list[int], office: int) -> None:
    terms = Terms(office, first=60 * 60)
    policy = actions.save_policy(as_cem, "Comments", PUBLIC, terms)
    before = november(rulebook())
    clock[0] = DECEMBER
    actions.save_policy(as_cem, "Comments", PUBLIC, replace(terms, first=30 * 60), policy)
    actions.save_calendar(as_cem, "Office", replace(OFFICE, exceptions={date(2026, 11, 16): ()}), office)
    assert november(rulebook()) == before
    book = rulebook()
    assert (promise(book, DECEMBER - 1).first, promise(book, DECEMBER).first) == (3600, 1800)
    assert promise(book, DECEMBER - 1).clock.is_open(at("2026-11-16 10:00"))
    assert not promise(book, DECEMBER).clock.is_open(at("2026-11-16 10:00"))
    entry = Entry.objects.filter(fact=Fact.POLICY_CHANGED).latest("id")
    told = msgspec.json.decode(entry.data)
    assert (entry.actor_id, told["before"]["first"], told["after"]["first"]) == (cem.pk, 3600, 1800)


def test_saving_the_same_changes_nothing(as_cem: Viewer, office: int) -> None:
    assert actions.save_calendar(as_cem, "Office", OFFICE, office) == office
    assert Entry.objects.filter(fact=Fact.CALENDAR_CHANGED).count() == 1
    assert rulebook().calendar(office, NOVEMBER) == OFFICE


def test_nothing_is_promised_for_what_came_before(as_cem: Viewer, office: int) -> None:
    actions.save_policy(as_cem, "Comments", PUBLIC, Terms(office))
    book = rulebook()
    assert book.promise(NOVEMBER - 1, PUBLIC) is None
    assert book.promise(NOVEMBER, PRIVATE) is None
    assert book.calendar(office, NOVEMBER - 1) is None
    with pytest.raises(KeyError):
        book.clock(0)


def test_a_clock_that_was_set_back_hides_no_change(as_cem: Viewer, clock: list[int], office: int) -> None:
    policy = actions.save_policy(as_cem, "Comments", PUBLIC, Terms(office))
    clock[0] = NOVEMBER - DAY
    actions.save_policy(as_cem, "Comments", PUBLIC, Terms(office, first=60), policy)
    assert promise(rulebook(), NOVEMBER).first == 60


def test_the_policy_that_says_most_about_a_question_holds(
    as_cem: Viewer, clock: list[int], office: int, service: Department
) -> None:
    scopes = {
        1: Scope(),
        2: PUBLIC,
        3: Scope(channel="x"),
        4: Scope(channel="x", private=False),
        5: Scope(department_id=service.pk),
        6: Scope(language="de"),
        7: Scope(topic="safety"),
        8: Scope(),
    }
    for seconds, scope in scopes.items():
        actions.save_policy(as_cem, f"Promise {seconds}", scope, Terms(office, first=seconds))
    book = rulebook()
    asked = {
        1: Scope("rss", private=True),
        2: Scope("rss", private=False),
        3: Scope("x", private=True),
        4: Scope("x", private=False),
        5: Scope("x", private=False, department_id=service.pk),
        6: Scope("x", private=False, department_id=service.pk, language="de-AT"),
        7: Scope("x", private=False, department_id=service.pk, language="de", topic="safety"),
    }
    assert {seconds: promise(book, NOVEMBER, question).first for seconds, question in asked.items()} == {
        n: n for n in asked
    }


def test_what_is_ended_holds_for_what_began_before(as_cem: Viewer, clock: list[int], office: int) -> None:
    policy = actions.save_policy(as_cem, "Comments", PUBLIC, Terms(office))
    clock[0] = DECEMBER
    actions.end_policy(as_cem, policy)
    book = rulebook()
    assert promise(book, DECEMBER - 1).first == 3600
    assert book.promise(DECEMBER, PUBLIC) is None
    actions.save_policy(as_cem, "Comments", PUBLIC, Terms(office), policy)
    assert promise(rulebook(), DECEMBER).first == 3600


def test_a_promise_knows_its_window_and_its_versions(as_cem: Viewer, office: int) -> None:
    actions.save_policy(as_cem, "Comments", PUBLIC, Terms(office))
    book = rulebook()
    found = book.promise(NOVEMBER, PUBLIC, WHATSAPP)
    assert found is not None
    assert found.window == WHATSAPP
    assert book.clock(found.calendar_version) is found.clock


def test_more_than_the_hours_allow_cannot_be_promised(as_cem: Viewer, office: int) -> None:
    """WF-08."""
    with pytest.raises(NotPossible, match=r"At most 24\.6\s%"):
        actions.save_policy(as_cem, "Comments", PUBLIC, Terms(office, first=900, business=False, share=90))
    actions.save_policy(as_cem, "Comments", PUBLIC, Terms(office, first=900, business=False, share=24))
    actions.save_policy(as_cem, "In open hours", PRIVATE, Terms(office, first=900, share=95))


def test_what_makes_no_sense_is_refused_in_words(as_cem: Viewer, office: int) -> None:
    with pytest.raises(NotPossible, match="another one of that name"):
        actions.save_calendar(as_cem, " office ", OFFICE)
    with pytest.raises(NotPossible, match="needs a name"):
        actions.save_calendar(as_cem, " ", OFFICE)
    with pytest.raises(NotPossible, match="no such opening hours"):
        actions.save_policy(as_cem, "Comments", PUBLIC, Terms(office + 1))
    with pytest.raises(NotPossible, match="not there any more"):
        actions.save_calendar(as_cem, "Other", OFFICE, office + 1)
    with pytest.raises(NotPossible, match="no such promise"):
        actions.end_policy(as_cem, 1)
    with pytest.raises(NotPossible, match="between 1 and 100"):
        Terms(office, share=0)
    with pytest.raises(NotPossible, match="between a second and a year"):
        Terms(office, next=0)


def test_only_leads_promise(bea: User, dan: User, as_cem: Viewer, office: int) -> None:
    with pytest.raises(PermissionDenied):
        actions.save_calendar(viewer_of(bea), "Other", OFFICE)
    with pytest.raises(PermissionDenied):
        actions.save_policy(viewer_of(bea), "Comments", PUBLIC, Terms(office))
    policy = actions.save_policy(as_cem, "Comments", PUBLIC, Terms(office))
    with pytest.raises(PermissionDenied):
        actions.end_policy(viewer_of(bea), policy)
    with pytest.raises(PermissionDenied):
        viewer_of(dan)


def test_all_of_it_is_read_in_two_statements(as_cem: Viewer, office: int, django_assert_num_queries: object) -> None:
    for n in range(5):
        actions.save_policy(as_cem, f"Promise {n}", PUBLIC, Terms(office))
    with django_assert_num_queries(2):  # type: ignore[operator]
        book = rulebook()
        promise(book, NOVEMBER)
