"""The strip over the desk: trouble is seen where people work, by those whom it concerns."""

from __future__ import annotations

import pytest

from draht.connections import actions
from draht.connections.models import Connection
from draht.connections.queries import SHORT
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater
from draht.contract.messages import Reading
from draht.core.clock import now
from draht.core.journal.queries import newest
from draht.core.live.hub import names_of
from draht.core.people.models import Department, Role, User
from draht.core.people.tests.pages import client_of


def strip(user: User) -> str:
    return client_of(user).get("/connections/trouble/").content.decode()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (LoginExpired("no"), "Our loud account needs a new login: nothing arrives or leaves. Eve can log in again."),
        (Refused("no"), "Our loud account refuses what we ask. Eve can see to it."),
    ],
)
def test_bea_reads_what_it_means_and_who_can_mend_it(
    loud: Connection, bea: User, eve: User, error: ChannelError, told: str
) -> None:
    assert strip(bea) == ""
    actions.note_trouble(loud.pk, error)
    assert told in strip(bea)
    assert "/connections/" not in strip(bea).replace("/connections/trouble/", "")
    assert f'href="/connections/{loud.pk}/"' in strip(eve)


def test_it_is_on_the_desk_from_the_first_paint(loud: Connection, bea: User) -> None:
    actions.note_trouble(loud.pk, LoginExpired("no"))
    page = client_of(bea).get("/inbox/open/").content.decode()
    assert "needs a new login" in page
    assert 'hx-trigger="sse:connections"' in page


def test_a_short_absence_is_nobodys_business(loud: Connection, bea: User) -> None:
    actions.note_trouble(loud.pk, TryLater("busy"))
    young = strip(bea)
    assert "trouble-line" not in young
    assert 'hx-trigger="every 60s"' in young, "it is looked at again"
    Connection.objects.update(trouble_since=now() - SHORT)
    old = strip(bea)
    assert "cannot be reached. Draht keeps trying" in old
    assert "every 60s" not in old


def test_other_departments_and_paused_accounts_are_quiet(loud: Connection, bea: User, cem: User, dan: User) -> None:
    actions.note_trouble(loud.pk, LoginExpired("no"))
    Connection.objects.update(department=Department.objects.create(name="Shop"))
    assert strip(bea) == ""
    assert "needs a new login" in strip(cem)
    assert client_of(dan).get("/connections/trouble/").status_code == 403
    assert client_of(None).get("/connections/trouble/").status_code == 302
    Connection.objects.update(paused=True)
    assert strip(cem) == ""


def test_without_an_administrator_it_still_says_something(loud: Connection, bea: User) -> None:
    User.objects.filter(role=Role.ADMIN).update(is_active=False)
    actions.note_trouble(loud.pk, LoginExpired("no"))
    assert "An administrator can log in again." in strip(bea)


def test_many_troubles_do_not_push_the_desk_away(loud: Connection, bea: User) -> None:
    for n in range(5):
        Connection.objects.create(
            channel="loud", name=f"Nr {n}", department_id=loud.department_id, hook_key=str(n), made_at=1,
            trouble_kind="login", trouble_since=n,
        )  # fmt: skip
    assert strip(bea).count("needs a new login") == 3
    assert "and 2 more accounts" in strip(bea)


def test_screens_of_the_department_hear_of_it(loud: Connection) -> None:
    actions.note_trouble(loud.pk, LoginExpired("no"))
    loud.refresh_from_db()
    actions.finish_fetch(loud, Reading(cursor=""))
    ended, began = newest(2)
    for row in (began, ended):
        assert row.department_id == loud.department_id
        assert names_of(row) == ["connections"]
    loud.refresh_from_db()
    assert (loud.trouble_kind, loud.failures) == ("", 0)
