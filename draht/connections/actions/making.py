"""Connecting an account, and logging in again."""

from __future__ import annotations

import secrets as random
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction

from draht.connections.actions.opening import there_is
from draht.connections.actions.trouble import end_trouble
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.connections.secrets import decrypt, encrypt
from draht.contract.channel import Channel, Fetches, Subscribes
from draht.contract.errors import Refused, TryLater, Unsure, only_the_four
from draht.contract.http import Http
from draht.contract.messages import Account
from draht.contract.text import clean
from draht.contract.words import words
from draht.core.clock import now
from draht.core.journal.actions import record
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Role


def test(channel: str, values: Mapping[str, str]) -> Account:
    """Tries a login and says whose it is. Raises one of the four errors."""
    http = Http()
    try:
        with only_the_four(TryLater):
            return channels()[channel](values, http).whoami()
    finally:
        http.close()


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
) -> Connection:
    """Connects an account after trying its login. ``viewer`` is an administrator, or ``None`` for the set-up.

    ``house`` is where networks reach our hooks, if that is not the base address; ``hook_key`` one that somebody has
    already typed in there. Raises one of the four errors.
    """
    if viewer is not None:
        viewer.must_be(Role.ADMIN)
    kind = channels()[channel]
    account = test(channel, values)
    _must_be_new(channel, account)
    hook_key = hook_key or new_hook_key()
    _subscribe(kind, values, account, f"{house or settings.BASE_URL}/hook/{hook_key}")
    with transaction.atomic():
        connection = Connection.objects.create(
            channel=channel,
            name=(name or f"{kind.label} · {clean(account.handle or account.name)}")[:120],
            department_id=department_id,
            **_whose(account),
            **_kept(kind, values),
            hook_key=hook_key,
            next_fetch_at=now() if issubclass(kind, Fetches) else None,
            made_at=now(),
        )
        record(
            Fact.CONNECTION_MADE,
            actor_id=viewer.user_id if viewer else None,
            department_id=department_id,
            connection=connection.pk,
            channel=channel,
        )
    return connection


def _must_be_new(channel: str, account: Account) -> None:
    """Where a network is asked or told to call, one account connected twice would bring everything twice."""
    if not issubclass(channels()[channel], Fetches | Subscribes):
        return
    there = Connection.objects.filter(channel=channel, account_id=account.id, account_url=account.url, removed_at=None)
    for connection in there[:1]:
        raise Refused(words("This account is connected already: {name}.").format(name=connection.name))


def _whose(account: Account) -> dict[str, str]:
    """The account as columns; a network may call it what it likes."""
    return {
        "account_id": account.id[:400],
        "account_name": clean(account.name)[:200],
        "account_handle": clean(account.handle)[:200],
        "account_url": account.url[:2000],
    }


def _kept(kind: type[Channel], values: Mapping[str, str]) -> dict[str, Any]:
    """The settings as columns: what is secret is encrypted."""
    secret = {field.key for field in kind.settings if field.secret}
    return {
        "settings": {key: value for key, value in values.items() if key not in secret},
        "secrets": encrypt({key: value for key, value in values.items() if key in secret}),
    }


def _subscribe(kind: type[Channel], values: Mapping[str, str], account: Account, address: str) -> None:
    """Tells the network our address where it can be told; the first hooks then wait until the connection is there."""
    http = Http()
    try:
        channel = kind(values, http, account)
        if isinstance(channel, Subscribes):
            with only_the_four(Unsure):
                channel.subscribe(address)
    finally:
        http.close()


def log_in_again(viewer: Viewer, connection_id: int, values: Mapping[str, str]) -> None:
    """New settings for a connection, tried first. Empty secret values keep what was stored.

    Raises one of the four errors; ``Refused`` too when the login belongs to another account, whose conversations would
    mix with those that are here.
    """
    viewer.must_be(Role.ADMIN)
    connection = there_is(connection_id)
    kind = channels()[connection.channel]
    secret = {field.key for field in kind.settings if field.secret}
    merged = connection.settings | _readable(connection) | {k: v for k, v in values.items() if v or k not in secret}
    account = test(connection.channel, merged)
    if account.id != connection.account_id:
        other = words("This is the login of another account: {name}. Connect that as an account of its own.")
        raise Refused(other.format(name=account.name))
    _subscribe(kind, merged, account, hook_address(connection))
    with transaction.atomic():
        Connection.objects.filter(pk=connection_id).update(
            **_whose(account), **_kept(kind, merged), next_fetch_at=now() if issubclass(kind, Fetches) else None
        )
        record(Fact.CONNECTION_CHANGED, actor_id=viewer.user_id, connection=connection_id, login=True)
        end_trouble(connection_id)


def hook_address(connection: Connection) -> str:
    """Where the network calls us."""
    return f"{settings.BASE_URL}/hook/{connection.hook_key}"


def _readable(connection: Connection) -> dict[str, str]:
    try:
        return decrypt(connection.secrets)
    except InvalidToken:
        return {}
