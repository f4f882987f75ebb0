"""Edits and deletions that nobody told us of; logins that run out, open several channels, or lack something."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from draht.channels.youtube.tests.desk import Desk, texts
from draht.channels.youtube.tests.double import VIDEO, Channel
from draht.contract.channel import Act
from draht.contract.errors import LoginExpired, Refused
from draht.contract.messages import Deletion, IncomingMessage, NotAllowed
from draht.contract.testing import item_of


def test_looking_again_finds_edits_and_deletions(desk: Desk) -> None:
    items = [desk.hear(f"comment {n}")[1] for n in range(4)]
    desk.net.rewrite(items[0].id, "changed")
    desk.net.remove(items[1].id)
    desk.net.state.comments[items[2].id].status = "rejected"
    found = {event.id: event for event in desk.channel.look_again(items).events}
    edited = found[items[0].id]
    assert isinstance(edited, IncomingMessage)
    assert edited.text == "changed"
    assert [isinstance(found[item.id], Deletion) for item in items] == [False, True, True, False]


def test_looking_again_costs_one_unit(desk: Desk) -> None:
    items = [item_of(message) for message in _many(desk, 50)]
    before = desk.purse.spent
    desk.channel.look_again(items)
    assert desk.purse.spent == before + 1


def test_what_is_held_is_never_taken_for_gone(desk: Desk) -> None:
    _, item = desk.hear("Buy watches", status="heldForReview")
    desk.net.remove(item.id)
    assert desk.channel.look_again([item]).events == ()
    assert isinstance(desk.fetch()[0], Deletion), "the list of what is held says so"


def test_an_answer_in_a_strange_shape_deletes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _, item = desk.hear("Hello")
    monkeypatch.setattr(desk.channel.client, "comments", lambda ids: [{"kind": "youtube#comment", "id": item.id}])
    assert desk.channel.look_again([item]).events == ()


# -- logins -----------------------------------------------------------------------------------------------------


def test_a_person_signs_in_on_googles_page(desk: Desk) -> None:
    back, verifier = "https://desk.example/sign-in", "v" * 43
    page = desk.channel.sign_in_address(back, "state-1", verifier)
    sent = desk.http.get(page, accept=frozenset({302})).headers["location"]
    told = parse_qs(urlsplit(sent).query)
    assert (sent.startswith(back), told["state"]) == (True, ["state-1"])
    kept = desk.channel.sign_in(told["code"][0], back, verifier)
    fresh = type(desk.channel)({**desk.channel.config, **kept}, desk.http)
    assert fresh.whoami() == desk.channel.account
    assert fresh.lacks() == ()
    assert fresh.renew_at() is not None
    with pytest.raises(LoginExpired):
        desk.channel.sign_in(told["code"][0], back, verifier)


def test_a_token_runs_out_and_is_renewed(desk: Desk) -> None:
    desk.net.pass_time(hours=2)
    with pytest.raises(LoginExpired):
        desk.fetch()
    renewed = desk.channel.renew()
    desk.channel = type(desk.channel)({**desk.channel.config, **renewed}, desk.http, desk.channel.account)
    desk.net.write("Hello")
    assert texts(desk.fetch()) == ["Hello"]


def test_a_login_without_a_channel_is_told_so(desk: Desk) -> None:
    desk.net.channels.clear()
    with pytest.raises(Refused, match="no YouTube channel"):
        desk.channel.whoami()


def test_a_login_may_open_several_channels(desk: Desk) -> None:
    desk.net.channels.append(Channel("UCsecond", "Nordlicht Kids", "@kids"))
    offers = desk.channel.accounts()
    assert [offer.account.name for offer in offers] == ["Nordlicht", "Nordlicht Kids"]
    chosen = type(desk.channel)({**desk.channel.config, **offers[1].settings}, desk.http)
    assert chosen.whoami().id == "UCsecond"


def test_a_permission_that_was_not_granted_is_named(desk: Desk) -> None:
    assert desk.channel.lacks() == ()
    less = type(desk.channel)({**desk.channel.config, "scope": "openid"}, desk.http)
    assert "youtube.force-ssl" in less.lacks()[0]


def test_closed_comments_are_said_before_anybody_types(desk: Desk) -> None:
    desk.net.videos[VIDEO].answers = False
    _, item = desk.hear("Hello")
    may = desk.channel.may(Act.REPLY, item)
    assert isinstance(may, NotAllowed)
    assert may.by_hand == f"https://www.youtube.com/watch?v={VIDEO}&lc={item.id}"


def _many(desk: Desk, number: int) -> list[Any]:
    for n in range(number):
        desk.net.write(f"comment {n}")
    return desk.fetch()
