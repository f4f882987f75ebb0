"""The only place that opens channels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from cryptography.fernet import InvalidToken
from django.http import Http404
from django.utils.translation import gettext as _

from draht.connections.budget import purse_of
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.connections.secrets import decrypt
from draht.contract.channel import Channel
from draht.contract.errors import LoginExpired, TryLater
from draht.contract.http import Http
from draht.contract.messages import Account
from draht.contract.words import words
from draht.core.clock import to_datetime


@contextmanager
def opened(connection: Connection) -> Iterator[Channel]:
    """The channel of a connection, logged in. Raises ``LoginExpired`` when its tokens cannot be decrypted any more."""
    kind = kind_of(connection)
    config = config_of(connection)
    purse = purse_of(connection, kind, config)
    http = Http(purse=purse)
    try:
        yield kind(config, http, account_of(connection), since_of(connection))
    finally:
        http.close()
        purse.settle()


def kind_of(connection: Connection) -> type[Channel]:
    kind = channels().get(connection.channel)
    if kind is None:
        raise TryLater(words("The channel “{name}” is not installed here.").format(name=connection.channel))
    return kind


def config_of(connection: Connection) -> dict[str, str]:
    """Its settings with its secrets."""
    try:
        return dict(connection.settings) | decrypt(connection.secrets)
    except InvalidToken as error:
        told = words("The stored login was encrypted with another key. Log in again.")
        raise LoginExpired(told) from error


def since_of(connection: Connection) -> datetime | None:
    return None if connection.since_at is None else to_datetime(connection.since_at)


def account_of(connection: Connection) -> Account:
    return Account(connection.account_id, connection.account_name, connection.account_handle, connection.account_url)


def there_is(connection_id: int) -> Connection:
    """A connection that was not removed, else ``Http404``."""
    found = Connection.objects.filter(pk=connection_id, removed_at=None).first()
    if found is None:
        raise Http404(_("There is no such connection, or it was removed."))
    return found
