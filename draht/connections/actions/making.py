"""Connecting an account, and logging in again."""

from __future__ import annotations

import secrets as random
from collections.abc import Mapping

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction

from draht.connections.actions.changing import forget
from draht.connections.actions.logins import as_columns, kept, there_is
from draht.connections.actions.trouble import end_trouble
from draht.connections.actions.trying import note_lacks, tried, whose
from draht.connections.budget import KeptPurse, row_of, set_cap, trial_purse
from draht.connections.models import Connection
from draht.connections.registry import channels, is_on
from draht.connections.secrets import decrypt
from draht.contract.channel import Channel, Fetches, Subscribes
from draht.contract.errors import ChannelError, Refused, TryLater, Unsure, only_the_four
from draht.contract.login import OffersAccounts
from draht.contract.messages import Account
from draht.contract.text import clean
from draht.contract.words import words
from draht.core.clock import now
from draht.core.journal.actions import record
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Role


def new_hook_key() -> str:
    """What nobody can guess: the last part of an address that a network calls."""
    return random.token_urlsafe(24)


def make(
    viewer: Viewer | None,
    channel: str,
    values: Mapping[str, str],
    department_id: int,
    name: str = "",
    house: str = "",
    hook_key: str = "",
    since_at: int | None = None,
    cap_cents: int | None = None,
) -> Connection:
    """Connects an account after trying its login. Raises one of the four errors.

    It is stored before the network is told our address, because some call it at once; until that worked it is paused.

    Args:
        viewer: an administrator, or ``None`` for the set-up.
        house: where networks reach our hooks, if that is not the base address.
        hook_key: one that somebody has already typed in there.
        since_at: how far back messages are brought (milliseconds); ``None`` = as is usual there.
        cap_cents: US cents that may be spent in a month, where the network costs money; ``None`` = the default.
    """
    if viewer is not None:
        viewer.must_be(Role.ADMIN)
    kind = _must_be_on(channel)
    purse = trial_purse(channel, kind, values)
    account = whose(channel, values, purse)
    _must_be_new(channel, account)
    hook_key = hook_key or new_hook_key()
    with transaction.atomic():
        connection = Connection.objects.create(
            channel=channel,
            name=(name or f"{kind.label} · {clean(account.handle or account.name)}")[:120],
            department_id=department_id,
            **as_columns(account),
            **kept(kind, values),
            hook_key=hook_key,
            since_at=since_at,
            paused=True,
            made_at=now(),
        )
        connection.purse_id = row_of(channel, kind, values, connection.pk)
        connection.save(update_fields=["purse"])
        if cap_cents is not None and connection.purse_id:
            set_cap(connection.purse_id, cap_cents)
    try:
        _subscribe(channel, values, account, f"{house or settings.BASE_URL}/hook/{hook_key}", purse)
    except ChannelError:
        forget(connection.pk)
        raise
    _switch_on(viewer, connection)
    purse.begin(connection.pk, connection.purse_id)
    note_lacks(connection)
    return connection


def _switch_on(viewer: Viewer | None, connection: Connection) -> None:
    connection.paused = False
    connection.next_fetch_at = _at_once(connection.channel)
    with transaction.atomic():
        connection.save(update_fields=["paused", "next_fetch_at"])
        record(
            Fact.CONNECTION_MADE,
            actor_id=viewer.user_id if viewer else None,
            department_id=connection.department_id,
            connection=connection.pk,
            channel=connection.channel,
        )


def _at_once(channel: str) -> int | None:
    """When a channel is fetched that was connected just now; ``None`` = it does not fetch."""
    return now() if issubclass(channels()[channel], Fetches) else None


def _must_be_on(channel: str) -> type[Channel]:
    kind = channels()[channel]
    if not is_on(channel):
        raise Refused(words("{network} is switched off here.").format(network=kind.label))
    return kind


def _must_be_new(channel: str, account: Account) -> None:
    """Where a network is asked or told to call, one account connected twice would bring everything twice."""
    if not issubclass(channels()[channel], Fetches | Subscribes):
        return
    there = Connection.objects.filter(channel=channel, account_id=account.id, account_url=account.url, removed_at=None)
    for connection in there[:1]:
        raise Refused(words("This account is connected already: {name}.").format(name=connection.name))


def _subscribe(
    channel: str, values: Mapping[str, str], account: Account, address: str, purse: KeptPurse | None = None
) -> None:
    """Tells the network our address where it can be told."""
    with tried(channel, values, account, purse) as one:
        if isinstance(one, Subscribes):
            with only_the_four(Unsure):
                one.subscribe(address)


def merged(viewer: Viewer, connection_id: int, values: Mapping[str, str]) -> dict[str, str]:
    """New settings over the stored ones; empty secret values keep what was stored."""
    viewer.must_be(Role.ADMIN)
    connection = there_is(connection_id)
    secret = {field.key for field in channels()[connection.channel].settings if field.secret}
    typed = {key: value for key, value in values.items() if value or key not in secret}
    return dict(connection.settings) | _readable(connection) | typed


def log_in_again(viewer: Viewer, connection_id: int, values: Mapping[str, str]) -> None:
    """New settings for a connection, tried first. Empty secret values keep what was stored.

    They are stored before the network is told our address, because some call it at once; if it says no, the old ones
    are there again.

    Raises one of the four errors; ``Refused`` too when the login belongs to another account, whose conversations would
    mix with those that are here.
    """
    config = merged(viewer, connection_id, values)
    connection = there_is(connection_id)
    kind = channels()[connection.channel]
    config |= _offered(connection, config)
    account = whose(connection.channel, config)
    if account.id != connection.account_id:
        other = words("This is the login of another account: {name}. Connect that as an account of its own.")
        raise Refused(other.format(name=account.name))
    new = kept(kind, config) | {"renewed_at": None}
    old = {name: getattr(connection, name) for name in new}
    stored = Connection.objects.filter(pk=connection_id)
    stored.update(**new)
    try:
        _subscribe(connection.channel, config, account, hook_address(connection))
    except ChannelError:
        stored.filter(secrets=new["secrets"]).update(**old)
        raise
    with transaction.atomic():
        stored.update(
            **as_columns(account),
            purse=row_of(connection.channel, kind, config, connection_id),
            next_fetch_at=_at_once(connection.channel),
        )
        record(Fact.CONNECTION_CHANGED, actor_id=viewer.user_id, connection=connection_id, login=True)
        end_trouble(connection_id)
    note_lacks(there_is(connection_id))


def _offered(connection: Connection, config: Mapping[str, str]) -> Mapping[str, str]:
    """What belongs to this one of the accounts that the login opens."""
    with tried(connection.channel, config) as one:
        if not isinstance(one, OffersAccounts):
            return {}
        with only_the_four(TryLater):
            found = {offer.account.id: offer for offer in one.accounts()}
    if connection.account_id not in found:
        told = words("This login does not open {name}. Was the right person signed in, and was the account ticked?")
        raise Refused(told.format(name=connection.account_name))
    return found[connection.account_id].settings


def hook_address(connection: Connection) -> str:
    """Where the network calls us."""
    return f"{settings.BASE_URL}/hook/{connection.hook_key}"


def _readable(connection: Connection) -> dict[str, str]:
    try:
        return decrypt(connection.secrets)
    except InvalidToken:
        return {}
