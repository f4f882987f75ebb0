"""The pages of connections: who gets in, what an administrator does, and what is never shown."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from draht.connections import actions
from draht.connections.models import Connection, Leftover
from draht.connections.registry import channels
from draht.connections.tests.conftest import TOKEN
from draht.connections.tests.loud.channel import Loud, Network
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, Unsure
from draht.contract.messages import Account, Reading, Unread
from draht.core.clock import now
from draht.core.journal.models import Entry
from draht.core.people.models import Department, User
from draht.core.people.tests.pages import client_of

HTMX = {"HX-Request": "true"}
LEADS = ["/connections/", "/connections/{id}/", "/connections/{id}/state/"]
ADMINS = ["/connections/new/", "/connections/new/loud/", "/connections/{id}/login/", "/connections/{id}/remove/"]
DEEDS = ["/connections/new/loud/", *(f"/connections/{{id}}/{deed}" for deed in ("", "login/", "pause/", "resume/",
         "fetch/", "remove/"))]  # fmt: skip
SECRETS = (TOKEN, "h00k", "t0ken-of-südlicht")


def facts() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("fact", flat=True))


def text_of(response: object) -> str:
    return str(response.content.decode())  # type: ignore[attr-defined]


# -- who gets in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", LEADS + ADMINS)
def test_dan_bea_and_strangers_see_nothing(path: str, loud: Connection, dan: User, bea: User) -> None:
    address = path.format(id=loud.pk)
    for nobody in (dan, bea):
        refused = client_of(nobody).get(address)
        assert refused.status_code == 403
        assert "nordlicht" not in text_of(refused)
    assert client_of(None).get(address).headers["Location"].startswith("/accounts/login/")


def test_leads_look_and_only_administrators_are_offered_more(loud: Connection, cem: User, eve: User) -> None:
    for path in LEADS:
        assert client_of(cem).get(path.format(id=loud.pk)).status_code == 200
    for path in ADMINS:
        assert client_of(cem).get(path.format(id=loud.pk)).status_code == 403
        assert client_of(eve).get(path.format(id=loud.pk)).status_code == 200
    seen, offered = (text_of(client_of(who).get(f"/connections/{loud.pk}/")) for who in (cem, eve))
    assert "<form" in offered
    assert "/hook/" in offered
    assert "/hook/" not in seen
    assert 'action="/connections/' not in seen
    assert "Connect an account" not in text_of(client_of(cem).get("/connections/"))


@pytest.mark.parametrize("path", DEEDS)
def test_only_administrators_change_anything(
    path: str, loud: Connection, form: dict[str, object], dan: User, bea: User, cem: User, network: Network
) -> None:
    before, asked = Connection.objects.values().get(), network.asked
    for nobody in (dan, bea, cem):
        refused = client_of(nobody).post(path.format(id=loud.pk), {**form, "name": "Mine"})
        assert refused.status_code == 403
    assert Connection.objects.values().get() == before
    assert network.asked == asked
    assert facts() == ["connection_made"]


@pytest.mark.parametrize("deed", ["pause", "resume", "fetch"])
def test_deeds_are_sent_not_visited(deed: str, loud: Connection, page: Client) -> None:
    assert page.get(f"/connections/{loud.pk}/{deed}/").status_code == 405


# -- connecting -------------------------------------------------------------------------------------------------------


def test_every_channel_is_offered_with_its_form_and_guide(
    page: Client, network: Network, service: Department, settings: Any
) -> None:
    settings.CHANNELS_ON = list(channels())
    grid = text_of(page.get("/connections/new/"))
    for name, kind in channels().items():
        assert f'href="/connections/new/{name}/"' in grid
        connect = text_of(page.get(f"/connections/new/{name}/"))
        for setting in kind.settings:
            [field] = re.findall(rf'<(?:input|textarea|select)[^>]*name="setting_{setting.key}"[^>]*>', connect)
            assert ('type="password"' in field) == setting.secret
            assert ("required" in field) == (setting.required and not setting.choices)  # a choice is never empty
        assert 'class="guide"' in connect


def test_an_account_is_connected(page: Client, network: Network, form: dict[str, object], service: Department) -> None:
    answer = page.post("/connections/new/loud/", form)
    made = Connection.objects.get()
    assert answer.headers["Location"] == f"/connections/{made.pk}/"
    assert (made.name, made.account_handle, made.department) == ("Loud & <evil> · @nordlicht", "@nordlicht", service)
    assert made.settings == {"server": "loud.example", "notes": ""}
    assert made.next_fetch_at
    assert facts() == ["connection_made"]


def test_htmx_gets_only_the_form_or_the_way_on(page: Client, network: Network, form: dict[str, object]) -> None:
    again = page.post("/connections/new/loud/", {**form, "setting_token": "wrong"}, headers=HTMX)
    assert "<html" not in text_of(again)
    assert 'id="login-problem"' in text_of(again)
    on = page.post("/connections/new/loud/", form, headers=HTMX)
    assert on.headers["HX-Redirect"] == f"/connections/{Connection.objects.get().pk}/"


@pytest.mark.parametrize(
    ("error", "title", "todo"),
    [
        (LoginExpired("Token <b>gone</b>"), "does not accept this login", "copied as a whole"),
        (TryLater("We are <b>closed</b>", after=120), "cannot be reached just now", "Try again in 2 min."),
        (TryLater("We are closed"), "cannot be reached just now", "Try again in a moment."),
        (Refused("You <b>lack</b> the right"), "It was refused", "the guide names those"),
        (Unsure("It was <b>lost</b>"), "answer was lost", "trying again does no harm"),
    ],
)
def test_each_of_the_four_errors_is_told_and_nothing_typed_is_lost(
    page: Client, network: Network, form: dict[str, object], error: ChannelError, title: str, todo: str
) -> None:
    network.trouble = error
    shown = text_of(page.post("/connections/new/loud/", {**form, "name": "My own", "setting_notes": "a\nb"}))
    assert title in shown
    assert todo in shown
    assert error.reason.replace("<b>", "&lt;b&gt;").replace("</b>", "&lt;/b&gt;") in shown
    assert 'value="loud.example"' in shown
    assert 'value="My own"' in shown
    assert ">\na\nb</textarea>" in shown.replace("\r", "")
    assert not any(secret in shown for secret in SECRETS)
    assert not Connection.objects.exists()


def test_a_channel_with_a_fault_of_its_own_is_told_like_the_others(
    page: Client, network: Network, form: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(self: Loud) -> Account:
        raise KeyError("nothing")

    monkeypatch.setattr(Loud, "whoami", stumble)
    shown = text_of(page.post("/connections/new/loud/", form))
    assert "The channel itself has a fault: KeyError" in shown
    assert 'value="loud.example"' in shown
    assert not Connection.objects.exists()


GARBAGE: list[dict[str, object]] = [
    {},
    {"setting_server": " ", "setting_token": "", "department": ""},
    {"setting_server": "x" * 20_000, "setting_token": "x", "department": "999999"},
    {"setting_server": "a\x00b", "setting_token": "\x00", "department": "one", "name": "x" * 121},
    {"setting_server": "x", "setting_token": TOKEN, "department": "-1", "hook": "guessable"},
]


@pytest.mark.parametrize("sent", GARBAGE)
def test_garbage_is_told_before_the_network_is_asked(
    sent: dict[str, object], page: Client, network: Network, service: Department
) -> None:
    shown = text_of(page.post("/connections/new/loud/", sent))
    assert "field-error" in shown
    assert TOKEN not in shown
    assert network.asked == 0


def test_the_hook_address_on_the_page_is_the_one_that_works(
    page: Client, network: Network, form: dict[str, object]
) -> None:
    shown = text_of(page.get("/connections/new/loud/"))
    [address] = re.findall(r'id="hook-address" value="([^"]+)"', shown)
    [signed] = re.findall(r'name="hook" value="([^"]+)"', shown)
    wrong = text_of(page.post("/connections/new/loud/", {**form, "setting_token": "wrong", "hook": signed}))
    assert address in wrong, "it may have been typed in on the network by now"
    page.post("/connections/new/loud/", {**form, "hook": signed})
    made = Connection.objects.get()
    assert address.endswith(f"/hook/{made.hook_key}")
    assert address in text_of(page.get(f"/connections/{made.pk}/"))


def test_nobody_chooses_a_hook_key_that_can_be_guessed(page: Client, network: Network, form: dict[str, object]) -> None:
    shown = text_of(page.post("/connections/new/loud/", {**form, "hook": "aaaa"}))
    assert "out of date" in shown
    assert not Connection.objects.exists()


def test_a_network_that_is_told_by_its_api_shows_no_address(
    page: Client, network: Network, form: dict[str, object]
) -> None:
    assert "hook-address" not in text_of(page.get("/connections/new/told/"))
    page.post("/connections/new/told/", form)
    made = Connection.objects.get()
    assert network.hooks["1"].endswith(f"/hook/{made.hook_key}")
    assert "hook-address" not in text_of(page.get(f"/connections/{made.pk}/"))


def test_one_account_is_not_connected_twice(page: Client, loud: Connection, form: dict[str, object]) -> None:
    shown = text_of(page.post("/connections/new/loud/", form))
    assert "This account is connected already: Our loud account." in shown
    page.post(f"/connections/{loud.pk}/remove/")
    assert page.post("/connections/new/loud/", form).status_code == 302


def test_without_a_department_one_is_asked_for(page: Client, network: Network) -> None:
    Department.objects.all().delete()
    assert "no department yet" in text_of(page.get("/connections/new/loud/"))


def test_strange_names_of_channels_lead_nowhere(page: Client, loud: Connection) -> None:
    assert page.get("/connections/new/nosuch/").status_code == 404
    assert page.get("/connections/new/..%2Fsecrets/").status_code == 404
    assert page.get("/connections/icon/nosuch.svg").status_code == 404
    for path in ("", "login/", "remove/", "state/"):
        assert page.get(f"/connections/{10**30}/{path}").status_code == 404


# -- one connection ---------------------------------------------------------------------------------------------------


def test_secrets_are_never_shown(page: Client, loud: Connection) -> None:
    actions.note_trouble(loud.pk, LoginExpired("no"))
    for path in (*LEADS, *ADMINS):
        shown = text_of(page.get(path.format(id=loud.pk)))
        assert not any(secret in shown for secret in SECRETS)
    assert TOKEN not in str(Connection.objects.values("settings", "secrets", "name").get())
    assert TOKEN not in "".join(Entry.objects.values_list("data", flat=True))


def test_it_is_renamed_and_given_to_another_department(page: Client, loud: Connection) -> None:
    shop = Department.objects.create(name="Shop")
    page.post(f"/connections/{loud.pk}/", {"name": "Quiet", "department": shop.pk})
    loud.refresh_from_db()
    assert (loud.name, loud.department) == ("Quiet", shop)
    assert facts()[-1] == "connection_changed"
    for bad in ({}, {"name": "", "department": shop.pk}, {"name": "x", "department": 999}):
        assert "field-error" in text_of(page.post(f"/connections/{loud.pk}/", bad))
    loud.refresh_from_db()
    assert loud.name == "Quiet"


def test_it_is_paused_resumed_and_fetched_now(page: Client, loud: Connection) -> None:
    Connection.objects.update(next_fetch_at=now() + 1_000_000)
    page.post(f"/connections/{loud.pk}/pause/")
    assert not actions.claim_due()
    assert "paused" in text_of(page.get(f"/connections/{loud.pk}/state/"))
    page.post(f"/connections/{loud.pk}/fetch/")
    assert not actions.claim_due(), "what is paused stays paused"
    page.post(f"/connections/{loud.pk}/resume/")
    waiting = text_of(page.get(f"/connections/{loud.pk}/state/"))
    assert "is being fetched" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    [due] = actions.claim_due()
    actions.finish_fetch(due, Reading(cursor="1"))
    done = text_of(page.get(f"/connections/{loud.pk}/state/"))
    assert "fetched <time" in done
    assert "every 2s" not in done
    assert facts() == ["connection_made", "connection_changed", "connection_changed"]


def test_logging_in_again_keeps_the_secrets_that_stay_empty(page: Client, loud: Connection, network: Network) -> None:
    actions.note_trouble(loud.pk, LoginExpired("no"))
    fresh = {"setting_server": "new.example", "setting_token": "", "setting_notes": "", "setting_hook_secret": ""}
    assert page.post(f"/connections/{loud.pk}/login/", fresh).status_code == 302
    loud.refresh_from_db()
    assert loud.settings["server"] == "new.example"
    assert loud.trouble_kind == ""
    with actions.opened(loud) as channel:
        assert (channel.config["token"], channel.config["hook_secret"]) == (TOKEN, "h00k")
    assert facts()[-2:] == ["connection_changed", "trouble_ended"]


def test_a_wrong_login_changes_nothing(page: Client, loud: Connection) -> None:
    before = Connection.objects.values().get()
    sent = {"setting_server": "typed.example", "setting_token": "wrong"}
    shown = text_of(page.post(f"/connections/{loud.pk}/login/", sent))
    assert "does not accept this login" in shown
    assert "Who are &lt;b&gt;you&lt;/b&gt;?" in shown
    assert 'value="typed.example"' in shown
    assert Connection.objects.values().get() == before


def test_the_login_of_another_account_is_refused(page: Client, loud: Connection, network: Network) -> None:
    network.accounts["t0ken-of-südlicht"] = Account("2", "Südlicht")
    sent = {"setting_server": "loud.example", "setting_token": "t0ken-of-südlicht"}
    assert "another account: Südlicht" in text_of(page.post(f"/connections/{loud.pk}/login/", sent))
    loud.refresh_from_db()
    assert loud.account_id == "1"


def test_a_new_hook_secret_is_told_to_the_network(page: Client, network: Network, form: dict[str, object]) -> None:
    page.post("/connections/new/told/", form)
    made = Connection.objects.get()
    network.hooks.clear()
    page.post(f"/connections/{made.pk}/login/", {"setting_server": "x", "setting_hook_secret": "another"})
    assert network.hooks["1"].endswith(f"/hook/{made.hook_key}")


def test_removing_says_what_it_does_and_forgets_the_login(page: Client, loud: Connection) -> None:
    asked = text_of(page.get(f"/connections/{loud.pk}/remove/"))
    assert "Draht forgets the login" in asked
    assert Connection.objects.get().removed_at is None
    assert "no longer connected" in text_of(page.post(f"/connections/{loud.pk}/remove/", follow=True))
    gone = Connection.objects.get()
    assert (bytes(gone.secrets), gone.next_fetch_at) == (b"", None)
    for path in (*LEADS[1:], *ADMINS[2:]):
        assert page.get(path.format(id=loud.pk)).status_code == 404
    for deed in ("", "login/", "pause/", "fetch/", "remove/"):
        sent = {"name": "x", "department": loud.department_id, "setting_server": "x"}
        assert page.post(f"/connections/{loud.pk}/{deed}", sent).status_code == 404
    assert facts() == ["connection_made", "connection_removed"]


# -- what others wrote ------------------------------------------------------------------------------------------------


def test_a_guide_cannot_do_anything(page: Client, network: Network) -> None:
    shown = text_of(page.get("/connections/new/loud/"))
    [guide] = re.findall(r'<section class="guide".*?</section>', shown, flags=re.DOTALL)
    for bad in ("<script", 'href="javascript', "<img", "<style", 'secrets.py"'):
        assert bad not in guide
    assert '<a href="https://example.org/token" target="_blank" rel="noopener noreferrer">there</a>' in guide
    assert "<strong>tries</strong>" in guide
    assert "<td><code>token</code></td>" in guide
    assert "<h1" not in guide


def test_names_and_words_of_networks_cannot_do_anything(
    page: Client, network: Network, form: dict[str, object]
) -> None:
    evil = '"><script>alert(1)</script>'
    network.accounts[TOKEN] = Account(evil, evil + "\x00", evil, "javascript:alert(1)")
    page.post("/connections/new/loud/", form)
    made = Connection.objects.get()
    actions.note_trouble(made.pk, Refused(evil))
    for path in (*LEADS, *ADMINS, "/connections/trouble/", "/people/me/"):
        shown = text_of(page.get(path.format(id=made.pk)))
        assert "<script>alert" not in shown
        assert 'href="javascript' not in shown


def test_icons_are_pictures_and_nothing_else(page: Client, network: Network) -> None:
    for name in channels():
        icon = page.get(f"/connections/icon/{name}.svg")
        assert icon.headers["Content-Type"] == "image/svg+xml"
        assert icon.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        assert icon.headers["X-Content-Type-Options"] == "nosniff"
        assert "max-age=86400" in icon.headers["Cache-Control"]
        assert "<svg" in text_of(icon)
        assert "currentColor" not in text_of(icon), "a picture in a page knows no colour of ours"
    assert client_of(None).get("/connections/icon/loud.svg").status_code == 302


# -- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_says_how_each_one_fares(page: Client, loud: Connection) -> None:
    assert "fine" in text_of(page.get("/connections/"))
    actions.note_trouble(loud.pk, Refused("Your <i>plan</i> is too small."))
    Leftover.objects.create(connection=loud, received_at=now(), raw="{}", reason="strange")
    shown = text_of(page.get("/connections/", headers=HTMX))
    assert "<html" not in shown
    assert "Your &lt;i&gt;plan&lt;/i&gt; is too small." in shown
    assert "The network says no." in shown
    assert "1 leftover<" in shown


def test_the_list_takes_as_many_statements_for_many_as_for_few(page: Client, loud: Connection) -> None:
    def statements() -> int:
        with CaptureQueriesContext(database) as asked:
            assert page.get("/connections/").status_code == 200
        return len(asked)

    actions.note_trouble(loud.pk, TryLater("z"))
    few = statements()
    for n in range(20):
        other = Connection.objects.create(
            channel="loud", name=str(n), department_id=loud.department_id, hook_key=str(n), made_at=1, next_fetch_at=1
        )
        actions.keep_leftovers(other.pk, [Unread("x", "y")]) if n % 2 else actions.note_trouble(other.pk, TryLater("z"))
    assert statements() == few


def test_a_channel_whose_package_is_gone_can_still_be_removed(
    page: Client, loud: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(channels(), "loud")
    assert "not installed" in text_of(page.get("/connections/"))
    assert "not installed" in text_of(page.get(f"/connections/{loud.pk}/"))
    assert page.get(f"/connections/{loud.pk}/login/").status_code == 404
    assert page.post(f"/connections/{loud.pk}/remove/").status_code == 302
