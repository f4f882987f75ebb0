"""Hooks: the handshake, signatures, several numbers of one app, and setting them up."""

from __future__ import annotations

import pytest

from draht.channels.whatsapp.channel import WhatsApp
from draht.channels.whatsapp.tests import double
from draht.channels.whatsapp.tests.conftest import settings_for
from draht.channels.whatsapp.tests.network import JANE, NUMBER, OTHER, Network, delivery, together
from draht.contract.errors import Forged, LoginExpired, Refused
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import Deletion, Hook, IncomingMessage

ADDRESS = "https://desk.example/hook/abc"


@pytest.fixture
def reachable(cloud: double.WhatsApp, number: WhatsApp) -> double.WhatsApp:
    cloud.reach = lambda address, hook: number.handshake(hook)
    return cloud


def test_the_handshake_is_answered_to_whom_knows_the_word(number: WhatsApp) -> None:
    wrong = Hook("GET", {}, {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "guess"}, b"")
    with pytest.raises(Forged):
        number.handshake(wrong)
    assert number.handshake(Hook("POST", {}, {}, b"{}")) is None


def test_a_delivery_that_meta_did_not_sign_is_turned_away(number: WhatsApp, cloud: double.WhatsApp) -> None:
    cloud.net.write("Hello")
    [true] = cloud.hooks()
    number.verify(true)
    for headers in ({}, {"x-hub-signature-256": "sha256=" + "0" * 64}, {"x-hub-signature-256": "nonsense"}):
        with pytest.raises(Forged):
            number.verify(Hook("POST", headers, {}, true.body))


def test_what_meta_dates_too_long_ago_is_turned_away(number: WhatsApp, cloud: double.WhatsApp) -> None:
    told = together([]) | {"entry": [{"id": "1", "time": 1_600_000_000, "changes": []}]}
    with pytest.raises(Forged, match=r"ago|old"):
        number.verify(cloud.hook(told))


def test_a_delivery_that_is_repeated_says_the_same(number: WhatsApp, cloud: double.WhatsApp) -> None:
    cloud.net.write("Hello")
    [hook] = cloud.hooks()
    number.verify(hook)
    assert number.read_hook(hook) == number.read_hook(hook)


def test_one_app_serves_several_numbers(number: WhatsApp, cloud: double.WhatsApp, net: Loopback) -> None:
    cloud.net.write("To the shop")
    cloud.net.write("To the workshop", to=OTHER)
    first, second = cloud.hooks()
    assert [*number.told_accounts(first)] == [NUMBER]
    assert [*number.told_accounts(second)] == [OTHER]
    workshop = WhatsApp(settings_for(net.url, OTHER), number.http)
    workshop.verify(second)
    assert [event.text for event in workshop.read_hook(second).events if isinstance(event, IncomingMessage)] == [
        "To the workshop"
    ]
    assert number.read_hook(second).events == ()


def test_edits_and_what_is_taken_back(number: WhatsApp, cloud: double.WhatsApp) -> None:
    message = cloud.net.write("Do you deliver to Gratz?")
    cloud.net.edit(message, "Do you deliver to Graz?")
    cloud.net.take_back(message)
    [wrote], [edited], [gone] = (number.read_hook(hook).events for hook in cloud.hooks())
    assert isinstance(wrote, IncomingMessage)
    assert isinstance(edited, IncomingMessage)
    assert wrote.id == edited.id == gone.id == message.id
    assert (wrote.revision or wrote.at) < (edited.revision or edited.at)
    assert gone == Deletion(message.id)


def test_one_strange_message_does_not_stop_the_others(number: WhatsApp, cloud: double.WhatsApp) -> None:
    good = {"id": "wamid.a", "from": JANE, "timestamp": "1749416383", "type": "text", "text": {"body": "Hello"}}
    told = delivery(NUMBER, {"messages": [good | {"text": 7}, good, "nonsense"]})
    reading = number.read_hook(cloud.hook(told))
    assert [event.id for event in reading.events] == ["wamid.a"]
    assert len(reading.unread) == 2


# -- setting up --------------------------------------------------------------------------------------------------------


def test_nobody_has_to_type_an_address(number: WhatsApp, reachable: double.WhatsApp) -> None:
    assert not number.is_subscribed(ADDRESS)
    number.subscribe(ADDRESS)
    number.subscribe(ADDRESS)
    assert number.is_subscribed(ADDRESS)
    assert number.is_subscribed("https://desk.example/hook/of-another-number"), "it has the same business account"
    assert not number.is_subscribed("https://elsewhere.example/hook/abc")
    [app] = reachable.subscriptions
    assert (app["object"], reachable.overridden) == ("whatsapp_business_account", ADDRESS)


def test_the_address_that_an_app_has_already_stays(number: WhatsApp, reachable: double.WhatsApp) -> None:
    theirs = {"object": "whatsapp_business_account", "callback_url": "https://shop.example", "active": True}
    reachable.subscriptions = [theirs | {"fields": [{"name": "messages"}]}]
    number.subscribe(ADDRESS)
    assert reachable.subscriptions[0]["callback_url"] == "https://shop.example"
    assert reachable.overridden == ADDRESS
    assert number.is_subscribed(ADDRESS)


def test_a_hook_that_was_switched_off_is_noticed(number: WhatsApp, reachable: double.WhatsApp) -> None:
    number.subscribe(ADDRESS)
    reachable.subscriptions[0]["active"] = False
    assert not number.is_subscribed(ADDRESS)
    number.subscribe(ADDRESS)
    reachable.overridden = None
    assert not number.is_subscribed(ADDRESS)


def test_an_address_that_cannot_be_reached_is_refused(number: WhatsApp, cloud: double.WhatsApp) -> None:
    with pytest.raises(Refused, match="verification"):
        number.subscribe(ADDRESS)


# -- the login ---------------------------------------------------------------------------------------------------------


def test_a_login_opens_the_numbers_of_the_business_account(number: WhatsApp, net: Loopback) -> None:
    shop, workshop = number.accounts()
    assert (shop.account.name, shop.account.handle) == ("Boots & More", "+1 555-078-3881")
    assert shop.account.url == "https://wa.me/15550783881"
    assert workshop.settings == {"phone_number_id": OTHER}
    chosen = WhatsApp({**number.config, **workshop.settings}, number.http)
    assert chosen.whoami() == workshop.account
    with pytest.raises(Refused, match="chosen"):
        WhatsApp({**number.config, "phone_number_id": ""}, number.http).whoami()


def test_a_token_that_ended_is_a_lost_login(number: WhatsApp, cloud: double.WhatsApp) -> None:
    cloud.ended.add("system-token")
    with pytest.raises(LoginExpired):
        number.whoami()


def test_another_apps_secret_is_noticed(net: Loopback) -> None:
    http = Http(timeout=5)
    with pytest.raises(Refused, match="appsecret_proof"):
        WhatsApp({**settings_for(net.url), "client_secret": "another"}, http).whoami()
    http.close()


def test_what_is_missing_is_said(number: WhatsApp, reachable: double.WhatsApp, world: Network) -> None:
    [unheard] = number.lacks()
    assert "does not tell us" in unheard
    number.subscribe(ADDRESS)
    assert number.lacks() == ()
    reachable.granted.discard("whatsapp_business_messaging")
    reachable.expires_at = 1_800_000_000
    reachable.numbers[NUMBER] = {
        "quality_rating": "RED",
        "name_status": "DECLINED",
        "code_verification_status": "UNVERIFIED",
    }
    scope, ends, unverified, name, quality = number.lacks()
    assert "whatsapp_business_messaging" in scope
    assert "2027-01-15" in ends
    assert "not verified" in unverified
    assert "declined" in name
    assert "blocked or reported" in quality
