"""Signing in on the network's page: from the app's keys to connected accounts, and every way in which it can stop."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from draht.connections import actions, signing_in
from draht.connections.actions import logins
from draht.connections.models import Connection, Purse
from draht.connections.tests.conftest import BACK, Guilds
from draht.connections.tests.guild.channel import Guild
from draht.connections.tests.loud.channel import Network
from draht.connections.tests.test_pages import HTMX, facts, text_of
from draht.contract.errors import TryLater
from draht.core.clock import DAY, MINUTE, SECOND, now
from draht.core.people.models import Department, User
from draht.core.people.tests.pages import client_of

TITLE = "The sign-in did not work"


def app_form(guilds: Guilds) -> dict[str, str]:
    return {f"setting_{key}": value for key, value in guilds.app.items()}


def begins(page: Client, guilds: Guilds, where: str = "/connections/new/guild/", **more: str) -> str:
    """The network's page that our button leads to."""
    answer = page.post(where, app_form(guilds) | more, headers=HTMX)
    assert answer.status_code == 200
    address: str = answer.headers["HX-Redirect"]
    assert address.startswith(f"{guilds.net.url}/authorize?")
    return address


def comes_back(page: Client, address: str) -> Any:
    """The browser follows the network's redirect to us."""
    assert address.startswith(BACK)
    return page.get(address.removeprefix("http://localhost:8000"))


def signs_in(page: Client, guilds: Guilds, **more: Any) -> str:
    """All the way to choosing accounts; the address of that page."""
    answer = comes_back(page, guilds.guild.agree(begins(page, guilds), **more))
    assert answer.status_code == 302, text_of(answer)
    where: str = answer.headers["Location"]
    assert where.startswith("/connections/accounts/?login=")
    return where


def chosen(where: str, service: Department, *accounts: str, **more: str) -> dict[str, Any]:
    ticket = dict(parse_qsl(urlsplit(where).query))["login"]
    return {"login": ticket, "accounts": list(accounts), "department": service.pk, "since": "30"} | more


# -- the road ---------------------------------------------------------------------------------------------------------


def test_before_anything_it_is_said_what_is_asked_for(page: Client, guilds: Guilds) -> None:
    shown = unescape(text_of(page.get("/connections/new/guild/")))
    assert "<code>read</code><span>To read messages.</span>" in shown
    assert f'value="{BACK}"' in shown
    assert "Sign in at Guild" in shown
    assert 'name="department"' not in shown, "that is asked when it is known which accounts there are"


def test_two_accounts_of_one_login_are_connected(
    page: Client, guilds: Guilds, service: Department
) -> None:  # fmt: skip
    where = signs_in(page, guilds)
    shown = text_of(page.get(where))
    assert "Bakery · @p1" in shown
    assert "Café · @p2" in shown
    answer = page.post("/connections/accounts/", chosen(where, service, "p1", "p2"))
    assert answer.headers["Location"] == "/connections/"
    one, two = Connection.objects.order_by("account_id")
    assert (one.account_id, one.name, two.account_id) == ("p1", "Guild · @p1", "p2")
    for made in (one, two):
        assert set(made.settings) == {"server", "client_id"}
        config = logins.config_of(made)
        assert {"access_token", "refresh_token", "expires_at", "client_secret", "page"} <= set(config)
        assert made.renew_at is not None
        with actions.opened(made) as channel:
            assert channel.whoami().id == made.account_id
            assert channel.since is not None
    assert facts()[-2:] == ["connection_made", "connection_made"]
    assert "This sign-in" not in text_of(page.get("/connections/"))
    again = text_of(page.get(where))
    assert TITLE in again, "the ticket is used up"


def test_one_account_that_is_there_already_is_shown_as_such(
    page: Client, guilds: Guilds, service: Department
) -> None:  # fmt: skip
    made = guilds.connect()
    where = signs_in(page, guilds)
    shown = text_of(page.get(where))
    assert f"Bakery · @p1 is connected already, as “{made.name}”." in shown
    assert 'value="p1"' not in shown
    assert re.search(r'value="p2"[^>]*checked', shown), "the only one that is left is ticked"
    refused = page.post("/connections/accounts/", chosen(where, service, "p1"))
    assert "field-error" in text_of(refused)
    answer = page.post("/connections/accounts/", chosen(where, service, "p2"))
    assert answer.headers["Location"] == f"/connections/{Connection.objects.get(account_id='p2').pk}/"
    everything = text_of(page.get(signs_in(page, guilds)))
    assert "All accounts of this login are connected already." in everything


def test_a_login_without_accounts_says_so(page: Client, guilds: Guilds) -> None:
    guilds.guild.pages = {}
    assert "This login opens no account." in text_of(page.get(signs_in(page, guilds)))


def test_permissions_that_were_not_ticked_are_shown_on_the_spot(
    page: Client, guilds: Guilds, service: Department
) -> None:  # fmt: skip
    where = signs_in(page, guilds, scopes=("read",))
    answer = page.post("/connections/accounts/", chosen(where, service, "p1"), follow=True)
    assert "The permission write was not granted: To write messages." in text_of(answer)
    assert "something is missing" in text_of(page.get("/connections/"))
    made = Connection.objects.get()
    comes_back(page, guilds.guild.agree(begins(page, guilds, f"/connections/{made.pk}/login/")))
    assert "was not granted" not in text_of(page.get(f"/connections/{made.pk}/"))


def test_without_a_script_a_link_leads_to_the_network(page: Client, guilds: Guilds) -> None:
    shown = unescape(text_of(page.post("/connections/new/guild/", app_form(guilds))))
    [address] = re.findall(r'href="(http://127[^"]+)"', shown)
    assert comes_back(page, guilds.guild.agree(address)).status_code == 302


def test_one_that_fails_does_not_hold_the_others_up(
    page: Client, guilds: Guilds, service: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = signs_in(page, guilds)
    real = Guild.whoami

    def fails_once(self: Guild) -> Any:
        if self.config.get("page") == "p1":
            raise TryLater("We are <b>closed</b>.")
        return real(self)

    monkeypatch.setattr(Guild, "whoami", fails_once)
    shown = text_of(page.post("/connections/accounts/", chosen(where, service, "p1", "p2")))
    assert "Bakery · @p1: The network cannot be reached just now." in shown
    assert "We are &lt;b&gt;closed&lt;/b&gt;." in shown
    assert [one.account_id for one in Connection.objects.all()] == ["p2"]
    monkeypatch.undo()


# -- how far back, and what it may cost -------------------------------------------------------------------------------


@pytest.mark.parametrize(("told", "days"), [("0", 0), ("7", 7), ("90", 90), ("all", None)])
def test_how_far_back_is_asked_and_told_to_the_channel(
    page: Client, guilds: Guilds, service: Department, told: str, days: int | None
) -> None:
    where = signs_in(page, guilds)
    page.post("/connections/accounts/", chosen(where, service, "p1", since=told))
    with actions.opened(Connection.objects.get()) as channel:
        assert channel.since is not None
        since = channel.since.timestamp() * SECOND
    assert since == 0 if days is None else abs(since - (now() - days * DAY)) < MINUTE


def test_every_channel_that_fetches_asks_how_far_back(
    page: Client, network: Network, form: dict[str, object]
) -> None:  # fmt: skip
    assert 'name="since"' in text_of(page.get("/connections/new/loud/"))
    assert 'name="cap"' not in text_of(page.get("/connections/new/loud/"))
    page.post("/connections/new/loud/", {**form, "since": "7"})
    since = Connection.objects.get().since_at
    assert since is not None
    assert abs(since - (now() - 7 * DAY)) < MINUTE
    assert "field-error" in text_of(page.post("/connections/new/loud/", {**form, "since": "1e9"}))


def test_a_network_that_charges_asks_for_a_cap(page: Client, guilds: Guilds, service: Department) -> None:
    where = comes_back(page, guilds.guild.agree(begins(page, guilds, "/connections/new/costly/"))).headers["Location"]
    assert 'value="50.00"' in text_of(page.get(where))
    for bad in ("", "-1", "x", "0.001", "9999999"):
        shown = text_of(page.post("/connections/accounts/", chosen(where, service, "p1", cap=bad)))
        assert "field-error" in shown
    page.post("/connections/accounts/", chosen(where, service, "p1", cap="12.34"))
    made = Connection.objects.get()
    assert Purse.objects.get(channel="costly").cap_cents == 1234
    asked = text_of(page.get(f"/connections/{made.pk}/cap/"))
    assert 'value="12.34"' in asked
    page.post(f"/connections/{made.pk}/cap/", {"cap": "20"})
    assert Purse.objects.get(channel="costly").cap_cents == 2000
    assert facts()[-1] == "connection_changed"


# -- logging in again -------------------------------------------------------------------------------------------------


def test_logging_in_again_takes_the_same_road(page: Client, guilds: Guilds) -> None:
    made = guilds.connect()
    guilds.guild.revoke()
    assert not actions.renew_due()
    before = logins.config_of(made)["access_token"]
    address = begins(page, guilds, f"/connections/{made.pk}/login/", setting_client_secret="")
    answer = comes_back(page, guilds.guild.agree(address))
    assert answer.headers["Location"] == f"/connections/{made.pk}/"
    made.refresh_from_db()
    assert logins.config_of(made)["access_token"] != before
    with actions.opened(made) as channel:
        assert channel.whoami().id == "p1"


def test_another_persons_login_is_refused(page: Client, guilds: Guilds) -> None:
    made = guilds.connect()
    before = bytes(made.secrets)
    guilds.guild.pages["bob"] = {"p9": "Elsewhere"}
    address = begins(page, guilds, f"/connections/{made.pk}/login/")
    shown = text_of(comes_back(page, guilds.guild.agree(address, user="bob")))
    assert "This login does not open Bakery." in shown
    assert f'href="/connections/{made.pk}/login/"' in shown
    made.refresh_from_db()
    assert bytes(made.secrets) == before


# -- how it stops -----------------------------------------------------------------------------------------------------


def test_somebody_who_does_not_agree_is_told_what_to_do(page: Client, guilds: Guilds) -> None:
    shown = text_of(comes_back(page, guilds.guild.deny(begins(page, guilds))))
    assert "The permission was not given." in shown
    assert 'href="/connections/new/guild/"' in shown
    assert not Connection.objects.exists()


def test_an_error_of_the_network_is_shown_and_can_do_nothing(page: Client, guilds: Guilds) -> None:
    state = dict(parse_qsl(urlsplit(begins(page, guilds)).query))["state"]
    evil = {"error": "invalid_scope", "error_description": "<script>alert(1)</script>", "state": state}
    shown = text_of(page.get("/connections/back/", evil))
    assert "did not let anybody sign in" in shown
    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown


def test_a_strange_state_opens_nothing(page: Client, guilds: Guilds, eve: User) -> None:
    back = guilds.guild.agree(begins(page, guilds))
    code = dict(parse_qsl(urlsplit(back).query))["code"]
    for state in ("", "guess", "x" * 5000, "\x00"):
        assert "not known here" in text_of(page.get("/connections/back/", {"code": code, "state": state}))
    elsewhere = client_of(eve)  # the same colleague in another browser: somebody else's sign-in was slipped in
    assert "not known here" in text_of(comes_back(elsewhere, back))
    assert code in guilds.guild.codes, "the network was not even asked"
    assert comes_back(page, back).status_code == 302


def test_each_sign_in_is_good_once(page: Client, guilds: Guilds) -> None:
    back = guilds.guild.agree(begins(page, guilds))
    assert comes_back(page, back).status_code == 302
    assert "not known here" in text_of(comes_back(page, back))


def test_after_ten_minutes_it_is_over(page: Client, guilds: Guilds, monkeypatch: pytest.MonkeyPatch) -> None:
    back = guilds.guild.agree(begins(page, guilds))
    later = now() + signing_in.AWAY + 1
    monkeypatch.setattr(signing_in, "now", lambda: later)
    shown = text_of(comes_back(page, back))
    assert "It took too long." in shown
    assert 'href="/connections/new/guild/"' in shown


def test_a_code_that_is_too_old_is_told(page: Client, guilds: Guilds) -> None:
    back = guilds.guild.agree(begins(page, guilds))
    guilds.guild.codes.clear()
    assert "does not accept its own code any more" in text_of(comes_back(page, back))


@pytest.mark.parametrize("fault", [503, "lost", "hang up", "garbage"])
def test_a_fault_of_the_network_is_told(page: Client, guilds: Guilds, fault: int | str) -> None:
    back = guilds.guild.agree(begins(page, guilds))
    guilds.net.fail_next(fault)
    shown = text_of(comes_back(page, back))
    assert TITLE in shown
    assert "cannot be reached just now" in shown


def test_wrong_keys_of_the_app_are_told(page: Client, guilds: Guilds) -> None:
    back = guilds.guild.agree(begins(page, guilds, setting_client_secret="wrong"))
    assert "Unknown app." in text_of(comes_back(page, back))


def test_five_windows_at_most_are_remembered(page: Client, guilds: Guilds) -> None:
    addresses = [begins(page, guilds) for _ in range(6)]
    assert "not known here" in text_of(comes_back(page, guilds.guild.agree(addresses[0])))
    assert comes_back(page, guilds.guild.agree(addresses[5])).status_code == 302
    assert comes_back(page, guilds.guild.agree(addresses[1])).status_code == 302


def test_tickets_that_nobody_gave_lead_nowhere(page: Client, guilds: Guilds, service: Department) -> None:
    state = dict(parse_qsl(urlsplit(begins(page, guilds)).query))["state"]
    for ticket in ("", "guess", "\x00", state):
        assert TITLE in text_of(page.get("/connections/accounts/", {"login": ticket}))
        posted = page.post("/connections/accounts/", chosen(f"?login={ticket}x", service, "p1"))
        assert TITLE in text_of(posted)


# -- what is kept meanwhile -------------------------------------------------------------------------------------------


def test_secrets_in_a_session_are_encrypted(page: Client, guilds: Guilds) -> None:
    signs_in(page, guilds)
    begins(page, guilds)
    told = str(dict(page.session.items()))
    assert "connections.sign_ins" in told
    grant = guilds.guild.grants[-1]
    for secret in (guilds.app["client_secret"], grant.refresh[-1], *grant.access):
        assert secret not in told


def test_tokens_are_on_no_page(page: Client, guilds: Guilds, service: Department) -> None:
    where = signs_in(page, guilds)
    page.post("/connections/accounts/", chosen(where, service, "p1"))
    made = Connection.objects.get()
    secrets = [value for key, value in logins.config_of(made).items() if key.endswith(("token", "secret"))]
    for path in ("", "login/", "state/", "cap/", "remove/"):
        shown = text_of(page.get(f"/connections/{made.pk}/{path}"))
        assert not any(secret in shown for secret in secrets)


# -- who gets in ------------------------------------------------------------------------------------------------------


def test_only_administrators_sign_in(guilds: Guilds, dan: User, bea: User, cem: User) -> None:
    for nobody in (dan, bea, cem):
        for path in ("back/?state=x&code=y", "accounts/?login=x", "new/guild/"):
            assert client_of(nobody).get(f"/connections/{path}").status_code == 403


def test_leads_see_the_budget_and_only_administrators_change_it(guilds: Guilds, cem: User, bea: User) -> None:
    made = guilds.connect("costly")
    assert "Costly" in text_of(client_of(cem).get("/connections/budget/"))
    assert client_of(cem).get(f"/connections/{made.pk}/cap/").status_code == 403
    assert client_of(cem).post(f"/connections/{made.pk}/cap/", {"cap": "9"}).status_code == 403
    assert client_of(cem).post(f"/connections/{made.pk}/test/").status_code == 403
    assert client_of(bea).get("/connections/budget/").status_code == 403


# -- testing, and the budget page -------------------------------------------------------------------------------------


def test_the_connection_is_tested_on_the_spot(page: Client, guilds: Guilds) -> None:
    made = guilds.connect()
    assert "The login works." in text_of(page.post(f"/connections/{made.pk}/test/", follow=True))
    guilds.guild.forget_access()
    assert "The login works." in text_of(page.post(f"/connections/{made.pk}/test/", follow=True)), "it is renewed"
    guilds.guild.revoke()
    shown = text_of(page.post(f"/connections/{made.pk}/test/", follow=True))
    assert "does not accept this login" in shown
    made.refresh_from_db()
    assert made.trouble_kind == "login"


def test_the_budget_page_tells_calls_quota_money_and_limits(page: Client, guilds: Guilds) -> None:
    guilds.guild.limit = 900
    tokens = guilds.tokens()
    one = guilds.connect(tokens=tokens)
    guilds.connect(page="p2", tokens=tokens)
    guilds.connect("costly")
    Purse.objects.filter(channel="costly").update(cents=4200)
    shown = re.sub(r"<[^>]+>", "", text_of(page.get("/connections/budget/")))
    assert "of 20 calls" in shown
    assert "$42.00 of $50.00" in shown
    assert "of 900 left" in shown
    assert "Shared with" in shown
    assert "Guild · @p2" in shown
    alone = re.sub(r"<[^>]+>", "", text_of(page.get(f"/connections/{one.pk}/")))
    assert "of 20 calls" in alone


def test_the_budget_page_takes_as_many_statements_for_many_as_for_few(page: Client, guilds: Guilds) -> None:
    made = guilds.connect()

    def statements() -> int:
        with CaptureQueriesContext(database) as asked:
            assert page.get("/connections/budget/").status_code == 200
        return len(asked)

    few = statements()
    for n in range(20):
        Connection.objects.create(
            channel="guild", name=str(n), department=made.department, hook_key=str(n), made_at=1, purse=made.purse
        )
    assert statements() == few


# -- switched off -----------------------------------------------------------------------------------------------------


def test_a_channel_that_is_switched_off_says_why_and_how_to_switch_it_on(
    page: Client, guilds: Guilds, settings: Any
) -> None:
    shown = text_of(page.get("/connections/new/"))
    assert "Its terms forbid most of what a desk does." in shown
    assert "DRAHT_CHANNELS_ON=off" in shown
    assert 'href="/connections/new/off/"' not in shown
    assert page.get("/connections/new/off/").status_code == 404
    settings.CHANNELS_ON = ["off"]
    assert 'href="/connections/new/off/"' in text_of(page.get("/connections/new/"))
    assert page.get("/connections/new/off/").status_code == 200


def test_a_network_can_be_reached_elsewhere(guilds: Guilds, settings: Any) -> None:
    settings.NETWORKS = {"guild": {"server": guilds.net.url}}
    values = {key: value for key, value in (guilds.app | guilds.tokens()).items() if key != "server"}
    made = actions.make(None, "guild", values | {"page": "p1"}, Department.objects.get(name="Service").pk)
    assert "server" not in logins.config_of(made)
    settings.NETWORKS = {"guild": {"server": "http://127.0.0.1:1"}}
    with actions.opened(made) as channel, pytest.raises(TryLater):
        channel.whoami()
