"""Signing in on X's page, with PKCE, and tokens that are renewed with a new refresh token each time."""

from __future__ import annotations

import base64
import time
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest

from draht.channels.x.channel import X
from draht.channels.x.tests.desk import Desk
from draht.channels.x.tests.office import ALL, LASTS
from draht.contract.errors import LoginExpired, Refused, TryLater

BACK = "https://draht.example/connect/back"
VERIFIER = "v" * 64


def agree(desk: Desk) -> str:
    """Goes to X's page, agrees, and comes back with a code."""
    x = X({**desk.config, "site": desk.loopback.url}, desk.http)
    gone = desk.http.get(x.sign_in_address(BACK, "state-1", VERIFIER), accept=frozenset({302}))
    back = urlsplit(gone.headers["location"])
    told = parse_qs(back.query)
    assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
    assert told["state"] == ["state-1"]
    return told["code"][0]


@pytest.fixture
def signed_in(desk: Desk) -> X:
    tokens = desk.channel.sign_in(agree(desk), BACK, VERIFIER)
    return X({**desk.config, **tokens}, desk.http)


def test_the_page_of_x_is_asked_for_what_is_needed(desk: Desk) -> None:
    x = X({"client_id": "app-id"}, desk.http)
    address = urlsplit(x.sign_in_address(BACK, "state-1", VERIFIER))
    asked = {key: values[0] for key, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://x.com/i/oauth2/authorize"
    assert set(asked["scope"].split()) == set(ALL.split())
    assert (asked["code_challenge_method"], asked["redirect_uri"], asked["state"]) == ("S256", BACK, "state-1")
    assert asked["code_challenge"] == base64.urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def test_every_permission_has_its_reason() -> None:
    assert all(scope.why for scope in X.oauth.scopes)
    assert {scope.name for scope in X.oauth.scopes} == set(ALL.split())


def test_a_code_becomes_a_login(signed_in: X) -> None:
    assert signed_in.whoami().handle == "brand"
    assert not any("permission" in lack for lack in signed_in.lacks())
    ends = signed_in.renew_at()
    assert ends is not None
    assert time.time() < ends.timestamp() < time.time() + LASTS


def test_a_code_is_good_once_and_only_with_the_verifier_and_the_address(desk: Desk) -> None:
    for back, verifier in ((BACK, "w" * 64), (BACK + "/other", VERIFIER)):
        with pytest.raises(Refused, match="was invalid"):
            desk.channel.sign_in(agree(desk), back, verifier)
    code = agree(desk)
    assert desk.channel.sign_in(code, BACK, VERIFIER)["access_token"]
    with pytest.raises(Refused, match="was invalid"):
        desk.channel.sign_in(code, BACK, VERIFIER)


def test_a_renewal_gives_a_new_refresh_token_and_spoils_the_old_one(desk: Desk, signed_in: X) -> None:
    old = dict(signed_in.config)
    new = signed_in.renew()
    assert new["refresh_token"] != old["refresh_token"]
    assert new["access_token"] != old["access_token"]
    renewed = X({**old, **new}, desk.http)
    assert renewed.whoami().handle == "brand"
    assert renewed.renew()["access_token"]
    with pytest.raises(LoginExpired):
        signed_in.renew()


def test_a_token_that_ran_out_asks_for_a_login(desk: Desk) -> None:
    expired = desk.double.office.grant(lasts=-1)
    with pytest.raises(LoginExpired):
        X({**desk.config, "access_token": expired["access_token"]}, desk.http).whoami()


def test_a_short_fault_is_no_lost_login(desk: Desk, signed_in: X) -> None:
    for fault in (500, "hang up", 503, "garbage"):
        desk.loopback.fail_next(fault)
        with pytest.raises(TryLater):
            signed_in.renew()
    assert signed_in.renew()["access_token"]


def test_a_wrong_secret_is_refused(desk: Desk) -> None:
    wrong = X({**desk.config, "client_secret": "wrong"}, desk.http)
    with pytest.raises(Refused, match="unauthorized_client"):
        wrong.renew()


def test_what_was_not_granted_is_named_with_its_reason() -> None:
    desk = Desk(scope="users.read tweet.read offline.access")
    lacks = desk.channel.lacks()
    assert any("tweet.write" in lack and "answer" in lack for lack in lacks)
    assert not any("tweet.read" in lack for lack in lacks)
    desk.close()
