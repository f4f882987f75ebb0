"""Graph as every product of Meta speaks it: errors, usage, proofs, pages, batches, hooks, login."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from draht.contract.channel import Act, Channel
from draht.contract.errors import ChannelError, Forged, LoginExpired, Refused, TryLater, Unsure
from draht.contract.graph import Graph, NotThere, moment, to_error, usage_of
from draht.contract.graph_hooks import hub_accounts, hub_handshake, hub_same_house, hub_token, hub_verify
from draht.contract.graph_login import GraphLogin
from draht.contract.http import Answer, Http
from draht.contract.login import OAuth2, Scope
from draht.contract.loopback import Loopback
from draht.contract.messages import Account, Hook, Item, May, NotAllowed
from draht.contract.purse import WHOLE_APP
from draht.contract.testing.graph import Asked, GraphDouble, No, gone, parse_fields
from draht.contract.testing.graph_spec import GraphSpec, need

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
SECRET = GraphDouble.secret


class Small(GraphDouble):
    """Three letters, and somebody who may read them."""

    def __init__(self) -> None:
        super().__init__(GraphSpec(SHARED / "specs/meta/api_specs"))
        self.tokens["token"] = "1"
        self.said: list[dict[str, str]] = []

    def route(self, asked: Asked) -> Any:
        match asked.method, *asked.path:
            case "GET", "letters":
                return self.paged("abc", asked.params, lambda letter: {"id": letter})
            case "POST", "letters":
                self.said.append(asked.params if asked.body is None else asked.body)
                return {"id": "d"}
            case "GET", "a" | "b" | "c" as letter:
                return {"id": letter}
            case "POST", "oauth", "access_token":
                if asked.params.get("code") == "old":
                    raise No("This authorization code has expired.", 100, 36007)
                long = asked.params.get("grant_type") == "fb_exchange_token"
                return {"access_token": "long" if long else "short", "expires_in": 5_184_000 if long else 3600}
        raise gone("/".join(asked.path))


@pytest.fixture
def net() -> Iterator[Loopback]:
    loopback = Loopback(Small())
    yield loopback
    loopback.close()


@pytest.fixture
def graph(net: Loopback) -> Iterator[Graph]:
    http = Http(timeout=5)
    yield Graph(http, "token", SECRET, f"{net.url}/v25.0")
    http.close()


def test_every_call_proves_that_it_comes_from_the_app(net: Loopback, graph: Graph) -> None:
    assert graph.get("a") == {"id": "a"}
    told = hmac.new(SECRET.encode(), b"token", sha256).hexdigest()
    assert f"appsecret_proof={told}" in net.requests[-1][1]
    with pytest.raises(Refused, match="appsecret_proof"):
        Graph(graph.http, "token", "another", graph.base).get("a")


def test_the_token_stands_in_no_address(net: Loopback, graph: Graph) -> None:
    graph.get("a")
    graph.post("letters", {"text": "d"})
    assert not any("token" in path for _, path in net.requests)


def test_pages_follow_one_another(graph: Graph) -> None:
    first = graph.page("letters", limit=2)
    rest = graph.page("letters", first.after, limit=2)
    assert [one["id"] for one in first.items + rest.items] == ["a", "b", "c"]
    assert rest.after == ""


def test_values_are_written_as_graph_reads_them(net: Loopback, graph: Graph) -> None:
    graph.post("letters", {"yes": True, "number": 7, "list": [{"a": 1}], "text": "äöü"})
    assert net.app.said == [{"yes": "true", "number": "7", "list": '[{"a":1}]', "text": "äöü"}]  # type: ignore[attr-defined]


def test_products_that_want_json_get_it(net: Loopback, graph: Graph) -> None:
    assert graph.post_json("letters", {"yes": True, "list": [{"a": 1}]}) == {"id": "d"}
    assert net.app.said == [{"yes": True, "list": [{"a": 1}]}]  # type: ignore[attr-defined]


def test_many_are_asked_at_once_and_each_answers_for_itself(net: Loopback, graph: Graph) -> None:
    a, missing, c = graph.get_many(["a", "missing", "c?fields=id"])
    assert (a, c) == ({"id": "a"}, {"id": "c"})
    assert isinstance(missing, NotThere)
    assert len(net.requests) == 1


def test_deleting_what_is_gone_is_no_fault(graph: Graph) -> None:
    graph.delete("nothing")


def test_a_limit_of_a_moment_is_a_wait_of_a_moment() -> None:
    error = to_error(answer({"code": 131056, "message": "(#131056)", "error_data": {"details": "Too often"}}), False)
    assert isinstance(error, TryLater)
    assert (error.reason, error.after) == ("Too often", 10)
    assert isinstance(to_error(answer({"code": 131016, "message": "Unavailable"}, 500), False), TryLater)


def test_a_product_has_words_for_its_codes() -> None:
    told = answer({"code": 131047, "message": "(#131047) Re-engagement message"})
    assert to_error(told, False, {131047: "Too late."}).reason == "Too late."
    assert "Re-engagement" in to_error(told, False).reason


def test_addresses_of_one_house_differ_in_the_account_alone() -> None:
    assert hub_same_house("https://desk.example/hook/a", "https://desk.example/hook/b")
    assert not hub_same_house("https://desk.example/hook/a", "https://elsewhere.example/hook/a")


def answer(error: Any, status: int = 400, **headers: str) -> Answer:
    return Answer(status, headers, json.dumps({"error": error}).encode(), "https://graph.example/x", False)


@pytest.mark.parametrize("code", [4, 9, 17, 32, 341, 613, 80001, 80002, 80003, 80004, 80005, 80006])
@pytest.mark.parametrize("repeatable", [True, False])
def test_a_limit_is_tried_later_whatever_was_asked(code: int, repeatable: bool) -> None:
    error = to_error(answer({"code": code, "message": "(#4) too much"}), repeatable)
    assert isinstance(error, TryLater)
    assert error.after is not None
    assert error.after >= 300


@pytest.mark.parametrize("told", [{"code": 1}, {"code": 2}, {"code": -1}, {"code": 7, "is_transient": True}])
def test_a_short_fault_may_have_been_carried_out(told: dict[str, Any]) -> None:
    assert isinstance(to_error(answer(told, 500), repeatable=True), TryLater)
    assert isinstance(to_error(answer(told, 500), repeatable=False), Unsure)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"code": 190, "error_subcode": 463}, LoginExpired),
        ({"code": 102}, LoginExpired),
        ({"code": 9007, "error_subcode": 2207027}, TryLater),
        ({"code": 10, "error_subcode": 2018278}, Refused),
        ({"code": 10, "error_subcode": 2534022}, Refused),
        ({"code": 551, "error_subcode": 1545041}, Refused),
        ({"code": 100, "error_subcode": 2018047}, Refused),
        ({"code": 100}, Refused),
        ({"code": 200}, Refused),
        ({"code": 299}, Refused),
        ({"code": 368}, Refused),
        ({"code": 100, "error_subcode": 33}, NotThere),
    ],
)
def test_each_code_is_one_of_the_four(told: dict[str, Any], kind: type[ChannelError]) -> None:
    assert type(to_error(answer(told | {"message": "the network's words"}), repeatable=False)) is kind


def test_the_recorded_errors_are_what_their_recorder_says() -> None:
    path = SHARED / "payloads/facebook/errors_graph.json"
    need(path)
    kinds = {"retry": TryLater, "permanent": Refused, "re-authenticate": LoginExpired}
    for recorded in json.loads(path.read_text()):
        found = to_error(answer(recorded["body"]["error"]), repeatable=False)
        assert type(found) is kinds[recorded["class"].partition(" ")[0]], recorded
        assert found.reason


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"error":"x"}', b'{"error":{}}', b"\xff"])
@pytest.mark.parametrize(("status", "kind"), [(401, LoginExpired), (403, Refused), (429, TryLater), (500, Unsure)])
def test_without_a_code_the_status_counts(body: bytes, status: int, kind: type[ChannelError]) -> None:
    assert isinstance(to_error(Answer(status, {}, body, "https://graph.example/x"), repeatable=False), kind)


# -- usage -------------------------------------------------------------------------------------------------------------

BUSINESS = '{"66": [{"type": "pages", "call_count": 12, "total_time": 3, "estimated_time_to_regain_access": %d}]}'


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ({"x-app-usage": '{"call_count":28,"total_time":25,"total_cputime":61}'}, {WHOLE_APP: 39}),
        ({"x-app-usage": '{"call_count":128}'}, {WHOLE_APP: 0}),
        ({"x-business-use-case-usage": BUSINESS % 0}, {"": 88}),
        ({"x-business-use-case-usage": BUSINESS % 0, "x-page-usage": '{"call_count":40}'}, {"": 60}),
        ({"x-business-use-case-usage": BUSINESS % 19, "x-app-usage": '{"call_count":1}'}, {"": 0, WHOLE_APP: 99}),
        ({}, {}),
    ],
)
def test_usage_is_what_is_left_for_the_app_and_for_the_account(headers: dict[str, str], left: dict[str, float]) -> None:
    assert {bucket: limit.remaining for bucket, limit in usage_of(headers).items()} == left


def test_access_comes_back_when_the_header_says() -> None:
    limit = usage_of({"x-business-use-case-usage": BUSINESS % 19})[""]
    assert limit.resets_at == pytest.approx(time.time() + 19 * 60, abs=5)


@pytest.mark.parametrize("told", ["", "x", "[]", "7", '{"a":["b"]}', '{"call_count":"many"}'])
def test_a_strange_header_stops_nothing(told: str) -> None:
    assert all(limit.remaining == 100 for limit in usage_of({"x-app-usage": told}).values())


def test_the_purse_stays_shut_when_an_app_has_asked_too_much(net: Loopback, graph: Graph) -> None:
    net.app.crowded = True  # type: ignore[attr-defined]
    with pytest.raises(TryLater):
        graph.get("a")
    net.requests.clear()
    with pytest.raises(TryLater):
        graph.get("a")
    assert net.requests == [], "nobody asks while the limit is used up"


# -- hooks -------------------------------------------------------------------------------------------------------------

DAY = 86_400


def delivery(at: float, **changes: Any) -> Hook:
    return Small().hook({"object": "page", "entry": [{"id": "1", "time": at, "changes": []} | changes]})


@pytest.mark.parametrize("factor", [1, 1000], ids=["seconds", "milliseconds"])
def test_a_delivery_is_believed_while_it_is_still_repeated(factor: int) -> None:
    hub_verify(delivery(int(time.time() - DAY) * factor), SECRET, 2 * DAY)
    with pytest.raises(Forged, match="older"):
        hub_verify(delivery(int(time.time() - 3 * DAY) * factor), SECRET, 2 * DAY)


@pytest.mark.parametrize("told", ["", "sha256=", "sha1=00", "sha256=" + "0" * 64])
def test_another_signature_is_turned_away(told: str) -> None:
    hook = delivery(time.time())
    for secret in (SECRET, ""):
        with pytest.raises(Forged):
            hub_verify(Hook("POST", {"x-hub-signature-256": told}, {}, hook.body), secret, DAY)


def test_the_signature_is_over_the_raw_bytes() -> None:
    hook = delivery(time.time(), name="Jürgen 🎉")
    assert rb"J\u00fcrgen" in hook.body
    hub_verify(hook, SECRET, DAY)
    rewritten = json.dumps(json.loads(hook.body), ensure_ascii=False).encode()
    with pytest.raises(Forged):
        hub_verify(Hook("POST", hook.headers, {}, rewritten), SECRET, DAY)


def test_the_handshake_answers_those_who_know_the_word() -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": hub_token(SECRET)}
    told = hub_handshake(Hook("GET", {}, asked, b""), SECRET)
    assert told is not None
    assert (told.status, told.body) == (200, b"1158201444")
    with pytest.raises(Forged):
        hub_handshake(Hook("GET", {}, asked | {"hub.verify_token": "guess"}, b""), SECRET)
    with pytest.raises(Forged):
        hub_handshake(Hook("GET", {}, asked, b""), "")
    assert hub_handshake(delivery(1), SECRET) is None


def test_one_delivery_may_be_for_several_accounts() -> None:
    hook = Hook("POST", {}, {}, b'{"entry":[{"id":"1"},{"id":"2"},{"id":"1"},{"id":17841400000000000}]}')
    assert hub_accounts(hook) == ("1", "2", "17841400000000000")
    assert hub_accounts(Hook("POST", {}, {}, b"\xff")) == ()


def test_times_come_in_three_shapes() -> None:
    assert moment(1603845991) == moment("1603845991") == moment(1603845991000) == moment("2020-10-28T00:46:31+0000")
    with pytest.raises(ValueError, match="no zone"):
        moment("2020-10-28T00:46:31")


# -- login -------------------------------------------------------------------------------------------------------------


class Login(GraphLogin, Channel):
    label = "A network of Meta's"
    oauth = OAuth2(
        "https://www.facebook.com/v25.0/dialog/oauth", "", (Scope("read", "to read"), Scope("write", "")), between=","
    )

    def whoami(self) -> Account:
        return Account("1", "Somebody")

    def may(self, act: Act, item: Item) -> May:
        return NotAllowed("no")


@pytest.fixture
def login(net: Loopback) -> Iterator[Login]:
    http = Http(timeout=5)
    app = {"client_id": "4242", "client_secret": SECRET}
    yield Login(app | {"api": net.url, "dialog": "https://d.example/x"}, http)
    http.close()


def test_the_person_is_sent_to_the_dialog(login: Login) -> None:
    address = urlsplit(login.sign_in_address("https://desk.example/back", "state", "v" * 43))
    assert address.netloc == "d.example"
    assert parse_qs(address.query)["scope"] == ["read,write"]


def test_a_configuration_takes_the_place_of_the_scopes(login: Login) -> None:
    login.config = {**login.config, "config_id": "77"}
    asked = parse_qs(urlsplit(login.sign_in_address("https://desk.example/back", "state", "v" * 43)).query)
    assert asked["config_id"] == ["77"]
    assert "scope" not in asked


def test_a_login_is_exchanged_for_one_that_lasts(login: Login) -> None:
    told = login.sign_in("code", "https://desk.example/back", "v" * 43)
    assert told["access_token"] == "long"
    assert float(told["expires_at"]) == pytest.approx(time.time() + 60 * DAY, abs=10)


def test_a_code_that_was_used_is_refused_in_the_networks_words(login: Login) -> None:
    with pytest.raises(Refused, match="This authorization code has expired"):
        login.sign_in("old", "https://desk.example/back", "v" * 43)


def test_fields_are_read_as_a_tree() -> None:
    told = parse_fields("id,comments.limit(5).filter(stream){id,from{name}},message")
    assert told["comments"][0] == {"limit": "5", "filter": "stream"}
    assert told["comments"][1] == {"id": ({}, None), "from": ({}, {"name": ({}, None)})}
    assert list(told) == ["id", "comments", "message"]
