"""The only place that opens channels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from draht.connections.actions.logins import account_of, channel_for, config_of, kind_of, since_of
from draht.connections.actions.renewing import renew_after, renew_if_due
from draht.connections.budget import purse_of
from draht.connections.models import Connection
from draht.contract.channel import Channel
from draht.contract.errors import LoginExpired
from draht.contract.http import Http
from draht.contract.login import Renews


@contextmanager
def opened(connection: Connection, *, renews: bool = True) -> Iterator[Channel]:
    """The channel of a connection, logged in: a login that is due is renewed first, one that is turned away once.

    Args:
        renews: leave it out where no network is asked, or somebody waits for a page.
    """
    kind = kind_of(connection)
    if renews and issubclass(kind, Renews):
        renew_if_due(connection)
    config = config_of(connection)
    purse = purse_of(connection, kind, config)
    http = Http(purse=purse)
    try:
        yield channel_for(connection.channel, config, http, account_of(connection), since_of(connection))
    except LoginExpired as error:
        if renews and issubclass(kind, Renews):
            renew_after(connection, config, error)
        raise
    finally:
        http.close()
        purse.settle()
