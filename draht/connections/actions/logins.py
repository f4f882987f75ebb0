"""A connection as it is stored: its channel, its settings and secrets as columns and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from random import uniform
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _

from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.connections.secrets import decrypt, encrypt
from draht.contract.channel import Channel
from draht.contract.errors import LoginExpired, TryLater, only_the_four
from draht.contract.http import Http
from draht.contract.login import Renews
from draht.contract.messages import Account
from draht.contract.text import clean
from draht.contract.words import words
from draht.core.clock import MINUTE, now, to_datetime, to_ms

JITTER = 2 * MINUTE  # at most: logins that were made together are not renewed together
EARLIER = 0.05  # of the time that is left


def there_is(connection_id: int) -> Connection:
    """A connection that was not removed, else ``Http404``."""
    found = Connection.objects.filter(pk=connection_id, removed_at=None).first()
    if found is None:
        raise Http404(_("There is no such connection, or it was removed."))
    return found


def kind_of(connection: Connection) -> type[Channel]:
    """Raises ``TryLater`` if its channel is not installed."""
    kind = channels().get(connection.channel)
    if kind is None:
        raise TryLater(words("The channel “{name}” is not installed here.").format(name=connection.channel))
    return kind


def channel_for(
    name: str, config: Mapping[str, str], http: Http, account: Account | None = None, since: datetime | None = None
) -> Channel:
    """A channel of that name. Under its settings lie those of ``DRAHT_NETWORKS``: addresses of a proxy or a double."""
    return channels()[name]({**settings.NETWORKS.get(name, {}), **config}, http, account, since)


def config_of(connection: Connection) -> dict[str, str]:
    """Its settings with its secrets. Raises ``LoginExpired`` when they cannot be decrypted any more."""
    try:
        return dict(connection.settings) | decrypt(connection.secrets)
    except InvalidToken as error:
        told = words("The stored login was encrypted with another key. Log in again.")
        raise LoginExpired(told) from error


def account_of(connection: Connection) -> Account:
    return Account(connection.account_id, connection.account_name, connection.account_handle, connection.account_url)


def since_of(connection: Connection) -> datetime | None:
    return None if connection.since_at is None else to_datetime(connection.since_at)


def as_columns(account: Account) -> dict[str, str]:
    """The account as columns; a network may call it what it likes."""
    return {
        "account_id": account.id[:400],
        "account_name": clean(account.name)[:200],
        "account_handle": clean(account.handle)[:200],
        "account_url": account.url[:2000],
    }


def kept(kind: type[Channel], values: Mapping[str, str]) -> dict[str, Any]:
    """The settings as columns: what the connect page asks for openly stays readable, all else is encrypted."""
    plain = {field.key for field in kind.settings if not field.secret}
    return {
        "settings": {key: value for key, value in values.items() if key in plain},
        "secrets": encrypt({key: value for key, value in values.items() if key not in plain}),
        "renew_at": renewal_of(kind, values),
    }


def renewal_of(kind: type[Channel], values: Mapping[str, str]) -> int | None:
    """When to renew the login (milliseconds), a little earlier than it has to be; ``None`` = it does not run out."""
    if not issubclass(kind, Renews):
        return None
    with only_the_four(TryLater):
        at = kind(values, Http()).renew_at()
    if at is None:
        return None
    left = max(0, to_ms(at) - now())
    return now() + max(MINUTE, int(left - uniform(0, min(JITTER, EARLIER * left))))  # noqa: S311 - no secret
