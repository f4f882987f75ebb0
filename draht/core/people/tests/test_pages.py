"""The pages of colleagues and departments: who gets in, what they do, and what they never show."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from draht.conftest import PASSWORD
from draht.core.journal.models import Entry
from draht.core.people.actions import end_sessions, forget_old_sessions
from draht.core.people.models import Department, Role, Session, User
from draht.core.people.tests.pages import client_of

ADMINS = ["/people/", "/people/new/", "/people/{id}/", "/people/departments/"]
DEEDS = ["/people/new/", "/people/{id}/", "/people/{id}/password/", "/people/departments/", "/people/departments/1/"]
NEW = {"name": "Ida", "email": "ida@example.org", "role": "agent", "departments": [], "password": ""}


@pytest.fixture
def page(eve: User) -> Client:
    return client_of(eve)


def told(user: User, **changes: object) -> dict[str, object]:
    """A colleague as their form sends them."""
    values: dict[str, object] = {"name": user.name, "email": user.email, "role": user.role or "none",
              "departments": list(user.departments.values_list("pk", flat=True)), "is_active": "on"}  # fmt: skip
    return {key: value for key, value in (values | changes).items() if value is not None}


def facts() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("fact", flat=True))


# -- who gets in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ADMINS)
def test_only_administrators_look(path: str, dan: User, bea: User, cem: User, eve: User) -> None:
    address = path.format(id=bea.pk)
    for nobody in (dan, bea, cem):
        refused = client_of(nobody).get(address)
        assert refused.status_code == 403
        assert "eve@example.org" not in refused.content.decode()
    assert client_of(None).get(address).headers["Location"].startswith("/accounts/login/")
    assert client_of(eve).get(address).status_code == 200


@pytest.mark.parametrize("path", DEEDS)
def test_only_administrators_change_anything(path: str, dan: User, bea: User, cem: User, service: Department) -> None:
    before = list(User.objects.order_by("pk").values_list("pk", "role", "password", "is_active"))
    for nobody in (dan, bea, cem):
        sent = NEW | told(nobody, role="admin")
        assert client_of(nobody).post(path.format(id=nobody.pk), sent).status_code in {403, 404}
    assert list(User.objects.order_by("pk").values_list("pk", "role", "password", "is_active")) == before
    assert [one.name for one in Department.objects.all()] == ["Service"]
    assert facts() == []


def test_dan_has_no_profile_yet_and_bea_has(dan: User, bea: User) -> None:
    assert client_of(dan).get("/people/me/").status_code == 403
    assert "bea@example.org" in client_of(bea).get("/people/me/").content.decode()


# -- colleagues -------------------------------------------------------------------------------------------------------


def test_the_list_takes_as_many_statements_for_many_as_for_few(page: Client, service: Department) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert page.get("/people/").status_code == 200
        return len(asked)

    few = statements()
    for n in range(20):
        User.objects.create(email=f"{n}@example.org", name=str(n), role=Role.AGENT).departments.add(service)
    assert statements() == few


def test_a_colleague_gets_a_password_that_is_shown_once_and_works(page: Client, service: Department) -> None:
    shown = page.post("/people/new/", NEW | {"email": "Ida@Example.org", "departments": [service.pk]})
    [password] = re.findall(r'id="told-password" value="([a-z2-9-]{19})"', shown.content.decode())
    assert "no-store" in shown.headers["Cache-Control"]
    ida = User.objects.get(email="ida@example.org")
    assert ida.role == Role.AGENT
    assert list(ida.departments.all()) == [service]
    assert password not in page.get(f"/people/{ida.pk}/").content.decode()
    assert Client().login(email="ida@example.org", password=password)
    assert facts() == ["person_added"]


def test_a_password_that_was_chosen_is_not_shown(page: Client) -> None:
    answer = page.post("/people/new/", NEW | {"password": "a long walk at dawn"}, follow=True)
    assert "a long walk at dawn" not in answer.content.decode()
    assert User.objects.get(email="ida@example.org").check_password("a long walk at dawn")


@pytest.mark.parametrize("password", ["short", "password123", "ida@example.org", "\x00" * 12])
def test_weak_passwords_are_refused_and_not_repeated(page: Client, password: str) -> None:
    answer = page.post("/people/new/", NEW | {"password": password})
    assert 'class="field-error"' in answer.content.decode()
    assert f'value="{password}"' not in answer.content.decode().partition('name="password"')[2]
    assert not User.objects.filter(name="Ida").exists()


def test_an_address_is_nobody_elses(page: Client, bea: User) -> None:
    for address in ("bea@example.org", "Bea@Example.ORG"):
        answer = page.post("/people/new/", NEW | {"email": address})
        assert "has this address already" in answer.content.decode()
    eve = User.objects.get(email="eve@example.org")
    assert (
        "has this address already"
        in page.post(f"/people/{eve.pk}/", told(eve, email="BEA@example.org")).content.decode()
    )


GARBAGE: list[dict[str, object]] = [
    {},
    {"name": "", "email": "", "role": "", "departments": ["", "x"]},
    {"name": "x" * 500, "email": "no address", "role": "emperor", "departments": ["999999"]},
    {"name": "a\x00b", "email": "a\x00@b.c", "role": "agent", "departments": ["-1"]},
    {"name": "x", "email": "x@example.org", "role": ["", "admin"], "departments": ["1e3"], "password": "x" * 5000},
]


@pytest.mark.parametrize("sent", GARBAGE)
@pytest.mark.parametrize("path", ["/people/new/", "/people/{id}/"])
def test_garbage_is_told_and_changes_nothing(path: str, sent: dict[str, object], page: Client, bea: User) -> None:
    answer = page.post(path.format(id=bea.pk), sent)
    assert answer.status_code == 200
    assert 'class="field-error"' in answer.content.decode()
    bea.refresh_from_db()
    assert (bea.name, bea.role, bea.is_active) == ("Bea", Role.AGENT, True)
    assert facts() == []


def test_nobody_is_there_under_a_strange_number(page: Client) -> None:
    assert page.get("/people/999999/").status_code == 404
    assert page.post(f"/people/{10**30}/password/").status_code == 404


def test_names_cannot_do_anything(page: Client, bea: User) -> None:
    name = '"><script>alert(1)</script>'
    page.post(f"/people/{bea.pk}/", told(bea, name=name))
    Department.objects.update(name=name)
    for path in ("/people/", f"/people/{bea.pk}/", "/people/departments/", "/people/new/"):
        answer = page.get(path).content.decode()
        assert "<script>alert" not in answer
        assert "&lt;script&gt;alert" in answer


# -- the last administrator, and those who leave ----------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"role": "lead"}, {"is_active": None}])
def test_the_last_administrator_stays(page: Client, eve: User, change: dict[str, object]) -> None:
    answer = page.post(f"/people/{eve.pk}/", told(eve, **change))
    assert "Somebody has to stay administrator" in answer.content.decode()
    eve.refresh_from_db()
    assert (eve.role, eve.is_active) == (Role.ADMIN, True)


def test_an_inactive_administrator_is_none(page: Client, eve: User, bea: User) -> None:
    page.post(f"/people/{bea.pk}/", told(bea, role="admin", is_active=None))
    assert "Somebody has to stay" in page.post(f"/people/{eve.pk}/", told(eve, role="agent")).content.decode()
    page.post(f"/people/{bea.pk}/", told(bea, role="admin"))
    assert page.post(f"/people/{eve.pk}/", told(eve, role="agent")).status_code == 302


def test_who_is_no_longer_active_is_out_at_once_everywhere(page: Client, bea: User, cem: User) -> None:
    office, phone, other = client_of(bea), client_of(bea), client_of(cem)
    page.post(f"/people/{bea.pk}/", told(bea, is_active=None))
    for client in (office, phone):
        assert client.get("/people/me/").headers["Location"].startswith("/accounts/login/")
    assert other.get("/people/me/").status_code == 200
    assert not Client().login(email="bea@example.org", password=PASSWORD)
    page.post(f"/people/{bea.pk}/", told(bea))
    assert office.get("/people/me/").status_code == 302, "an old login does not come back to life"
    assert Client().login(email="bea@example.org", password=PASSWORD)
    assert facts()[-1] == "person_changed"


def test_the_sessions_of_one_end_in_one_statement(eve: User, bea: User) -> None:
    clients = [client_of(bea) for _ in range(5)]
    with CaptureQueriesContext(connection) as asked:
        end_sessions(bea.pk)
    assert len(asked) == 1
    assert all(client.get("/people/me/").status_code == 302 for client in clients)


def test_sessions_that_have_run_out_are_forgotten(bea: User, cem: User) -> None:
    old, new = client_of(bea), client_of(cem)
    Session.objects.filter(user_id=bea.pk).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert old.get("/people/me/").status_code == 302
    forget_old_sessions()
    assert [session.user_id for session in Session.objects.all()] == [cem.pk]
    assert new.get("/people/me/").status_code == 200


def test_a_new_password_ends_the_logins_with_the_old_one(page: Client, bea: User) -> None:
    at_home = client_of(bea)
    shown = page.post(f"/people/{bea.pk}/password/", {"password": ""})
    [password] = re.findall(r'id="told-password" value="([^"]+)"', shown.content.decode())
    assert at_home.get("/people/me/").status_code == 302
    assert not Client().login(email="bea@example.org", password=PASSWORD)
    assert Client().login(email="bea@example.org", password=password)
    assert facts()[-1] == "password_changed"
    weak = page.post(f"/people/{bea.pk}/password/", {"password": "bea@example.org"})
    assert "field-error" in weak.content.decode()


# -- departments ------------------------------------------------------------------------------------------------------


def test_departments_are_added_and_renamed(page: Client, service: Department) -> None:
    page.post("/people/departments/", {"name": "Shop"})
    page.post(f"/people/departments/{service.pk}/", {"name": "Help"})
    assert sorted(Department.objects.values_list("name", flat=True)) == ["Help", "Shop"]
    added, renamed = Entry.objects.order_by("id")
    assert (added.fact, renamed.fact) == ("department_added", "department_changed")
    assert added.actor_id == renamed.actor_id == User.objects.get(role=Role.ADMIN).pk


@pytest.mark.parametrize("name", ["", " ", "service", "x" * 81, "a\x00b"])
def test_departments_have_names_of_their_own(page: Client, service: Department, name: str) -> None:
    other = Department.objects.create(name="Shop")
    assert "field-error" in page.post("/people/departments/", {"name": name}).content.decode()
    told = page.post(f"/people/departments/{other.pk}/", {"name": name}, follow=True)
    assert "toast is-bad" in told.content.decode()
    assert sorted(Department.objects.values_list("name", flat=True)) == ["Service", "Shop"]
    assert page.post("/people/departments/999/", {"name": "New"}).status_code == 404


# -- oneself ----------------------------------------------------------------------------------------------------------


def test_everybody_changes_their_name_and_language(bea: User) -> None:
    client = client_of(bea)
    client.post("/people/me/", {"name": "Bea B.", "language": "de"})
    bea.refresh_from_db()
    assert (bea.name, bea.language, bea.role) == ("Bea B.", "de", Role.AGENT)
    page = client.get("/people/me/", headers={"Accept-Language": "es"})
    assert '<html lang="de">' in page.content.decode()
    assert page.headers["Content-Language"] == "de"
    client.post("/people/me/", {"name": "Bea B.", "language": ""})
    assert '<html lang="es">' in client.get("/people/me/", headers={"Accept-Language": "es"}).content.decode()
    assert facts() == ["person_changed"] * 2


def test_an_unknown_language_is_refused(bea: User) -> None:
    assert "field-error" in client_of(bea).post("/people/me/", {"name": "Bea", "language": "tlh"}).content.decode()
    bea.refresh_from_db()
    assert bea.language == ""


def change_of(new: str, old: str = PASSWORD) -> dict[str, str]:
    return {"oldpassword": old, "password1": new, "password2": new}


def test_everybody_changes_their_password_and_stays_logged_in(bea: User) -> None:
    here, elsewhere = client_of(bea), client_of(bea)
    answer = here.post("/accounts/password/change/", change_of("tea at half past nine"))
    assert answer.headers["Location"] == "/people/me/"
    assert here.get("/people/me/").status_code == 200
    assert elsewhere.get("/people/me/").status_code == 302
    bea.refresh_from_db()
    assert bea.check_password("tea at half past nine")
    assert facts() == ["password_changed"]


@pytest.mark.parametrize(
    "sent", [change_of("tea at half past nine", old="wrong"), change_of("short"), change_of("bea@example.org"), {}]
)
def test_a_password_is_not_changed_by_mistake(bea: User, sent: dict[str, str]) -> None:
    answer = client_of(bea).post("/accounts/password/change/", sent).content.decode()
    assert "field-error" in answer
    assert "tea at half past" not in answer
    bea.refresh_from_db()
    assert bea.check_password(PASSWORD)


def test_nobody_changes_their_own_address(bea: User) -> None:
    """It is the name for logging in: an administrator's matter. allauth would offer pages for that."""
    for path in ("/accounts/email/", "/accounts/password/reset/", "/accounts/password/set/"):
        assert client_of(bea).get(path).status_code == 404
