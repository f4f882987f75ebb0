"""Logins that run out: renewed in time, once, by one worker; a short fault loses nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import override_settings

from draht.connections import actions
from draht.connections.actions import logins, renewing
from draht.connections.models import Connection
from draht.connections.secrets import needs_new_key
from draht.connections.tests.conftest import Guilds
from draht.connections.tests.threads import at_once
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater
from draht.core.clock import HOUR, MINUTE, now
from draht.core.journal.models import Entry
from draht.core.people.access import Viewer


def is_due(made: Connection, *, expired: bool = False) -> Connection:
    """The same connection when its login has to be renewed; ``expired``: it has run out."""
    config = logins.config_of(made)
    config["expires_at"] = str(time.time() + (-1 if expired else 300))
    columns = logins.kept(logins.kind_of(made), config) | {"renew_at": now() - 1}
    Connection.objects.filter(pk=made.pk).update(**columns)
    made.refresh_from_db()
    return made


def asks(made: Connection) -> str:
    """Opens it as a worker does: whose it is, and with which token."""
    made.refresh_from_db()
    with actions.opened(made) as channel:
        channel.whoami()
        return channel.config["access_token"]


def test_a_fresh_login_is_left_alone(guilds: Guilds) -> None:
    made = guilds.connect()
    assert made.renew_at is not None
    assert now() + HOUR < made.renew_at < now() + 2 * HOUR - 10 * MINUTE
    asks(made)
    assert not actions.renew_due()
    assert guilds.guild.renewals == 0


def test_a_login_that_is_due_is_renewed_before_it_is_used(guilds: Guilds) -> None:
    made = is_due(guilds.connect(), expired=True)
    old = logins.config_of(made)["access_token"]
    assert asks(made) != old
    assert guilds.guild.renewals == 1
    made.refresh_from_db()
    assert made.renew_at is not None
    assert made.renew_at > now() + HOUR
    assert made.renewing_until == 0
    for column in (str(made.settings), bytes(made.secrets).decode()):
        assert logins.config_of(made)["access_token"] not in column
    asks(made)
    assert guilds.guild.renewals == 1


def test_the_duty_renews_what_comes_due(guilds: Guilds) -> None:
    made = is_due(guilds.connect())
    Connection.objects.update(paused=True)  # a paused account wants to go on later
    assert actions.renew_due()
    assert not actions.renew_due()
    assert guilds.guild.renewals == 1
    made.refresh_from_db()
    assert made.renewed_at is not None


def test_pages_renew_nothing(guilds: Guilds) -> None:
    made = is_due(guilds.connect(), expired=True)
    with actions.opened(made, renews=False):
        pass
    assert guilds.guild.renewals == 0


@pytest.mark.parametrize("fault", [503, "garbage", "lost", "hang up", 429, 500])
def test_a_short_fault_is_not_a_lost_login(guilds: Guilds, fault: int | str) -> None:
    made = is_due(guilds.connect())
    guilds.net.fail_next(fault)
    assert asks(made), "the old one is still good"
    made.refresh_from_db()
    assert made.trouble_kind == ""
    assert made.renewing_until == 0
    assert made.renew_at is not None
    assert made.renew_at >= now() + 50_000, "the network is not asked again at once"
    Connection.objects.update(renew_at=now() - 1)
    assert actions.renew_due()
    assert asks(made)
    made.refresh_from_db()
    assert (made.trouble_kind, made.renewed_at is None) == ("", False)


def test_a_short_fault_of_a_login_that_has_run_out_waits(guilds: Guilds) -> None:
    made = is_due(guilds.connect(), expired=True)
    guilds.net.fail_next(503)
    with pytest.raises(TryLater) as raised:
        asks(made)
    assert raised.value.after is not None
    assert raised.value.after >= 60
    Connection.objects.update(renew_at=now() - 1)
    assert asks(made)


def test_a_login_that_the_network_does_not_renew_is_trouble(guilds: Guilds) -> None:
    made = is_due(guilds.connect())
    guilds.guild.revoke()
    asked = len(guilds.net.requests)
    assert actions.renew_due()
    made.refresh_from_db()
    assert made.trouble_kind == "login"
    assert "not good any more" in made.trouble
    assert not actions.renew_due(), "a person has to see to it"
    assert len(guilds.net.requests) == asked + 1
    with pytest.raises(LoginExpired):
        asks(made)


def test_an_app_that_is_gone_is_told_when_the_login_has_run_out(guilds: Guilds) -> None:
    made = guilds.connect()
    config = logins.config_of(made) | {"client_secret": "changed"}
    Connection.objects.update(**logins.kept(logins.kind_of(made), config))
    made.refresh_from_db()
    assert asks(is_due(made))
    with pytest.raises(Refused, match="invalid_client"):
        asks(is_due(made, expired=True))


def test_a_login_that_is_turned_away_is_renewed_once(guilds: Guilds) -> None:
    made = guilds.connect()
    guilds.guild.forget_access()
    with pytest.raises(TryLater) as raised:
        asks(made)
    assert raised.value.after == 0
    assert asks(made)
    assert guilds.guild.renewals == 1


def test_a_new_login_that_is_turned_away_is_lost(guilds: Guilds) -> None:
    made = guilds.connect()
    for expected in (TryLater, LoginExpired):
        guilds.guild.forget_access()
        with pytest.raises(expected):
            asks(made)
    assert guilds.guild.renewals == 1


def test_trying_again_at_once_is_no_trouble(guilds: Guilds) -> None:
    made = guilds.connect()
    actions.note_trouble(made.pk, TryLater("renewed", after=0))
    made.refresh_from_db()
    assert made.trouble_kind == ""
    assert made.next_fetch_at is not None
    assert made.next_fetch_at <= now()
    actions.note_trouble(made.pk, TryLater("renewed", after=0))
    made.refresh_from_db()
    assert made.trouble_kind == "later", "twice in a row is"


def test_a_channel_whose_network_tells_nothing_useful_is_asked_again_in_a_minute(guilds: Guilds) -> None:
    guilds.guild.lifetime = 5
    made = guilds.connect()
    assert made.renew_at is not None
    assert now() + 50_000 < made.renew_at <= now() + MINUTE


# -- at once ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("shared_db")
@pytest.mark.parametrize("expired", [True, False])
def test_many_workers_renew_once(guilds: Guilds, expired: bool) -> None:
    """The guild takes everything back when a refresh token comes twice."""
    made = is_due(guilds.connect(), expired=expired)
    old = logins.config_of(made)["access_token"]
    guilds.guild.slow = 0.2
    tokens: list[str] = []
    fresh = [Connection.objects.get(pk=made.pk) for _ in range(6)]

    def work(mine: Connection) -> Callable[[], None]:
        def run() -> None:
            with actions.opened(mine) as channel:
                tokens.append(channel.config["access_token"])

        return run

    at_once(*[work(one) for one in fresh])
    assert guilds.guild.renewals == 1
    assert len(tokens) == 6
    assert set(tokens) <= {logins.config_of(Connection.objects.get()).get("access_token"), old}
    assert (old in tokens) is not expired or len(set(tokens)) == 1


@pytest.mark.usefixtures("shared_db")
def test_many_workers_that_are_turned_away_renew_once(guilds: Guilds) -> None:
    made = guilds.connect()
    guilds.guild.forget_access()
    guilds.guild.slow = 0.05
    fresh = [Connection.objects.get(pk=made.pk) for _ in range(6)]
    errors: list[ChannelError] = []

    def work(mine: Connection) -> Callable[[], None]:
        def run() -> None:
            try:
                with actions.opened(mine) as channel:
                    channel.whoami()
            except ChannelError as error:
                errors.append(error)

        return run

    at_once(*[work(one) for one in fresh])
    assert guilds.guild.renewals == 1
    assert all(isinstance(error, TryLater) for error in errors), errors
    assert asks(made)


@pytest.mark.usefixtures("shared_db")
def test_somebody_who_logs_in_meanwhile_wins(guilds: Guilds, as_eve: Viewer) -> None:
    made = is_due(guilds.connect())
    newer = guilds.tokens()

    def log_in() -> None:
        time.sleep(0.2)
        actions.log_in_again(as_eve, made.pk, newer)

    guilds.guild.slow = 0.6
    at_once(actions.renew_due, log_in)
    guilds.guild.slow = 0
    assert logins.config_of(Connection.objects.get())["access_token"] == newer["access_token"]
    assert asks(made)


def test_a_worker_that_died_while_it_renewed_holds_nobody_up_for_long(guilds: Guilds) -> None:
    made = is_due(guilds.connect())
    Connection.objects.update(renewing_until=now() + renewing.LEASE)
    assert not actions.renew_due()
    Connection.objects.update(renewing_until=now() - 1)
    assert actions.renew_due()
    assert asks(made)


def test_a_store_that_hesitates_does_not_lose_the_new_login(guilds: Guilds, monkeypatch: pytest.MonkeyPatch) -> None:
    made = is_due(guilds.connect())
    real, faults = logins.config_of, iter([OperationalError("disk I/O error")])

    def hesitates(connection: Connection) -> dict[str, str]:
        if guilds.guild.renewals and (fault := next(faults, None)):
            raise fault
        return real(connection)

    monkeypatch.setattr("draht.connections.actions.renewing.config_of", hesitates)
    assert asks(made)
    assert guilds.guild.renewals == 1
    assert next(faults, None) is None


# -- keys -------------------------------------------------------------------------------------------------------------


def test_an_old_key_opens_until_everything_is_closed_with_the_new_one(guilds: Guilds) -> None:
    made = guilds.connect()
    old = settings.SECRET_KEY
    with override_settings(SECRET_KEY="n" * 50, OLD_SECRET_KEYS=[old]):
        made.refresh_from_db()
        assert needs_new_key(made.secrets)
        assert asks(made)
        assert actions.logins_with_an_old_key() == 1
        assert actions.close_with_the_new_key() == 1
        assert actions.close_with_the_new_key() == 0
        assert actions.logins_with_an_old_key() == 0
    with override_settings(SECRET_KEY="n" * 50, OLD_SECRET_KEYS=[]):
        assert asks(made), "the old key can be thrown away"
    with override_settings(SECRET_KEY="x" * 50, OLD_SECRET_KEYS=[]):
        assert actions.close_with_the_new_key() == 0
        with pytest.raises(LoginExpired, match="another key"):
            asks(made)


def test_no_token_is_in_the_journal(guilds: Guilds) -> None:
    made = is_due(guilds.connect())
    assert actions.renew_due()
    made.refresh_from_db()
    told = "".join(Entry.objects.values_list("data", flat=True))
    assert not any(value in told for value in logins.config_of(made).values() if len(value) > 8)
