"""X is told whom to call, and for what: subscriptions, outages, several accounts of one app."""

from __future__ import annotations

import json
from typing import Any

import pytest

from draht.channels.x.channel import X
from draht.channels.x.subscription import EVENTS
from draht.channels.x.tests import spec
from draht.channels.x.tests.desk import ADDRESS, Desk, messages
from draht.channels.x.tests.double import Double
from draht.channels.x.tests.network import File
from draht.channels.x.tests.office import API_SECRET
from draht.contract.errors import Refused, TryLater
from draht.contract.messages import Deletion


@pytest.fixture
def called(desk: Desk) -> Desk:
    """X calls us already."""
    desk.channel.subscribe(ADDRESS)
    return desk


def test_subscribing_makes_x_call_us(desk: Desk) -> None:
    assert not desk.channel.is_subscribed(ADDRESS)
    desk.channel.subscribe(ADDRESS)
    assert desk.channel.is_subscribed(ADDRESS)
    exchange = desk.double.exchange
    assert {each["event_type"] for each in exchange.subscriptions.values()} == set(EVENTS)
    assert {each["filter"]["user_id"] for each in exchange.subscriptions.values()} == {desk.us.id}


def test_subscribing_twice_changes_nothing(called: Desk) -> None:
    before = len(called.double.exchange.subscriptions), len(called.double.exchange.webhooks)
    called.double.calls.clear()
    called.channel.subscribe(ADDRESS)
    assert (len(called.double.exchange.subscriptions), len(called.double.exchange.webhooks)) == before
    assert {call.split()[0] for call in called.double.calls} == {"GET"}


def test_what_people_do_then_comes_by_hook(called: Desk) -> None:
    root = called.net.write("brand", "Our new parcels are here.")
    mention = called.net.write("ada", "@brand where is mine?")
    answer = called.net.write("bob", "Great!", parent=root.id)
    quote = called.net.write("cleo", "Look", quoted=root.id)
    called.net.send("ada", "brand", "My order is 4711")
    ours = called.net.write("brand", "It is on its way", parent=mention.id)
    called.net.send("brand", "ada", "Thank you")
    called.net.write("ada", "Nothing about anybody")
    found = {message.id for message in messages(called.told()) if not message.private}
    assert found == {mention.id, answer.id, quote.id, ours.id}
    private = [message for message in messages(called.told()) if message.private]
    assert [message.text for message in private] == ["My order is 4711", "Thank you"]
    assert len({message.thread for message in private}) == 1
    assert private[1].author.id == called.us.id


def test_every_hook_of_x_is_believed(called: Desk) -> None:
    called.net.write("ada", "@brand äöü 🎉")
    for hook in called.double.exchange.delivered:
        called.channel.verify(hook)
        assert list(called.channel.told_accounts(hook)) == [called.us.id]


def test_the_doubles_deliveries_keep_to_the_document(called: Desk) -> None:
    """As X's own recorded ones do."""
    spec.need(spec.SPECS)
    root = called.net.write("brand", "See https://example.org & more")
    files = [File("3_1", "photo", "https://pbs.twimg.com/a.jpg", "A box")]
    called.net.write("ada", "@brand hello", parent=root.id, quoted=root.id, files=files)
    told = [json.loads(hook.body)["data"] for hook in called.double.exchange.delivered]
    recorded = [spec.payload(f"xaa_post_{kind}")["data"] for kind in ("mention_create", "reply_create", "quote_create")]
    assert len(told) == 4
    for event in told + recorded:
        assert spec.schema_faults("Tweet", event["payload"]) == []
    for event in told:
        assert spec.schema_faults("Expansions", event["includes"]) == []


def test_an_edit_comes_by_hook_as_the_same_message(called: Desk) -> None:
    written = called.net.write("ada", "@brand where is mine?")
    called.net.edit(written.id, "@brand where is my parcel?")
    first, second = (message for message in messages(called.told()) if message.id == written.id)
    assert second.text == "@brand where is my parcel?"
    assert first.revision is not None
    assert second.revision is not None
    assert second.revision > first.revision
    assert second.at == first.at


def test_our_own_deletion_comes_by_hook(called: Desk) -> None:
    written = called.net.write("brand", "Wrong.")
    called.net.delete(written.id)
    assert Deletion(written.id) in called.told()


def test_after_an_outage_x_is_asked_to_try_again_and_to_tell_what_was_missed(called: Desk) -> None:
    exchange = called.double.exchange
    exchange.internet = lambda address, hook: None
    exchange.ask_hourly()
    called.net.write("ada", "@brand is anybody there?")
    assert called.told() == []
    assert not called.channel.is_subscribed(ADDRESS)
    exchange.internet = called.listen
    called.channel.subscribe(ADDRESS)
    assert called.channel.is_subscribed(ADDRESS)
    assert [message.text for message in messages(called.told())] == ["@brand is anybody there?"]
    assert len(exchange.replays) == 1


def test_while_we_still_do_not_answer_x_does_not_call(called: Desk) -> None:
    called.double.exchange.internet = lambda address, hook: None
    called.double.exchange.ask_hourly()
    with pytest.raises(TryLater, match="API Key Secret"):
        called.channel.subscribe(ADDRESS)
    assert not called.channel.is_subscribed(ADDRESS)
    assert called.double.exchange.replays == []


def test_a_second_account_of_the_app_shares_the_webhook_of_the_first(called: Desk) -> None:
    other = "https://draht.example/hook/another"
    assert called.channel.is_subscribed(other)
    called.double.exchange.subscriptions.popitem()
    called.channel.subscribe(other)
    assert len(called.double.exchange.webhooks) == 1
    assert len(called.double.exchange.subscriptions) == len(EVENTS)


def test_the_webhook_of_an_account_that_is_gone_makes_room(called: Desk) -> None:
    exchange, other = called.double.exchange, "https://draht.example/hook/another"
    exchange.internet = lambda address, hook: called.listen(ADDRESS, hook) if address == other else None
    exchange.ask_hourly()
    called.channel.subscribe(other)
    assert [each["url"] for each in exchange.webhooks.values()] == [other]
    assert called.channel.is_subscribed(other)


def test_somebody_elses_webhook_is_left_alone(called: Desk) -> None:
    with pytest.raises(Refused, match="WebhookLimitExceeded"):
        called.channel.subscribe("https://elsewhere.example/hook/secret")
    assert [each["url"] for each in called.double.exchange.webhooks.values()] == [ADDRESS]


def test_a_subscription_that_is_lost_is_seen_and_made_again(called: Desk) -> None:
    called.double.exchange.subscriptions.popitem()
    assert not called.channel.is_subscribed(ADDRESS)
    called.channel.subscribe(ADDRESS)
    assert called.channel.is_subscribed(ADDRESS)


def test_many_subscriptions_of_the_app_are_read_to_the_end(called: Desk) -> None:
    exchange = called.double.exchange
    ours = dict(exchange.subscriptions)
    exchange.subscriptions.clear()
    for number in range(150):
        theirs: dict[str, Any] = {
            **next(iter(ours.values())),
            "subscription_id": str(number),
            "filter": {"user_id": "5"},
        }
        exchange.subscriptions[str(number)] = theirs
    exchange.subscriptions |= ours
    assert called.channel.is_subscribed(ADDRESS)


def test_both_shapes_of_a_new_webhook_are_understood() -> None:
    desk = Desk(Double(bare_webhooks=False))
    desk.channel.subscribe(ADDRESS)
    assert desk.channel.is_subscribed(ADDRESS)
    desk.close()


@pytest.mark.parametrize(
    "address", ["http://draht.example/hook", "https://draht.example:8443/hook", "https://d.example/" + "a" * 200]
)
def test_an_address_that_x_cannot_call_is_refused_with_the_reason(desk: Desk, address: str) -> None:
    with pytest.raises(Refused, match="https://"):
        desk.channel.subscribe(address)
    assert desk.double.calls == []


def test_without_the_apps_keys_draht_asks_once_a_minute() -> None:
    desk = Desk(called=False)
    desk.channel.subscribe(ADDRESS)
    assert desk.channel.is_subscribed(ADDRESS)
    assert desk.double.calls == []
    assert any("API Key Secret" in lack for lack in desk.channel.lacks())
    desk.close()


def test_a_wrong_bearer_token_is_no_lost_login() -> None:
    desk = Desk(bearer_token="wrong")
    with pytest.raises(Refused, match="bearer token"):
        desk.channel.subscribe(ADDRESS)
    desk.close()


@pytest.mark.parametrize("kept", ["", "the secret before"])
def test_while_an_account_is_being_connected_the_house_does_not_know_it_yet(desk: Desk, kept: str) -> None:
    desk.kept_secret = kept
    desk.channel.subscribe(ADDRESS)
    assert not desk.channel.is_subscribed(ADDRESS)
    assert any("does not call Draht yet" in lack for lack in desk.channel.lacks())
    desk.kept_secret = API_SECRET
    desk.channel.subscribe(ADDRESS)
    assert desk.channel.is_subscribed(ADDRESS)
    assert desk.channel.lacks() == ()


def test_a_new_secret_of_a_known_account_is_told_once_the_house_keeps_it(called: Desk) -> None:
    exchange, called.kept_secret = called.double.exchange, "the secret before"
    exchange.ask_hourly()
    called.channel.subscribe(ADDRESS)
    assert not called.channel.is_subscribed(ADDRESS)
    called.kept_secret = API_SECRET
    called.channel.subscribe(ADDRESS)
    assert called.channel.is_subscribed(ADDRESS)


def test_a_wrong_secret_and_a_closed_door_are_told(desk: Desk) -> None:
    wrong = X({**desk.config, "api_secret": "wrong"}, desk.http, desk.us)
    desk.kept_secret = "wrong"
    with pytest.raises(Refused, match="API Key Secret"):
        wrong.subscribe(ADDRESS)
    desk.kept_secret = API_SECRET
    desk.double.exchange.internet = lambda address, hook: None
    with pytest.raises(Refused, match="reached from the internet"):
        desk.channel.subscribe(ADDRESS)
    desk.door.close()
    with pytest.raises(Refused, match="reached from the internet"):
        desk.channel.subscribe(ADDRESS)
