"""Webhooks keep the contract of channels, and the Standard Webhooks specification."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from draht.channels.hook import mapper
from draht.channels.hook.channel import Webhooks
from draht.channels.hook.tests.double import SECRET, System, call, written
from draht.contract.channel import Act
from draht.contract.errors import Forged, Refused, TryLater
from draht.contract.http import Http
from draht.contract.messages import Allowed, Author, Deletion, Hook, IncomingMessage, Item, NotAllowed, Reading
from draht.contract.reading import read_each
from draht.contract.signatures import sign
from draht.contract.testing import ChannelContract
from draht.contract.testing.tools import item_of

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
CONFIG = {"name": "Shop", "signed": "standard", "secret": SECRET, "reply_url": "https://shop.example/draht"}


def shop(**changes: str) -> Webhooks:
    return Webhooks(CONFIG | changes, Http())


def read(channel: Webhooks, hook: Hook) -> IncomingMessage:
    channel.verify(hook)
    [event] = channel.read_hook(hook).events
    assert isinstance(event, IncomingMessage)
    return event


class TestWebhooks(ChannelContract):
    channel = Webhooks

    def double(self) -> System:
        return System()

    def connect(self, url: str, double: System) -> Mapping[str, str]:
        return CONFIG | {"reply_url": f"{url}/draht"}

    def customer_writes(self, double: System, text: str) -> None:
        raise AssertionError("customers are told of by hooks")

    def our_answers(self, double: System) -> list[str]:
        return list(double.said.values())

    def our_posts(self, double: System) -> list[str]:
        return list(double.posts.values())

    def acts_on(self, double: System, id: str) -> list[str]:
        return [one["type"] for one in double.calls if one["data"]["id"] == id]

    def forged_and_true(self, double: System) -> tuple[Hook, Hook]:
        return call(written(), secret="whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), call(written())

    def read_sample(self, payload: Any) -> Reading:
        return Reading(*read_each([payload], lambda one: mapper.to_event(one, {}, AT)))

    def test_our_own_can_be_taken_back(self, net: Any, opened: Webhooks) -> None:
        sent = opened.reply(self.reply_to(net, opened))
        ours = Item(sent.id, "1", Author(mapper.US), sent.at, ours=True)
        assert isinstance(opened.may(Act.DELETE, ours), Allowed)
        opened.moderate(Act.DELETE, ours)
        opened.moderate(Act.DELETE, ours)
        assert self.acts_on(net.app, sent.id) == ["reply.created", "message.deleted"]
        assert self.our_answers(net.app) == []

    def test_410_stops_it(self, net: Any, opened: Webhooks) -> None:
        net.fail_next(410)
        with pytest.raises(Refused):
            opened.reply(self.reply_to(net, opened))

    def test_the_receiver_names_it(self, net: Any, opened: Webhooks) -> None:
        reply = self.reply_to(net, opened)
        sent = opened.reply(reply)
        assert (sent.id, sent.url) == (reply.key, f"https://shop.example/{reply.key}")


# -- signatures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [-6, 6, -60 * 24])
def test_a_stale_call_is_refused(minutes: int) -> None:
    with pytest.raises(Forged, match="too"):
        shop().verify(call(written(), at=datetime.now(UTC) + timedelta(minutes=minutes)))


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("value", ["", "x", "v1,", "v1", "v2,AAAA", "1e999", "nan", "v1,é", "a,b,c d"])
def test_headers_of_a_strange_form_are_refused(header: str, value: str) -> None:
    hook = call(written())
    with pytest.raises(Forged):
        shop().verify(Hook("POST", dict(hook.headers) | {header: value}, {}, hook.body))


def test_a_rotated_secret_is_one_of_several_signatures() -> None:
    hook = call(written())
    headers = dict(hook.headers) | {"webhook-signature": f"v1,AAAA {hook.headers['webhook-signature']}"}
    shop().verify(Hook("POST", headers, {}, hook.body))


@pytest.mark.parametrize("body", [b"\xff\xfe", b""])
def test_bytes_that_are_no_text_are_refused(body: bytes) -> None:
    with pytest.raises(Forged):
        shop().verify(Hook("POST", call(written()).headers, {}, body))


def test_a_call_in_the_way_of_github() -> None:
    body = json.dumps(written()).encode()
    channel = shop(signed="hub", secret="of github")
    channel.verify(Hook("POST", {"x-hub-signature-256": f"sha256={sign('of github', body)}"}, {}, body))
    with pytest.raises(Forged):
        channel.verify(Hook("POST", {"x-hub-signature-256": "sha256=00"}, {}, body))


def test_a_call_with_a_fixed_token() -> None:
    channel = shop(signed="token", secret="a long token", reply_url="")
    channel.verify(Hook("POST", {"authorization": "Bearer a long token"}, {}, b"{}"))
    for told in ("Bearer another", "", "Bearer "):
        with pytest.raises(Forged):
            channel.verify(Hook("POST", {"authorization": told}, {}, b"{}"))


def test_nothing_fits_an_empty_secret() -> None:
    for way in ("standard", "hub", "token"):
        with pytest.raises(Forged):
            shop(signed=way, secret="").verify(Hook("POST", {"authorization": "Bearer "}, {}, b""))


# -- what it says -----------------------------------------------------------------------------------------------------


def test_an_edit_and_a_deletion() -> None:
    channel = shop()
    edited = read(channel, call(written("Two parcels", revision="2026-11-20T10:05:00Z")))
    assert edited.revision == datetime(2026, 11, 20, 10, 5, tzinfo=UTC)
    gone = channel.read_hook(call({"type": "message.deleted", "data": {"id": "42"}}))
    assert gone.events == (Deletion("42"),)


def test_a_list_of_calls_and_a_strange_one_among_them() -> None:
    reading = shop().read_hook(call([written(), {"type": "order.paid", "data": {}}, written(id="43")]))
    assert [event.id for event in reading.events] == ["42", "43"]
    assert "order.paid" in reading.unread[0].reason


def test_without_a_time_it_was_written_when_it_was_told() -> None:
    told = written()
    del told["data"]["at"]
    at = datetime.now(UTC).replace(microsecond=0)
    assert read(shop(), call(told, at=at)).at == at


def test_any_form_can_be_read_when_it_is_said_where_things_stand() -> None:
    fields = (
        "id = event.uuid\ntext = event.parts[1].body\nauthor.id = event.from.number\nat = event.when\n\nprivate = x"
    )
    payload = {"event": {"uuid": 7, "parts": [{}, {"body": "Hello"}], "from": {"number": 49170}, "when": 1763632798}}
    message = read(shop(fields=fields), call(payload))
    assert (message.id, message.text, message.author.id, message.at.year) == ("7", "Hello", "49170", 2025)


@pytest.mark.parametrize("fields", ["text", "text =", "body = a", "text = a", "= a"])
def test_what_does_not_say_where_things_stand_is_told_while_connecting(fields: str) -> None:
    with pytest.raises(Refused, match="does not say where"):
        shop(fields=fields).whoami()


@pytest.mark.parametrize("changes", [{"secret": "äöü"}, {"secret": "whsec_"}, {"reply_url": "javascript:x"}])
def test_settings_that_cannot_work_are_told(changes: dict[str, str]) -> None:
    with pytest.raises(Refused):
        shop(**changes).whoami()


def test_without_an_address_nothing_can_be_answered() -> None:
    channel = shop(reply_url="")
    answer = channel.may(Act.REPLY, Item("1", "1", Author("ada"), AT))
    assert isinstance(answer, NotAllowed)
    assert "no address" in answer.why


def test_a_receiver_that_is_away_is_asked_again() -> None:
    channel = shop(reply_url="http://127.0.0.1:9/")
    with pytest.raises(TryLater):
        channel.edit(item_of(read(channel, call(written()))), "x")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "text", "author", "at"]), inner),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries({"type": st.sampled_from(["message.created", "message.deleted", "x"]), "data": JSON}) | JSON
)
def test_no_call_stops_the_others(payload: Any) -> None:
    reading = Reading(*read_each([payload, written()], lambda one: mapper.to_event(one, {}, AT)))
    assert reading.events[-1].id == "42"
    assert len(reading.events) + len(reading.unread) == 2
