"""Each refusal that the network documents is the right one of the four errors; sessions are kept and renewed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from draht.channels.bluesky.session import LONG_AGO
from draht.channels.bluesky.tests.desk import Desk, answer, messages
from draht.channels.bluesky.tests.double import Double, bad
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater


class Saying(Double):
    """A double whose next answers are dictated."""

    def __init__(self) -> None:
        super().__init__()
        self.dictated: list[tuple[int, Any]] = []

    def _answer(self, environ: dict[str, Any], call: str, *more: Any) -> tuple[int, Any]:
        return self.dictated.pop(0) if self.dictated else super()._answer(environ, call, *more)


@pytest.mark.parametrize(
    ("status", "name", "error"),
    [
        (400, "InvalidRequest", Refused),
        (400, "BlobTooLarge", Refused),
        (400, "InvalidMimeType", Refused),
        (400, "AccountTakedown", LoginExpired),
        (400, "AccountDeactivated", LoginExpired),
        (401, "AuthMissing", LoginExpired),
        (403, "Forbidden", Refused),
        (404, "XRPCNotSupported", Refused),
        (413, "PayloadTooLarge", Refused),
        (429, "RateLimitExceeded", TryLater),
        (500, "InternalServerError", TryLater),
        (501, "MethodNotImplemented", Refused),
        (502, "UpstreamFailure", TryLater),
        (503, "NotEnoughResources", TryLater),
        (504, "UpstreamTimeout", TryLater),
    ],
)
def test_every_refusal_is_one_of_the_four(status: int, name: str, error: type[ChannelError]) -> None:
    double = Saying()
    desk = Desk(double)
    _, item = desk.hear("hello")
    for act in (lambda: desk.channel.fetch(""), lambda: desk.channel.reply(answer(item)), desk.channel.whoami):
        double.dictated = [bad("a reason", name, status)]
        with pytest.raises(error):
            act()
    assert double.ours() == []
    desk.close()


@pytest.mark.parametrize("old", ["expired", "revoked", "missing"])
def test_an_old_token_asks_to_be_renewed_and_that_helps(desk: Desk, old: str) -> None:
    _, item = desk.hear("hello")
    token = desk.channel.config["access_token"]
    if old == "expired":
        desk.net.offset = timedelta(hours=3)
    if old == "revoked":
        desk.double.revoked.add(token)
    tokens = {"access_token": token, "refresh_token": desk.channel.config["refresh_token"]}
    channel = desk.open(**(tokens if old != "missing" else {}))
    for act in (lambda: channel.fetch(""), lambda: channel.reply(answer(item)), lambda: channel.look_again([item])):
        with pytest.raises(LoginExpired):
            act()
    again = desk.open(**channel.renew())
    assert len(messages(list(again.fetch("").events))) == 1
    sessions = desk.double.calls.count("com.atproto.server.createSession")
    assert sessions == (1 if old == "missing" else 0)


# -- sessions ---------------------------------------------------------------------------------------------


def test_without_a_session_it_is_to_be_renewed_at_once(desk: Desk) -> None:
    channel = desk.open()
    assert channel.renew_at() == LONG_AGO
    kept = channel.renew()
    assert set(kept) == {"access_token", "refresh_token", "expires_at", "pds", "session_of"}
    again = desk.open(**kept)
    due = again.renew_at()
    assert due is not None
    assert timedelta(minutes=70) < due - datetime.now(UTC) < timedelta(minutes=90)
    again.whoami()
    assert desk.double.calls.count("com.atproto.server.createSession") == 1


def test_renewing_costs_no_session(desk: Desk) -> None:
    before = dict(desk.channel.config)
    kept = desk.channel.renew()
    assert kept["refresh_token"] != before["refresh_token"]
    assert "com.atproto.server.createSession" not in desk.double.calls


def test_a_refresh_that_is_refused_begins_anew(desk: Desk) -> None:
    desk.double.revoked.add(desk.channel.config["refresh_token"])
    assert desk.channel.renew()["access_token"]
    assert desk.double.calls[-1] == "com.atproto.server.createSession"


@pytest.mark.parametrize("fault", [429, 500, 502, 503, "lost", "hang up", "garbage"])
def test_a_short_fault_is_not_a_lost_login(desk: Desk, fault: int | str) -> None:
    desk.loopback.fail_next(fault)
    with pytest.raises(TryLater):
        desk.channel.renew()


def test_a_password_that_was_taken_back(desk: Desk) -> None:
    desk.double.password = "another"
    desk.double.revoked.add(desk.channel.config["refresh_token"])
    with pytest.raises(LoginExpired, match="Invalid identifier or password"):
        desk.channel.renew()


def test_a_new_password_is_tried_itself_and_not_the_old_session(desk: Desk) -> None:
    kept = desk.open().renew()
    desk.double.password = "new"
    assert desk.open(**kept).whoami().id == desk.us.did, "the session lives on"
    with pytest.raises(LoginExpired, match="Invalid identifier or password"):
        desk.open(**dict(kept) | {"password": "mistyped"}).whoami()
    desk.double.revoked.add(kept["access_token"])
    assert desk.open(**dict(kept) | {"password": "new"}).whoami().id == desk.us.did


def test_the_accounts_own_password_is_not_what_we_want(desk: Desk) -> None:
    with pytest.raises(LoginExpired, match="app password"):
        desk.open(password="the account's own").whoami()


def test_the_days_sessions_are_not_used_up_in_vain() -> None:
    desk = Desk(Double(sessions=2))
    for _ in range(2):
        desk.open().whoami()
    with pytest.raises(TryLater) as refused:
        desk.open().whoami()
    assert refused.value.after is not None
    assert desk.double.calls.count("com.atproto.server.createSession") == 2, "the purse said no before the network"
    desk.channel.fetch("")  # reading has a limit of its own
    desk.close()


def test_writing_stops_before_the_networks_limit() -> None:
    desk = Desk(Double(points=4))
    _, item = desk.hear("hello")
    desk.channel.reply(answer(item))
    with pytest.raises(TryLater):
        desk.channel.reply(replace(answer(item), key="another"))
    assert desk.double.calls.count("com.atproto.repo.createRecord") == 2
    with pytest.raises(TryLater):  # now the network has said that nothing is left
        desk.channel.reply(replace(answer(item), key="another"))
    assert desk.double.calls.count("com.atproto.repo.createRecord") == 2
    desk.fetch()
    desk.close()


def test_writing_counts_points_and_reading_none(desk: Desk) -> None:
    _, item = desk.hear("hello")
    assert desk.http.purse.spent == 0
    sent = desk.channel.reply(answer(item))
    assert desk.http.purse.spent == 3
    desk.channel.client.delete("app.bsky.feed.post", sent.id.rpartition("/")[2])
    assert desk.http.purse.spent == 4


def test_bluesky_tells_where_an_account_lives(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the common door each account has a server of its own; elsewhere the address that was typed in stands."""
    desk.double.document = "https://pds.example"
    assert desk.open().renew()["pds"] == ""
    monkeypatch.setattr("draht.channels.bluesky.session.ENTRYWAY", desk.loopback.url)
    channel = desk.open(server="")
    kept = channel.renew()
    assert kept["pds"] == "https://pds.example"
    assert desk.open(server="", **kept).client.login.home == "https://pds.example"
    desk.double.document = "http://127.0.0.1:1"
    assert desk.open(server="").renew()["pds"] == "", "never an address without encryption"


def test_a_page_that_is_no_server(desk: Desk) -> None:
    def page(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "application/json")])
        return [b'{"hello": "world"}']

    desk.loopback.app = page
    with pytest.raises(Refused, match="does not answer like a server"):
        desk.open().whoami()
    with pytest.raises(TryLater):
        desk.channel.fetch("")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.!!!.c", "..", "a.bnVsbA.c"])
def test_a_token_that_cannot_be_read_is_no_fault(desk: Desk, token: str) -> None:
    channel = desk.open(access_token=token, refresh_token="")
    assert channel.renew_at() == LONG_AGO
    assert channel.renew()["access_token"]
