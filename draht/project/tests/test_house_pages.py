"""The health page, the journal and ``/healthz``: who may look, what they see, and that nothing breaks them."""

from __future__ import annotations

import re

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

import draht.connections.actions as connections
from draht.connections.models import Connection
from draht.contract.errors import LoginExpired
from draht.contract.messages import Unread
from draht.core.clock import now
from draht.core.journal.actions import Told, record_all
from draht.core.journal.facts import Fact
from draht.core.journal.words import WORDS
from draht.core.people.access import Viewer
from draht.core.people.models import Department, User
from draht.core.people.tests.pages import client_of
from draht.core.worker.models import DutyState
from draht.features.inbox.search import search
from draht.flows.duties import DUTIES
from draht.flows.tests.parrot import Parrot, connect_parrot, says
from draht.project import audit


@pytest.fixture
def parrot(service: Department, monkeypatch: pytest.MonkeyPatch) -> Connection:
    return connect_parrot(monkeypatch, service.pk)


@pytest.fixture
def working(db: None) -> None:
    DutyState.objects.bulk_create(DutyState(name=duty.name, ran_at=now()) for duty in DUTIES)


def text_of(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.decode()).split())


def leave(connection: Connection, *raws: str) -> None:
    with transaction.atomic():
        connections.keep_leftovers(connection.pk, [Unread(raw, "KeyError: 'text'") for raw in raws])


# -- who may look -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/health/", "/journal/"])
def test_only_leads_and_administrators_look(path: str, dan: User, bea: User, cem: User, eve: User) -> None:
    for nobody in (dan, bea):
        assert client_of(nobody).get(path).status_code == 403
    assert client_of(None).get(path).headers["Location"].startswith("/accounts/login/")
    for lead in (cem, eve):
        page = client_of(lead).get(path)
        assert page.status_code == 200
        assert "script-src" not in page.headers["Content-Security-Policy"]
        assert "unsafe" not in page.headers["Content-Security-Policy"]


def test_only_leads_read_leftovers_again(parrot: Connection, dan: User, bea: User) -> None:
    leave(parrot, "{}")
    for nobody in (dan, bea):
        assert client_of(nobody).post(f"/health/read-again/{parrot.pk}/").status_code == 403
    assert len(connections.leftovers(parrot.pk)) == 1


# -- /healthz ---------------------------------------------------------------------------------------------------------


def test_a_monitor_needs_no_login_and_learns_no_details(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    good = client_of(None).get("/healthz")
    assert (good.status_code, good.content) == (200, b"ok\n")
    assert "no-store" in good.headers["Cache-Control"]

    def lost(*_: object) -> None:
        raise DatabaseError("could not connect to server at 10.0.0.7")

    monkeypatch.setattr(DutyState.objects, "create", lost)
    bad = client_of(None).get("/healthz")
    assert (bad.status_code, bad.content) == (503, b"not ok\n")


# -- the health page --------------------------------------------------------------------------------------------------


def test_a_house_in_order_says_so(working: None, cem: User) -> None:
    said = text_of(client_of(cem).get("/health/").content)
    assert "Everything works." in said
    assert "Not understood" not in said


def test_what_is_wrong_stands_there_with_what_to_do(working: None, parrot: Connection, cem: User) -> None:
    connections.note_trouble(parrot.pk, LoginExpired("parrot.example answered 401: revoked <script>"))
    page = client_of(cem).get("/health/").content
    said = text_of(page)
    assert "Something does not work." in said
    assert "Parrot: parrot.example answered 401: revoked &lt;script&gt;" in said
    assert "Log in again" in said


def test_a_page_survives_a_store_that_cannot_be_looked_at(
    working: None, cem: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise DatabaseError("disk I/O error")

    monkeypatch.setattr("draht.core.worker.intake.waiting", broken)
    page = client_of(cem).get("/health/")
    assert page.status_code == 200
    assert "disk I/O error" in text_of(page.content)


def test_leftovers_are_read_again_at_a_click(
    working: None, parrot: Connection, cem: User, as_cem: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import msgspec

    leave(parrot, msgspec.json.encode(says(1, "fancy <b>", form=2)).decode())
    visit = client_of(cem)
    page = visit.get("/health/").content
    assert "Not understood" in text_of(page)
    assert b"fancy &lt;b&gt;" in page
    assert "0 were understood. 1 stays." in text_of(visit.post(f"/health/read-again/{parrot.pk}/", follow=True).content)
    monkeypatch.setattr(Parrot, "understands", 2)
    said = text_of(visit.post(f"/health/read-again/{parrot.pk}/", follow=True).content)
    assert "1 was understood. 0 stay." in said
    assert "Not understood" not in said
    assert search(as_cem, "fancy").hits


def test_a_network_that_does_not_answer_is_told(parrot: Connection, cem: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def expired(self: Parrot, raw: str) -> None:
        raise LoginExpired("Please log in again.")

    leave(parrot, "{}")
    monkeypatch.setattr(Parrot, "read_item", expired)
    said = text_of(client_of(cem).post(f"/health/read-again/{parrot.pk}/", follow=True).content)
    assert "Please log in again." in said


def test_there_is_nothing_to_read_again(parrot: Connection, cem: User) -> None:
    assert client_of(cem).post(f"/health/read-again/{parrot.pk}/").status_code == 404
    assert client_of(cem).get(f"/health/read-again/{parrot.pk}/").status_code == 405


# -- the journal ------------------------------------------------------------------------------------------------------


@pytest.fixture
def history(shared_db: None, bea: User, cem: User) -> None:
    """Committed: PostgreSQL tells only of transactions that have ended."""
    for number in range(30):
        who = (bea.pk, cem.pk, None)[number % 3]
        fact = Fact.NOTE_WRITTEN if who else Fact.MESSAGE_RECEIVED
        with transaction.atomic():
            record_all([Told(fact, who, None, number, {"note": number, "reason": "<i>"})])


def facts_on(page: bytes) -> list[str]:
    return [text_of(one) for one in re.findall(rb"<span class=\"facts-what\">(.*?)</span>", page, re.DOTALL)]


def test_the_journal_shows_the_newest_first_page_by_page(
    history: None, cem: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PAGE", 12)
    visit, shown, address = client_of(cem), [], "/journal/"
    while address:
        page = visit.get(address).content
        shown += facts_on(page)
        older = re.search(rb'href="(\?[^"]*before=[^"]*)"', page)
        address = f"/journal/{older[1].decode()}" if older else ""
    assert len(shown) == 30
    assert shown[0].endswith("#29")


def test_the_journal_can_be_sifted(history: None, cem: User, bea: User) -> None:
    visit = client_of(cem)
    by_bea = visit.get("/journal/", {"by": bea.pk}).content
    assert len(facts_on(by_bea)) == 10
    came_in = facts_on(visit.get("/journal/", {"fact": "message_received"}).content)
    assert len(came_in) == 10
    assert all("a message came in" in one for one in came_in)
    nothing = text_of(visit.get("/journal/", {"fact": "backup_written"}).content)
    assert "Nothing of the kind has happened" in nothing


@pytest.mark.parametrize("asked", ["?fact=drop table", "?by=x&before=9-9-9", "?by=99999999999999999999", "?before=%00"])
def test_strange_questions_get_a_page(asked: str, cem: User) -> None:
    assert client_of(cem).get(f"/journal/{asked}").status_code == 200


def test_a_rare_fact_is_looked_for_in_bounded_walks(
    history: None, as_cem: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "WALKED", 10)
    page = audit.page(as_cem, fact=Fact.BACKUP_WRITTEN)
    assert (page.rows, page.walked) == ([], True)
    seen, before = 0, ""
    for _ in range(3):
        page = audit.page(as_cem, fact=Fact.NOTE_WRITTEN, before=before)
        seen, before = seen + len(page.rows), page.older
    assert seen == 20


def test_every_fact_has_words() -> None:
    assert set(WORDS) == set(Fact)


# -- bad input --------------------------------------------------------------------------------------------------------


def test_ten_megabytes_to_a_page_are_refused_without_a_trace(cem: User) -> None:
    visit = Client(raise_request_exception=False)
    visit.force_login(cem)
    page = visit.post("/conversation/1/note/", {"text": "x" * (10 * 1024 * 1024)})
    assert page.status_code in {400, 413}
    assert "Traceback" not in page.content.decode()


@pytest.mark.parametrize(
    "path",
    ["/inbox/all/?tag=%00", "/inbox/search/?q=%00%ff%fe", "/inbox/search/?q=%ed%a0%80", "/inbox/all/?before=%00-1",
     "/inbox/all/?tag=" + "x" * 5000, "/inbox/all/99999999999999999999/", "/person/99999999999999999999/",
     "/inbox/all/?before=99999999999999999999-1", "/inbox/search/?q=a&before=9999999999999999999"],
)  # fmt: skip
def test_broken_addresses_get_a_calm_answer(path: str, cem: User) -> None:
    visit = Client(raise_request_exception=False)
    visit.force_login(cem)
    assert visit.get(path).status_code in {200, 404}
